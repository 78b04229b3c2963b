"""One memory budget for the whole server, from its RAM, cores and disk."""

import math
from dataclasses import dataclass


class BudgetError(ValueError):
    """The worst case does not fit into the server's RAM; the message shows the sum."""


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Values an inventory sets by hand, sizes in MB; None means derived from the server's facts."""

    shared_buffers_mb: int | None = None
    effective_cache_size_mb: int | None = None
    work_mem_mb: int | None = None
    maintenance_work_mem_mb: int | None = None
    pool_size: int | None = None
    redis_maxmemory_mb: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Every size of one server, in MB unless noted otherwise, and the worst case they add up to."""

    shared_buffers_mb: int
    effective_cache_size_mb: int
    work_mem_mb: int
    maintenance_work_mem_mb: int
    autovacuum_work_mem_mb: int
    autovacuum_workers: int
    wal_buffers_mb: int
    min_wal_size_mb: int
    max_wal_size_mb: int
    temp_file_limit_mb: int
    unarchived_wal_mb: int
    pool_size: int
    reserve_pool_size: int
    max_connections: int
    redis_maxmemory_mb: int
    app_memory_max_mb: int
    worst_case_mb: dict[str, int]


# Measured on the 2 GB sandbox under load, rounded up (docs/sizing.md): MB of private memory.
SYSTEM_MB = 180
BACKEND_MB = 5
PGBOUNCER_MB = 16
APP_WORKER_MB = 80
EDGE_MB = 24
BACKUP_MB = 32

# Outside the pool: operators, migrations, the monitor and the superuser.
CONNECTIONS_BESIDE_POOL = 20


def size_server(
    *,
    ram_mb: int,
    cores: int,
    disk_mb: int,
    app_workers: int,
    reserve_pool_size: int,
    overrides: Overrides,
) -> Sizes:
    """
    Sizes for a server with `ram_mb` of RAM, `cores` and a data disk of `disk_mb`.

    Raises BudgetError if the worst case is more than `ram_mb`. A hosted "2 GB" server shows a little
    less, so sizes are based on the nominal RAM (rounded to 512 MB), but the budget is checked against
    the real one. docs/sizing.md derives each formula.
    """
    nominal = round(ram_mb / 512) * 512
    shared_buffers = overrides.shared_buffers_mb or _shared_buffers_mb(nominal)
    work_mem = overrides.work_mem_mb or nominal // 128
    maintenance_work_mem = overrides.maintenance_work_mem_mb or nominal // 32
    pool_size = overrides.pool_size or max(20, 5 * cores)
    backends = pool_size + reserve_pool_size
    redis_maxmemory = overrides.redis_maxmemory_mb or nominal // 16
    wal_buffers = max(4, min(16, shared_buffers // 32))
    sizes = Sizes(
        shared_buffers_mb=shared_buffers,
        effective_cache_size_mb=overrides.effective_cache_size_mb
        or max(nominal // 2, min(nominal - 1024, nominal * 3 // 4)),
        work_mem_mb=work_mem,
        maintenance_work_mem_mb=maintenance_work_mem,
        autovacuum_work_mem_mb=maintenance_work_mem,
        autovacuum_workers=2,
        wal_buffers_mb=wal_buffers,
        min_wal_size_mb=max(128, min(512, disk_mb // 40)),
        max_wal_size_mb=max(256, min(2048, disk_mb // 20)),
        # Per session: all sessions together may fill a quarter of the disk.
        temp_file_limit_mb=max(256, min(4096, disk_mb // (4 * backends))),
        # While the repository is away, WAL waits for it; beyond this, a gap is the smaller loss.
        unarchived_wal_mb=max(1024, disk_mb // 10),
        pool_size=pool_size,
        reserve_pool_size=reserve_pool_size,
        max_connections=pool_size + reserve_pool_size + CONNECTIONS_BESIDE_POOL,
        redis_maxmemory_mb=redis_maxmemory,
        app_memory_max_mb=2 * APP_WORKER_MB,
        worst_case_mb={
            "system": SYSTEM_MB,
            "shared_buffers": shared_buffers,
            f"{backends} connections x work_mem x 1.5": math.ceil(backends * work_mem * 1.5),
            f"{backends} backends": BACKEND_MB * backends,
            "2 autovacuum workers": 2 * maintenance_work_mem,
            "maintenance_work_mem": maintenance_work_mem,
            "wal_buffers": wal_buffers,
            # Fragmentation and client buffers add to maxmemory.
            "redis": math.ceil(redis_maxmemory * 1.25) + 8,
            "pgbouncer": PGBOUNCER_MB,
            f"{app_workers} app workers": APP_WORKER_MB * app_workers,
            "edge": EDGE_MB,
            "a backup": BACKUP_MB,
        },
    )
    _check_budget(sizes, ram_mb)
    return sizes


def _shared_buffers_mb(nominal_mb: int) -> int:
    """An eighth of RAM at 2 GB, a quarter from 4 GB: the rest of the stack costs the same on both."""
    return min(nominal_mb // 4, max(nominal_mb // 8, 256 + (nominal_mb - 2048) * 3 // 8))


def _check_budget(sizes: Sizes, ram_mb: int) -> None:
    total = sum(sizes.worst_case_mb.values())
    if total > ram_mb:
        terms = " + ".join(f"{name} {mb}" for name, mb in sizes.worst_case_mb.items())
        raise BudgetError(f"the worst case needs {total} MB but the server has {ram_mb} MB: {terms}")

"""Expected sizes by server size, written down here and computed nowhere: MB and connections."""

from typing import Any

import pytest

# By the server's nominal RAM in MB; docs/verify.md says where the figures for 2 GB come from.
SIZES: dict[int, dict[str, int]] = {
    2048: {
        "shared_buffers_mb": 256,
        "effective_cache_size_mb": 1024,
        "work_mem_mb": 16,
        "maintenance_work_mem_mb": 64,
        "pool_size": 20,
        "redis_maxmemory_mb": 128,
    },
    4096: {
        "shared_buffers_mb": 1024,
        "effective_cache_size_mb": 3072,
        "work_mem_mb": 32,
        "maintenance_work_mem_mb": 128,
        "pool_size": 20,
        "redis_maxmemory_mb": 256,
    },
}

# With more cores than this, the pool is larger than in the table.
CORES_OF_TABLE = 4


def expected_size(name: str, *, settings: dict[str, Any], ram_mb: int, cores: int) -> int:
    """The inventory's value, otherwise the table's; skips if there is neither."""
    if settings[name] is not None:
        return int(settings[name])
    # A hosted "2 GB" server reports a little less.
    nominal = round(ram_mb / 512) * 512
    if nominal not in SIZES or cores > CORES_OF_TABLE:
        pytest.skip(f"no figure is promised for {nominal} MB and {cores} cores: only the sum is checked")
    return SIZES[nominal][name]

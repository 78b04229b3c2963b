"""The newest sample as text for Prometheus, which the app adds to its own metrics."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

FILE = Path("/run/bantam-history/metrics.prom")
MB = 1024 * 1024
UNITS = {"_mb": ("_bytes", MB), "_s": ("_seconds", 1)}
"""Prometheus has base units only."""

RISING = {
    "bantam_server_busy_seconds",
    "bantam_server_disk_wait_seconds",
    "bantam_server_stolen_seconds",
    "bantam_service_cpu_seconds",
    "bantam_pool_waited_seconds",
    "bantam_redis_keyspace_hits",
    "bantam_redis_keyspace_misses",
    "bantam_redis_evicted_keys",
    *(
        f"bantam_database_{name}"
        for name in (
            "buffers_hit",
            "buffers_read",
            "checkpoints_requested",
            "checkpoints_timed",
            "commits",
            "deadlocks",
            "rollbacks",
            "temp_bytes",
            "temp_files",
            "wal_archive_failures",
            "wal_archived",
            "wal_bytes",
        )
    ),
}
"""Counters, which have "_total" at the end."""

PARTS = ("server", "pool", "redis", "certificate", "database", "history")
Sample = dict[str, Any]


def text(sample: Sample) -> str:
    """Return a line for each figure; a part that did not answer has bantam_up 0 and no figures."""
    lines: list[str] = []
    known = ""
    for name, labels, value in _figures(sample):
        if name != known:
            lines.append(f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}")
            known = name
        lines.append(f"{name}{labels} {value}")
    return "".join(f"{line}\n" for line in lines)


def _figures(sample: Sample) -> Iterator[tuple[str, str, float]]:
    figures = sample["figures"]
    yield "bantam_sample_timestamp_seconds", "", datetime.fromisoformat(sample["taken_at"]).timestamp()
    for part in (*PARTS, "app", "jobs"):
        yield "bantam_up", f'{{part="{part}"}}', int(figures.get(part) is not None)
    for part in PARTS:
        for name, value in (figures.get(part) or {}).items():
            if isinstance(value, int | float):
                yield (*_named(f"bantam_{part}_{name}", ""), value * _factor(name))
    for service, seconds in (figures.get("cpu_s") or {}).items():
        yield (*_named("bantam_service_cpu_s", f'{{service="{service}"}}'), seconds)
    jobs = figures.get("jobs") or {}
    for unit in jobs.get("failed", []):
        # systemd writes a "-" in an instance's name as "\\x2d".
        escaped = unit.replace("\\", "\\\\")
        yield "bantam_unit_failed", f'{{unit="{escaped}"}}', 1
    for name in ("backup_tried_s", "drill_tried_s"):
        if name in jobs:
            yield (*_named(f"bantam_{name}", ""), jobs[name])


def _named(name: str, labels: str) -> tuple[str, str]:
    for ending, (unit, _) in UNITS.items():
        if name.endswith(ending):
            name = name.removesuffix(ending) + unit
    return (f"{name}_total" if name in RISING else name), labels


def _factor(name: str) -> int:
    return next((factor for ending, (_, factor) in UNITS.items() if name.endswith(ending)), 1)


def write(sample: Sample) -> None:
    """The file has the sample's text, or that of before; the app may read it."""
    try:
        draft = FILE.with_suffix(".draft")
        draft.write_text(text(sample))
        draft.chmod(0o644)
        draft.rename(FILE)
    except OSError as error:
        print(f"Prometheus gets no sample: {error.strerror}.", file=sys.stderr)

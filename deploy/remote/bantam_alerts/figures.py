"""Figures of the samples that rules judge; None where the samples do not tell."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Sample = Mapping[str, Any]
Figure = Callable[[Sample, Sample], float | None]
"""Of a sample and the one before it."""

FEW_READS = 50
FEW_REQUESTS = 20
MANY_FAILURES = 5
"""So many among few requests are no accident."""
LONGEST_GAP_S = 180


def now(*path: str) -> Figure:
    """A figure as it is."""
    return lambda _before, after: _number(after, path)


def risen(*path: str) -> Figure:
    """By how much a counter has risen; None if its service has begun anew, or if samples lack in between."""

    def figure(before: Sample, after: Sample) -> float | None:
        then, today = _number(before, path), _number(after, path)
        if then is None or today is None or today < then or seconds(before, after) > LONGEST_GAP_S:
            return None
        return today - then

    return figure


def percent(part: Figure, whole: Figure, least: float = 0) -> Figure:
    """A share; None where the whole is not more than `least`, of which a share tells nothing."""

    def figure(before: Sample, after: Sample) -> float | None:
        some, every = part(before, after), whole(before, after)
        return 100 * some / every if some is not None and every is not None and every > least else None

    return figure


def silent(part: str) -> Figure:
    """1 if this part did not answer."""
    return lambda _before, after: float(after["figures"][part] is None)


def silent_pool(_before: Sample, after: Sample) -> float | None:
    """1 if PgBouncer did not answer; None without PostgreSQL, which tells it who may ask."""
    return None if after["figures"]["database"] is None else float(after["figures"]["pool"] is None)


def seconds(before: Sample, after: Sample) -> float:
    """Return the time between two samples."""
    return (
        datetime.fromisoformat(after["taken_at"]) - datetime.fromisoformat(before["taken_at"])
    ).total_seconds()


def core_seconds(before: Sample, after: Sample) -> float | None:
    """Return the seconds of CPU that the server had between two samples."""
    cores = _number(after, ("server", "cores"))
    return cores * seconds(before, after) if cores else None


def _number(sample: Sample, path: tuple[str, ...]) -> float | None:
    value: Any = sample["figures"]
    for name in path:
        if not isinstance(value, dict) or (value := value.get(name)) is None:
            return None
    return float(value)


def slow_requests(before: Sample, after: Sample) -> float | None:
    """Return which share of the requests took more than 500 ms: above 5 %, p95 is above it."""
    fast = percent(risen("app", "buckets", "0.5"), risen("app", "requests"), FEW_REQUESTS)(before, after)
    return None if fast is None else 100 - fast


def failed_requests(before: Sample, after: Sample) -> float | None:
    """Return which share of the requests failed; of few requests, some failures tell nothing."""
    failures, requests = risen("app", "failures")(before, after), risen("app", "requests")(before, after)
    if not failures or not requests:
        return failures
    return 100 * failures / requests if requests > FEW_REQUESTS or failures >= MANY_FAILURES else None


def failed_unit(name: str) -> Figure:
    """1 if the unit has failed, None while it is about to run again."""

    def figure(_before: Sample, after: Sample) -> float | None:
        jobs = after["figures"].get("jobs")
        if jobs is None or name in jobs["starting"]:
            return None
        return float(name in jobs["failed"])

    return figure


def since_a_backup(before: Sample, after: Sample) -> float | None:
    """Return the seconds since a backup was tried, None while one is being taken."""
    jobs = after["figures"].get("jobs")
    is_running = jobs is not None and "bantam-backup.service" in jobs["starting"]
    return None if is_running else now("jobs", "backup_tried_s")(before, after)


cache_hits = percent(risen("app", "cache_hits"), risen("app", "cache_reads"), FEW_READS)
pool_used = percent(now("pool", "used"), now("pool", "size"))
database_cpu = percent(risen("cpu_s", "postgresql"), core_seconds)
memory_used = percent(now("server", "memory_used_mb"), now("server", "memory_mb"))
disk_free = percent(now("server", "disk_free_mb"), now("server", "disk_mb"))

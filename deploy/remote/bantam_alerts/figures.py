"""Figures of the samples that rules judge; None where the samples do not tell."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Sample = Mapping[str, Any]
Figure = Callable[[Sample, Sample], float | None]
"""Of a sample and the one before it."""

FEW_READS = 50
FEW_REQUESTS = 20


def now(*path: str) -> Figure:
    """A figure as it is."""
    return lambda _before, after: _number(after, path)


def risen(*path: str) -> Figure:
    """By how much a counter has risen; None if its service has begun anew."""

    def figure(before: Sample, after: Sample) -> float | None:
        then, today = _number(before, path), _number(after, path)
        return today - then if then is not None and today is not None and today >= then else None

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


cache_hits = percent(risen("app", "cache_hits"), risen("app", "cache_reads"), FEW_READS)
failed_requests = percent(risen("app", "failures"), risen("app", "requests"), FEW_REQUESTS)
pool_used = percent(now("pool", "used"), now("pool", "size"))
database_cpu = percent(risen("cpu_s", "postgresql"), core_seconds)
memory_used = percent(now("server", "memory_used_mb"), now("server", "memory_mb"))
disk_free = percent(now("server", "disk_free_mb"), now("server", "disk_mb"))

"""What the history says about the days before and the days to come."""

from msgspec import Struct


class Day(Struct, frozen=True):
    """24 hours, so many days ago: averages, and the worst hour."""

    ago: int
    requests_per_s: float | None
    failures: float | None
    p95_ms: float | None
    cache_hit_percent: float | None
    cpu_percent: float | None
    worst_cpu_percent: float | None
    worst_pool_percent: float | None
    memory_used_mb: int | None
    database_mb: float | None
    wal_mb: float | None


class Forecast(Struct, frozen=True):
    """What is used up; `days_left` is None if it does not grow, or not steadily."""

    name: str
    unit: str
    used: float
    available: float | None
    a_day: float | None
    days_left: int | None


class Outlook(Struct, frozen=True):
    """The last 24 hours beside others, and the forecasts."""

    days: list[Day]
    forecasts: list[Forecast]

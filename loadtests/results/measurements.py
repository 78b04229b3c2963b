"""What a load and a bench measure: the names that slo.yml may use, and their units."""

GROUPS = {
    "dashboard": "GET /api/dashboards/user",
    "project": "GET /api/projects/{id}",
    "task_page": "GET /api/projects/{id}/tasks",
    "task_write": "PATCH /api/tasks/{id}",
}
"""Group of requests -> the route behind it. A group is one line in every table, never with an id."""

PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

UNITS = {f"{group}.{percentile}": "ms" for group in GROUPS for percentile in PERCENTILES} | {
    "errors": "%",
    "cache.hit_rate": "%",
    "memory.load": "MB",
    "memory.rest": "MB",
}
"""Measurement -> unit. MB is 2^20 bytes; memory is of the whole server, as sampler.py defines it."""

RATIOS = ("small_row", "page_of_50", "dashboard", "cached_dashboard", "cached_page")
"""Reads of the bench, each against its limit."""

GROWING = ("list", "dashboard_user", "dashboard_manager", "dashboard_admin", "dashboard_client")
"""Reads of one client that must not slow down with ten times the tasks and time entries."""

ONE_CLIENT = (
    "single_row",
    *GROWING,
    *("list_by_manager", "list_by_member", "list_by_client"),
    *("search", "search_by_member"),
    *("page_of_1000", "page_of_1000_by_manager", "page_of_1000_by_member"),
    "report",
)
"""Reads of the bench's one client, one after the other."""

OF_THE_CACHE = {
    "hit_rate": "%",
    "cold_hit_rate": "%",
    "queries_saved": "%",
    "dashboard_p50": "ms",
    "stampede_fills": "fills",
    "memory_of_limit": "%",
    "evicted": "keys",
    "errors": "%",
}
"""Figures of the bench's hundred users -> unit."""

BENCH_UNITS = (
    {f"{name}.ratio": "times" for name in RATIOS}
    | {f"{name}.p95": "ms" for name in ONE_CLIENT}
    | {f"{name}.growth": "times" for name in GROWING}
    | {f"{name}.cache": unit for name, unit in OF_THE_CACHE.items()}
)
"""Measurement of the bench -> unit."""

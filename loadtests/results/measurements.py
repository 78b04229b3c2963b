"""What a load and a bench measure: the names that slo.yml may use, and their units."""

GROUPS = {
    "dashboard": "GET /api/dashboards/user",
    "dashboard_manager": "GET /api/dashboards/manager",
    "dashboard_admin": "GET /api/dashboards/admin",
    "dashboard_client": "GET /api/dashboards/client",
    "project": "GET /api/projects/{id}",
    "task": "GET /api/tasks/{id}",
    "user": "GET /api/users/{id}",
    "client": "GET /api/clients/{id}",
    "invoice": "GET /api/invoices/{id}",
    "project_list": "GET /api/projects",
    "task_page": "GET /api/projects/{id}/tasks",
    "task_list": "GET /api/tasks",
    "task_counts": "GET /api/tasks/counts",
    "comment_list": "GET /api/comments",
    "time_list": "GET /api/time-entries",
    "invoice_list": "GET /api/invoices",
    "notification_list": "GET /api/notifications",
    "page_of_1000": "GET /api/tasks?limit=1000",
    "search_all": "GET /api/search",
    "search_projects": "GET /api/search/projects",
    "search_tasks": "GET /api/search/tasks",
    "search_users": "GET /api/search/users",
    "search_clients": "GET /api/search/clients",
    "report_projects": "GET /api/reports/projects",
    "report_time": "GET /api/reports/time",
    "report_finance": "GET /api/reports/finance",
    "report_team": "GET /api/reports/team",
    "task_write": "PATCH /api/tasks/{id}",
    "task_add": "POST /api/projects/{id}/tasks",
    "comment_write": "POST /api/tasks/{id}/comments",
    "time_write": "POST /api/time-entries",
    "notification_write": "POST /api/notifications/read",
}
"""Group of requests -> the route behind it. A group is one line in every table, never with an id."""

SINGLE = ("project", "task", "user", "client", "invoice")
LISTS = (
    *("project_list", "task_page", "task_list", "task_counts"),
    *("comment_list", "time_list", "invoice_list", "notification_list"),
)
WRITES = tuple(group for group in GROUPS if group.endswith(("_write", "_add")))

KINDS = {
    "dashboards": tuple(group for group in GROUPS if group.startswith("dashboard")),
    "single_rows": SINGLE,
    "lists": LISTS,
    "large_pages": ("page_of_1000",),
    "search": tuple(group for group in GROUPS if group.startswith("search_")),
    "reports": tuple(group for group in GROUPS if group.startswith("report_")),
    "writes": WRITES,
}
"""Kind of requests -> its groups; each group is of one kind."""

FAMILIES = KINDS | {"api": (*SINGLE, *LISTS, *WRITES)}
"""Family -> its groups. The percentiles of a family are over all of its requests."""

PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

UNITS = {f"{name}.{percentile}": "ms" for name in (*GROUPS, *FAMILIES) for percentile in PERCENTILES} | {
    "requests.per_second": "requests",
    "longest": "ms",
    "errors": "%",
    "cache.hit_rate": "%",
    "memory.load": "MB",
    "memory.rest": "MB",
    "database.cpu": "%",
    "database.connections": "connections",
    "server.cpu": "%",
    "database.disk_reads": "%",
    "queries.per_minute": "queries",
    "query.longest": "ms",
    "pool.used": "%",
    "pool.wait": "ms",
    "cache.evicted": "keys",
}
"""
Measurement -> unit.

`longest` is the slowest response of all. MB is 2^20 bytes; memory is of the whole server, as in sampler.py.
The database's CPU is its mean share of all cores; disk reads are the blocks that were not in its buffers, of
all that the app's statements needed. Of the pool, the busiest five seconds count: how much of its
connections' time was used, and how long a transaction waited for one on average.
"""

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

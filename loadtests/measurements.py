"""What a run measures: the names that slo.yml may use, and their units."""

GROUPS = {
    "dashboard": "GET /api/dashboards/user",
    "project": "GET /api/projects/{id}",
    "task_page": "GET /api/projects/{id}/tasks",
    "task_write": "PATCH /api/tasks/{id}",
}
"""Group of requests -> the route behind it. A group is one line in every table; it never holds an id."""

PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

UNITS = {f"{group}.{percentile}": "ms" for group in GROUPS for percentile in PERCENTILES} | {
    "errors": "%",
    "cache.hit_rate": "%",
    "memory.load": "MB",
    "memory.rest": "MB",
}
"""Measurement -> unit. MB is 2^20 bytes; memory is of the whole server, as server_sampler.py defines it."""

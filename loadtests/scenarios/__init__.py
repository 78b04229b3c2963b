"""Each load is a Locust file with its shape beside it."""

IN_ALL = (
    # First, on a server at rest.
    "mixed",
    "api",
    "dashboards",
    "search",
    "pagination",
    "reports",
    "writes",
    "concurrent_users",
    "pool",
    "cache",
    "high_volume",
)
"""What `make load SCENARIO=all` runs, in this order."""

COMPARING = ("compare", "turns")
"""What is compared with the same load of another server, not judged by itself."""

NAMES = (*IN_ALL, "gate", *COMPARING)

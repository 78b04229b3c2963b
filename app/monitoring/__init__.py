"""Health checks, cache statistics and metrics."""

"""A load test from its plan to its verdict."""

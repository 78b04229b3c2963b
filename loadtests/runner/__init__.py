"""A load from its plan to its verdict."""

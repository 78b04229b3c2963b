"""The writes, a file a topic."""

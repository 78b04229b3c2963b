"""The writes, one file per topic."""

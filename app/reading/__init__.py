"""Reads: cached values, pages of lists, batches, single resources."""

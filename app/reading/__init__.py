"""How a read is served: from the cache, or as a page of a list."""

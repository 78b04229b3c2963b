"""Is this revision slower than that one: two loads, compared beyond noise."""

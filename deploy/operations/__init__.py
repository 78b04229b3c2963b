"""Facts and operations of our own: a fact reads, an operation decides, a no-op says why nothing ran."""

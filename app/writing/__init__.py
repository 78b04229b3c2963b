"""Writes: facts, marks, one conditional statement, renewal of tags, one response per idempotency key."""

"""Seed data: the same scale, seed and day give the same rows, looking like a real agency's."""

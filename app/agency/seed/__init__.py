"""Seed data: realistic rows of an agency, the same for the same scale, seed and day."""

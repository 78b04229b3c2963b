"""The page for admins, at /admin."""

"""The seeded users' tokens, derived from the seed key."""

import hashlib
import hmac
from pathlib import Path

KEY = Path("/etc/bantam/credentials/seed-token-key")


def token(user: int) -> str:
    """Return the seeded user's bearer token."""
    key = KEY.read_bytes().strip()
    return "bt_" + hmac.new(key, f"user:{user}".encode(), hashlib.sha256).hexdigest()


def digest(user: int) -> str:
    """Return the token's SHA-256 as PostgreSQL reads a bytea."""
    return "\\x" + hashlib.sha256(token(user).encode()).hexdigest()

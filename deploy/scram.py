"""SCRAM-SHA-256 verifiers, so that a password never reaches the server or its log."""

import base64
import hashlib
import hmac
import secrets

_ITERATIONS = 4096  # PostgreSQL's own default; the passwords are 256 random bits


def scram_verifier(password: str) -> str:
    """The format in which PostgreSQL stores the password (RFC 5803), with a fresh salt."""
    return _verifier(password, secrets.token_bytes(16), _ITERATIONS)


def scram_matches(verifier: str | None, password: str) -> bool:
    """Whether the stored verifier was made from this password."""
    if not verifier or not verifier.startswith("SCRAM-SHA-256$"):
        return False
    iterations, salt = verifier.split("$")[1].split(":")
    return hmac.compare_digest(verifier, _verifier(password, base64.b64decode(salt), int(iterations)))


def _verifier(password: str, salt: bytes, iterations: int) -> str:
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    keys = ":".join(base64.b64encode(key).decode() for key in (stored_key, server_key))
    return f"SCRAM-SHA-256${iterations}:{base64.b64encode(salt).decode()}${keys}"

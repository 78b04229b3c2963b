"""`bantam-first-admin`: create the first admin, whose address it reads from standard input."""

import argparse
import secrets
import sys
from functools import partial
from hashlib import sha256

from app.database.direct import DATABASE, OWNER, Connection, RunnerError, lock, run

DAYS = 90

ADMINS = "SELECT count(*) FROM users WHERE role = 'admin' AND deactivated_at IS NULL"
ADMIN = "INSERT INTO users (role, email, name) VALUES ('admin', %s, %s) RETURNING id"
ACCESS = """
INSERT INTO api_tokens (user_id, expires_at, token_hash)
VALUES (%s, now() + %s * interval '1 day', %s)
"""


def make(connection: Connection, email: str, name: str) -> None:
    """Create the admin and print a token, which is stored only as a hash; RunnerError if an admin exists."""
    lock(connection)
    connection.execute(f"SET ROLE {OWNER}".encode())
    if connection.execute(ADMINS).fetchone() != (0,):
        raise RunnerError(
            "There already is an admin, who can create users and tokens: POST /api/users, /api/tokens."
        )
    token = "bt_" + secrets.token_hex(32)
    with connection.transaction():
        (user,) = connection.execute(ADMIN, [email, name]).fetchone() or (None,)
        connection.execute(ACCESS, [user, DAYS, sha256(token.encode()).digest()])
    print(f"{name} is user {user}, an admin. The bearer token, valid for {DAYS} days and shown only now:")
    print(token)


def main() -> int:
    """Run; return 1 and print one sentence if it is not possible."""
    parser = argparse.ArgumentParser(prog="bantam-first-admin", description=make.__doc__)
    parser.add_argument("--name", help="the name that others see (default: the address)")
    parser.add_argument("--database", default=DATABASE, help="a conninfo, for tests")
    options = parser.parse_args()
    email = sys.stdin.readline().strip()
    return run(
        options.database,
        "bantam-first-admin",
        partial(make, email=email, name=options.name or email),
    )

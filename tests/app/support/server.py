"""What the tests on a deployed server share: HTTP as a user, SQL as the superuser, Redis as the app."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

import hashlib
import json
import secrets
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

Run = Callable[[str], str]
Token = Callable[[int], str]

_BIN = "runuser -u postgres -- /opt/bantam/current/bin"
MIGRATE = f"cd / && {_BIN}/bantam-migrate"
# Users whose tokens are known; other tests leave further users.
SEEDED = "u.email LIKE '%.' || u.id || '@%' AND u.deactivated_at IS NULL"
SEED = f"cd / && echo a key | {_BIN}/bantam-seed --token-key-file -"


@dataclass(frozen=True)
class Server:
    """A deployed server, seen from outside by HTTP and from inside by commands."""

    http: httpx.Client
    run: Run
    token: Token

    def get(self, path: str, user: int) -> httpx.Response:
        """What the app answers."""
        return self.send("GET", path, headers=self.authorization(user))

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The response to a request, sent again while the edge responds with 429."""
        while (response := self.http.request(method, path, **request)).status_code == 429:
            time.sleep(float(response.headers["retry-after"]))
        return response

    def patch(self, task: int, user: int, status: str) -> httpx.Response:
        return self.send(
            "PATCH", f"/api/tasks/{task}", headers=self.authorization(user), json={"status": status}
        )

    def authorization(self, user: int) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(user)}"}

    def sql(self, statement: str, database: str = "bantam") -> str:
        """The output of a statement run by the superuser, past the app."""
        return self.run(f"cd / && runuser -u postgres -- psql -qAtX {database} -c {shlex.quote(statement)}")

    def rows(self, query: str) -> list[Any]:
        """The rows of a query, each an object."""
        rows: list[Any] = json.loads(self.sql(f"SELECT coalesce(json_agg(r), '[]') FROM ({query}) AS r"))
        return rows

    def redis(self, *command: str) -> str:
        """The reply to one command, sent with the app's own rights."""
        secret = '"$(cat /etc/bantam/credentials/redis-password)"'
        client = f"REDISCLI_AUTH={secret} redis-cli -s /run/redis/redis.sock --user bantam"
        return self.run(f"{client} {shlex.join(command)}")

    def new_token(self, user: int, expires: str = "now() + interval '1 hour'") -> dict[str, str]:
        """The header of a fresh token of the user."""
        token = {"authorization": "Bearer bt_" + secrets.token_hex(32)}
        self.sql(
            "INSERT INTO api_tokens (user_id, created_at, expires_at, token_hash)"
            f" VALUES ({user}, now() - interval '1 day', {expires}, {_hash(token)})"
        )
        return token

    def revoke(self, token: dict[str, str]) -> None:
        """Revoke the token in the database, without the app."""
        self.sql(f"UPDATE api_tokens SET revoked_at = now() WHERE token_hash = {_hash(token)}")

    @contextmanager
    def stopped(self, unit: str) -> Iterator[None]:
        """Stop a service inside the block, and start it again afterwards."""
        self.run(f"systemctl stop {unit}")
        try:
            yield
        finally:
            self.run(f"systemctl start {unit}")

    @contextmanager
    def scratch_database(self) -> Iterator[str]:
        """The conninfo of an empty database of the owner's, with the extensions that the deploy makes."""
        self.sql("DROP DATABASE IF EXISTS scratch WITH (FORCE)")
        self.sql("CREATE DATABASE scratch OWNER bantam_owner TEMPLATE template0")
        self.sql("CREATE EXTENSION pg_trgm", "scratch")
        try:
            yield shlex.quote("host=/run/postgresql dbname=scratch user=postgres")
        finally:
            self.sql("DROP DATABASE scratch WITH (FORCE)")


def _hash(token: dict[str, str]) -> str:
    presented = token["authorization"].removeprefix("Bearer ")
    return f"'\\x{hashlib.sha256(presented.encode()).hexdigest()}'"

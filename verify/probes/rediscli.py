"""Redis through its own client, as one of its users, with the password on standard input only."""

import json
from typing import Any

from verify.probes.connection import Connection
from verify.probes.secret import Secret

_CLIENT = "redis-cli --json -2 -s /run/redis/redis.sock"


def redis(connection: Connection, user: str, password: Secret, *commands: str) -> list[Any]:
    """Each command's reply, decoded; what the client prints as plain text (INFO) comes line by line."""
    login = f"AUTH {user} {password.reveal()}"
    done = connection.run(_CLIENT, stdin="\n".join((login, *commands)) + "\n")
    replies = [_reply(line) for line in done.stdout.splitlines()]
    assert replies[:1] == ["OK"], f"Redis does not let {user} in: {(replies or [done.stderr])[0]}"
    return replies[1:]


def _reply(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return line

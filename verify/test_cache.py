"""What the cache relies on: the app's Redis commands, the epoch, an empty outbox, the switch."""

from collections.abc import Callable
from typing import Any

import pytest

from verify.probes.connection import Connection
from verify.probes.rediscli import redis
from verify.probes.secret import Secret

Catalog = Callable[[str], list[dict[str, Any]]]

EPOCH = "bantam:tag:epoch"
TOKEN_BYTES = 17
STATISTICS = "/run/bantam-statistics"
WATCHED = [
    "api_tokens",
    "clients",
    "invoices",
    "milestones",
    "notifications",
    "project_members",
    "projects",
    "report_refreshes",
    "tasks",
    "time_entries",
    "users",
]


@pytest.fixture
def ask(connection: Connection, secrets: dict[str, Secret]) -> Callable[..., list[Any]]:
    """Redis's replies to the app's user."""
    return lambda *commands: redis(connection, "bantam", secrets["redis_app_password"], *commands)


def test_app_may_use_every_command_of_the_protocol(ask: Callable[..., list[Any]]) -> None:
    assert ask(
        "PING",
        "UNLINK bantam:verify:y",
        "SET bantam:verify:y 1 NX GET EX 9",
        "SET bantam:verify:y 2 NX GET EX 9",
        "SET bantam:verify:y 3 PX 9000",
        "MGET bantam:verify:y bantam:verify:none",
        "UNLINK bantam:verify:y",
    ) == ["PONG", 0, None, "1", "OK", ["3", None], 1]


def test_there_is_an_epoch_that_will_end(ask: Callable[..., list[Any]]) -> None:
    length, kind, seconds = ask(f"STRLEN {EPOCH}", f"GETRANGE {EPOCH} 0 0", f"TTL {EPOCH}")
    assert (length, kind) == (TOKEN_BYTES, "=")
    assert seconds > 0


def test_it_is_switched_on(catalog: Catalog) -> None:
    assert catalog("cache_switch") == [{"enabled": True}]


def test_outbox_is_kept_empty(catalog: Catalog) -> None:
    assert catalog("cache_outbox") == [{"forgotten": 0}]


def test_every_change_of_what_is_cached_is_told(catalog: Catalog) -> None:
    told = {row["name"]: row["told"] for row in catalog("cache_triggers")}
    assert told == {name: ["delete", "insert", "truncate", "update"] for name in WATCHED}


def test_workers_count_where_all_can_add_up(host: Any, worker: int) -> None:
    folder = host.file(STATISTICS)
    assert (folder.is_directory, folder.user) == (True, "bantam")
    assert host.file(f"{STATISTICS}/counter_{worker}.db").exists

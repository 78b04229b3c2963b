"""The cache when Redis or a worker fails on a deployed server: no 5xx, nothing stale, quick recovery."""

import json
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from app.agency.cache_policies import PROJECT
from app.cache.keeper import GRACE_S
from app.cache.value import MARK
from tests.app.support.on_server import bearer, bring_scripts, remote_command
from tests.app.support.server import Server

pytestmark = pytest.mark.server

PROJECTS = range(1, 21)
BACK_AFTER_S = 5
WHILE_AWAY_S = 3.0


def states(server: Server) -> list[str]:
    answers = [server.get(f"/api/projects/{project}", 1) for project in PROJECTS]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.headers["x-cache"] for answer in answers]


def names(server: Server) -> list[str]:
    return [server.get(f"/api/projects/{project}", 1).json()["name"] for project in PROJECTS]


def rename(server: Server, mark: str) -> list[str]:
    wanted = [f"Project {project} {mark}" for project in PROJECTS]
    for project, name in zip(PROJECTS, wanted, strict=True):
        answer = server.send(
            "PATCH", f"/api/projects/{project}", headers=server.authorization(1), json={"name": name}
        )
        assert answer.status_code == 200
    return wanted


@contextmanager
def killed(server: Server) -> Iterator[None]:
    server.run("systemctl kill --signal=KILL redis-server")
    yield


@contextmanager
def away(server: Server) -> Iterator[None]:
    with server.stopped("redis-server"):
        yield


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    server.run("systemctl kill --signal=STOP redis-server")
    yield
    server.run("systemctl kill --signal=CONT redis-server")


@contextmanager
def without_memory(server: Server) -> Iterator[None]:
    file = "/etc/redis/redis.conf"
    server.run(f"cp -p {file} {file}.kept && echo 'maxmemory 1kb\nmaxmemory-policy noeviction' >> {file}")
    server.run("systemctl restart redis-server")
    yield
    server.run(f"mv {file}.kept {file} && systemctl restart redis-server")


@pytest.mark.parametrize("fault", [killed, away, frozen, without_memory])
def test_while_redis_fails_every_read_is_correct_and_afterwards_it_is_used_again(
    server: Server, fault: Callable[[Server], AbstractContextManager[None]]
) -> None:
    states(server)
    assert states(server) == ["hit"] * len(PROJECTS)

    with fault(server):
        before = rename(server, "during")
        assert names(server) == before
        time.sleep(WHILE_AWAY_S)
        assert names(server) == before

    assert names(server) == before
    end = time.monotonic() + BACK_AFTER_S
    while states(server) != ["hit"] * len(PROJECTS):
        assert time.monotonic() < end
    after = rename(server, fault.__name__)
    assert names(server) == after


def test_keys_of_a_wrong_type_are_a_miss_and_replaced(server: Server) -> None:
    states(server)
    for project in PROJECTS:
        for key in (f"bantam:{PROJECT.entry(project=project).key}", f"bantam:tag:project:{project}"):
            server.redis("DEL", key)
            server.redis("LPUSH", key, "x")

    for _ in range(3):
        states(server)
    assert states(server) == ["hit"] * len(PROJECTS)


# Each step waits until the one before has happened: no machine is too slow for it.
KILLED_AFTER_ITS_COMMIT = """
psql() {{ (cd / && runuser -u postgres -- psql -qAtX bantam "$@"); }}
until_true() {{ for _ in $(seq 300); do [ "$(psql -c "SELECT $1")" = t ] && return; sleep 0.05; done; }}
waiting="(SELECT count(*) FROM pg_locks WHERE relation = 'projects'::regclass AND NOT granted) > 0"
locked="SELECT pid FROM pg_locks WHERE relation = 'projects'::regclass AND mode = 'ShareLock' AND granted"
psql -c BEGIN -c 'LOCK TABLE projects IN SHARE MODE' -c 'SELECT pg_sleep(60)' > /dev/null 2>&1 &
until_true "EXISTS ($locked)"
{patch} &
until_true "$waiting"
systemctl kill --signal=STOP redis-server
psql -c "SELECT pg_terminate_backend(pid) FROM ($locked) AS holder" > /dev/null
until_true "EXISTS (SELECT FROM projects WHERE id = 3 AND name = '{name}')"
systemctl kill --signal=KILL bantam-app@1 bantam-app@2
systemctl kill --signal=CONT redis-server
wait
"""


def test_a_worker_killed_between_commit_and_response_leaves_nothing_stale(server: Server) -> None:
    name = f"Left behind at {time.time()}"
    body = shlex.quote(json.dumps({"name": name}))
    states(server)
    patch = remote_command("together", f"{bearer(server, 1)} 1 PATCH /api/projects/3 {body}")
    bring_scripts(server)

    # The statement waits for a lock, after its marks; then it commits, and Redis gets no further commands.
    answered = server.run(KILLED_AFTER_ITS_COMMIT.format(patch=patch, name=name))

    assert answered == "none:1"
    time.sleep(GRACE_S + 4)
    assert server.sql("SELECT name FROM projects WHERE id = 3") == name
    assert server.get("/api/projects/3", 1).json()["name"] == name
    assert server.sql("SELECT count(*) FROM cache_touches") == "0"


CUT_WHILE_IT_WAITS_FOR_A_ROW = """
psql() {{ (cd / && runuser -u postgres -- psql -qAtX bantam "$@"); }}
until_true() {{ for _ in $(seq 300); do [ "$(psql -c "SELECT $1")" = t ] && return; sleep 0.05; done; }}
hold='SELECT FROM projects WHERE id = 4 FOR UPDATE'
psql -c BEGIN -c "$hold" -c 'SELECT pg_sleep(61)' > /dev/null 2>&1 < /dev/null &
holder="SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(61)'"
until_true "EXISTS ($holder)"
{patch} &
patched=$!
until_true "EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted)"
systemctl kill --signal=KILL pgbouncer
wait $patched
"""
LET_GO = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(61)'"


def test_while_the_outcome_of_a_write_is_unknown_nothing_is_served(server: Server) -> None:
    tag = "bantam:tag:project:4"
    patch = remote_command("together", f"{bearer(server, 1)} 1 PATCH /api/projects/4 '{{\"budget\": 5}}'")
    bring_scripts(server)
    server.get("/api/projects/4", 1)
    assert not server.redis("--no-raw", "GET", tag).startswith(f'"{MARK.decode()}')

    try:
        answered = server.run(CUT_WHILE_IT_WAITS_FOR_A_ROW.format(patch=patch))
        afterwards = server.redis("--no-raw", "GET", tag)
    finally:
        server.sql(LET_GO)
        # Otherwise the marks would last for a minute: a write with a known outcome renews the tags.
        server.sql("UPDATE projects SET budget = budget WHERE id = 4")

    assert answered == "503:1"
    assert afterwards.startswith(f'"{MARK.decode()}')

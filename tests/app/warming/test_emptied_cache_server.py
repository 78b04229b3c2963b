"""The cache on a deployed server after a flush: popular reads are refilled before they are requested."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

import hashlib
import re

import pytest

from app.cache.policy import ACCESS
from app.cache.popularity import REMEMBERED
from tests.app.support.server import Server
from tests.app.support.warmth import epoch, is_warm, stays_warm, until
from tests.servers import SandboxServer

pytestmark = pytest.mark.server

# Reads that other tests request a few times are less popular.
OFTEN = 20
MANAGED = "SELECT p.manager_id FROM projects AS p WHERE p.deleted_at IS NULL ORDER BY p.id LIMIT 1"
EPOCH = "INSERT INTO cache_touches (by_app, tags) VALUES (false, ARRAY['epoch'])"

Asked = tuple[str, dict[str, str]]


def digest(header: dict[str, str]) -> str:
    return hashlib.sha256(header["authorization"].removeprefix("Bearer ").encode()).hexdigest()


def state(server: Server, asked: Asked) -> str:
    path, header = asked
    response = server.send("GET", path, headers=header)
    assert response.status_code == 200
    came: str = response.headers["x-cache"]
    return came


def ask_often(server: Server, asked: Asked) -> None:
    for _ in range(OFTEN):
        state(server, asked)


def remembered(server: Server, asked: Asked) -> float:
    path, header = asked
    score = server.sql(
        "SELECT coalesce(max(score), 0) FROM cache_popularity"
        f" WHERE path = '{path}' AND token_hash = '\\x{digest(header)}'"
    )
    return float(score)


def warmings(server: Server) -> int:
    """How often a worker has warmed the cache to the end."""
    return int(server.run("journalctl --unit='bantam-app@*' --output=cat --grep=' filled, ' | wc -l"))


@pytest.fixture(scope="module")
def popular(server: Server) -> list[Asked]:
    """Pages and dashboards requested often, and counted in the database."""
    server.sql("DELETE FROM cache_popularity")
    manager = int(server.sql(MANAGED))
    asked = [
        ("/api/projects/1", server.authorization(1)),
        ("/api/projects/2/tasks?limit=50", server.authorization(1)),
        ("/api/dashboards/user", server.authorization(7)),
        ("/api/dashboards/manager", server.authorization(manager)),
    ]
    for each in asked:
        ask_often(server, each)
    until(lambda: all(remembered(server, each) for each in asked))
    return asked


@pytest.mark.parametrize("how", ["Redis begins empty", "the epoch is renewed"])
def test_after_a_flush_popular_reads_are_cached_before_anybody_requests_them(
    server: Server, popular: list[Asked], how: str
) -> None:
    until(lambda: is_warm(server))
    before = epoch(server)
    if how == "Redis begins empty":
        server.run("systemctl restart redis-server")
    else:
        server.sql(EPOCH)
    until(lambda: epoch(server) != before and stays_warm(server))

    assert [state(server, each) for each in popular] == ["hit"] * len(popular)


@pytest.mark.usefixtures("popular")
def test_one_worker_warms_for_all(server: Server) -> None:
    until(lambda: stays_warm(server))
    before, old = warmings(server), epoch(server)
    server.sql(EPOCH)
    until(lambda: epoch(server) != old and stays_warm(server))

    assert warmings(server) == before + 1


def test_reads_of_a_revoked_token_are_deleted_and_not_warmed(server: Server) -> None:
    good, revoked = server.new_token(9), server.new_token(9)
    for header in (good, revoked):
        ask_often(server, ("/api/dashboards/user", header))
    until(lambda: all(remembered(server, ("/api/dashboards/user", header)) for header in (good, revoked)))
    server.revoke(revoked)
    until(lambda: not remembered(server, ("/api/dashboards/user", revoked)))
    server.run("systemctl restart redis-server")
    until(lambda: stays_warm(server))

    keys = ["bantam:" + ACCESS.entry(token=digest(header)).key for header in (good, revoked)]
    assert [server.redis("EXISTS", key) for key in keys] == ["1", "0"]


def test_uncacheable_reads_are_not_counted(server: Server) -> None:
    assert server.get("/api/projects/999999999", 1).status_code == 404
    assert server.get("/api/reports/projects?format=csv&limit=1", 1).status_code == 200
    asked = ("/api/projects/3", server.authorization(1))
    before = remembered(server, asked)
    ask_often(server, asked)  # so that each worker has one
    until(lambda: remembered(server, asked) > before)

    never = "path LIKE '%999999999%' OR path LIKE '%csv%'"
    assert server.sql(f"SELECT count(*) FROM cache_popularity WHERE {never}") == "0"


def test_only_the_most_popular_reads_are_kept(server: Server, popular: list[Asked]) -> None:
    many = digest(server.new_token(9))
    server.sql(
        "INSERT INTO cache_popularity (score, token_hash, path)"
        f" SELECT n, '\\x{many}', '/api/projects/' || n FROM generate_series(1, {REMEMBERED}) AS n"
    )
    state(server, popular[0])
    until(lambda: int(server.sql("SELECT count(*) FROM cache_popularity")) <= REMEMBERED)

    assert all(remembered(server, each) for each in popular)
    server.sql(f"DELETE FROM cache_popularity WHERE token_hash = '\\x{many}'")


@pytest.mark.usefixtures("popular")
def test_a_streamed_response_does_not_block_warming(server: Server) -> None:
    admin = digest(server.new_token(1))
    server.sql(
        "INSERT INTO cache_popularity (score, token_hash, path)"
        f" SELECT max(score) + 1, '\\x{admin}', '/api/reports/projects?format=csv' FROM cache_popularity"
    )
    done = server.run("timeout 100 systemctl restart bantam-warm; journalctl -u bantam-warm -o cat -n 5")
    server.sql(f"DELETE FROM cache_popularity WHERE token_hash = '\\x{admin}'")

    assert " filled, " in done


@pytest.mark.usefixtures("popular")
def test_the_command_warms_and_prints_progress(sandbox_server: SandboxServer) -> None:
    done = sandbox_server.make("warm-cache")

    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    said = re.fullmatch(
        r"warmed (\d+) of (\d+), [\d.]+ s: \d+ filled, \d+ already cached, \d+ no longer available", last
    )
    assert said is not None, last
    assert said[1] == said[2]

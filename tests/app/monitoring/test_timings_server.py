"""A request can be followed from the edge to PostgreSQL, and its statements are counted."""

import re
import secrets
import threading

import pytest

from tests.app.support.server import Server
from tests.app.support.warmth import until

pytestmark = pytest.mark.server

ADMIN = 1
HELD_S = 10
SLOW_S = 1.1
"""Slow, and shorter than lock_timeout."""

METRICS = """python3 - <<'END'
import http.client, socket
app = http.client.HTTPConnection("app")
app.sock = socket.socket(socket.AF_UNIX)
app.sock.connect("/run/bantam-app/app.sock")
app.request("GET", "/metrics")
print(app.getresponse().read().decode())
END"""
LET_GO = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'clients'::regclass AND granted"
SESSION = "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'bantam-app %'"


def counted(server: Server, route: str) -> float:
    """How many statements a route has run, of all workers."""
    labels = rf'route="{re.escape(route)}",statement=".*"'
    pattern = rf"^bantam_statement_seconds_count{{{labels}}} (.*)$"
    return sum(map(float, re.findall(pattern, server.run(METRICS), re.MULTILINE)))


def test_statements_are_counted_by_route(server: Server) -> None:
    before = counted(server, "GET /api/notifications/counts")
    for _ in range(3):
        assert server.get("/api/notifications/counts", ADMIN).status_code == 200

    assert counted(server, "GET /api/notifications/counts") == before + 3


def test_requests_are_counted_by_route_and_status(server: Server) -> None:
    def ended(status: int) -> float:
        pattern = rf'^bantam_requests_total{{route="GET /api/clients/{{id}}",status="{status}"}} (.*)$'
        return sum(map(float, re.findall(pattern, server.run(METRICS), re.MULTILINE)))

    before = {status: ended(status) for status in (200, 404)}
    for client in (1, 1, 999_999_999):
        server.get(f"/api/clients/{client}", ADMIN)

    assert {status: ended(status) - count for status, count in before.items()} == {200: 2, 404: 1}


def test_metrics_are_for_the_own_server_and_for_admins(server: Server) -> None:
    assert "bantam_connection_wait_seconds_count" in server.run(METRICS)
    assert "bantam_statement_seconds_count" in server.get("/api/admin/metrics", ADMIN).text
    for path in ("/metrics", "/metrics%0a", "//metrics", "/metrics/"):
        assert server.http.get(path).status_code == 404, path


def test_an_id_is_the_edges_own(server: Server) -> None:
    answers = [server.send("GET", "/healthz", headers={"x-request-id": "mine"}) for _ in range(2)]

    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", id_) for id_ in ids)


def test_a_slow_search_is_found_everywhere_by_its_id(server: Server) -> None:
    answers = []
    sql = f"BEGIN; LOCK TABLE clients; SELECT pg_sleep({HELD_S})"
    hold = threading.Thread(
        target=lambda: server.run(f"runuser -u postgres -- psql -qd bantam -c '{sql}' || true")
    )
    hold.start()
    until(lambda: server.sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") != "0")
    search = threading.Thread(
        target=lambda: answers.append(server.get(f"/api/search/clients?q={secrets.token_hex(8)}", ADMIN))
    )
    search.start()
    # In one command: whoever waits for a lock for two seconds is refused.
    psql = "cd / && runuser -u postgres -- psql -XAtqd bantam -c"
    look = f'sleep {SLOW_S}; {psql} "{SESSION}"; {psql} "{LET_GO}"'
    session = server.run(look).splitlines()[0]
    search.join()
    hold.join()

    request = answers[0].headers["x-request-id"]
    assert answers[0].status_code == 200
    assert session == f"bantam-app {request}"
    app_log = server.run("journalctl --unit 'bantam-app@*' --since -1min --output cat")
    assert re.search(rf"search_clients took \d+ ms in GET /api/search/\w+ \(request {request}\)", app_log)
    database_log = server.run(f"grep '{request}' /var/log/postgresql/postgresql-17-main.log")
    assert re.search(rf"bantam-app {request} LOG:  duration: \d", database_log)

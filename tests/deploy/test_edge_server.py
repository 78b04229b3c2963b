"""The edge on a deployed server: changes that nobody notices, limits, and what is refused."""

import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from sandbox import state
from tests.servers import SandboxServer

pytestmark = pytest.mark.server

CHANGES = [
    "systemctl reload nginx",
    "systemctl restart bantam-app@1",
    "systemctl restart bantam-app@2",
    "systemctl reload nginx; systemctl restart bantam-app@1 bantam-app@2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_reload_or_restart_drops_no_request(
    server_http: httpx.Client, token: Callable[[int], str], run_on_server: Callable[[str], str], change: str
) -> None:
    # A connection each: an idle one that nginx closes just as a request enters it is the client's to retry.
    answers: Counter[int | str] = Counter()
    stop = threading.Event()

    def ask(user_id: int) -> None:
        headers = {"authorization": f"Bearer {token(user_id)}", "connection": "close"}
        while not stop.is_set():
            try:
                answers[server_http.get("/api/dashboards/user", headers=headers).status_code] += 1
            except httpx.HTTPError as error:
                answers[repr(error)] += 1
            stop.wait(0.05)  # each stays below the limit of one client

    people = [threading.Thread(target=ask, args=[user_id]) for user_id in range(1, 9)]
    for person in people:
        person.start()
    for _ in range(3):
        run_on_server(change)
        stop.wait(0.5)
    stop.set()
    for person in people:
        person.join()
    assert set(answers) == {200}, answers
    assert answers[200] > 20


MOST_CONNECTIONS = 500


def connected(address: tuple[str, int], wanted: int) -> list[socket.socket]:
    """So many connections at most, as far as each is accepted at once."""
    opened = []
    for _ in range(wanted):
        try:
            opened.append(socket.create_connection(address, timeout=2))
        except OSError:
            break
    return opened


def test_an_address_that_takes_every_connection_is_stopped_and_others_are_served(
    sandbox_server: SandboxServer, run_on_server: Callable[[str], str]
) -> None:
    record = state.load(sandbox_server.name)
    assert record
    opened = connected((record.address, 443), 2 * MOST_CONNECTIONS)
    try:
        local = run_on_server(
            "python3 -c \"import http.client as h, ssl; c = h.HTTPSConnection('127.0.0.1', timeout=5,"
            " context=ssl._create_unverified_context()); c.request('GET', '/healthz');"
            ' print(c.getresponse().status)"'
        )
        assert run_on_server("echo ssh goes on") == "ssh goes on"
    finally:
        for connection in opened:
            connection.close()

    # Some may be open still from the tests before.
    assert MOST_CONNECTIONS - 50 < len(opened) <= MOST_CONNECTIONS
    assert local == "421"  # served, though under another name
    time.sleep(1)
    again = connected((record.address, 443), 5)
    assert len(again) == 5
    for connection in again:
        connection.close()


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET /healthz HTTP/1.1", "Host: bank.example", 421),
        ("GET /api/users HTTP/1.1", "Host: bank.example", 421),
        ("GET /healthz HTTP/3.0", "Host: x", 501),
        ("POST /api/tasks HTTP/1.1", "Host: {host}\r\nTransfer-Encoding: rot13", 501),
        ("GET  /healthz \x01", "Host: {host}", 400),
    ],
)
def test_what_the_edge_refuses_it_says_in_json(
    server_http: httpx.Client, request_line: str, headers: str, status: int
) -> None:
    url = server_http.base_url
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((url.host, 443), timeout=5) as plain, context.wrap_socket(plain) as secure:
        text = f"{request_line}\r\n{headers.format(host=url.host)}\r\nConnection: close\r\n\r\n"
        secure.sendall(text.encode())
        answer = b"".join(iter(lambda: secure.recv(65536), b""))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_plain_http_leads_to_the_servers_own_name(server_http: httpx.Client) -> None:
    answer = httpx.get(f"http://{server_http.base_url.host}/api/users?x=1", headers={"host": "bank.example"})

    assert answer.status_code == 301
    assert answer.headers["location"].endswith("/api/users?x=1")
    assert "bank.example" not in answer.headers["location"]


@pytest.mark.parametrize(
    "command",
    [
        "redis-cli -s /run/redis/redis.sock ping",
        "psql -h /run/pgbouncer -p 6432 -U bantam_app bantam -c 'SELECT 1'",
        "psql -h /run/postgresql -U bantam_app bantam -c 'SELECT 1'",
    ],
)
def test_a_stranger_on_the_server_reaches_no_service(
    run_on_server: Callable[[str], str], command: str
) -> None:
    assert "Permission denied" in run_on_server(f"cd /; runuser -u nobody -- {command} 2>&1 || true")

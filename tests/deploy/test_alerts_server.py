"""What goes wrong is told once, by HTTP and by mail, and once more when it is over."""

import json
import secrets
import shlex
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from sandbox import state
from tests.servers import SandboxServer, checked

pytestmark = pytest.mark.server

HTTP_PORT, SMTP_PORT = 8085, 8025
SECRET = "a-password-of-a-channel"
SQL = "cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam"
HEARTBEAT = f"alert_heartbeat: http://{{}}:{HTTP_PORT}/ping\n"
SECRETS = Path("inventories/secrets")


@dataclass
class Sinks:
    """An HTTP and an SMTP server, and the titles of what they have got."""

    address: str
    posted: list[str] = field(default_factory=list)
    mailed: list[str] = field(default_factory=list)
    last_mail: str = ""
    is_open: bool = True
    is_sane: bool = True
    heartbeats: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take a mail."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mailed.append(str(mail["subject"]))
        body = mail.get_body()
        self.last_mail = str(body.get_content()) if body else ""
        return "250 taken"

    def answer(self, body: bytes) -> int:
        """Take a message, unless it is closed; the status of the answer."""
        if not self.is_open:
            return 503
        self.posted.append(json.loads(body)["title"])
        return 200


@pytest.fixture(scope="module")
def sinks(sandbox_server: SandboxServer) -> Iterator[Sinks]:
    """Two servers on this machine that the sandbox can reach."""
    known = state.load(sandbox_server.name)
    assert known
    sinks = Sinks(known.host_address)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = sinks.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.end_headers()

        def do_GET(self) -> None:
            sinks.heartbeats += 1
            if not sinks.is_sane:
                self.wfile.write(b"nonsense\r\n\r\n")
                return
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    http = HTTPServer((sinks.address, HTTP_PORT), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    smtp = Controller(sinks, hostname=sinks.address, port=SMTP_PORT)
    smtp.start()
    yield sinks
    smtp.stop()
    http.shutdown()


@pytest.fixture(scope="module", autouse=True)
def _channels(sandbox_server: SandboxServer, sinks: Sinks) -> Iterator[None]:
    """What is critical goes to the one, warnings to the other; samples are judged when a test says so."""
    file = SECRETS / f"sandbox-{sandbox_server.name}.yml"
    before = file.read_text()
    critical = f"json://user:{SECRET}@{sinks.address}:{HTTP_PORT}"
    warning = f"mailto://{sinks.address}:{SMTP_PORT}?from=server@example.com&to=ops@example.com"
    file.write_text(
        f"{before}alert_critical: {critical}\nalert_warning: {warning}\n{HEARTBEAT.format(sinks.address)}"
        f"alert_report: {warning}\n"
    )
    checked(sandbox_server.make("deploy", "ONLY=alerts"))
    # What happened before is in this sample.
    sandbox_server.run(
        "systemctl stop bantam-history.timer bantam-alerts.timer; systemctl start bantam-history"
    )
    sandbox_server.run("rm -f /var/lib/bantam-alerts/* /var/lib/bantam-report/*")
    yield
    file.write_text(before)
    checked(sandbox_server.make("deploy", "ONLY=alerts"))
    sandbox_server.run("rm -f /var/lib/bantam-alerts/*; systemctl start bantam-history bantam-history.timer")
    sandbox_server.run("systemctl start bantam-alerts bantam-alerts.timer")


def minutes(server: SandboxServer, count: int) -> None:
    """Take and judge so many samples."""
    for _ in range(count):
        server.run("systemctl start bantam-history; systemctl start bantam-alerts")


def told(sinks: list[str]) -> list[str]:
    """What has come since the last time, without the server's name."""
    titles = [title.partition(": ")[2] for title in sinks]
    sinks.clear()
    return titles


def test_every_channel_can_be_tried(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    done = checked(sandbox_server.make("alert-test"))

    assert done.stdout.splitlines() == [
        "critical 1: delivered",
        "warning 1: delivered",
        "report 1: delivered",
    ]
    assert told(sinks.posted) == ["A test"]
    assert told(sinks.mailed) == ["A test", "A test"]


def test_a_channel_that_takes_nothing_is_named(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.is_open = False
    try:
        done = sandbox_server.make("alert-test")
    finally:
        sinks.is_open = True

    assert done.returncode != 0
    assert done.stdout.splitlines() == [
        "critical 1: NOT DELIVERED",
        "warning 1: delivered",
        "report 1: delivered",
    ]
    assert SECRET not in done.stdout + done.stderr
    assert told(sinks.mailed) == ["A test", "A test"]


def test_a_calm_server_tells_nothing(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    minutes(sandbox_server, 4)

    assert (told(sinks.posted), told(sinks.mailed)) == ([], [])


def test_the_report_of_the_day_is_sent_once(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sandbox_server.run("systemctl start bantam-report")
    minutes(sandbox_server, 3)

    assert told(sinks.mailed) == ["The last day"]
    assert "If it goes on like this" in sinks.last_mail


def test_a_heartbeat_comes_while_samples_are_judged(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.heartbeats = 0
    minutes(sandbox_server, 2)
    assert sinks.heartbeats == 2

    old = "import json, sys; f = '/var/lib/bantam-history/recent.json'; both = json.load(open(f));"
    old += " both[1]['taken_at'] = '2026-01-01T00:00:00+00:00'; json.dump(both, open(f, 'w'))"
    sandbox_server.run(f"python3 -c {shlex.quote(old)}; systemctl start bantam-alerts")
    assert sinks.heartbeats == 2
    assert told(sinks.posted) == ["No samples are taken"]

    minutes(sandbox_server, 2)
    assert told(sinks.posted) == ["Resolved: no samples are taken"]


def test_a_job_that_failed_is_told(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sandbox_server.run("systemd-run --quiet --unit=fails false; sleep 1")
    minutes(sandbox_server, 3)
    assert told(sinks.posted) == ["Fails.service has failed"]

    sandbox_server.run("systemctl reset-failed fails")
    minutes(sandbox_server, 3)
    assert told(sinks.posted) == ["Resolved: fails.service has failed"]


@pytest.mark.parametrize("text", ["", "{}", "null", "[1, 2]"], ids=["empty", "nothing", "null", "numbers"])
def test_samples_that_are_damaged_are_told_and_replaced(
    sandbox_server: SandboxServer, sinks: Sinks, text: str
) -> None:
    sandbox_server.run(f"echo '{text}' > /var/lib/bantam-history/recent.json; systemctl start bantam-alerts")
    assert told(sinks.posted) == ["No samples are taken"]

    minutes(sandbox_server, 2)
    assert told(sinks.posted) == ["Resolved: no samples are taken"]


def test_a_heartbeat_that_answers_nonsense_stops_nothing(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.is_sane = False
    try:
        minutes(sandbox_server, 1)
    finally:
        sinks.is_sane = True
    log = sandbox_server.run("journalctl --unit bantam-alerts --since -1min --output cat")

    assert sandbox_server.run("systemctl show --property=Result bantam-alerts") == "Result=success"
    assert "The heartbeat was not taken: BadStatusLine." in log
    assert sinks.address not in log


def test_an_outage_is_told_once_and_its_end_once(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sandbox_server.run("systemctl stop redis-server")
    try:
        minutes(sandbox_server, 5)
    finally:
        sandbox_server.run("systemctl start redis-server")
    assert told(sinks.posted) == ["Redis does not answer"]

    minutes(sandbox_server, 5)
    assert told(sinks.posted) == ["Resolved: Redis does not answer"]
    assert told(sinks.mailed) == []


@pytest.mark.rehearsal
def test_an_outage_and_its_end_are_told_within_two_samples(
    sandbox_server: SandboxServer, sinks: Sinks
) -> None:
    """By the timers; a sample is judged five seconds after it was taken."""
    timers = "bantam-history.timer bantam-alerts.timer"
    sandbox_server.run(f"systemctl start {timers}")
    try:
        for verb, title in (("stop", "Redis does not answer"), ("start", "Resolved: Redis does not answer")):
            sandbox_server.run(f"systemctl {verb} redis-server")
            deadline = time.monotonic() + 2 * 60 + 10
            while not sinks.posted:
                assert time.monotonic() < deadline, title
                time.sleep(1)
            assert told(sinks.posted) == [title]
    finally:
        sandbox_server.run(f"systemctl stop {timers}; systemctl start redis-server")


def test_what_could_not_be_delivered_waits(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.is_open = False
    sandbox_server.run("systemctl stop redis-server")
    try:
        minutes(sandbox_server, 3)
    finally:
        sandbox_server.run("systemctl start redis-server")
        sinks.is_open = True
    # A channel that is away is no reason to refuse a release.
    assert sandbox_server.run("systemctl show --property=Result bantam-alerts") == "Result=success"
    log = sandbox_server.run("journalctl --unit bantam-alerts --since -2min --output cat")
    assert "The channel critical 1 did not take a message; it is sent again in a minute." in log
    assert SECRET not in log

    minutes(sandbox_server, 4)
    assert told(sinks.posted) == ["Redis does not answer", "Resolved: Redis does not answer"]


def test_a_slow_statement_is_a_warning(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    minutes(sandbox_server, 1)
    # As long as a statement may wait for a lock is two seconds.
    hold = f"{SQL} -c 'BEGIN; LOCK TABLE clients; SELECT pg_sleep(1.6)'"
    sandbox_server.run(f"systemd-run --quiet --collect --unit=holds-a-lock sh -c {shlex.quote(hold)}")
    locked = "SELECT 1 FROM pg_locks WHERE relation = 'clients'::regclass AND mode = 'AccessExclusiveLock'"
    sandbox_server.run(f'until {SQL} -c "{locked}" | grep -q .; do sleep 0.1; done')
    with sandbox_server.http() as http:
        token = {"authorization": f"Bearer {sandbox_server.token(1)}"}
        http.get(f"/api/search/clients?q={secrets.token_hex(8)}", headers=token)
    minutes(sandbox_server, 3)

    assert told(sinks.mailed) == ["Slow statements", "Resolved: slow statements"]
    assert told(sinks.posted) == []

"""Servers of HTTP, of mail and of Sentry's events that alerts are sent to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from sandbox import state
from tests.servers import SandboxServer, checked

HTTP_PORT, SMTP_PORT = 8085, 8025
SECRET = "a-password-of-a-channel"
HEARTBEAT = f"alert_heartbeat: http://{{}}:{HTTP_PORT}/ping\n"
DSN = f"sentry_dsn: http://{SECRET.replace('-', '')}@{{}}:{HTTP_PORT}/1\n"
SECRETS = Path("inventories/secrets")


@dataclass
class Sinks:
    """An HTTP and an SMTP server, and the titles of what they have got."""

    address: str
    posted: list[str] = field(default_factory=list)
    mailed: list[str] = field(default_factory=list)
    last_mail: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
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

    def take_envelope(self, body: bytes) -> int:
        """Take what Sentry's SDK sends, unless it is closed; the status of the answer."""
        if not self.is_open:
            return 503
        # The envelope's head, then the event's head and the event.
        self.events.append(json.loads(body.splitlines()[2]))
        return 200


@contextmanager
def served(server: SandboxServer) -> Iterator[Sinks]:
    """Two servers on this machine that the sandbox can reach."""
    known = state.load(server.name)
    assert known
    sinks = Sinks(known.host_address)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            is_event = self.path == "/api/1/envelope/"
            self.send_response(sinks.take_envelope(body) if is_event else sinks.answer(body))
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


@contextmanager
def told_there(server: SandboxServer, sinks: Sinks) -> Iterator[None]:
    """What is critical goes to the one, warnings to the other; samples are judged when a test says so."""
    file = SECRETS / f"sandbox-{server.name}.yml"
    before = file.read_text()
    critical = f"json://user:{SECRET}@{sinks.address}:{HTTP_PORT}"
    warning = f"mailto://{sinks.address}:{SMTP_PORT}?from=server@example.com&to=ops@example.com"
    file.write_text(
        f"{before}alert_critical: {critical}\nalert_warning: {warning}\n{HEARTBEAT.format(sinks.address)}"
        f"alert_report: {warning}\n{DSN.format(sinks.address)}"
    )
    checked(server.make("deploy", "ONLY=alerts"))
    # What happened before is in this sample.
    server.run("systemctl stop bantam-history.timer bantam-alerts.timer; systemctl start bantam-history")
    server.run("rm -f /var/lib/bantam-alerts/* /var/lib/bantam-report/*")
    yield
    file.write_text(before)
    checked(server.make("deploy", "ONLY=alerts"))
    server.run("rm -f /var/lib/bantam-alerts/*; systemctl start bantam-history bantam-history.timer")
    server.run("systemctl start bantam-alerts bantam-alerts.timer")


def minutes(server: SandboxServer, count: int) -> None:
    """Take and judge so many samples."""
    for _ in range(count):
        server.run("systemctl start bantam-history; systemctl start bantam-alerts")


def told(sinks: list[str]) -> list[str]:
    """What has come since the last time, without the server's name."""
    titles = [title.partition(": ")[2] for title in sinks]
    sinks.clear()
    return titles

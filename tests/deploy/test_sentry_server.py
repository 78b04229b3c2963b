"""Errors of the app are issues in a server that speaks Sentry's protocol."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import state
from tests.servers import ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.rehearsal]

PORT = 8086
PROJECT = """
from projects.models import Project
from teams.models import Team
print(Project.objects.create(name="bantam", team=Team.objects.create(name="bantam")).dsn)
"""
ISSUES = """
import json
from issues.models import Issue
found = Issue.objects.values("calculated_type", "transaction", "digested_event_count")
print(json.dumps(list(found)))
"""


@dataclass(frozen=True)
class Bugsink:
    """Bugsink, installed from PyPI into a folder of its own."""

    folder: Path

    def run(self, *command: str) -> str:
        """What a command of its own printed."""
        done = subprocess.run(
            [self.folder / "venv/bin" / command[0], *command[1:]],
            cwd=self.folder,
            env={**os.environ, "PATH": f"{self.folder}/venv/bin:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def shell(self, program: str) -> str:
        """The last line that a program prints there."""
        return self.run("bugsink-manage", "shell", "-v0", "-c", program).strip().splitlines()[-1]


@pytest.fixture(scope="module")
def bugsink(sandbox_server: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bugsink]:
    """It serves where the sandbox can reach it, and the app's errors go there."""
    server = state.load(sandbox_server.name)
    assert server
    bugsink = Bugsink(tmp_path_factory.mktemp("bugsink"))
    uv = ROOT / ".venv/bin/uv"
    subprocess.run([uv, "venv", "-q", bugsink.folder / "venv"], check=True)
    python = bugsink.folder / "venv/bin/python"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, "bugsink==2.6.2"], check=True)
    bugsink.run("bugsink-create-conf", "--template=local", f"--host={server.host_address}", f"--port={PORT}")
    bugsink.run("bugsink-manage", "migrate", "-v0")
    bugsink.run("bugsink-manage", "migrate", "-v0", "snappea", "--database=snappea")
    dsn = bugsink.shell(PROJECT)
    serving = subprocess.Popen(
        [
            python,
            bugsink.folder / "venv/bin/bugsink-manage",
            "runserver",
            "--noreload",
            f"{server.host_address}:{PORT}",
        ],
        cwd=bugsink.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    file = ROOT / f"inventories/secrets/sandbox-{sandbox_server.name}.yml"
    before = file.read_text()
    file.write_text(f"{before}sentry_dsn: {dsn}\n")
    checked(sandbox_server.make("deploy", "ONLY=alerts"))
    sandbox_server.run("systemctl stop bantam-alerts.timer; systemctl start bantam-alerts")
    yield bugsink
    serving.terminate()
    serving.wait(10)
    file.write_text(before)
    checked(sandbox_server.make("deploy", "ONLY=alerts"))


def test_an_error_is_an_issue_there(sandbox_server: SandboxServer, bugsink: Bugsink) -> None:
    psql = "cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam -c"
    sandbox_server.run(f"{psql} 'ALTER VIEW callers RENAME TO callers_away'")
    try:
        with sandbox_server.http() as http:
            headers = {"authorization": f"Bearer {sandbox_server.token(1)}"}
            assert [http.get("/api/clients", headers=headers).status_code for _ in range(3)] == [500] * 3
    finally:
        sandbox_server.run(f"{psql} 'ALTER VIEW callers_away RENAME TO callers'")
    for _ in range(2):
        sandbox_server.run("sleep 2.5; systemctl start bantam-alerts")

    issues = json.loads(bugsink.shell(ISSUES))
    assert [(each["calculated_type"], each["digested_event_count"]) for each in issues] == [
        ("psycopg.errors.UndefinedTable", 3)
    ]

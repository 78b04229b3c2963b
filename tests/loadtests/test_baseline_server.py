"""The typical app answers what the project's answers; otherwise a comparison would mean nothing."""

import hashlib
import hmac
import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import NewServer
from tests.servers import ROOT, SMALL_SCALE, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

USERS = {"admin": 1, "project_manager": 2, "team_member": 7, "client": 15}
# What each has of its own.
OWN = {"next", "previous", "refreshed_at", "age_s"}


@pytest.fixture(scope="module")
def project(ready_server: NewServer) -> SandboxServer:
    return ready_server("after", scale=SMALL_SCALE)


@pytest.fixture(scope="module")
def typical(ready_server: NewServer) -> SandboxServer:
    server = ready_server("before", scale=SMALL_SCALE)
    command = (
        sys.executable,
        "-m",
        "loadtests.baseline.install",
        "--run-dir",
        str(server.run_folder),
        "before",
    )
    checked(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False))
    return server


def ask(server: SandboxServer, user: int, path: str) -> tuple[int, Any]:
    target = server.read("target.json")
    key = Path(str(target["seed_token_key_file"])).read_text().strip().encode()
    token = "bt_" + hmac.new(key, f"user:{user}".encode(), hashlib.sha256).hexdigest()
    answer = httpx.get(
        f"{target['url']}{path}",
        headers={"Authorization": f"Bearer {token}"},
        verify=ssl.create_default_context(cafile=ROOT / str(target["ca"])),
        timeout=30,
    )
    return answer.status_code, _common(answer.json()) if answer.status_code == 200 else None


def _common(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _common(value) for name, value in body.items() if name not in OWN}
    return [_common(each) for each in body] if isinstance(body, list) else body


@pytest.mark.parametrize("role", USERS)
def test_both_answer_the_same(project: SandboxServer, typical: SandboxServer, role: str) -> None:
    user = USERS[role]
    status, page = ask(project, user, "/api/projects?limit=50&sort=due_on")
    assert status == 200
    first = page["items"][0]["id"]
    task = ask(project, user, f"/api/projects/{first}/tasks?limit=50")[1]["items"][0]["id"]
    paths = [
        "/api/dashboards/user",
        "/api/projects?limit=50&sort=due_on",
        f"/api/projects/{first}",
        f"/api/projects/{first}/tasks?limit=50",
        f"/api/tasks/{task}",
        "/api/reports/finance?limit=100",
        f"/api/reports/finance?limit=100&project={first}",
        "/api/tasks?limit=50&open=true",
        "/api/tasks/999999999",
    ]

    for path in paths:
        assert ask(typical, user, path) == ask(project, user, path), path


def test_both_find_the_same_tasks_by_a_rare_phrase(project: SandboxServer, typical: SandboxServer) -> None:
    path = "/api/search/tasks?q=animation+Tuesday&limit=100"
    found = [{hit["id"] for hit in ask(server, 1, path)[1]["items"]} for server in (project, typical)]

    assert found[0] == found[1] != set()


def test_the_typical_server_has_debians_configuration_and_nothing_of_the_project(
    typical: SandboxServer,
) -> None:
    sql = "runuser -u postgres -- psql -XAtqw -d bantam -c"
    set_by_us = "SELECT name FROM pg_settings WHERE sourcefile LIKE '%/conf.d/%'"
    indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public' AND indexdef ILIKE '% USING gin %'"
    triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"

    assert typical.run(f'cd / && {sql} "{set_by_us}"') == "shared_preload_libraries"
    assert typical.run(f'cd / && {sql} "{indexes}"') == typical.run(f'cd / && {sql} "{triggers}"') == "0"
    assert (
        typical.ssh("systemctl is-active pgbouncer redis-server bantam-app.socket").stdout.split()
        == ["inactive"] * 3
    )


def test_a_comparison_in_short_measures_both_sides(
    project: SandboxServer, typical: SandboxServer, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "loadtests.compare", "--out", str(tmp_path), "--phases", "warm"]
    command += ["--rounds", "1", "--seconds", "14", "--after", str(project.run_folder)]
    command += ["--before", str(typical.run_folder), "--tuned", str(typical.run_folder)]
    checked(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False))

    (phase,) = json.loads((tmp_path / "latest" / "summary.json").read_text())["phases"]
    assert phase["failed"] == [[], []]
    dashboard = next(row for row in phase["rows"] if row["name"] == "User dashboard")
    assert dashboard["ratio_p50"] > 1
    queries = next(row for row in phase["resources"] if row["name"] == "Queries")
    assert queries["values"][0] > queries["values"][1]


def test_the_typical_app_only_goes_to_a_sandbox(project: SandboxServer, tmp_path: Path) -> None:
    target = project.read("target.json") | {"kind": "staging"}
    (tmp_path / "target.json").write_text(json.dumps(target))

    done = subprocess.run(
        [sys.executable, "-m", "loadtests.baseline.install", "--run-dir", str(tmp_path), "before"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "the typical app only goes to a sandbox" in done.stderr

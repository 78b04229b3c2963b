"""The app: workers that share one socket, run the current release, are ready, and require a token."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.probes.connection import Connection
from verify.probes.secret import Secret
from verify.probes.units import Unit
from verify.probes.web import Answer, Edge

SOCKET = "bantam-app.socket"
LEAKS = Path(__file__).parent / "remote" / "leaks.py"

JOBS = ["bantam-reports", "bantam-report-files"]
REPORT_AGE_S = 20 * 60
"""15 minutes between two refreshes, plus the time that one may take."""

PRIVATE = [
    "/api/projects/1",
    "/api/projects/1/tasks",
    "/api/dashboards/user",
    "/api/search?q=a",
    "/api/reports/finance",
]
HOSTILE = [
    "/api/projects/1%27%20OR%20%271%27=%271",
    "/api/projects/%00",
    "/api/projects/99999999999999999999",
    "/api/projects/-1",
    "/api/projects/1/tasks?limit=1;DROP%20TABLE%20tasks",
    "/api/projects/1/tasks?cursor=%FF%FE",
    "/api/search?q=%00",
    "/api/reports/finance?format=csv&currency=%27--",
    "/..%2f..%2f..%2fetc/passwd",
    "/static/../../../etc/passwd",
    "/api/" + "a" * 3000,
]


@pytest.fixture
def worker_unit(unit: Callable[[str], Unit], worker: int) -> Unit:
    return unit(f"bantam-app@{worker}.service")


@pytest.fixture(scope="module")
def current(host: Any) -> str:
    """The name of the release that the link points to."""
    return str(host.check_output("readlink /opt/bantam/current")).rpartition("/")[2]


@pytest.fixture(scope="module")
def ready(edge: Edge) -> dict[str, Any]:
    answer = edge.ask("/readyz")
    assert answer.status == 200, answer
    content: dict[str, Any] = json.loads(answer.body)
    return content


@pytest.fixture(scope="module")
def leaks(connection: Connection, secrets: dict[str, Secret]) -> dict[str, Any]:
    """Where the environment's secrets are found on the server."""
    texts = json.dumps({name: secret.reveal() for name, secret in secrets.items()})
    done = connection.run(f"python3 -c {shlex.quote(LEAKS.read_text())}", stdin=texts)
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("name", "value"), [("ActiveState", "active"), ("UnitFileState", "enabled")])
def test_socket(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit(SOCKET).properties[name] == value


def test_socket_is_for_the_edge_only(host: Any) -> None:
    socket = host.file("/run/bantam-app/app.sock")
    assert (socket.user, socket.group, oct(socket.mode)) == ("root", "www-data", "0o660")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ActiveState", "active"),
        ("UnitFileState", "enabled"),
        ("NeedDaemonReload", "no"),
        ("Type", "notify"),
        ("Restart", "on-failure"),
        ("StartLimitIntervalUSec", "0"),
        ("WatchdogUSec", "15s"),
        ("OOMScoreAdjust", "500"),
        ("UMask", "0077"),
    ],
)
def test_worker(worker_unit: Unit, name: str, value: str) -> None:
    assert worker_unit.properties[name] == value


def test_no_other_worker_runs(host: Any, settings: dict[str, Any]) -> None:
    output = host.check_output("systemctl list-units --plain --no-legend 'bantam-app@*.service'")
    wanted = {f"bantam-app@{worker}.service" for worker in range(1, settings["app_workers"] + 1)}
    assert {line.split()[0] for line in output.splitlines()} == wanted


def test_worker_is_bounded_in_memory(worker_unit: Unit) -> None:
    assert worker_unit.properties["MemoryMax"] != "infinity"


def test_kernel_enforces_the_memory_limit(worker_unit: Unit) -> None:
    assert worker_unit.memory_limit() == int(worker_unit.properties["MemoryMax"])


def test_kernel_prefers_the_worker_when_memory_runs_out(worker_unit: Unit) -> None:
    assert worker_unit.oom_score_adj() == 500


def test_worker_has_its_own_user(worker_unit: Unit) -> None:
    assert worker_unit.process("user") == "bantam"


def test_exposure(worker_unit: Unit) -> None:
    assert worker_unit.exposure() <= 2.0


def test_worker_listens_on_no_tcp_port(worker_unit: Unit) -> None:
    assert worker_unit.tcp_listeners() == []


def test_worker_holds_the_shared_socket(host: Any, worker_unit: Unit) -> None:
    [holders] = host.check_output("ss -Hxlp src /run/bantam-app/app.sock").splitlines()
    assert f"pid={worker_unit.pid}," in holders


def test_worker_runs_the_current_release(host: Any, worker_unit: Unit, current: str) -> None:
    command = f"grep --only-matching '/opt/bantam/releases/[^/]*' /proc/{worker_unit.pid}/maps | sort -u"
    assert host.check_output(command).split() == [f"/opt/bantam/releases/{current}"]


def test_the_release_brought_its_own_configuration(host: Any) -> None:
    assert host.file("/etc/bantam/app.toml").linked_to == host.file("/opt/bantam/current/app.toml").linked_to


def test_no_candidate_is_left_running(host: Any, unit: Callable[[str], Unit]) -> None:
    assert unit("bantam-candidate.service").properties["ActiveState"] == "inactive"
    assert not host.file("/opt/bantam/candidate").exists


def test_the_release_can_run_on_the_schema(host: Any) -> None:
    check = "cd / && runuser -u postgres -- /opt/bantam/current/bin/bantam-check-schema"
    assert host.check_output(check) == ""


def test_nobody_but_root_may_change_a_release(host: Any) -> None:
    assert host.check_output("find /opt/bantam ! -type l '(' ! -user root -o -perm /022 ')'") == ""


def test_is_alive(edge: Edge) -> None:
    answer = edge.ask("/healthz")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


@pytest.mark.parametrize(("part", "value"), [("status", "ok"), ("database", "up"), ("redis", "up")])
def test_is_ready(ready: dict[str, Any], part: str, value: str) -> None:
    assert ready[part] == value


def test_tells_no_stranger_its_release(ready: dict[str, Any]) -> None:
    assert "release" not in ready


@pytest.mark.parametrize("authorization", [None, "Bearer bt_" + "0" * 64, "Bearer x", "Basic eDp5"])
@pytest.mark.parametrize("path", PRIVATE)
def test_nobody_reads_without_a_token(edge: Edge, path: str, authorization: str | None) -> None:
    answer = edge.ask(path, headers={"Authorization": authorization} if authorization else {})
    assert answer.status == 401


def test_nobody_writes_without_a_token(edge: Edge) -> None:
    answer = edge.ask("/api/tasks/1", method="PATCH", body=b'{"status": "done"}')
    assert answer.status == 401


@pytest.mark.parametrize(
    ("name", "value"), [("content-type", "application/problem+json"), ("www-authenticate", "Bearer")]
)
def test_refusal(edge: Edge, name: str, value: str) -> None:
    answer: Answer = edge.ask("/api/dashboards/user")
    assert answer.headers.get(name, "").startswith(value)


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_request_is_refused(edge: Edge, path: str) -> None:
    assert 400 <= edge.ask(path).status < 500


@pytest.mark.parametrize(
    ("name", "value"), [("ActiveState", "active"), ("UnitFileState", "enabled"), ("NeedDaemonReload", "no")]
)
@pytest.mark.parametrize("job", JOBS)
def test_timer(unit: Callable[[str], Unit], job: str, name: str, value: str) -> None:
    assert unit(f"{job}.timer").properties[name] == value


@pytest.mark.parametrize(
    ("name", "value"), [("Result", "success"), ("ExecMainStatus", "0"), ("NeedDaemonReload", "no")]
)
@pytest.mark.parametrize("job", JOBS)
def test_last_run_of(unit: Callable[[str], Unit], job: str, name: str, value: str) -> None:
    assert unit(f"{job}.service").properties[name] == value


@pytest.mark.parametrize("job", JOBS)
def test_exposure_of(unit: Callable[[str], Unit], job: str) -> None:
    assert unit(f"{job}.service").exposure() <= 2.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ActiveState", "active"),
        ("UnitFileState", "enabled"),
        ("NeedDaemonReload", "no"),
        ("ExecMainStatus", "0"),
    ],
)
def test_cache_was_warmed_for_the_release(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit("bantam-warm.service").properties[name] == value


def test_exposure_of_warming(unit: Callable[[str], Unit]) -> None:
    assert unit("bantam-warm.service").exposure() <= 2.0


def test_reports_are_fresh(catalog: Callable[[str], list[dict[str, Any]]]) -> None:
    ages = {row["view"]: row["age_s"] for row in catalog("report_ages")}
    assert ages
    assert {view: age for view, age in ages.items() if age > REPORT_AGE_S} == {}


def test_report_files_are_for_the_app_to_read(host: Any) -> None:
    assert (
        host.check_output("find /var/lib/bantam/reports ! -user postgres -o ! -group bantam -o -perm /027")
        == ""
    )


@pytest.mark.parametrize("place", ["environ", "cmdline", "journal"])
def test_no_secret_is_in(leaks: dict[str, Any], place: str) -> None:
    assert leaks[place] == []


def test_secrets_are_where_they_belong(leaks: dict[str, Any]) -> None:
    homes = (
        "/etc/bantam/",
        "/run/credentials/",
        "/etc/ssh/ssh_host_",
        "/etc/ssl/private/",
        "/etc/letsencrypt/",
        "/etc/pgbackrest/conf.d/key.conf",
        "/etc/pgbackrest/sftp-key",
    )
    assert [path for path, _mode, _owner in leaks["files"] if not path.startswith(homes)] == []


def test_secrets_are_roots_alone(leaks: dict[str, Any]) -> None:
    loose = [
        (path, mode, owner)
        for path, mode, owner in leaks["files"]
        if owner != ("postgres" if path.startswith("/etc/pgbackrest/") else "root") or int(mode, 8) & 0o037
    ]
    assert loose == []


@pytest.mark.parametrize("secret", ["redis-password", "cursor-key"])
def test_secret_is_there(leaks: dict[str, Any], secret: str) -> None:
    assert f"/etc/bantam/credentials/{secret}" in {path for path, _mode, _owner in leaks["files"]}

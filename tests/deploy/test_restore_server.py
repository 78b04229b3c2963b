"""The way back on a real server: to a moment, looked at first, undone, accepted; and what is out of reach."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
import pytest

from tests.deploy.traffic import MEMBER, Traffic
from tests.servers import ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

ADMIN = 1
PSQL = "cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1 -p 5432 -d bantam"
COPY = f"{PSQL} -h /run/bantam-restored"
CLUSTERS = "/var/lib/postgresql/17"
WAL = "/var/lib/pgbackrest/archive/bantam/17-1"
ROWS = "-c \"SELECT string_agg(n::text, ',' ORDER BY n) FROM moments\""
Run = Callable[[str], str]


class Moments(NamedTuple):
    """A restore point after the first row, an LSN after the second, a time after the third of four rows."""

    point: str
    lsn: str
    time: str


def insert(run: Run, n: int) -> None:
    run(f"{PSQL} -c 'INSERT INTO moments SELECT {n}'")


@pytest.fixture(scope="module")
def moments(sandbox_server: SandboxServer, run_on_server: Run) -> Iterator[Moments]:
    checked(sandbox_server.make("restore-accept"))
    run_on_server(f"{PSQL} -c 'DROP TABLE IF EXISTS moments' -c 'CREATE TABLE moments (n integer)'")
    insert(run_on_server, 1)
    point = f"first-{time.time_ns()}"
    checked(sandbox_server.make("restore-point", f"POINT={point}"))
    insert(run_on_server, 2)
    lsn = run_on_server(f"{PSQL} -c 'SELECT pg_current_wal_lsn()'")
    insert(run_on_server, 3)
    time.sleep(1)
    at = datetime.now(UTC).isoformat(sep=" ", timespec="milliseconds")
    time.sleep(1)
    insert(run_on_server, 4)
    yield Moments(point, lsn, at)
    checked(sandbox_server.make("restore-accept"))
    run_on_server(f"{PSQL} -c 'DROP TABLE moments'")


def test_a_person_looks_at_a_moment_and_steps_on(
    sandbox_server: SandboxServer, run_on_server: Run, moments: Moments
) -> None:
    steps = ((moments.point, "1"), (moments.lsn, "1,2"), (moments.time, "1,2,3"), ("latest", "1,2,3,4"))
    for number, (to, rows) in enumerate(steps):
        # A time and an LSN cannot be compared.
        steps_on = number > 0 and to != moments.time
        said = checked(sandbox_server.make("restore", f"TO={to}", "LOOK=1")).stderr
        assert ("Restoring backup" in said) is not steps_on
        assert run_on_server(f"{COPY} {ROWS}") == rows
        assert run_on_server(f"{PSQL} {ROWS}") == "1,2,3,4"
    refused = sandbox_server.ssh(f"{COPY} -c 'DROP TABLE moments'")
    assert "read-only transaction" in refused.stderr

    checked(sandbox_server.make("restore", f"TO={moments.point}", "LOOK=1"))
    assert run_on_server(f"{COPY} {ROWS}") == "1"

    checked(sandbox_server.make("restore-accept"))
    assert run_on_server(f"ls {CLUSTERS}") == "main"
    assert sandbox_server.ssh("systemctl is-active bantam-restored").stdout.strip() == "inactive"


def test_a_restore_is_served_from_no_cache_and_can_be_undone(
    sandbox_server: SandboxServer,
    server_http: httpx.Client,
    token: Callable[[int], str],
    moments: Moments,
) -> None:
    admin = {"Authorization": f"Bearer {token(ADMIN)}"}

    def name() -> str:
        answer = server_http.get("/api/projects/1", headers=admin)
        admin["If-Match"] = answer.headers["etag"]
        return str(answer.json()["name"])

    before = name()
    point = f"renaming-{time.time_ns()}"
    checked(sandbox_server.make("restore-point", f"POINT={point}"))
    server_http.patch("/api/projects/1", json={"name": "Renamed"}, headers=admin).raise_for_status()
    assert name() == "Renamed"

    with Traffic(server_http, token(MEMBER)) as traffic:
        said = checked(sandbox_server.make("restore", f"TO={point}")).stderr
    assert "The other data serves, " in said
    assert traffic.statuses.keys() <= {200, 503}
    assert traffic.statuses[200] > 20
    assert name() == before

    refused = sandbox_server.make("restore", f"TO={moments.point}")
    assert refused.returncode != 0
    assert "first delete it by `make restore-accept`, or bring it back by" in refused.stderr

    checked(sandbox_server.make("restore-undo"))
    assert name() == "Renamed"
    server_http.patch("/api/projects/1", json={"name": before}, headers=admin).raise_for_status()
    checked(sandbox_server.make("restore-accept"))


@pytest.mark.rehearsal
def test_what_was_undone_leads_nowhere(
    sandbox_server: SandboxServer, run_on_server: Run, moments: Moments
) -> None:
    insert(run_on_server, 5)
    time.sleep(1)
    replaced = datetime.now(UTC).isoformat(sep=" ", timespec="milliseconds")
    time.sleep(1)
    checked(sandbox_server.make("restore", f"TO={moments.time}"))
    assert run_on_server(f"{PSQL} {ROWS}") == "1,2,3"
    insert(run_on_server, 66)
    point = f"undone-{time.time_ns()}"
    checked(sandbox_server.make("restore-point", f"POINT={point}"))
    refused = sandbox_server.make("restore", f"TO={replaced}", "LOOK=1")
    assert refused.stderr.startswith(f"What the database was at {replaced} is gone: at 20")

    checked(sandbox_server.make("restore-undo"))
    assert run_on_server(f"{PSQL} {ROWS}").endswith(",5")
    checked(sandbox_server.make("restore-accept"))
    insert(run_on_server, 6)
    checked(sandbox_server.make("restore", "TO=latest", "LOOK=1"))
    assert run_on_server(f"{COPY} {ROWS}") == "1,2,3,4,5,6"
    refused = sandbox_server.make("restore", f"TO={point}", "LOOK=1")
    assert refused.stderr.startswith(f"{point} is of data that a restore has replaced: nothing leads there.")
    checked(sandbox_server.make("restore", f"TO={replaced}", "LOOK=1"))
    assert run_on_server(f"{COPY} {ROWS}") == "1,2,3,4,5"


@pytest.mark.usefixtures("moments")
def test_nothing_committed_is_lost_with_the_tables(sandbox_server: SandboxServer, run_on_server: Run) -> None:
    insert(run_on_server, 7)  # which is in no archived WAL yet
    run_on_server(f"systemctl kill --signal=KILL postgresql@17-main; rm -r {CLUSTERS}/main/base; sleep 2")

    checked(sandbox_server.make("restore", "TO=latest"))
    assert run_on_server(f"{PSQL} {ROWS}").endswith(",7")
    checked(sandbox_server.make("restore-accept"))


@pytest.mark.rehearsal
@pytest.mark.usefixtures("moments")
def test_what_is_archived_is_restored_without_a_data_directory(
    sandbox_server: SandboxServer, run_on_server: Run
) -> None:
    insert(run_on_server, 8)
    run_on_server(f"{PSQL} -c 'SELECT pg_switch_wal()'; sleep 3")
    run_on_server(f"systemctl kill --signal=KILL postgresql@17-main; rm -r {CLUSTERS}/main; sleep 2")

    checked(sandbox_server.make("restore", "TO=latest"))
    rows = run_on_server(f"{PSQL} {ROWS}")
    assert rows.endswith(",8")
    assert "66" not in rows  # to which a restore had led that was undone
    checked(sandbox_server.make("restore-accept", "backup"))


@pytest.mark.usefixtures("moments")
@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("", "Back to when? Run `make backups`, then `make restore TO=...`."),
        ("nothing", "There is no restore point nothing: `make backups` lists them."),
        ("2020-01-01 00:00", "2020-01-01 00:00 is before the end of the oldest backup ("),
        ("2099-01-01 00:00", "2099-01-01 00:00 is in the future: it is "),
        ("FF/0", "FF/0 has not been written yet: the WAL is at "),
        ("$(reboot)", "There is no restore point $(reboot): "),
    ],
)
def test_what_is_out_of_reach_is_refused(sandbox_server: SandboxServer, to: str, message: str) -> None:
    refused = sandbox_server.make("restore", f"TO={to.replace('$', '$$')}")
    assert refused.returncode != 0
    assert refused.stderr.startswith(message)
    assert len(refused.stderr.splitlines()) == 2  # and make's own
    assert sandbox_server.ssh(f"ls {CLUSTERS}").stdout.strip() == "main"


@pytest.mark.usefixtures("moments")
def test_a_moment_behind_lost_wal_is_refused_and_never_silently_another(
    sandbox_server: SandboxServer, run_on_server: Run
) -> None:
    insert(run_on_server, 9)
    wal = run_on_server(
        f"{PSQL} -c 'SELECT pg_walfile_name(pg_current_wal_lsn())' -c 'SELECT pg_switch_wal()'"
    )
    name = wal.splitlines()[0]
    time.sleep(1)
    insert(run_on_server, 10)
    lsn = run_on_server(f"{PSQL} -c 'SELECT pg_current_wal_lsn()'")
    file = run_on_server(f"sleep 3; ls {WAL}/*/{name}-*")
    run_on_server(f"mv {file} /root/")
    try:
        refused = sandbox_server.make("restore", f"TO={lsn}")
        assert refused.returncode != 0
        assert f"{lsn} is out of reach: the archived WAL ends before it, or a part of it is" in refused.stderr
        assert run_on_server(f"{PSQL} {ROWS}").endswith(",9,10")
        assert run_on_server(f"ls {CLUSTERS}") == "main"
    finally:
        run_on_server(f"mv /root/{file.rpartition('/')[2]} {file}")


def test_the_wrong_key_is_told(sandbox_server: SandboxServer, run_on_server: Run) -> None:
    key = "/etc/pgbackrest/conf.d/key.conf"
    run_on_server(f"cp -a {key} /root/key && sed -i 's/pass=.*/pass=wrong/' {key}")
    try:
        for command in (("restore", "TO=latest"), ("backups",), ("backup",)):
            refused = sandbox_server.make(*command)
            assert refused.returncode != 0
            assert refused.stderr.startswith("The repository cannot be read: ")
    finally:
        run_on_server(f"cp -a /root/key {key} && rm /root/key")


def test_two_do_not_change_the_server_at_once(sandbox_server: SandboxServer, run_on_server: Run) -> None:
    held = "echo 'anna on laptop has begun to deploy at 12:00 UTC' > /run/bantam-deploy.lock; sleep 20"
    run_on_server(f'systemd-run --quiet --unit=holder flock /run/bantam-deploy.lock sh -c "{held}"; sleep 1')
    try:
        refused = sandbox_server.make("restore", "TO=latest")
        assert refused.returncode != 0
        assert refused.stderr.startswith("Anna on laptop has begun to deploy at 12:00 UTC: wait for that run")
    finally:
        run_on_server("systemctl stop holder")


@pytest.mark.rehearsal
@pytest.mark.usefixtures("moments")
def test_a_raised_limit_on_the_way_does_not_end_the_replay(
    sandbox_server: SandboxServer, run_on_server: Run
) -> None:
    """PostgreSQL pauses the replay at such a change, which looks like a target that is reached."""
    more = "/etc/postgresql/17/main/conf.d/zz.conf"
    run_on_server(f"echo max_connections=130 > {more}; systemctl restart postgresql@17-main")
    try:
        insert(run_on_server, 11)
        time.sleep(1)
        at = datetime.now(UTC).isoformat(sep=" ", timespec="milliseconds")
        time.sleep(1)
        insert(run_on_server, 12)
        checked(sandbox_server.make("restore", f"TO={at}", "LOOK=1"))
        assert run_on_server(f"{COPY} {ROWS}").endswith(",11")
    finally:
        run_on_server(f"rm {more}; systemctl restart postgresql@17-main")


@pytest.mark.rehearsal
@pytest.mark.usefixtures("moments")
def test_latest_never_ends_at_a_gap(sandbox_server: SandboxServer, run_on_server: Run) -> None:
    """Where the data is lost, nothing but the archive tells how far it goes."""
    switch = "-c 'SELECT pg_walfile_name(pg_current_wal_lsn())' -c 'SELECT pg_switch_wal()'"
    name = ""
    for n in (21, 22, 23):
        insert(run_on_server, n)
        wal = run_on_server(f"{PSQL} {switch}").splitlines()[0]
        name = name or wal
    file = run_on_server(f"sleep 3; ls {WAL}/*/{name}-*")
    run_on_server(f"mv {file} /root/; systemctl stop postgresql@17-main; mv {CLUSTERS}/main /root/lost")
    try:
        refused = sandbox_server.make("restore", "TO=latest")
        assert refused.returncode != 0
        assert "Nothing comes after WAL " in refused.stderr
    finally:
        run_on_server(f"mv /root/{file.rpartition('/')[2]} {file}; mv /root/lost {CLUSTERS}/main")
        run_on_server("systemctl start postgresql@17-main")
    assert run_on_server(f"{PSQL} {ROWS}").endswith(",21,22,23")


@pytest.mark.rehearsal
def test_a_restore_outlives_the_connection_of_whoever_began_it(
    sandbox_server: SandboxServer, run_on_server: Run, moments: Moments
) -> None:
    command = ["make", f"NAME={sandbox_server.name}", f"TO={moments.point}", "restore"]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as begun:
        assert begun.stderr
        begun.stderr.readline()
        os.killpg(begun.pid, signal.SIGKILL)
    for _ in range(120):
        if run_on_server(f"ls {CLUSTERS}").split() == ["before-restore", "main"]:
            break
        time.sleep(0.5)
    run_on_server("while pgrep -f 'bantam_backup [r]estore'; do sleep 0.5; done")
    assert run_on_server(f"{PSQL} {ROWS}") == "1"
    checked(sandbox_server.make("restore-undo"))

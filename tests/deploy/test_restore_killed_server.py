"""A restore that is killed, or whose server reboots, leaves old data or new; another one ends well."""

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.servers import ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

PSQL = "cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1 -p 5432 -d bantam"
ROWS = f"{PSQL} -R , -c 'TABLE moments'"
KILL = "for pid in $(pgrep -f 'bantam_backup [r]estore'); do kill -9 $pid; done"
LONG = pytest.mark.rehearsal
REBOOT = "systemctl reboot"
# What it has said, how many seconds later it ends, and by what.
MOMENTS = [
    pytest.param("A copy is ready", 2.5, KILL, id="killed after 2.5"),
    *(
        pytest.param("A copy is ready", seconds, KILL, marks=LONG, id=f"killed after {seconds}")
        for seconds in (0.0, 0.5, 1.0, 1.5, 3.5, 4.5, 6.0)
    ),
    *(
        pytest.param("A copy is ready", seconds, REBOOT, marks=LONG, id=f"rebooted after {seconds}")
        for seconds in (0.0, 1.5, 3.0)
    ),
    pytest.param("Restoring backup", 2.0, KILL, marks=LONG, id="killed at the backup"),
    pytest.param("Restoring backup", 2.0, REBOOT, marks=LONG, id="rebooted at the backup"),
    pytest.param("Replaying WAL", 0.3, KILL, marks=LONG, id="killed at the WAL"),
]
Run = Callable[[str], str]


@pytest.fixture
def point(sandbox_server: SandboxServer, run_on_server: Run) -> Iterator[str]:
    """A restore point between two rows."""
    checked(sandbox_server.make("restore-accept"))
    run_on_server(f"{PSQL} -c 'DROP TABLE IF EXISTS moments' -c 'CREATE TABLE moments AS SELECT 1 AS n'")
    name = f"killed-{time.time_ns()}"
    checked(sandbox_server.make("restore-point", f"POINT={name}"))
    run_on_server(f"{PSQL} -c 'INSERT INTO moments SELECT 2'")
    yield name
    checked(sandbox_server.make("restore-accept"))
    run_on_server(f"{PSQL} -c 'DROP TABLE moments'")


@pytest.mark.parametrize(("said", "seconds", "end"), MOMENTS)
def test_a_restore_is(
    sandbox_server: SandboxServer, run_on_server: Run, *, point: str, said: str, seconds: float, end: str
) -> None:
    command = ["make", "--no-print-directory", "restore", f"NAME={sandbox_server.name}", f"TO={point}"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as restore:
        assert restore.stderr
        assert any(line.startswith(said) for line in restore.stderr)
        time.sleep(seconds)
        sandbox_server.ssh(end)
        restore.stderr.read()

    rows = rows_when_it_serves(sandbox_server)
    assert rows in {"1", "1,2"}

    done = sandbox_server.make("restore", f"TO={point}")
    if rows == "1":
        assert "has the data from before the last restore" in done.stderr
    else:
        checked(done)
    assert run_on_server(ROWS) == "1"
    checked(sandbox_server.make("restore-undo"))
    assert run_on_server(ROWS) == "1,2"
    assert run_on_server("ls /var/lib/postgresql/17").split() == ["before-restore", "main"]


def rows_when_it_serves(server: SandboxServer) -> str:
    """The rows, once the database answers by way of the pool, too."""
    deadline = time.monotonic() + 60
    while True:
        found = server.ssh(ROWS)
        pool = server.ssh(
            "cd / && runuser -u bantam -- psql -Xqw -h /run/pgbouncer -p 6432 -U bantam_app bantam -c ''"
        )
        if found.returncode == pool.returncode == 0:
            return found.stdout.strip()
        assert time.monotonic() < deadline, found.stderr + pool.stderr
        time.sleep(0.5)

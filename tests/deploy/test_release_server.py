"""`make release` on a real server: it proves a release, and takes a broken one back by itself."""

import json
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.changed import copy_of_the_project, make
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

LONG = pytest.mark.rehearsal
SQL = "cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam -c"
POOL = "templates/pgbouncer/pgbouncer.ini.j2"
IDLE = "server_idle_timeout = 300"
CONFIGURATION = "; ".join(
    (
        "cat /etc/pgbouncer/pgbouncer.ini /etc/postgresql/17/main/conf.d/bantam.conf",
        "readlink /opt/bantam/previous",
        f'{SQL} "SHOW fsync"',
        "systemctl show --property=NeedDaemonReload,ActiveState pgbouncer postgresql@17-main",
    )
)


@pytest.fixture
def sources(sandbox_server: SandboxServer, tmp_path: Path) -> Iterator[Path]:
    """Sources that may change; afterwards the server has the project's own again."""
    yield copy_of_the_project(tmp_path)
    checked(sandbox_server.make("update"))


def add(file: Path, text: str) -> None:
    with file.open("a") as opened:
        opened.write(text)


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def records(sources: Path) -> list[dict[str, Any]]:
    """Oldest first."""
    return [json.loads(file.read_text()) for file in sorted((sources / "evidence/releases").glob("*.json"))]


@pytest.fixture
def test_users(sandbox_server: SandboxServer, request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether there are any; without, there is no load."""
    file = sandbox_server.run_folder / "seed.json"
    seed = file.read_bytes()
    if not request.param:
        file.unlink()
    yield request.param
    file.write_bytes(seed)


@pytest.mark.parametrize("test_users", [False, pytest.param(True, marks=LONG)], indirect=True)
def test_a_release_is_proven_and_recorded(
    sandbox_server: SandboxServer, sources: Path, *, test_users: bool
) -> None:
    add(sources / "app" / "__init__.py", "# The next release.\n")
    replace(sources / POOL, IDLE, f"{IDLE[:-1]}1")
    current = "basename $(readlink /opt/bantam/current)"
    look = f"{current}; cat /etc/pgbouncer/pgbouncer.ini"
    then = checked(sandbox_server.ssh(look)).stdout
    before = then.splitlines()[0]

    done = checked(make(sandbox_server, sources, "release"))

    [record] = records(sources)
    assert record["ok"] is True
    assert list(record["steps"]) == ["preflight", "backup", "deploy", "verify", "load"]
    assert ("load" in record) is not test_users
    assert record["before"] == before
    assert record["release"] == checked(sandbox_server.ssh(current)).stdout.strip()
    assert record["release"] != before
    assert f"{record['release']} serves; the record is evidence/releases/" in done.stderr.splitlines()[-1]
    log = checked(sandbox_server.ssh("tail -n 1 /var/log/bantam/releases.jsonl")).stdout
    assert json.loads(log)["sources"] == record["sources"]

    version = record["restore_point"]
    assert f"{IDLE[:-1]}1" in checked(sandbox_server.ssh(look)).stdout
    assert f"{version}  {before}, with" in checked(sandbox_server.make("releases")).stdout
    checked(sandbox_server.make("rollback", f"TO={version}"))
    assert checked(sandbox_server.ssh(look)).stdout == then


REBOOT = "systemctl reboot"
CLIENTS = "SELECT id, name FROM clients ORDER BY id LIMIT 3"
MISTAKE = "UPDATE clients SET name = 'Gone', nickname = 'Away'"
COLUMNS = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'nickname'"


@pytest.fixture
def look() -> str:
    """Tells the release that serves, and some rows."""
    return f"basename $(readlink /opt/bantam/current); {SQL} '{CLIENTS}'"


@pytest.fixture
def damaged(sandbox_server: SandboxServer, sources: Path, look: str) -> tuple[str, dict[str, Any]]:
    """What `look` told before a release after which the rows are wrong, and the record of that one."""
    folder = sources / "app/agency/migrations"
    (folder / "9990_nickname.up.sql").write_text("ALTER TABLE clients ADD COLUMN nickname text;\n")
    (folder / "9990_nickname.down.sql").write_text("ALTER TABLE clients DROP COLUMN nickname;\n")
    then = checked(sandbox_server.ssh(look)).stdout
    checked(make(sandbox_server, sources, "release"))
    [record] = records(sources)
    checked(sandbox_server.ssh(f'{SQL} "{MISTAKE}"'))
    return then, record


@LONG
def test_the_data_go_back_to_before_a_release(
    sandbox_server: SandboxServer, look: str, damaged: tuple[str, dict[str, Any]]
) -> None:
    then, record = damaged
    back = ("rollback", f"TO={record['restore_point']}", "DATA=back")
    began = time.monotonic()
    checked(sandbox_server.make(*back))

    print(f"app, schema, configuration and data went back in {time.monotonic() - began:.0f} s")
    assert checked(sandbox_server.ssh(look)).stdout == then
    assert checked(sandbox_server.ssh(f'{SQL} "{COLUMNS}"')).stdout.strip() == "0"
    checked(sandbox_server.make(*back))
    assert checked(sandbox_server.ssh(look)).stdout == then
    # The data of before come with the release that knows their schema.
    checked(sandbox_server.make("restore-undo"))
    undone = checked(sandbox_server.ssh(look)).stdout
    assert undone.splitlines()[0] == record["release"]
    assert "Gone" in undone
    assert checked(sandbox_server.ssh(f'{SQL} "{COLUMNS}"')).stdout.strip() == "1"
    refused = sandbox_server.make(*back)
    assert refused.returncode != 0
    assert "the data from before a restore are still kept" in refused.stderr
    checked(sandbox_server.make("restore-accept"))
    checked(sandbox_server.make(*back))
    assert checked(sandbox_server.ssh(look)).stdout == then
    # After all of that, the backups still lead to what serves.
    checked(sandbox_server.make("restore-accept", "drill", "verify"))


@LONG
@pytest.mark.parametrize("end", ["kill -9 $(pgrep -f 'bantam_backup [r]estore')", REBOOT])
def test_a_rollback_of_data_that_is_cut_off_is_finished_by_the_same_again(
    sandbox_server: SandboxServer, look: str, damaged: tuple[str, dict[str, Any]], end: str
) -> None:
    """While the two data directories change places."""
    then, record = damaged
    boot_id = "cat /proc/sys/kernel/random/boot_id"
    booted = checked(sandbox_server.ssh(boot_id)).stdout
    moment = "for i in $(seq 3000); do test -e /run/bantam-data-exchanged && break; sleep 0.05; done"
    checked(sandbox_server.ssh(f"systemd-run --quiet --collect sh -c {shlex.quote(f'{moment}; {end}')}"))
    back = ("rollback", f"TO={record['restore_point']}", "DATA=back")
    assert sandbox_server.make(*back).returncode != 0
    deadline = time.monotonic() + 60
    while sandbox_server.ssh(f"{SQL} 'SELECT 1'").returncode or (
        end == REBOOT and sandbox_server.ssh(boot_id).stdout in {booted, ""}
    ):
        assert time.monotonic() < deadline
        time.sleep(1)

    checked(sandbox_server.make(*back))

    assert checked(sandbox_server.ssh(look)).stdout == then
    checked(sandbox_server.make("restore-accept", "verify"))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("TO=before-release-20200101-000000",), "has no release before-release-20200101-000000; it has "),
        (("DATA=back",), "DATA=back needs the moment to go back to: TO=before-release-..., one of `make rel"),
        (("DATA=there",), "DATA=there: the data can only go `back`, or stay as they are without DATA."),
        (("DATA=back", "SCHEMA=down"), "DATA=back brings the schema of then, too: leave out SCHEMA=down."),
        (("SCHEMA=down",), "is current already, and does not know what it would undo: "),
    ],
    ids=str,
)
def test_a_way_back_that_is_not_there_is_refused(
    sandbox_server: SandboxServer, asked: tuple[str, ...], sentence: str
) -> None:
    # There is a release before this one.
    current = "readlink /opt/bantam/current"
    before = checked(sandbox_server.ssh(f"{current}; ln -sfn $({current}) /opt/bantam/previous")).stdout
    done = sandbox_server.make("rollback", *asked)
    checked(sandbox_server.ssh("rm /opt/bantam/previous"))
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert checked(sandbox_server.ssh(current)).stdout == before


def expand_fails(sources: Path) -> None:
    folder = sources / "app/agency/migrations"
    (folder / "9990_broken.up.sql").write_text("ALTER TABLE nowhere ADD COLUMN x integer;\n")
    (folder / "9990_broken.down.sql").write_text("SELECT 1;\n")


def does_not_start(sources: Path) -> None:
    replace(
        sources / "app/__main__.py",
        '"""\n\n',
        '"""\n\nraise SystemExit("out of order")\n',
    )


def never_ready(sources: Path) -> None:
    file = sources / "app/monitoring/health.py"
    line = next(line for line in file.read_text().splitlines() if line.startswith("async def readyz"))
    replace(file, line, f"{line}\n    raise OSError")


def wrong_configuration(sources: Path) -> None:
    replace(
        sources / "templates/pgbouncer/pgbouncer.ini.j2", "[pgbouncer]", "[pgbouncer]\nauth_type = nonsense"
    )


def breaks_a_check(sources: Path) -> None:
    add(sources / "templates/postgresql/bantam.conf.j2", "\nfsync = off\n")


# What each request of the load meets, in a release that every check finds in order.
REQUEST = """

class Damage:
    requests = 0
    kept: list[bytes] = []

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope.get("path", "").startswith("/api/dashboards/"):
            Damage.requests += 1
            {damage}
        await self.app(scope, receive, send)
"""


def damage_requests(sources: Path, damage: str) -> None:
    file = sources / "app/application.py"
    replace(file, "    return app", "    app.add_middleware(Damage)\n    return app")
    add(file, REQUEST.replace("{damage}", damage))


def slow(sources: Path) -> None:
    damage_requests(sources, 'await __import__("asyncio").sleep(0.8)')


def leaks_memory(sources: Path) -> None:
    damage_requests(sources, 'Damage.kept.append(b"x" * 4_000_000)')


def breaks_the_load_gate(sources: Path) -> None:
    # The checks before it ask for fewer.
    damage_requests(sources, "assert Damage.requests < 200 or Damage.requests % 20")


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "fails to expand": (expand_fails, "deploy"),
    "does not start": (does_not_start, "deploy"),
    "is never ready": (never_ready, "deploy"),
    "has a wrong configuration": (wrong_configuration, "verify"),
    "breaks a check": (breaks_a_check, "verify"),
    "is slow": (slow, "load"),
    "leaks memory": (leaks_memory, "load"),
    "breaks the load gate": (breaks_the_load_gate, "load"),
}


@pytest.mark.parametrize(
    ("damage", "step"),
    [
        pytest.param(*what, id=name, marks=[] if name == "breaks a check" else LONG)
        for name, what in BROKEN.items()
    ],
)
def test_a_broken_release_is_taken_back(
    sandbox_server: SandboxServer, sources: Path, damage: Callable[[Path], None], step: str
) -> None:
    look = f"basename $(readlink /opt/bantam/current); {CONFIGURATION}"
    before = checked(sandbox_server.ssh(look)).stdout
    damage(sources)

    done = make(sandbox_server, sources, "release")

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    [record] = records(sources)
    assert (record["ok"], record["failed"]["step"]) == (False, step)
    assert "not_taken_back" not in record
    print(f"{record['failed']}; taken back in {record['taken_back_s']} s")
    assert f"{before.splitlines()[0]} serves, as before." in done.stderr
    assert checked(sandbox_server.ssh(look)).stdout == before


@pytest.mark.rehearsal
def test_a_server_that_is_not_ready_is_left_alone(sandbox_server: SandboxServer, sources: Path) -> None:
    look = "readlink /opt/bantam/current; ls /var/lib/bantam/configurations 2>/dev/null"
    before = sandbox_server.ssh(look).stdout
    hold = f"({SQL} \"SET application_name = 'a report'; BEGIN; SELECT pg_sleep(90)\") >/dev/null 2>&1 &"
    checked(sandbox_server.ssh(f"systemctl start bantam-backup.timer; {hold}"))
    time.sleep(62)
    done = make(sandbox_server, sources, "release")
    assert done.returncode != 0
    said = done.stderr.splitlines()
    assert "== preflight" in said
    assert f"sandbox-{sandbox_server.name} is not ready for a release, and nothing has changed:" in said
    assert any(
        line.startswith("A report (backend ") and "has been in a transaction for" in line for line in said
    )
    assert sandbox_server.ssh(look).stdout == before
    assert records(sources) == []


def test_of_two_releases_the_second_names_the_first(sandbox_server: SandboxServer, sources: Path) -> None:
    lock, holder = "/run/bantam-deploy.lock", "ann on laptop has begun to release at 12:00 UTC"
    hold = f"(flock {lock} sh -c 'echo {holder} > {lock}; sleep 8' > /dev/null 2>&1 &)"
    checked(sandbox_server.ssh(f"{hold}; sleep 1"))
    done = make(sandbox_server, sources, "release")
    assert done.returncode != 0
    checked(sandbox_server.ssh(f"flock {lock} true"))
    assert f"{holder}: wait for that run to end." in done.stderr

"""Backups on a real server: taken, listed, refused when damaged; a repository that is away stops nothing."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.servers import SandboxServer, checked

pytestmark = pytest.mark.server

SQL = "cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1 -p 5432 -d bantam"
PGBACKREST = "cd / && runuser -u postgres -- pgbackrest --stanza=bantam"
REPOSITORY = "/var/lib/pgbackrest"
GAPS = "/var/lib/postgresql/archive-gaps"
OF_THE_DEPLOY = "-c 'ALTER SYSTEM RESET archive_command' -c 'SELECT pg_reload_conf()'"


def next_wal(run: Callable[[str], str]) -> None:
    run(f"{SQL} -c \"SELECT pg_create_restore_point('test')\" -c 'SELECT pg_switch_wal()'")


@pytest.mark.parametrize(("option", "kind"), [("FULL=1", "full backup"), ("", "differential backup")])
def test_a_backup_is_taken_and_listed(sandbox_server: SandboxServer, option: str, kind: str) -> None:
    taken = checked(sandbox_server.make("backup", *option.split()))
    assert taken.stderr.startswith(kind)
    label = taken.stderr.split()[2].rstrip(":")

    listed = checked(sandbox_server.make("backups")).stdout.splitlines()
    assert [line for line in listed if line.split()[0] == label] != []
    assert [line for line in listed if line.startswith("Any moment since 20")] != []


def test_there_was_a_restore_point_before_the_migrations(run_on_server: Callable[[str], str]) -> None:
    """It is forgotten with the backups that led to it, but PostgreSQL's log knows it."""
    said = run_on_server("grep -ah 'restore point' /var/log/postgresql/*.log")
    assert 'restore point "before-' in said


def test_the_timer_takes_none_that_is_not_due(
    sandbox_server: SandboxServer, run_on_server: Callable[[str], str]
) -> None:
    before = checked(sandbox_server.make("backups")).stdout
    run_on_server("systemctl start bantam-backup.service")
    assert checked(sandbox_server.make("backups")).stdout == before


def test_a_backup_of_damaged_pages_is_told(
    sandbox_server: SandboxServer, run_on_server: Callable[[str], str]
) -> None:
    table = "-c 'CREATE TABLE damaged AS SELECT generate_series(1, 10000) AS n'"
    # Frozen, so that PostgreSQL has no reason to write these pages again.
    run_on_server(f"{SQL} {table} -c 'VACUUM (FREEZE) damaged' -c CHECKPOINT")
    path = run_on_server(f"{SQL} -c \"SELECT pg_relation_filepath('damaged')\"")
    file = f"/var/lib/postgresql/17/main/{path}"
    run_on_server(f"printf damage | dd of={file} bs=1 seek=12000 conv=notrunc status=none")
    try:
        done = sandbox_server.make("backup")
        assert done.returncode != 0
        assert "has pages with wrong checksums: the disk damages data; see docs/backups.md." in done.stderr
    finally:
        run_on_server(f"{SQL} -c 'DROP TABLE damaged' -c CHECKPOINT")
        label = run_on_server(f"readlink {REPOSITORY}/backup/bantam/latest")
        run_on_server(f"{PGBACKREST} expire --set={label}")


def test_a_backup_that_fills_the_disk_is_told_and_the_next_one_succeeds(
    sandbox_server: SandboxServer, run_on_server: Callable[[str], str]
) -> None:
    owner = "uid=$(id -u postgres),gid=$(id -g postgres)"
    # Room for a few MB more than there is. It is memory, so the small server's repository has to be enough.
    room = f"size=$(du -sm {REPOSITORY} | awk '{{print $1 + 20}}')m"
    run_on_server(
        f"cp -a {REPOSITORY} /root/repository; mount -t tmpfs -o {room},mode=750,{owner} none {REPOSITORY}"
    )
    run_on_server(f"cp -a /root/repository/. {REPOSITORY}/")
    try:
        before = checked(sandbox_server.make("backups")).stdout
        done = sandbox_server.make("backup", "FULL=1")
        assert done.returncode != 0
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert checked(sandbox_server.make("backups")).stdout == before
        run_on_server(f"{SQL} -c 'CREATE TABLE full_disk AS SELECT 1' -c 'DROP TABLE full_disk'")
        run_on_server(f"mount -o remount,size=900m {REPOSITORY}")
        checked(sandbox_server.make("backup", "FULL=1"))
    finally:
        run_on_server(
            f"rm -rf /root/repository && cp -a {REPOSITORY} /root/repository && umount {REPOSITORY}"
            f" && rm -rf {REPOSITORY}/* && cp -a /root/repository/. {REPOSITORY}/ && rm -rf /root/repository"
        )
    checked(sandbox_server.make("backup"))


def test_a_volume_that_is_not_mounted_is_not_taken_for_a_new_repository(
    sandbox_server: SandboxServer, run_on_server: Callable[[str], str]
) -> None:
    owner = "uid=$(id -u postgres),gid=$(id -g postgres)"
    run_on_server(f"mount -t tmpfs -o size=20m,mode=750,{owner} none {REPOSITORY}")
    try:
        refused = sandbox_server.make("deploy", "ONLY=backup")
        assert refused.returncode != 0
        assert "the repository of the backups is empty, but WAL has been archived before" in refused.stderr
        assert run_on_server(f"ls {REPOSITORY}") == ""
    finally:
        run_on_server(f"umount {REPOSITORY}")


@pytest.fixture
def away(run_on_server: Callable[[str], str]) -> Iterator[None]:
    """Meanwhile nothing can be written to the repository, and 64 MB of WAL may wait for it."""
    command = "bantam-backup push --keep-mb 64 %p # pgbackrest"
    run_on_server(f"{SQL} -c \"ALTER SYSTEM SET archive_command = '{command}'\" -c 'SELECT pg_reload_conf()'")
    run_on_server(f"mv {REPOSITORY}/archive {REPOSITORY}/away")
    yield
    run_on_server(f"test ! -e {REPOSITORY}/away || mv {REPOSITORY}/away {REPOSITORY}/archive")
    run_on_server(f"{SQL} {OF_THE_DEPLOY}")


@pytest.mark.usefixtures("away")
def test_a_repository_that_is_away_stops_no_write_and_its_gap_ends_with_the_next_backup(
    sandbox_server: SandboxServer, run_on_server: Callable[[str], str]
) -> None:
    kept = int(run_on_server("ls /var/lib/postgresql/17/main/pg_wal | wc -l"))
    run_on_server(f"{SQL} -c 'CREATE TABLE away (n integer)'")
    until = time.monotonic() + 60
    while run_on_server(f"cat {GAPS} 2>/dev/null || true") == "":
        assert time.monotonic() < until, "no WAL was given up"
        run_on_server(
            f"{SQL} -c 'INSERT INTO away SELECT generate_series(1, 100000)' -c 'SELECT pg_switch_wal()'"
        )
    for command in ("backup", "backups"):
        refused = sandbox_server.make(command)
        assert refused.returncode != 0
        assert refused.stderr.startswith("The repository cannot be read: unable to load info file")
        assert len(refused.stderr.splitlines()) == 2  # and make's own

    run_on_server(f"mv {REPOSITORY}/away {REPOSITORY}/archive")
    assert "until the next backup: the repo" in checked(sandbox_server.make("backups")).stdout
    next_wal(run_on_server)
    run_on_server("systemctl start bantam-backup.service")

    assert run_on_server(f"cat {GAPS} 2>/dev/null || true") == ""
    last = checked(sandbox_server.make("backups")).stdout.splitlines()[-1]
    assert last.startswith("Except from 20")
    assert "UTC until 20" in last
    run_on_server(f"{SQL} -c 'DROP TABLE away' -c CHECKPOINT")
    assert int(run_on_server("ls /var/lib/postgresql/17/main/pg_wal | wc -l")) < kept + 64

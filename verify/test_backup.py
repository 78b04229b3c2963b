"""Backups: recent, complete, encrypted, and followed by all WAL since."""

import hashlib
import json
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from verify.probes.secret import Secret
from verify.probes.units import Unit

JOBS = ["bantam-backup", "bantam-drill"]
KEY = "/etc/pgbackrest/conf.d/key.conf"
Catalog = Callable[[str], list[dict[str, Any]]]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def pgbackrest(host: Any) -> Ask:
    """What pgBackRest answers to a command, in its JSON."""

    def ask(*command: str) -> Any:
        said = host.check_output(
            f"cd / && runuser -u postgres -- pgbackrest --stanza=bantam --output=json {shlex.join(command)}"
        )
        return json.loads(said)

    return ask


@pytest.fixture(scope="module")
def stanza(pgbackrest: Ask) -> dict[str, Any]:
    found: list[dict[str, Any]] = pgbackrest("info")
    return found[0]


@pytest.fixture(scope="module")
def backups(stanza: dict[str, Any]) -> list[dict[str, Any]]:
    """Oldest first."""
    assert stanza["backup"], stanza["status"]["message"]
    return list(stanza["backup"])


def age(backup: dict[str, Any]) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(backup["timestamp"]["stop"], UTC)


@pytest.mark.parametrize(
    ("name", "value"), [("archive_mode", "on"), ("archive_timeout", "60"), ("archive_library", "")]
)
def test_archiving(catalog: Catalog, name: str, value: str) -> None:
    settings = {row["name"]: row["setting"] for row in catalog("settings")}
    assert settings[name] == value


def test_the_last_wal_was_archived(catalog: Catalog) -> None:
    [row] = catalog("archiving")
    assert row["works"]


def test_no_wal_waits_for_long(catalog: Catalog) -> None:
    [row] = catalog("archiving")
    assert row["oldest_waiting_s"] < 120


def test_no_wal_was_given_up_since_the_last_backup(host: Any) -> None:
    assert host.check_output("cat /var/lib/postgresql/archive-gaps 2>/dev/null || true") == ""


def test_all_wal_since_the_oldest_backup_is_there(
    host: Any, pgbackrest: Ask, backups: list[dict[str, Any]]
) -> None:
    """But for gaps that a later backup has ended: `make backups` tells of those."""
    paths = pgbackrest("repo-ls", "--recurse", "archive/bantam")
    names = [path.rpartition("/")[2].partition("-") for path in paths]
    archived = {_number(name) for name, _, digest in names if len(name) == 24 and digest}
    noted = host.check_output("cat /var/lib/postgresql/archive-gaps* 2>/dev/null || true").split()[1::2]
    there = archived | {_number(name) for name in noted}
    wanted = range(_number(backups[0]["archive"]["start"]), max(archived) + 1)
    assert [number for number in wanted if number not in there] == []


def test_no_wal_of_todays_timeline_lacks(pgbackrest: Ask, backups: list[dict[str, Any]]) -> None:
    """Another timeline may have a file of the same place."""
    paths = pgbackrest("repo-ls", "--recurse", "archive/bantam")
    names = sorted(path.rpartition("/")[2][:24] for path in paths if path.endswith(".zst"))
    own = {_number(name) for name in names if name[:8] == names[-1][:8]}
    since = [number for number in own if number >= _number(backups[-1]["archive"]["start"])]
    assert len(since) == max(since, default=0) - min(since, default=0) + bool(since)


def _number(wal: str) -> int:
    """The place of a 16 MB file of WAL in the whole, on whichever timeline."""
    return int(wal[8:16], 16) * 256 + int(wal[16:24], 16)


def test_last_backup_is_of_the_last_day(backups: list[dict[str, Any]]) -> None:
    assert age(backups[-1]) < timedelta(hours=26)


def test_last_full_backup_is_of_the_last_week(backups: list[dict[str, Any]]) -> None:
    assert min(age(backup) for backup in backups if backup["type"] == "full") < timedelta(days=8)


def test_no_backup_has_damaged_pages(backups: list[dict[str, Any]]) -> None:
    assert [backup["label"] for backup in backups if backup["error"]] == []


def test_every_backup_is_there_in_full(pgbackrest: Ask, backups: list[dict[str, Any]]) -> None:
    """`pgbackrest info` alone repeats what it noted, even of a backup that is gone."""
    found = pgbackrest("repo-ls", "--recurse", "backup/bantam")
    sizes: dict[str, int] = {}
    for path, entry in found.items():
        label, _, file = path.partition("/")
        if entry["type"] == "file" and file and not file.startswith("backup.manifest"):
            sizes[label] = sizes.get(label, 0) + entry["size"]
    noted = {backup["label"]: backup["info"]["repository"]["delta"] for backup in backups}
    assert {label: size for label, size in noted.items() if sizes.get(label) != size} == {}
    assert [label for label in noted if f"{label}/backup.manifest" not in found] == []


@pytest.fixture(scope="module")
def directory(settings: dict[str, Any]) -> str:
    """The repository's directory on this server."""
    if settings["backup_repository"] != "path":
        pytest.skip(f"the repository is elsewhere, by {settings['backup_repository']}")
    return str(settings["backup_path"])


def test_there_is_room_for_the_next_full_backup(
    host: Any, directory: str, backups: list[dict[str, Any]]
) -> None:
    free = int(host.check_output("df -B1 --output=avail %s | tail -n 1", directory))
    fulls = [backup["info"]["repository"]["delta"] for backup in backups if backup["type"] == "full"]
    assert free > 1.5 * fulls[-1]


def test_repository_is_encrypted(host: Any, pgbackrest: Ask, stanza: dict[str, Any]) -> None:
    """Of the backups themselves only pgBackRest can tell: they share files."""
    assert stanza["cipher"] == "aes-256-cbc"
    wal = max(path for path in pgbackrest("repo-ls", "--recurse", "archive/bantam") if path.endswith(".zst"))
    there = pgbackrest("repo-ls", "--recurse", "backup/bantam")
    files = [f"backup/bantam/{path}" for path in there if path.endswith("/backup.manifest")]
    raw = "cd / && runuser -u postgres -- pgbackrest --stanza=bantam repo-get --raw"
    begins = {
        host.check_output(f"{raw} %s 2>/dev/null | head -c 8", file)
        for file in (*files, f"archive/bantam/{wal}")
    }
    assert begins == {"Salted__"}


def test_repository_is_private(host: Any, directory: str) -> None:
    found = host.file(directory)
    assert (found.user, found.group, oct(found.mode)) == ("postgres", "postgres", "0o750")


def test_key_is_postgresqls_alone(host: Any) -> None:
    file = host.file(KEY)
    assert (file.user, oct(file.mode)) == ("postgres", "0o600")


def test_key_is_the_one_that_is_kept_with_the_inventories(host: Any, secrets: dict[str, Secret]) -> None:
    wanted = f"[global]\nrepo1-cipher-pass={secrets['backup_key'].reveal()}\n"
    if "backup_s3_key" in secrets:
        wanted += f"repo1-s3-key={secrets['backup_s3_key'].reveal()}\n"
        wanted += f"repo1-s3-key-secret={secrets['backup_s3_secret'].reveal()}\n"
    assert host.file(KEY).sha256sum == hashlib.sha256(wanted.encode()).hexdigest()


@pytest.mark.parametrize(("name", "value"), [("ActiveState", "active"), ("UnitFileState", "enabled")])
@pytest.mark.parametrize("job", JOBS)
def test_timer(unit: Callable[[str], Unit], job: str, name: str, value: str) -> None:
    assert unit(f"{job}.timer").properties[name] == value


@pytest.mark.parametrize(("name", "value"), [("NeedDaemonReload", "no"), ("Result", "success")])
@pytest.mark.parametrize("job", JOBS)
def test_last_run(unit: Callable[[str], Unit], job: str, name: str, value: str) -> None:
    assert unit(f"{job}.service").properties[name] == value


def test_exposure(unit: Callable[[str], Unit]) -> None:
    assert unit("bantam-backup.service").exposure() <= 2.0


@pytest.fixture(scope="module")
def drills(host: Any) -> list[dict[str, Any]]:
    """Oldest first."""
    lines = host.check_output("cat /var/log/bantam/drills.jsonl 2>/dev/null || true").splitlines()
    return [json.loads(line) for line in lines]


def test_last_drill_succeeded(drills: list[dict[str, Any]]) -> None:
    assert [drill["failed"] for drill in drills[-1:] if "failed" in drill] == []


def test_last_drill_is_of_the_last_week(drills: list[dict[str, Any]], backups: list[dict[str, Any]]) -> None:
    """Or the server is younger."""
    ages = [datetime.now(UTC) - datetime.fromisoformat(drill["at"]) for drill in drills[-1:]]
    assert min([age(backups[0]), *ages]) < timedelta(days=8)


def test_no_restore_waits_to_be_accepted(host: Any) -> None:
    """`make restore-accept` deletes what was before, and a copy to look at; a drill's copy is none."""
    drilling = host.run("systemctl is-active bantam-drilled.service").stdout.strip() == "active"
    found = set(host.check_output("ls /var/lib/postgresql/17").split())
    assert found - ({"drilled"} if drilling else set()) == {"main"}

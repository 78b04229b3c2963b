"""The schema matches the release: missing migrations run before the switch."""

import hashlib
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase, operation

from deploy.build import Release
from deploy.operations.psql import Query
from deploy.operations.release import CURRENT, FOLDER, PREVIOUS, LinkedRelease, switch_command

BACKUP = "/usr/local/sbin/bantam-backup"
MIGRATIONS = Path("app/agency/migrations")
MIGRATE = f"cd / && runuser -u postgres -- {CURRENT}/bin/bantam-migrate"
CONTRACT = "_contract"


class ContractsOf(FactBase[list[str]]):
    """The contracts that an installed release has, by their versions."""

    default = list

    def command(self, release: str) -> str:
        """The names of their files."""
        return (
            f"ls {release}/lib/python3*/site-packages/app/*/migrations/*{CONTRACT}.up.sql 2>/dev/null || true"
        )

    def process(self, output: list[str]) -> list[str]:
        """A file per line."""
        return [line.rsplit("/", 1)[-1].removesuffix(".up.sql") for line in output]


def _brought() -> dict[str, str]:
    """Version to SHA-256 of each migration in the sources, contracts too."""
    return {
        file.name.removesuffix(".up.sql"): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in MIGRATIONS.glob("*.up.sql")
    }


def _applied() -> dict[str, str]:
    """Version to SHA-256 of each migration that the database has."""
    history = "SELECT json_object_agg(version, sha256) FROM schema_migrations"
    found: dict[str, str] | None = host.get_fact(Query, query=history, database="bantam")
    return found or {}


@operation()
def migrated(release: Release) -> Generator[str]:
    """
    Every migration of the release has run; none if the release does not start.

    Contracts wait until the release that a rollback will lead to has them, too. Before migrations there is a
    restore point.

    + release: an installed one; its runner is used
    """
    beside = PREVIOUS if host.get_fact(LinkedRelease, link=CURRENT) == release.name else CURRENT
    # After a rollback of the sources the database may have later ones; none is undone by a deploy.
    missing = _brought().items() - _applied().items()
    if host.get_fact(LinkedRelease, link=beside):
        known = host.get_fact(ContractsOf, release=beside)
        missing = {each for each in missing if not each[0].endswith(CONTRACT) or each[0] in known}
    if not missing:
        host.noop("the schema is up to date")
        return
    yield switch_command(release.name, "--only-try", "--discard")
    # The way back for the rows, too; named after the time as well, so that another try has one of its own.
    point = f"before-{release.name}-$(date -u +%Y%m%d-%H%M%S)"
    yield f"cd / && runuser -u postgres -- {BACKUP} point {point}"
    run = f"{FOLDER}/{release.name}/bin/bantam-migrate up --beside {beside}"
    yield f"cd / && runuser -u postgres -- {run}"


def undo_migrations(release: str) -> str:
    """Shell: the migrations that an older release on the server does not have are undone, or none is."""
    return f"{MIGRATE} down --to-release {FOLDER}/{release}"


def redo_migrations() -> str:
    """Shell: what `undo_migrations` undid is applied again."""
    return f"{MIGRATE} up --beside {PREVIOUS}"

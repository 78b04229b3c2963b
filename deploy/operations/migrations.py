"""The schema matches the release: missing migrations run before the switch."""

import hashlib
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import operation

from deploy.build import Release
from deploy.operations.psql import Query
from deploy.operations.release import CURRENT, FOLDER, switch_command

BACKUP = "/usr/local/sbin/bantam-backup"
MIGRATIONS = Path("app/agency/migrations")


def _brought() -> dict[str, str]:
    """Version to SHA-256 of each migration in the sources."""
    return {
        file.name.removesuffix(".up.sql"): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in MIGRATIONS.glob("*.up.sql")
    }


@operation()
def migrated(release: Release) -> Generator[str]:
    """
    Every migration of the release has run; none if the release does not start.

    Before them there is a restore point.

    + release: an installed one; its runner is used
    """
    applied: dict[str, str] | None = host.get_fact(
        Query,
        query="SELECT json_object_agg(version, sha256) FROM schema_migrations",
        database="bantam",
    )
    # After a rollback of the sources the database may have later ones; none is undone by a deploy.
    if applied and _brought().items() <= applied.items():
        host.noop("the schema is up to date")
        return
    yield switch_command(release.name, "--only-try", "--discard")
    # The way back for the rows, too; named after the time as well, so that another try has one of its own.
    point = f"before-{release.name}-$(date -u +%Y%m%d-%H%M%S)"
    yield f"cd / && runuser -u postgres -- {BACKUP} point {point}"
    yield f"cd / && runuser -u postgres -- {FOLDER}/{release.name}/bin/bantam-migrate up"


MIGRATE = f"cd / && runuser -u postgres -- {CURRENT}/bin/bantam-migrate"


def undo_migrations(release: str) -> str:
    """Shell: the migrations that an older release on the server does not have are undone, or none is."""
    newest = f"ls {FOLDER}/{release}/lib/python3*/site-packages/app/*/migrations/*.up.sql | tail -n 1"
    return f"{MIGRATE} down --to $(basename $({newest}) .up.sql)"

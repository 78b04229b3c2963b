"""Migrations as files and as the database's history: which are applied, which are next."""

import getpass
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from app.database.direct import Connection, RunnerError

FOLDER = next(Path(__file__).parents[1].glob("*/migrations"))
CONTRACT = "_contract"
"""Of the version of a migration that takes away what a release of before it needs."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration: `version` is the file name without `.up.sql`, `sha256` the hash of its content."""

    version: str
    up: str
    down: str
    sha256: str

    @property
    def is_contract(self) -> bool:
        """Whether it waits until no release is left that may need what it takes away."""
        return self.version.endswith(CONTRACT)


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations in order of their numbers; RunnerError for one without a down file."""
    steps = []
    files = sorted(folder.glob("*.up.sql"))
    if not files:
        raise RunnerError(f"{folder} has no migrations, or {getpass.getuser()} may not read it.")
    for file in files:
        version = file.name.removesuffix(".up.sql")
        down = folder / f"{version}.down.sql"
        if not down.exists():
            raise RunnerError(f"{file.name} has no {down.name}; add it in the same folder.")
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        steps.append(Migration(version, content.decode(), down.read_text("utf-8"), digest))
    return steps


def of_release(release: Path) -> list[Migration]:
    """The migrations of an installed release, by its directory."""
    folders = [*release.glob("lib/python3*/site-packages/app/*/migrations")]
    if not folders:
        raise RunnerError(f"{release} is no release: it has no migrations.")
    return migrations(folders[0])


def waiting(steps: list[Migration], beside: Path | None) -> list[Migration]:
    """
    Return the contracts that the release `beside` does not have: it may need what they take away.

    None wait without such a release, as on a new server.
    """
    if beside is None or not beside.exists():
        return []
    known = {step.version for step in of_release(beside)}
    return [step for step in steps if step.is_contract and step.version not in known]


def applied(connection: Connection) -> dict[str, str]:
    """Return version -> SHA-256 of the applied migrations; empty before the first run."""
    exists = connection.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL").fetchone()
    if exists != (True,):
        return {}
    rows = connection.execute("SELECT version, sha256 FROM schema_migrations ORDER BY version").fetchall()
    return {cast("str", version): cast("str", sha256) for version, sha256 in rows}


def pending(steps: list[Migration], done: dict[str, str]) -> list[Migration]:
    """Return the migrations to apply; RunnerError if the files contradict the database's history."""
    for step in steps:
        if done.get(step.version, step.sha256) != step.sha256:
            raise RunnerError(
                f"{step.version}.up.sql was changed after it was applied; restore it and add a new migration."
            )
    missing = [step for step in steps if step.version not in done]
    newest = max((version for version in done if not version.endswith(CONTRACT)), default="")
    late = [step for step in missing if step.version < newest and not step.is_contract]
    if late:
        raise RunnerError(
            f"{late[0].version} is older than {newest}, which is already applied; give it a later number."
        )
    return missing

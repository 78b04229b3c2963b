"""What a rollback is asked for, and whether this server has it."""

from typing import NamedTuple

from pyinfra import host
from pyinfra.api.exceptions import DeployError

from deploy.operations.release import (
    CURRENT,
    PREVIOUS,
    KeptVersions,
    LinkedRelease,
    Releases,
    RestoredTo,
    RestorePoints,
)


class Wish(NamedTuple):
    """`release` instead of `current`; with a `version`, its files too, and its data unless they are there."""

    release: str
    current: str
    version: str | None
    schema: bool
    data: bool


def wish() -> Wish:
    """What `to=`, `schema=` and `data=` ask for; DeployError before any change if the server cannot do it."""
    to, schema, data = (host.data.get(name) for name in ("to", "schema", "data"))
    current = host.get_fact(LinkedRelease, link=CURRENT)
    versions: dict[str, str] = host.get_fact(KeptVersions)
    version = to if to in versions else None
    release = versions[to] if version else to
    if not to:
        raise DeployError(f"{host.name}: which release? Run `make releases`, then `make rollback TO=...`.")
    if current is None:
        raise DeployError(f"{host.name} has no release: deploy one first.")
    if to == "previous" and (release := host.get_fact(LinkedRelease, link=PREVIOUS)) is None:
        raise DeployError(
            f"{host.name}: no release was current before {current}: there is nothing to go back to."
        )
    if schema not in {None, "down"}:
        raise DeployError(f"SCHEMA={schema}: the schema can only go `down`, or stay as it is without SCHEMA.")
    if data not in {None, "back"}:
        raise DeployError(f"DATA={data}: the data can only go `back`, or stay as they are without DATA.")
    if schema and data:
        raise DeployError("DATA=back brings the schema of then, too: leave out SCHEMA=down.")
    _refuse_missing(str(release), version, versions)
    if schema and release == current:
        raise DeployError(
            f"{release} is current already, and does not know what it would undo: first lead forth by"
            " `make rollback`, then back with SCHEMA=down."
        )
    is_back = False
    if data:
        restored = host.get_fact(RestoredTo)
        is_back = restored == version and release == current
        _refuse_lost(version, is_kept=restored is not None and not is_back)
    return Wish(str(release), current, version, bool(schema), bool(data) and not is_back)


def _refuse_missing(release: str, version: str | None, versions: dict[str, str]) -> None:
    """DeployError if the server does not have the release any more."""
    kept = host.get_fact(Releases)
    if release not in kept:
        there = [*kept, *(name for name, served in versions.items() if served in kept)]
        what = f"release {release}" + (f" any more, which served at {version}" if version else "")
        raise DeployError(f"{host.name} has no {what}; it has {', '.join(there)}.")


def _refuse_lost(version: str | None, *, is_kept: bool) -> None:
    """DeployError if the rows cannot go back there, or others wait to be accepted."""
    if version is None:
        raise DeployError(
            "DATA=back needs the moment to go back to: TO=before-release-..., one of `make releases`."
        )
    if version not in host.get_fact(RestorePoints):
        raise DeployError(
            f"{host.name} has no backup of {version} any more: without DATA=back, all else goes back."
        )
    if is_kept:
        raise DeployError(
            f"{host.name}: the data from before a restore are still kept: `make restore-undo` brings them"
            " back, `make restore-accept` deletes them for good."
        )

"""The release that serves, and the one that served a data directory: they go back together."""

import shutil
from pathlib import Path

_HOME = Path("/opt/bantam")
_LINKS = ("current", "previous")
# In a data directory that serves no more: the release that served it, and the one that came after.
_SERVED_BY = "bantam-served-by"
# In one that comes, until its release is current: the release of before, and its own.
_COMES_WITH = "bantam-comes-with"


def links() -> dict[str, str]:
    """The names of the current and the previous release; empty for one that is not there."""
    paths = {link: _HOME / link for link in _LINKS}
    return {link: path.readlink().name if path.is_symlink() else "" for link, path in paths.items()}


def put_back(names: dict[str, str]) -> None:
    """The current and the previous release are these."""
    for link, name in names.items():
        if not name:
            (_HOME / link).unlink(missing_ok=True)
            continue
        draft = _HOME / f"{link}.next"
        draft.unlink(missing_ok=True)
        draft.symlink_to(f"releases/{name}")
        draft.rename(_HOME / link)


def note_change(release: str, *, leaves: Path, comes: Path) -> None:
    """Both data directories say what changes with them, before anything does: a change may be cut off."""
    former = links()["current"]
    for file in (leaves / _SERVED_BY, comes / _COMES_WITH):
        file.write_text(f"{former} {release}")
        shutil.chown(file, "postgres", "postgres")


def forget_change(stays: Path, other: Path) -> None:
    """The data directories are as before `note_change`."""
    (stays / _SERVED_BY).unlink(missing_ok=True)
    (other / _COMES_WITH).unlink(missing_ok=True)


def finish_change(data: Path) -> None:
    """If the data that serve came with a release, it is current, unless another one has become so since."""
    file = data / _COMES_WITH
    former, _, release = (file.read_text() if file.exists() else "").partition(" ")
    if release and links()["current"] == former:
        put_back({"previous": former, "current": release})
    file.unlink(missing_ok=True)
    (data / _SERVED_BY).unlink(missing_ok=True)


def noted(kept: Path) -> str:
    """The release that served the kept data, if the one that came after it still serves; else empty."""
    file = kept / _SERVED_BY
    former, _, release = (file.read_text() if file.exists() else "").partition(" ")
    is_there = bool(former) and (_HOME / "releases" / former / "complete").exists()
    return former if is_there and release == links()["current"] else ""

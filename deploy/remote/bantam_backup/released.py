"""The release that serves, and the one that served a data directory: they go back together."""

from pathlib import Path

_HOME = Path("/opt/bantam")
# In a data directory that serves no more.
_SERVED_BY = "bantam-served-by"


def current() -> str:
    """The name of the release that serves; empty if there is none."""
    link = _HOME / "current"
    return link.readlink().name if link.is_symlink() else ""


def make_current(release: str) -> None:
    """Workers that start from now on run the release; the one before is the previous one."""
    former = current()
    if release == former:
        return
    for link, name in (("previous", former), ("current", release)):
        draft = _HOME / f"{link}.next"
        draft.unlink(missing_ok=True)
        draft.symlink_to(f"releases/{name}")
        draft.rename(_HOME / link)


def note(former: str, release: str, *, serves: Path, kept: Path) -> None:
    """If a release came with the data that serve, the data that are kept say which one they had served."""
    (serves / _SERVED_BY).unlink(missing_ok=True)
    if release:
        (kept / _SERVED_BY).write_text(f"{former} {release}")


def noted(kept: Path) -> str:
    """The release that served the kept data, if the one that came after it still serves; else empty."""
    file = kept / _SERVED_BY
    former, _, release = (file.read_text() if file.exists() else "").partition(" ")
    is_there = bool(former) and (_HOME / "releases" / former / "complete").exists()
    return former if is_there and release == current() else ""

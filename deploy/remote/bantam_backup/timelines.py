"""On which timeline the data that serves is, and where it came from."""

from .postgres import LIVE
from .repository import system_identifier
from .targets import History, lsn_number

_LABEL = "Latest checkpoint's TimeLineID"


def own_control() -> dict[str, str]:
    """What pg_controldata says of what serves; empty if unreadable, or if the backups are of other data."""
    control = LIVE.control()
    return control if control.get("Database system identifier") == system_identifier() else {}


def timeline() -> str:
    """The timeline to follow. The latest one of the archive is always that of what has served last."""
    return own_control().get(_LABEL, "latest")


def history() -> History:
    """That timeline and those it came from; without one if the data cannot be read."""
    control = own_control()
    if not control:
        return History(timeline=None, parents={})
    file = LIVE.data / "pg_wal" / f"{int(control[_LABEL]):08X}.history"
    text = file.read_text() if file.exists() else ""
    return History(timeline=int(control[_LABEL]), parents=parents(text))


def parents(text: str) -> dict[int, str]:
    """
    Where each timeline of a history file was left.

    PostgreSQL notes a restore to a moment as one from the timeline that it followed, even if the moment was
    on one before that: so whatever was left first counts for all before it.
    """
    lines = [line.split() for line in text.splitlines()]
    left: dict[int, str] = {}
    first = ""
    for timeline, lsn, *_ in reversed([words for words in lines if len(words) > 1]):
        first = min(first or lsn, lsn, key=lsn_number)
        left[int(timeline)] = first
    return left

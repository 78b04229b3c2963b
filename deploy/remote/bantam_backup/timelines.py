"""On which timeline the data that serves is, and where it came from."""

from .postgres import LIVE
from .repository import system_identifier
from .targets import History

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
    lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    parents = {int(words[0]): words[1] for words in lines if len(words) > 1}
    return History(timeline=int(control[_LABEL]), parents=parents)

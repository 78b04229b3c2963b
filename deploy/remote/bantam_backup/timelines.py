"""On which timeline the data that serves is, and where it came from."""

from .postgres import LIVE
from .targets import History

_LABEL = "Latest checkpoint's TimeLineID"


def timeline() -> str:
    """The timeline to follow: after an `undo`, the archive has a later one that leads elsewhere."""
    return LIVE.control().get(_LABEL, "latest")


def history() -> History:
    """That timeline and those it came from; without one if the data cannot be read."""
    control = LIVE.control()
    if not control:
        return History(timeline=None, parents={})
    file = LIVE.data / "pg_wal" / f"{int(control[_LABEL]):08X}.history"
    lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    parents = {int(words[0]): words[1] for words in lines if len(words) > 1}
    return History(timeline=int(control[_LABEL]), parents=parents)

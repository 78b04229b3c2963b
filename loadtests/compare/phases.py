"""Which sides are compared under which load, how often in turns."""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
QUIET = FOLDER.parent / "scenarios" / "compare.yml"

BEFORE, JOINED, TUNED, AFTER = "before", "joined", "tuned", "after"
SIDES = {
    BEFORE: "the typical app on Debian's own configuration, with relations loaded lazily",
    JOINED: "the same with relations loaded by joins, as a careful team does it",
    TUNED: "the typical app on the project's configuration and indexes",
    AFTER: "the project",
}


class Phase(NamedTuple):
    """`first` and `second` take turns, so many times, under the load of a shape."""

    name: str
    note: str
    first: str
    second: str
    shape: Path
    rounds: int


PHASES = (
    Phase(
        "warm",
        "8 requests/s, far from what the typical app can do: what people wait for when nobody queues.",
        *(BEFORE, AFTER, QUIET, 4),
    ),
    Phase(
        "cold",
        "The same load from the moment at which the cache is empty: an honest first look.",
        *(BEFORE, AFTER, FOLDER / "cold.yml", 2),
    ),
    Phase(
        "busy",
        "100 users, 100 requests/s: past what the typical app can do, so its figures are mostly queueing.",
        *(BEFORE, AFTER, FOLDER / "busy.yml", 2),
    ),
    Phase("careful", "What a careful team would have: relations loaded by joins.", JOINED, AFTER, QUIET, 2),
    Phase(
        "configuration",
        "What the configuration and the indexes alone buy the typical app.",
        *(BEFORE, TUNED, QUIET, 2),
    ),
)

"""
What was looked at lately is made anew behind the write that made it old: the next last is a hit.

Once: what nobody looks at until the next write is not worth another statement.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from app.cache.fills import Fill, Fills
from app.cache.store import Lookup

SERVED_S = 30.0
"""How long ago somebody may have looked."""

ENTRIES = 1000
"""A write looks through all of them, which takes a quarter of a millisecond."""


class Served(NamedTuple):
    """Somebody's last last at an entry, and how that reader would fill it."""

    at: float
    found: Lookup
    fill: Fill[object]


class Lately:
    """The looks of one worker's readers, the latest last."""

    def __init__(self, fills: Fills) -> None:
        self._fills = fills
        self._served: OrderedDict[str, Served] = OrderedDict()

    def served(self, found: Lookup, fill: Fill[object]) -> None:
        """Remember that somebody was given this entry."""
        key = found.entry.key
        # Without the value: a thousand of them would be the memory of a worker.
        self._served[key] = Served(time.monotonic(), Lookup(found.entry, None, found.stamp), fill)
        self._served.move_to_end(key)
        if len(self._served) > ENTRIES:
            self._served.popitem(last=False)

    def touched(self, tags: Iterable[str]) -> None:
        """Make anew, behind the writer's answer, what has one of these tags; they are renewed."""
        renewed = set(tags)
        oldest = time.monotonic() - SERVED_S
        old = {
            key: last for key, last in self._served.items() if not renewed.isdisjoint(last.found.entry.tags)
        }
        for key, last in old.items():
            del self._served[key]
            if last.at > oldest:
                self._fills.in_background(last.found, last.fill)

"""
What was looked at lately is made anew behind the write that made it old: the next look is a hit.

Once: what nobody looks at until the next write is not worth another statement.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from app.cache.fills import Fill, Fills
from app.cache.store import Lookup

LOOKED_S = 30.0
"""How long ago somebody may have looked."""

ENTRIES = 1000
"""A write looks through all of them, which takes a quarter of a millisecond."""


class Look(NamedTuple):
    """Somebody's last look at an entry, and how that reader would fill it."""

    at: float
    found: Lookup
    fill: Fill[object]


class Lately:
    """The looks of one worker's readers, the latest last."""

    def __init__(self, fills: Fills) -> None:
        self._fills = fills
        self._looks: OrderedDict[str, Look] = OrderedDict()

    def looked(self, found: Lookup, fill: Fill[object]) -> None:
        """Remember that somebody was given this entry."""
        key = found.entry.key
        # Without the value: a thousand of them would be the memory of a worker.
        self._looks[key] = Look(time.monotonic(), Lookup(found.entry, None, found.stamp), fill)
        self._looks.move_to_end(key)
        if len(self._looks) > ENTRIES:
            self._looks.popitem(last=False)

    def touched(self, tags: Iterable[str]) -> None:
        """Make anew, behind the writer's answer, what has one of these tags; they are renewed."""
        renewed = set(tags)
        oldest = time.monotonic() - LOOKED_S
        old = {
            key: look for key, look in self._looks.items() if not renewed.isdisjoint(look.found.entry.tags)
        }
        for key, look in old.items():
            del self._looks[key]
            if look.at > oldest:
                self._fills.behind(look.found, look.fill)

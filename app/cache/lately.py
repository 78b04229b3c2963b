"""
Recently served entries that a write invalidates are refilled in the background, so the next read is a hit.

Only once: an entry that nobody reads until the next write is not worth another statement.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from app.cache.fills import Fill, Fills
from app.cache.store import Lookup

SERVED_S = 30.0
"""Entries served longer ago are not refilled."""

ENTRIES = 1000
"""Every write scans all of them, which takes a quarter of a millisecond."""


class Served(NamedTuple):
    """When an entry was last served, and how to refill it."""

    at: float
    found: Lookup
    fill: Fill[object]


class Lately:
    """The entries that this worker served, the latest last."""

    def __init__(self, fills: Fills) -> None:
        self._fills = fills
        self._served: OrderedDict[str, Served] = OrderedDict()

    def served(self, found: Lookup, fill: Fill[object]) -> None:
        """Remember that this entry was served."""
        key = found.entry.key
        # Without the value: a thousand of them would take as much memory as a worker.
        self._served[key] = Served(time.monotonic(), Lookup(found.entry, None, found.stamp), fill)
        self._served.move_to_end(key)
        if len(self._served) > ENTRIES:
            self._served.popitem(last=False)

    def touched(self, tags: Iterable[str]) -> None:
        """Refill the entries with one of these tags, already renewed, after the writer's response."""
        renewed = set(tags)
        oldest = time.monotonic() - SERVED_S
        old = {
            key: last for key, last in self._served.items() if not renewed.isdisjoint(last.found.entry.tags)
        }
        for key, last in old.items():
            del self._served[key]
            if last.at > oldest:
                self._fills.in_background(last.found, last.fill)

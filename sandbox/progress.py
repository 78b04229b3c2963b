"""Progress lines on stderr: one line a step, with the seconds that it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """The line is on stderr at once."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """A finished step leaves one line with its seconds; a failed one leaves none, the error speaks."""
    started = time.monotonic()
    yield
    say(f"{time.monotonic() - started:7.1f} s  {title}")

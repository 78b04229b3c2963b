"""Progress lines on stderr: one line a step, with the seconds that it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """Show the line on stderr at once."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show one line with its seconds for a finished step, and none for a failed one: the error speaks."""
    started = time.monotonic()
    yield
    say(f"{time.monotonic() - started:7.1f} s  {title}")

"""Progress lines on stderr: one line per step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """Show the line on stderr immediately."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show one line with its seconds for a finished step, and none for a failed one: it has an error."""
    started = time.monotonic()
    yield
    say(f"{time.monotonic() - started:7.1f} s  {title}")

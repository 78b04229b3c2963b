"""One ssh session that streams samples, each with the time at which it arrived."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import gevent
from gevent import subprocess

from loadtests.errors import RefusedError

T = TypeVar("T")

FIRST_SAMPLE_SECONDS = 15


class Source(NamedTuple, Generic[T]):
    """
    A remote command, what it reads first, and how its output is parsed.

    It is asked `ask` on its standard input `every` so many seconds, and ends when that is closed; a command
    that is asked nothing speaks by itself.
    """

    command: str
    parse: Callable[[Iterable[bytes]], Iterator[T]]
    first: bytes = b""
    ask: bytes = b""
    every: float = 1.0


class Stream(Generic[T]):
    """What a source says, from `start` until `stop`."""

    def __init__(self, ssh: list[str], source: Source[T]) -> None:
        self.samples: list[tuple[float, T]] = []
        self.broke_off = ""
        self._command = [*ssh, source.command]
        self._source = source

    def start(self) -> None:
        """Run the command; `wait` returns once it has said something."""
        pipe = subprocess.PIPE
        try:
            # gevent's Popen: its pipes let the users continue while one greenlet waits for a line.
            self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise RefusedError(f"`ssh` in the target file cannot be run: {error.strerror}.") from None
        gevent.spawn(self._read, self._process)
        gevent.spawn(self._ask, self._process)

    def wait(self) -> None:
        """Return once the first sample is there."""
        with gevent.Timeout(FIRST_SAMPLE_SECONDS, exception=False):
            while not self.samples and self._process.poll() is None:
                gevent.sleep(0.05)
        if not self.samples:
            late = self._process.poll() is None
            self.stop()
            reason = f"no sample came within {FIRST_SAMPLE_SECONDS} s" if late else self.broke_off
            raise RefusedError(f"The server cannot be sampled by ssh: {reason}.")

    def stop(self) -> None:
        """End the ssh session, and with it the command; `broke_off` says why if it ended before."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        else:
            self.broke_off = self._complaint()

    def _read(self, process: Any) -> None:
        try:
            for sample in self._source.parse(process.stdout):
                self.samples.append((time.time(), sample))
        except (OSError, ValueError, KeyError) as error:
            # The session broke, or the output is not a sample: no more samples or figures from here on.
            self.broke_off = " ".join(str(error).split())

    def _ask(self, process: Any) -> None:
        try:
            process.stdin.write(self._source.first)
            while self._source.ask and process.poll() is None:
                process.stdin.write(self._source.ask)
                process.stdin.flush()
                gevent.sleep(self._source.every)
            process.stdin.close()
        except OSError:
            # The session broke: whoever reads from it finds out why.
            return

    def _complaint(self) -> str:
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return said[-1].rstrip(".") if said else f"it ended with code {self._process.returncode}"

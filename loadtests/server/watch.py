"""The server's own side of a run: one ssh session that streams samples, aligned with the load's clock."""

import time
from pathlib import Path
from typing import Any

import gevent
import msgspec
from gevent import subprocess

from loadtests.errors import RefusedError
from loadtests.server.timeline import Sample

SAMPLER = Path(__file__).with_name("sampler.py")
FIRST_SAMPLE_SECONDS = 15


class ServerWatch:
    """Samples of the server, each with the time at which it arrived, from `start` until `stop`."""

    def __init__(self, ssh: list[str], seconds: float) -> None:
        self.samples: list[tuple[float, Sample]] = []
        self.broke_off = ""
        self._command = [*ssh, f"python3 -u - {seconds:.0f}"]

    def start(self) -> None:
        """Return once the first sample is there."""
        pipe = subprocess.PIPE
        try:
            # gevent's Popen: its pipes let the users continue while one greenlet waits for a line.
            self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise RefusedError(f"`ssh` in the target file cannot be run: {error.strerror}.") from None
        gevent.spawn(self._read, self._process)
        with gevent.Timeout(FIRST_SAMPLE_SECONDS, exception=False):
            while not self.samples and self._process.poll() is None:
                gevent.sleep(0.05)
        if not self.samples:
            late = self._process.poll() is None
            self.stop()
            reason = f"no sample came within {FIRST_SAMPLE_SECONDS} s" if late else self.broke_off
            raise RefusedError(f"The server cannot be sampled by ssh: {reason}.")

    def stop(self) -> None:
        """End the ssh session, and with it the sampler; `broke_off` says why if it ended before."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        else:
            self.broke_off = self._complaint()

    def _read(self, process: Any) -> None:
        try:
            process.stdin.write(SAMPLER.read_bytes())
            process.stdin.close()
            for line in process.stdout:
                self.samples.append((time.time(), msgspec.json.decode(line, type=Sample)))
        except (OSError, ValueError) as error:
            # The session broke, or the output is not a sample: no more samples or figures from here on.
            self.broke_off = " ".join(str(error).split())

    def _complaint(self) -> str:
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return said[-1].rstrip(".") if said else f"it ended with code {self._process.returncode}"

"""wrk and pgbench for a slice of time, and their results; the release's statements."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONNECTIONS = 32
CPU = Path("/sys/fs/cgroup/cpu.stat")
STATEMENTS = "/opt/bantam/current/bin/bantam-statements"
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Slice:
    """The result of a slice: responses per second, milliseconds, and microseconds of CPU per response."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def wrk(url: str, token: str, seconds: int) -> Slice:
    """Request one URL over CONNECTIONS connections; RuntimeError for any response but 2xx."""
    began = cpu_us()
    done = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"),
            *("--latency", "--header", f"Authorization: Bearer {token}", url),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{url}: {done.stdout}")
    return Slice(
        float(search(r"Requests/sec: +([\d.]+)", done.stdout)),
        _latency(done.stdout, "50%"),
        _latency(done.stdout, "99%"),
        (cpu_us() - began) / int(search(r"(\d+) requests in", done.stdout)),
    )


def cpu_us() -> int:
    """Return the CPU time used by the whole server, the bench itself included."""
    return int(search(r"^usage_usec (\d+)$", CPU.read_text()))


def search(pattern: str, text: str) -> str:
    """Return the pattern's group; RuntimeError if it does not match."""
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{pattern} is not in: {text}")
    return found[1]


def _latency(text: str, percentile: str) -> float:
    latency = search(rf"^ +{percentile} +([\d.]+(?:us|ms|s))$", text)
    number, unit = search(r"([\d.]+)", latency), search(r"([a-z]+)", latency)
    return float(number) * UNITS[unit]


class PgBench:
    """One statement, prepared, through PgBouncer as the app, with as many connections as the workers have."""

    def __init__(self, folder: Path, name: str, sql: str, values: list[str], clients: int) -> None:
        # pgbench wants a statement on one line, where a comment would swallow the rest.
        lines = (line for line in sql.splitlines() if not line.lstrip().startswith("--"))
        text = re.sub(r"\$(\d+)", lambda number: f":p{number[1]}", " ".join(lines))
        self._script = folder / f"{name}.sql"
        self._script.write_text(f"{text};\n")
        self._values = [f"--define=p{at}={value}" for at, value in enumerate(values, 1)]
        self._clients = clients

    def run(self, seconds: int) -> Slice:
        """Run it back to back; pgbench reports only a mean latency, which is used for both percentiles."""
        began = cpu_us()
        done = subprocess.run(
            [
                *("/usr/lib/postgresql/17/bin/pgbench", "--no-vacuum", "--protocol=prepared", "--jobs=1"),
                *(f"--client={self._clients}", f"--time={seconds}", f"--file={self._script}", *self._values),
                *("--host=/run/pgbouncer", "--port=6432", "--username=bantam_app", "bantam"),
            ],
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        if search(r"number of failed transactions: (\d+)", done.stdout) != "0":
            raise RuntimeError(done.stdout)
        mean = float(search(r"latency average = ([\d.]+) ms", done.stdout))
        done_for = int(search(r"actually processed: (\d+)", done.stdout))
        return Slice(float(search(r"tps = ([\d.]+)", done.stdout)), mean, mean, (cpu_us() - began) / done_for)


def release_statements() -> Iterator[dict[str, Any]]:
    """Yield each statement of the running release, as bantam-statements describes it."""
    printed = subprocess.run([STATEMENTS], capture_output=True, check=True, cwd="/").stdout
    yield from map(json.loads, printed.splitlines())

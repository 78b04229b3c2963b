"""PostgreSQL of a sandbox under other settings, and back."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from loadtests.errors import RefusedError
from loadtests.target import Target

OURS, STOCK = "ours", "stock"
SETS = {
    OURS: "what the deploy has written",
    STOCK: "PostgreSQL's defaults, as Debian installs them",
    "pgtune": "pgtune's values for this server",
    "timescaledb-tune": "timescaledb-tune's values for this server",
}
SETTINGS = Path(__file__).with_name("settings")
SIZES = {2: "2gb", 4: "4gb"}
"""RAM in GB -> the tuners' files for it."""

FILE = "/etc/postgresql/17/main/conf.d/zz-compared.conf"
UNIT = "postgresql@17-main.service"
UNIT_CHANGES = f"/run/systemd/system/{UNIT}.d"
RELOAD = "systemctl daemon-reload"
JIT_ALLOWED = "[Service]\nMemoryDenyWriteExecute=no\n"
"""The project's unit forbids what JIT needs, and its configuration turns JIT off; the defaults turn it on."""

# The statistics are those of the set, too: plans follow from both.
PSQL = "runuser -u postgres -- psql -XAtqd bantam"
RESTART = f"systemctl restart {UNIT} && {PSQL} -c ANALYZE"
# Between double quotes, where a shell would put its process id in place of a bare "$$".
SIZE = r"SELECT pg_database_size(current_database()), pg_size_bytes(current_setting(\$\$shared_buffers\$\$))"
UNREACHABLE = 255
"""ssh's exit code when it gets no connection."""
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Size(NamedTuple):
    """What is stored and what PostgreSQL buffers of it, in bytes."""

    stored: int
    buffers: int


def settings(name: str, ram_mb: int) -> str:
    """Return the lines of a set, PostgreSQL's defaults first; the project's own set has none."""
    if name == OURS:
        return ""
    stock = (SETTINGS / "stock.conf").read_text()
    if name == STOCK:
        return stock
    size = SIZES.get(round(ram_mb / 1024))
    if size is None:
        raise RefusedError(
            f"The tuners' values are known for 2 and 4 GB, this server has {ram_mb} MB: RAM=2048 or 4096."
        )
    return stock + (SETTINGS / f"{name}-{size}.conf").read_text()


def use(target: Target, lines: str) -> Size:
    """PostgreSQL has restarted with the lines, and has analyzed every table; how large both are now."""
    told = _on(target, f'cat > {FILE} && {RESTART} && {PSQL} -c "{SIZE}"', lines)
    return Size(*map(int, told.split("|")))


@contextmanager
def compared(target: Target) -> Iterator[None]:
    """Whatever happens inside, an interruption too, the sandbox has the project's settings afterwards."""
    if target.kind != "sandbox":
        raise RefusedError(f"{target.url} is a {target.kind}: only a sandbox gets settings to compare.")
    try:
        _on(target, f"mkdir -p {UNIT_CHANGES} && cat > {UNIT_CHANGES}/compared.conf && {RELOAD}", JIT_ALLOWED)
        yield
    finally:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        try:
            _on(target, f"rm -rf {FILE} {UNIT_CHANGES} && {RELOAD} && {RESTART}", "")
        except RefusedError as error:
            raise RefusedError(f"{error} The compared settings are still there: remove {FILE}.") from None


def _on(target: Target, command: str, stdin: str) -> str:
    """Return what the command printed as root; Ctrl-C in the terminal does not reach it."""
    done = subprocess.run(
        [*target.ssh, f"cd / && sudo -n sh -c '{command}'"],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode == UNREACHABLE:
        raise RefusedError(
            f"{target.url} cannot be reached by ssh: {done.stderr.strip() or 'no reason given'}"
        )
    if done.returncode:
        said = next(iter(done.stderr.strip().splitlines()), "it did not say why")
        raise RefusedError(f"{target.url} does not start with these settings: {said}")
    return done.stdout.strip()

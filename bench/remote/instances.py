"""Instances of the app for the bench alone: one worker each, on the loopback interface, gone afterwards."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
CREDENTIALS = "/etc/bantam/credentials"
PYTHON = "/opt/bantam/current/bin/python"
SECRETS = ("database-password", "redis-password", "cursor-key")
LONGEST_S = 1800


@contextmanager
def instance(name: str, port: int, *, cached: bool) -> Iterator[str]:
    """Give the address of an instance with or without the cache, gone at the end."""
    settings = Path("/etc/bantam/app.toml").read_text()
    if not cached:
        settings = settings.replace("[redis]\nenabled = true", "[redis]\nenabled = false")
    config = HERE / f"{name}.toml"
    config.write_text(settings)
    unit = f"bantam-bench-{name}"
    stop(unit)
    subprocess.run(
        [
            *("systemd-run", "--quiet", "--collect", f"--unit={unit}"),
            f"--socket-property=ListenStream=127.0.0.1:{port}",
            *(f"--property=LoadCredential={secret}:{CREDENTIALS}/{secret}" for secret in SECRETS),
            *("--property=User=bantam", "--property=WorkingDirectory=/", "--property=Type=notify"),
            f"--property=RuntimeMaxSec={LONGEST_S}",
            f"--setenv=BANTAM_CONFIG={config}",
            f"--setenv=PYTHONPATH={HERE.parents[1]}",
            *(PYTHON, "-m", "bench.remote.served"),
        ],
        check=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield address
    finally:
        stop(unit)


def wait_for(address: str) -> None:
    """Return once the instance is ready; exit with one sentence after 20 s."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310  our own
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"The bench's own instance at {address} did not become ready: see its journal on the server.")


def stop(unit: str) -> None:
    """Neither socket nor service of the unit is left."""
    subprocess.run(
        ["systemctl", "stop", f"{unit}.socket", f"{unit}.service"], capture_output=True, check=False
    )

"""Temporary instances of the app for the bench, with as many workers as the deployed one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
CREDENTIALS = "/etc/bantam/credentials"
PYTHON = "/opt/bantam/current/bin/python"
SECRETS = ("redis-password", "cursor-key")
LONGEST_S = 1800


@contextmanager
def instance(name: str, port: int, *, cached: bool) -> Iterator[str]:
    """Yield the address of an instance with or without the cache; remove it at the end."""
    settings = Path("/etc/bantam/app.toml").read_text()
    if not cached:
        settings = settings.replace("[redis]\nenabled = true", "[redis]\nenabled = false")
    config = HERE / f"{name}.toml"
    config.write_text(settings)
    units = [f"bantam-bench-{name}-{worker}" for worker in range(1, workers() + 1)]
    stop(units)
    try:
        for unit in units:
            start(unit, port, config)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(units)


def workers() -> int:
    """Return how many workers the deployed app has."""
    listed = subprocess.run(
        ["systemctl", "list-units", "--plain", "--no-legend", "bantam-app@*.service"],
        capture_output=True,
        check=True,
    )
    return len(listed.stdout.splitlines())


def start(unit: str, port: int, config: Path) -> None:
    """Start one worker and wait until it is ready; workers share the port, balanced by the kernel."""
    subprocess.run(
        [
            *("systemd-run", "--quiet", "--collect", f"--unit={unit}"),
            *(f"--socket-property=ListenStream=127.0.0.1:{port}", "--socket-property=ReusePort=yes"),
            *(f"--property=LoadCredential={secret}:{CREDENTIALS}/{secret}" for secret in SECRETS),
            *("--property=User=bantam", "--property=WorkingDirectory=/", "--property=Type=notify"),
            f"--property=RuntimeMaxSec={LONGEST_S}",
            f"--setenv=BANTAM_CONFIG={config}",
            f"--setenv=PYTHONPATH={HERE.parents[1]}",
            *(PYTHON, "-m", "bench.remote.served"),
        ],
        check=True,
    )
    # This waits until the worker reports that it is ready.
    subprocess.run(["systemctl", "start", f"{unit}.service"], check=True)


def stop(units: list[str]) -> None:
    """Remove the sockets and services of the units."""
    names = [f"{unit}.{kind}" for unit in units for kind in ("socket", "service")]
    subprocess.run(["systemctl", "stop", *names], capture_output=True, check=False)

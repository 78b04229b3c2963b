"""The part of the bench that runs on the server: copied there, run as root, and removed again."""

import io
import json
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loadtests.errors import RefusedError
from loadtests.target import Target

REMOTE = Path(__file__).parent / "remote"
PLACE = "/run/bantam-bench"
PREPARE = (
    f"rm -rf {PLACE} && mkdir -m 755 {PLACE} && tar -x -C {PLACE}"
    " && { command -v wrk > /dev/null || { apt-get update -qq && "
    "DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends wrk > /dev/null; }; }"
)


def measure(target: Target, parts: Sequence[str], script: str = "run") -> dict[str, Any]:
    """Return the results of the parts; only wrk stays on the server."""
    _run(target, PREPARE, stdin=_packed())
    try:
        run = f"cd {PLACE} && /opt/bantam/current/bin/python -m bench.remote.{script} {' '.join(parts)}"
        output = _run(target, run)
    finally:
        _run(target, f"rm -rf {PLACE}")
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def _packed() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in sorted(REMOTE.glob("*.py")):
            archive.add(file, f"bench/remote/{file.name}")
    return buffer.getvalue()


def _run(target: Target, command: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        [*target.ssh, "sudo", "-n", "sh", "-c", f"'{command}'"],
        input=stdin,
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise RefusedError(
            f"The bench stopped: on the server, `{command[:60]}` ended with exit code {done.returncode}."
        )
    return done.stdout.decode()

"""Sandbox servers for the tests, and the snapshot that the suite takes them from."""

import datetime as dt
import fcntl
import hashlib
import hmac
import json
import os
import ssl
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from sandbox import ssh, state
from sandbox.image import recipe_hash
from sandbox.snapshots import all_snapshots, forget

ROOT = Path(__file__).parent.parent
# What plans and figures are promised for; it takes a minute.
SEED_SCALE = "1.0"
# Where the rows are not the point: a restore, a backup and a drill then take seconds.
SMALL_SCALE = "0.1"
# Several times what the longest command takes on a busy machine: what hangs fails a test, not the whole run.
LONGEST_S = 1200
# Servers belong to the whole machine: two checkouts that are tested at once must not share their names.
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:4]
# So must the processes of one run that test side by side: each has a server of its own.
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "").replace("gw", "-")
_SUITE = f"suite-{CHECKOUT}-"
_MADE_FROM = (
    "pyproject.toml",
    "deploy/**/*.py",
    "templates/*/*",
    "inventories/**/*.py",
    "app/**/*.*",
    "requirements/app.txt",
)


@dataclass(frozen=True, kw_only=True)
class SandboxServer:
    """A server named `name`; `run_folder` holds what its steps left."""

    name: str
    inventory: str = "inventories/sandbox.py"
    scale: str = SEED_SCALE

    @property
    def run_folder(self) -> Path:
        return ROOT / "build" / f"sandbox-{self.name}"

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "NAME": self.name}

    def make(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Run make for this server."""
        return _run("make", "--no-print-directory", f"NAME={self.name}", f"SCALE={self.scale}", *targets)

    def read(self, file: str) -> dict[str, object]:
        """One of the JSON files of its run folder."""
        content: dict[str, object] = json.loads((self.run_folder / file).read_text())
        return content

    def ssh(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as root; one connection serves all, or each would take half a second."""
        return self._ssh(command, "-o", "ControlMaster=auto", "-o", "ControlPersist=60")

    def run(self, command: str) -> str:
        """What a command printed that root ran, stripped; it must succeed."""
        return checked(self.ssh(command)).stdout.strip()

    def http(self) -> httpx.Client:
        """HTTP to the edge, whose certificate is verified against the sandbox's CA."""
        target = json.loads((self.run_folder / "target.json").read_text())
        context = ssl.create_default_context(cafile=str(ROOT / target["ca"]))
        return httpx.Client(base_url=target["url"], verify=context, timeout=20)

    def token(self, user_id: int) -> str:
        """A seeded user's bearer token."""
        key = (self.run_folder / "seed_token_key").read_bytes()
        return "bt_" + hmac.new(key, f"user:{user_id}".encode(), hashlib.sha256).hexdigest()

    def down(self) -> None:
        """The server is gone, and the connection to it."""
        if state.load(self.name):
            self._ssh("", "-O", "exit")
        checked(self.make("down"))

    def _ssh(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        server = state.load(self.name)
        assert server, f"there is no sandbox {self.name}"
        # Another server of this name is another one.
        socket = f"ControlPath=/run/bantam-tests-{self.name}-{server.created:.0f}"
        program, *rest = ssh.command(server, command)
        return _run(program, "-o", socket, *options, *rest)


def checked(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """The finished command, which must have succeeded."""
    assert done.returncode == 0, f"{done.args}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


def suite_snapshot(scale: str) -> str:
    """The name of the snapshot that today's suite takes its servers from: another one for other sources."""
    digest = hashlib.sha256(f"{recipe_hash()} {scale} {dt.datetime.now(dt.UTC).date()}".encode())
    files = {file for pattern in _MADE_FROM for file in ROOT.glob(pattern) if file.suffix != ".pyc"}
    for file in sorted(files):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return _SUITE + digest.hexdigest()[:8]


def forget_suite_snapshots(but: Collection[str] = ()) -> None:
    """The suite of this checkout has no snapshots, or only these."""
    for kept in all_snapshots():
        if kept.name.startswith(_SUITE) and kept.name not in but:
            forget(kept.name)


@contextmanager
def exclusive_snapshots() -> Iterator[None]:
    """No other process of this checkout looks for a snapshot or makes one meanwhile."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "snapshots.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LONGEST_S)

"""
A release from its preflight to its record: `python -m deploy.release INVENTORY FOLDER`.

Is the server ready? Then a restore point and a backup, the deploy, all checks, and a short load. If anything
fails, the release and the configuration of before serve again and are checked, and the exit code is 1.
UNPROVEN="reason" releases what has not been proven where the inventory's `proven_on` says; the record has the
reason.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import record as records
from deploy.lock import hold_command
from deploy.operations.restarts import RESUME

_LOCK = "/run/bantam-release.lock"
_READY = Path("deploy/remote/ready.py")
_CONFIGURATION = Path("deploy/remote/configuration.py")
_GATE = ["loadtests/scenarios/mixed.py", "--headless", "--shape", "loadtests/gate.yml"]
_CURRENT = "basename $(readlink /opt/bantam/current) 2>/dev/null || true"
_TAKE = (
    "systemd-run --quiet --pipe --wait --collect --uid=postgres --nice=10 --property=IOSchedulingClass=idle"
    " --working-directory=/ bantam-backup take"
)
_BACK = (
    "systemd-run --quiet --pipe --wait --collect --working-directory=/"
    f" --property={shlex.quote(RESUME)} /usr/bin/python3 -"
)
_AS_ROOT = "$([ $(id -u) = 0 ] || echo sudo -n)"
_LINES_TOLD = 15


class FailedError(Exception):
    """Why a step failed, as it said itself."""


class Release:
    """One release of these sources to one server."""

    def __init__(self, inventory: str, folder: Path) -> None:
        self.inventory, self.folder = inventory, folder
        self.target: dict[str, Any] = json.loads((folder / "target.json").read_text())
        self.record = records.begun(folder.name)

    def make(self) -> bool:
        """The release serves, or the one of before does."""
        before = self.record["before"] = self.server(_CURRENT)
        if not before:
            sys.exit(f"{self.folder.name} has no release yet: run `make deploy` first.")
        try:
            self.refuse_unready("preflight")
        except FailedError as error:
            sys.exit(f"{self.folder.name} is not ready for a release, and nothing has changed:\n{error}")
        try:
            self.release()
        except FailedError as error:
            self.record["failed"]["said"] = str(error)
            print(f"{self.record['failed']['step']} failed:\n{error}", file=sys.stderr, flush=True)
            self.take_back(before)
        else:
            self.record["ok"] = True
        return bool(self.record["ok"])

    def refuse_unready(self, step: str) -> None:
        """The server is as a release needs it, or FailedError says what is in the way."""
        with self.step(step):
            self.server("python3 -", _READY.read_text())

    def refuse_unproven(self) -> None:
        """Exit with 1 unless these sources were released where the inventory says, or somebody says why."""
        where, reason = self.target["proven_on"], os.environ.get("UNPROVEN", "")
        if where is None or records.is_proven(self.record["sources"], where):
            return
        if not reason:
            sys.exit(
                f"{self.folder.name}: {records.FOLDER} has no successful release of these sources on {where}:"
                f' run `make release INVENTORY=inventories/{where}.py` first, or say why not: UNPROVEN="...".'
            )
        self.record["unproven"] = reason

    def release(self) -> None:
        """Each step has succeeded; FailedError at the first that has not."""
        with self.step("backup"):
            name = f"before-release-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
            self.server(f"python3 - keep {name}", _CONFIGURATION.read_text())
            self.server(f"cd / && runuser -u postgres -- bantam-backup point {name} && {_TAKE}")
            self.record["restore_point"] = name
        with self.step("deploy"):
            self.run("-m", "deploy", self.inventory, str(self.folder))
        self.record["release"] = self.server(_CURRENT)
        with self.step("verify"):
            summary = ["--summary", str(self.folder / "verify.json")]
            self.run("-m", "pytest", "verify", "-q", "--inventory", self.inventory, *summary)
        with self.step("load"):
            self.load()

    def load(self) -> None:
        """A short load keeps the targets, or the next one does; where there are test users to make it."""
        if not (self.folder / "seed.json").exists():
            self.record["load"] = "not run: the server has no test users"
            return
        target = ["--target", str(self.folder / "target.json"), "--run-dir", str(self.folder)]
        gate = ("-m", "locust", "-f", *_GATE, *target)
        try:
            self.run(*gate)
        except FailedError as error:
            # In so few requests one outlier is a percentile; what is slow is slow twice.
            self.record["first_load"] = str(error)
            self.run(*gate)

    def take_back(self, before: str) -> None:
        """
        The release of before serves with the files of before, and the server is as a release needs it.

        The checks of these sources expect what these sources make, so they do not fit any more.
        """
        began = time.monotonic()
        try:
            if name := self.record.get("restore_point"):
                with self.step("configuration back"):
                    self.server(f"{_BACK} bring-back {name}", _CONFIGURATION.read_text())
            if self.server(_CURRENT) != before:
                self.go_back(before)
            self.refuse_unready("ready again")
        except FailedError as error:
            self.record["not_taken_back"] = str(error)
            print(f"{before} does not serve as before:\n{error}", file=sys.stderr)
            return
        self.record["taken_back_s"] = round(time.monotonic() - began, 1)
        print(f"{before} serves, as before.", file=sys.stderr)

    def go_back(self, before: str) -> None:
        """The release of before is current, with its schema if it cannot run on today's."""
        back = ("-m", "deploy", self.inventory, str(self.folder), f"--back-to={before}")
        with self.step("back"):
            try:
                self.run(*back)
            except FailedError:
                self.run(*back, "--schema=down")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The record has how long the block took, and which step has failed."""
        print(f"== {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        try:
            yield
        except FailedError:
            self.record.setdefault("failed", {"step": name})
            raise
        finally:
            self.record["steps"][name] = round(time.monotonic() - began, 1)

    def run(self, *arguments: str) -> None:
        """A program of the project has succeeded; FailedError has the end of what it said."""
        try:
            done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        except KeyboardInterrupt:
            raise FailedError("It was interrupted.") from None
        if done.returncode:
            lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
            raise FailedError("\n".join(lines[-_LINES_TOLD:]))

    def server(self, command: str, text: str | None = None) -> str:
        """What a command printed that root ran on the server; FailedError if it failed."""
        ssh = [*self.target["ssh"], f"{_AS_ROOT} sh -c {shlex.quote(command)}"]
        done = subprocess.run(ssh, input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise FailedError((done.stdout + done.stderr).strip())
        return done.stdout.strip()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else releases to this server meanwhile; exit 1 names who does."""
        ssh = [*self.target["ssh"], f"{_AS_ROOT} {hold_command(_LOCK, 'release')}"]
        with subprocess.Popen(ssh, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holding:
            assert holding.stdin  # noqa: S101  tells mypy what PIPE promises
            assert holding.stdout  # noqa: S101
            answer = holding.stdout.readline().strip()
            if answer != "held":
                sys.exit(
                    f"{self.folder.name}: {answer or 'the lock cannot be taken'}: wait for that run to end."
                )
            try:
                yield
            finally:
                holding.stdin.close()

    def keep(self) -> Path:
        """The record is kept here, and a line of it on the server, if that answers."""
        file = records.keep(self.record)
        line = json.dumps(
            {key: self.record[key] for key in ("at", "by", "commit", "sources", "before", "steps", "ok")}
        )
        try:
            self.server(f"cat >> {records.LOG}", f"{line}\n")
        except FailedError as error:
            print(f"{records.LOG} has no line of this release: {error}", file=sys.stderr)
        return file


def main() -> int:
    """Release, and tell how it ended; 1 if the release does not serve."""
    inventory, folder = sys.argv[1], Path(sys.argv[2])
    release = Release(inventory, folder)
    release.refuse_unproven()
    with release.alone():
        ok = release.make()
        file = release.keep()
    what = f"{release.record['release']} serves" if ok else "Not released"
    print(f"{what}; the record is {file}", file=sys.stderr)
    return 0 if ok else 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())

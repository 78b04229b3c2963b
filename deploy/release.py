"""
A release from its preflight to its record: `python -m deploy.release INVENTORY FOLDER`.

Is the server ready? Then a restore point and a backup, the deploy, all checks, and a short load. If anything
fails, the release of before serves again and is checked, and the exit code is 1. UNPROVEN="reason" releases
what has not been proven where the inventory's `proven_on` says; the record has the reason.
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

_LOCK = "/run/bantam-release.lock"
_READY = Path("deploy/remote/ready.py")
_GATE = ["loadtests/scenarios/mixed.py", "--headless", "--shape", "loadtests/gate.yml"]
_CURRENT = "basename $(readlink /opt/bantam/current) 2>/dev/null || true"
_TAKE = (
    "systemd-run --quiet --pipe --wait --collect --uid=postgres --nice=10 --property=IOSchedulingClass=idle"
    " --working-directory=/ bantam-backup take"
)
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
        """The release serves, or the one of before does; either way there is a record."""
        before = self.record["before"] = self.server(_CURRENT)
        try:
            self.refuse_unproven()
            if before:
                with self.step("preflight"):
                    self.server("python3 -", _READY.read_text())
        except FailedError as error:
            sys.exit(f"{self.folder.name}: not released, and nothing has changed.\n{error}")
        try:
            self.release(before)
        except FailedError as error:
            self.record["failed"] |= {"said": str(error)}
            print(f"{self.record['failed']['step']} failed:\n{error}", file=sys.stderr, flush=True)
            self.take_back(before)
        else:
            self.record["ok"] = True
        return bool(self.record["ok"])

    def refuse_unproven(self) -> None:
        """FailedError unless these sources were released where the inventory says, or somebody says why."""
        where, reason = self.target["proven_on"], os.environ.get("UNPROVEN", "")
        revision = self.record["revision"]
        if where is None or records.is_proven(revision, where):
            return
        if not reason:
            raise FailedError(
                f"Revision {revision} has no successful release on {where} in {records.FOLDER}: run `make"
                f' release INVENTORY=inventories/{where}.py` first, or say why not: UNPROVEN="...".'
            )
        self.record["unproven"] = reason

    def release(self, before: str) -> None:
        """Each step has succeeded; FailedError at the first that has not."""
        if before:
            with self.step("backup"):
                name = f"before-release-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
                self.server(f"cd / && runuser -u postgres -- bantam-backup point {name} && {_TAKE}")
                self.record["restore_point"] = name
        with self.step("deploy"):
            self.run("-m", "deploy", self.inventory, str(self.folder))
        self.record["release"] = self.server(_CURRENT)
        self.verify("verify")
        with self.step("load"):
            self.load()

    def verify(self, name: str) -> None:
        """Every check passes."""
        with self.step(name):
            summary = ["--summary", str(self.folder / "verify.json")]
            self.run("-m", "pytest", "verify", "-q", "--inventory", self.inventory, *summary)

    def load(self) -> None:
        """A short load keeps the targets, where there are test users to make it."""
        if not (self.folder / "seed.json").exists():
            self.record["load"] = "not run: the server has no test users"
            return
        target = ["--target", str(self.folder / "target.json"), "--run-dir", str(self.folder)]
        self.run("-m", "locust", "-f", *_GATE, *target)

    def take_back(self, before: str) -> None:
        """The release of before serves and passes every check, if there was one."""
        began = time.monotonic()
        try:
            if before and self.server(_CURRENT) != before:
                self.go_back(before)
            if before:
                self.verify("verify again")
        except FailedError as error:
            self.record["not_taken_back"] = str(error)
            print(f"AND {before} DOES NOT SERVE AS BEFORE:\n{error}", file=sys.stderr)
            return
        self.record["taken_back_s"] = round(time.monotonic() - began, 1)
        print(f"{before or 'Nothing'} serves, as before.", file=sys.stderr)

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
        ssh = [*self.target["ssh"], f"sudo -n sh -c {shlex.quote(command)}"]
        done = subprocess.run(ssh, input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise FailedError((done.stdout + done.stderr).strip())
        return done.stdout.strip()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else releases to this server meanwhile; exit 1 names who does."""
        ssh = [*self.target["ssh"], f"sudo -n {hold_command(_LOCK, 'release')}"]
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
        """The record is kept here, and a line of it on the server."""
        line = json.dumps(
            {key: self.record[key] for key in ("at", "by", "revision", "ok", "before", "steps")}
        )
        self.server(f"mkdir -p /var/log/bantam && cat >> {records.LOG}", f"{line}\n")
        return records.keep(self.record)


def main() -> int:
    """Release, and tell how it ended; 1 if the release does not serve."""
    inventory, folder = sys.argv[1], Path(sys.argv[2])
    release = Release(inventory, folder)
    with release.alone():
        ok = release.make()
        file = release.keep()
    what = f"{release.record.get('release')} serves" if ok else "The release was taken back"
    print(f"{what}; the record is {file}", file=sys.stderr)
    return 0 if ok else 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())

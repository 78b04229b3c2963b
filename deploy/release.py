"""
A release from its preflight to its record: `python -m deploy.release INVENTORY FOLDER`.

Is the server ready? Then a restore point and a backup, the deploy, all checks, and a short load. If anything
fails, the release and the configuration of before serve again and are checked, and the exit code is 1.
UNPROVEN="reason" releases what has not been proven where the inventory's `proven_on` says; the record has the
reason.
"""

import contextlib
import json
import os
import shlex
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import record as records
from deploy.lock import FILE, HELD, hold_command
from deploy.operations.restarts import RESUME_PROPERTY

_READY = Path("deploy/remote/ready.py")
_CONFIGURATION = Path("deploy/remote/configuration.py")
_GATE = ["loadtests/scenarios/gate.py", "--headless"]
_CURRENT = "basename $(readlink /opt/bantam/current) 2>/dev/null || true"
_TAKE = (
    "systemd-run --quiet --pipe --wait --collect --uid=postgres --nice=10 --property=IOSchedulingClass=idle"
    " --working-directory=/ bantam-backup take"
)
_BACK = (
    f"systemd-run --quiet --pipe --wait --collect --working-directory=/ {RESUME_PROPERTY} /usr/bin/python3 -"
)
_PREVIOUS = "basename $(readlink /opt/bantam/previous) 2>/dev/null || true"
# The release that was taken back must not be where the next rollback leads.
_SET_PREVIOUS = (
    "cd /opt/bantam && rm -f previous.next && if test -e releases/{0}/complete;"
    " then ln -s releases/{0} previous.next && mv -T previous.next previous; else rm -f previous; fi"
)
_TRIES, _BETWEEN_TRIES_S = 4, 15
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
        try:
            with self.step("preflight"):
                before, previous = self.served_before()
                self.server("python3 -", _READY.read_text())
        except FailedError as error:
            sys.exit(f"{self.folder.name} is not ready for a release, and nothing has changed:\n{error}")
        try:
            self.release(previous)
        except FailedError as error:
            self.record["failed"]["said"] = str(error)
            print(f"{self.record['failed']['step']} failed:\n{error}", file=sys.stderr, flush=True)
            self.take_back(before, previous)
        else:
            self.record["ok"] = True
        if "not_taken_back" not in self.record:
            with contextlib.suppress(FailedError):  # it answered a moment ago
                self.server(f"rm -f {records.UNDER_WAY}")
        return bool(self.record["ok"])

    def served_before(self) -> tuple[str, str]:
        """
        The release to take back to, and the one before it.

        They are those of a release that was cut off, if there was one: what is current now has not been
        checked.
        """
        if told := self.server(f"cat {records.UNDER_WAY} 2>/dev/null || true"):
            cut_off = self.record["after_cut_off"] = json.loads(told)
            self.record["before"], self.record["configuration"] = cut_off["before"], cut_off["version"]
            before = str(cut_off["before"])
            print(
                f"The release of {cut_off['at']} was cut off: if this one fails, {before} serves again.",
                file=sys.stderr,
            )
            return before, str(cut_off["previous"])
        before = self.record["before"] = self.server(_CURRENT)
        return before, self.server(_PREVIOUS)

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

    def release(self, previous: str) -> None:
        """Each step has succeeded; FailedError at the first that has not."""
        with self.step("backup"):
            name = f"before-release-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
            self.server(f"python3 - keep {name}", _CONFIGURATION.read_text())
            if "after_cut_off" not in self.record:
                self.record["configuration"] = name
                begun = {"at": self.record["at"], "before": self.record["before"], "previous": previous}
                self.server(f"cat > {records.UNDER_WAY}", json.dumps({**begun, "version": name}))
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
            if records.sources() != self.record["sources"]:
                raise FailedError("The sources were changed meanwhile, so nobody knows what was checked.")

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

    def take_back(self, before: str, previous: str) -> None:
        """
        The release of before serves with the files of before, and the server is as a release needs it.

        The checks of these sources expect what these sources make, so they do not fit any more.
        """
        began = time.monotonic()
        try:
            with self.step("configuration back"):
                self.patiently(self.configuration_back)
            with self.step("release back"):
                self.go_back(before)
                self.server(_SET_PREVIOUS.format(shlex.quote(previous)))
            with self.step("ready again"):
                self.patiently(self.refuse_unready)
        except FailedError as error:
            self.record["not_taken_back"] = str(error)
            print(f"{before} does not serve as before:\n{error}", file=sys.stderr)
            return
        self.record["taken_back_s"] = round(time.monotonic() - began, 1)
        print(f"{before} serves, as before.", file=sys.stderr)

    def configuration_back(self) -> None:
        """The server has the configuration of before."""
        # What a lost connection has left at work must end first.
        self.server("flock --wait 120 /run/bantam-switch.lock true")
        if name := self.record.get("configuration"):
            self.server(f"{_BACK} bring-back {name}", _CONFIGURATION.read_text())

    def go_back(self, before: str) -> None:
        """The release of before is current, with its schema if it cannot run on today's."""
        back = ("-m", "deploy", self.inventory, str(self.folder), f"--back-to={before}")
        try:
            self.run(*back)
        except FailedError as error:
            if "cannot run on today's schema" not in str(error):
                raise
            self.record["schema_down"] = str(error)
            self.run(*back, "--schema=down")

    def refuse_unready(self) -> None:
        """The server is as a release needs it, and answers through the edge, or FailedError says why not."""
        self.server("python3 -", _READY.read_text())
        url = f"{self.target['url']}/readyz"
        try:
            trust = ssl.create_default_context(cafile=self.target["ca"])
            urllib.request.urlopen(url, timeout=10, context=trust).close()  # noqa: S310  https, by the inventory
        except OSError as error:
            raise FailedError(f"{url}: {error}") from None

    def patiently(self, work: Callable[[], None]) -> None:
        """The work has been done, at the latest at the last try: a server may be rebooting."""
        for _ in range(_TRIES - 1):
            try:
                work()
            except FailedError:
                time.sleep(_BETWEEN_TRIES_S)
            else:
                return
        work()

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
        code, said = _finished([sys.executable, *arguments])
        if code:
            raise FailedError("\n".join([line for line in said.splitlines() if line.strip()][-_LINES_TOLD:]))

    def server(self, command: str, text: str = "") -> str:
        """What a command printed that root ran on the server; FailedError if it failed."""
        code, said = _finished([*self.target["ssh"], f"{_AS_ROOT} sh -c {shlex.quote(command)}"], text)
        if code:
            raise FailedError(said.strip() or "The server does not answer.")
        return said.strip()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else releases to this server meanwhile; exit 1 names who does."""
        ssh = [*self.target["ssh"], f"{_AS_ROOT} {hold_command(FILE, 'release')}"]
        # Of a session of its own: Ctrl-C must not end it before everything is taken back.
        pipe = subprocess.PIPE
        with subprocess.Popen(ssh, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as holding:
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


def _finished(command: list[str], text: str = "") -> tuple[int, str]:
    """
    The exit code and everything that the command printed.

    Ctrl-C interrupts it, waits for its end, and is told by a FailedError.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, HELD: "1"},
    ) as running:
        try:
            said, _ = running.communicate(text)
        except KeyboardInterrupt:
            os.killpg(running.pid, signal.SIGINT)
            running.communicate()
            raise FailedError("It was interrupted.") from None
    return running.returncode, said


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
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())

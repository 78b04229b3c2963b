#!/usr/bin/python3
"""
Make a release current: `bantam-switch RELEASE`, as root on the server; `previous` is the one before.

The release first runs as the candidate, behind a socket of its own: every statement must exist on today's
schema, and it must become ready. Until then nothing that serves has changed. Then /opt/bantam/current is
switched and the workers restart one after the other; if one does not become ready, the release before is
current again. Without an argument: the releases on this server. /var/log/bantam/releases.jsonl has a line for
each switch.
"""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

HOME = Path("/opt/bantam")
LOG = Path("/var/log/bantam/releases.jsonl")
LOCK = Path("/run/bantam-switch.lock")
CANDIDATE = "bantam-candidate"
CANDIDATE_SOCKET = "/run/bantam-candidate.sock"
WORKERS = "bantam-app@*.service"
READY_S = 15
"""How long a started candidate has to answer /readyz: the pool and Redis connect in under a second."""


class RefusedError(Exception):
    """One sentence: why the release is not current."""


class CandidateConnection(http.client.HTTPConnection):
    """HTTP to the candidate's socket."""

    def connect(self) -> None:
        """Connect to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(CANDIDATE_SOCKET)


def target(link: str) -> str | None:
    """The release that a link in /opt/bantam points to."""
    path = HOME / link
    return path.readlink().name if path.is_symlink() else None


def point(link: str, release: str) -> None:
    """Let the link point to the release, in one step."""
    draft = HOME / f"{link}.next"
    draft.unlink(missing_ok=True)
    draft.symlink_to(f"releases/{release}")
    draft.rename(HOME / link)


def releases() -> list[str]:
    """The complete releases, oldest first."""
    markers = sorted((HOME / "releases").glob("*/complete"), key=lambda marker: marker.stat().st_mtime)
    return [marker.parent.name for marker in markers]


def chosen(name: str) -> str:
    """The name of the release asked for, which is complete."""
    found = target("previous") if name == "previous" else name
    if found is None:
        raise RefusedError(
            "No release was current before this one; bantam-switch lists those to choose from."
        )
    if found not in releases():
        raise RefusedError(f"There is no release {found} on this server: it has {', '.join(releases())}.")
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """The finished command, with what it printed."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def last_words(unit: str, since: float) -> str:
    """The last line that a unit's processes printed since then."""
    said = run("journalctl", f"--unit={unit}", f"--since=@{since:.0f}", "--output=cat", "_TRANSPORT=stdout")
    lines = [line for line in said.stdout.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


@contextlib.contextmanager
def checked_schema(release: str) -> Iterator[None]:
    """Every statement of the release can be prepared on today's schema; meanwhile the block runs."""
    check = f"{HOME}/releases/{release}/bin/bantam-check-schema"
    command = ["runuser", "-u", "postgres", "--", check]
    with subprocess.Popen(command, cwd="/", stderr=subprocess.PIPE, text=True) as process:
        yield
        _, stderr = process.communicate()
    if process.returncode:
        said = (stderr.strip().splitlines() or ["it has no such check"])[-1]
        raise RefusedError(
            f"{release} cannot run on today's schema: {said.rstrip('.')}; see docs/rollback.md."
        )


def check_candidate(release: str) -> None:
    """The release becomes ready on a socket that nobody uses; afterwards the candidate is gone."""
    started = time.time()
    point("candidate", release)
    try:
        if run("systemctl", "start", f"{CANDIDATE}.service").returncode:
            raise RefusedError(f"{release} does not start: {last_words(CANDIDATE, started)}")
        if (answer := _readiness()) != http.HTTPStatus.OK:
            raise RefusedError(
                f"{release} starts, but is not ready: /readyz answered {answer} for {READY_S} s."
            )
    finally:
        # It has no request that it must finish.
        run("systemctl", "kill", "--signal=KILL", f"{CANDIDATE}.service")
        run("systemctl", "stop", f"{CANDIDATE}.socket", f"{CANDIDATE}.service")
        run("systemctl", "reset-failed", f"{CANDIDATE}.service")
        (HOME / "candidate").unlink(missing_ok=True)


def _readiness() -> object:
    """200 as soon as it is ready, else the last answer."""
    answer: object = "nothing"
    end = time.monotonic() + READY_S
    while answer != http.HTTPStatus.OK and time.monotonic() < end:
        try:
            connection = CandidateConnection("candidate", timeout=5)
            connection.request("GET", "/readyz")
            answer = connection.getresponse().status
        except OSError as error:
            answer = error
        time.sleep(0 if answer == http.HTTPStatus.OK else 0.2)
    return answer


def workers() -> list[str]:
    """The app's worker units that run or should."""
    listed = run("systemctl", "list-units", "--all", "--plain", "--no-legend", WORKERS)
    return sorted(line.split()[0] for line in listed.stdout.splitlines())


def runs(worker: str, release: str) -> bool:
    """Whether the worker's process is the release's."""
    pid = run("systemctl", "show", "--value", "--property=MainPID", worker).stdout.strip()
    try:
        return f"/releases/{release}/".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def restart(release: str) -> None:
    """Every worker runs the release, one after the other; RefusedError at the first that does not."""
    for worker in workers():
        if runs(worker, release):
            continue
        started = time.time()
        if run("systemctl", "restart", worker).returncode:
            raise RefusedError(f"{worker} of {release} does not become ready: {last_words(worker, started)}")


def switch(release: str) -> str | None:
    """The release is current and runs; after a RefusedError nothing is changed. The release before."""
    before = target("current")
    if release != before:
        with checked_schema(release):
            check_candidate(release)
        point("current", release)
    try:
        restart(release)
    except RefusedError:
        if before and release != before:
            point("current", before)
            restart(before)
        raise
    if before and before != release:
        point("previous", before)
    return before


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Of two at once the second waits; the lock ends with the process that holds it."""
    with LOCK.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def record(**line: object) -> None:
    """Add a line to the log."""
    LOG.parent.mkdir(mode=0o755, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    by = os.environ.get("BY") or os.environ.get("SUDO_USER") or "root"
    with LOG.open("a") as log:
        log.write(json.dumps({"at": at, "by": by, **line}) + "\n")


def listed() -> Iterator[str]:
    """A line for each release, the oldest first."""
    notes = {target("previous"): "previous", target("current"): "current"}
    for release in releases():
        made = datetime.fromtimestamp((HOME / "releases" / release / "complete").stat().st_mtime, UTC)
        yield f"{release}  {made:%Y-%m-%d %H:%M} UTC  {notes.get(release, '')}".rstrip()


def main() -> int:
    """Switch or list; a refusal is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="bantam-switch", description=__doc__)
    parser.add_argument("release", nargs="?", help="a release's name, or `previous`")
    asked = parser.parse_args().release
    if asked is None:
        print("\n".join(listed()))
        return 0
    started, before, release = time.monotonic(), target("current"), asked
    try:
        with locked():
            release = chosen(asked)
            switch(release)
    except RefusedError as error:
        record(release=release, before=before, refused=str(error))
        print(error, file=sys.stderr)
        return 1
    seconds = round(time.monotonic() - started, 1)
    record(release=release, before=before, seconds=seconds)
    print(f"{release} is current, after {before}: {seconds} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

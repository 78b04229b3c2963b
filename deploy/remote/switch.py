#!/usr/bin/python3
"""
Make a release current: `bantam-switch RELEASE`, as root on the server; `previous` is the one before.

The release first runs as the candidate, behind a socket of its own: every statement must exist on today's
schema, and it must become ready. Until then nothing that serves has changed. Then /opt/bantam/current is
switched and the workers restart one after the other; if one does not become ready, the release before is
current again. Without an argument: the releases on this server, and what else a rollback leads to.
/var/log/bantam/releases.jsonl has a line for each switch.

Killed at any point, it is finished by running it again. It takes the deploy's lock unless a deploy runs it,
which then has set BY to the name of who deploys.
"""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

HOME = Path("/opt/bantam")
VERSIONS = Path("/var/lib/bantam/configurations")
LOG = Path("/var/log/bantam/releases.jsonl")
LOCK = Path("/run/bantam-switch.lock")
DEPLOY_LOCK = Path("/run/bantam-deploy.lock")
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


def failure(unit: str, since: float, done: subprocess.CompletedProcess[str]) -> str:
    """The last line that a unit's processes printed since then; else the last one of systemctl."""
    run("journalctl", "--sync")
    said = run("journalctl", f"--unit={unit}", f"--since=@{int(since)}", "--output=cat", "_TRANSPORT=stdout")
    lines = [line for line in (done.stderr + said.stdout).splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"


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
    """The release becomes ready on a socket that nobody uses; before and afterwards there is no candidate."""
    _remove_candidate()
    started = time.time()
    point("candidate", release)
    try:
        done = run("systemctl", "start", f"{CANDIDATE}.service")
        if done.returncode:
            raise RefusedError(f"{release} does not start: {failure(CANDIDATE, started, done)}")
        answer = _readiness()
        if answer != http.HTTPStatus.OK or not runs(f"{CANDIDATE}.service", release):
            raise RefusedError(
                f"{release} starts, but is not ready: /readyz answered {answer} for {READY_S} s."
            )
    finally:
        _remove_candidate()


def _remove_candidate() -> None:
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
        except (OSError, http.client.HTTPException) as error:
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
        done = run("systemctl", "restart", worker)
        if done.returncode:
            said = failure(worker, started, done)
            raise RefusedError(f"{worker} of {release} does not become ready: {said}")


def take_back(before: str, previous: str | None) -> None:
    """The release before is current again, and every worker that can runs it."""
    point("current", before)
    point("previous", previous) if previous else (HOME / "previous").unlink(missing_ok=True)
    for worker in workers():
        if not runs(worker, before):
            run("systemctl", "restart", worker)


def switch(release: str, before: str | None) -> None:
    """The release is current and runs; after a RefusedError the release before is and does."""
    previous = target("previous")
    if release != before:
        with checked_schema(release):
            check_candidate(release)
        # First, so that the way back is known from the moment on that something has changed.
        if before:
            point("previous", before)
        point("current", release)
    try:
        restart(release)
    except RefusedError:
        if before and release != before:
            take_back(before, previous)
        raise


def discard(release: str) -> None:
    """The release is removed, unless it is current or the way back; its marker goes first."""
    if release not in {target("current"), target("previous")}:
        folder = HOME / "releases" / release
        (folder / "complete").unlink(missing_ok=True)
        shutil.rmtree(folder)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Of two at once the second is refused; the lock ends with the process that holds it."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text().strip() or "another switch is running"
            raise RefusedError(f"{holder[0].upper()}{holder[1:]}: wait for that run to end.") from None
        yield


def record(**line: object) -> None:
    """Add a line to the log; a full disk does not undo what was done."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    by = os.environ.get("BY") or os.environ.get("SUDO_USER") or "root"
    try:
        LOG.parent.mkdir(mode=0o755, exist_ok=True)
        with LOG.open("a") as log:
            log.write(json.dumps({"at": at, "by": by, **line}) + "\n")
    except OSError as error:
        say(f"{LOG} has no line of this: {error.strerror}.")


def say(sentence: str) -> None:
    """Print it; nobody may be there to read it."""
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)


def listed() -> Iterator[str]:
    """A line for each release, the oldest first; then one for each that was kept with its configuration."""
    notes = {target("previous"): "previous", target("current"): "current"}
    for release in releases():
        made = datetime.fromtimestamp((HOME / "releases" / release / "complete").stat().st_mtime, UTC)
        yield f"{release}  {made:%Y-%m-%d %H:%M} UTC  {notes.get(release, '')}".rstrip()
    for kept in sorted(VERSIONS.glob("*/release")):
        if (release := kept.read_text()) in releases():
            yield f"{kept.parent.name}  {release}, with the configuration of then"


def change(asked: argparse.Namespace) -> None:
    """Switch, or only try; RefusedError says why not."""
    started = time.monotonic()
    with contextlib.ExitStack() as locks:
        for path in (LOCK,) if "BY" in os.environ else (DEPLOY_LOCK, LOCK):
            locks.enter_context(locked(path))
        before, release = target("current"), chosen(asked.release)
        try:
            if asked.only_try:
                check_candidate(release)
                return
            switch(release, before)
        except RefusedError as error:
            record(release=release, before=before, refused=str(error))
            if asked.discard:
                discard(release)
            raise
        seconds = round(time.monotonic() - started, 1)
        record(release=release, before=before, seconds=seconds)
        say(f"{release} is current, after {before}: {seconds} s")


def main() -> int:
    """Change or list; a refusal is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="bantam-switch", description=__doc__)
    parser.add_argument("release", nargs="?", help="a release's name, or `previous`")
    parser.add_argument("--discard", action="store_true", help="remove the release if it is refused")
    parser.add_argument("--only-try", action="store_true", help="start it as the candidate, and nothing else")
    asked = parser.parse_args()
    # Stopped by systemd, it still removes the candidate, and has not succeeded.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if os.geteuid() != 0:
        say("bantam-switch needs root: run `sudo bantam-switch`.")
        return 1
    if asked.release is None:
        print("\n".join(listed()))
        return 0
    try:
        change(asked)
    except RefusedError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

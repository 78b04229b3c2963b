"""
Run the deploy, the upgrade, a restart or the rollback and record what it did.

`python -m deploy INVENTORY FOLDER [--again | --only NAMES [--rotation STEP] | --upgrade |
--restart COMPONENT | --back-to RELEASE [--schema down] [--with-data back]]`.

Each change is a line; the rest of pyinfra's log appears only when it fails. FOLDER/deploy.json then
holds seconds, operations, changed and config_hash; --again is the second run, which must change
nothing: it adds second_run_seconds and second_run_changed, and otherwise fails and names the operations.
--only deploys the components it names; the figures stay those of the whole deploy, but the result of its
second run is dropped. --rotation is a step of deploy/rotate.py. --back-to runs the rollback instead; then
FOLDER/deploy.json is gone, because the server no longer is what these sources make of it.
"""

import argparse
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from deploy.sources import config_hash

_STARTED = re.compile(r"--> Starting operation: (.*\S)")
_CONNECTED = re.compile(r"    \[(\S+)\] Connected")
_PROGRESS = re.compile(
    r"--> (Loading|Connecting|Preparing|Skipping|Beginning|Results|Disconnecting)"
    r"|    Loading: |    \[\S+\] (Connected|Ready)"
)
_HOST = re.compile(r"    \[(\S+)\] (.*)")
_NO_FACT = "Error: could not load fact"
_PREFIX = re.compile(r"^--> .*?(?:line \d+|error): ")


def main(inventory: str, folder: str, *options: str) -> None:
    """Deploy, record, exit 1 if the deploy failed or a second run changed something."""
    asked = _parse(options)
    what = next(
        what
        for what, is_asked in (
            ("rollback", asked.back_to is not None),
            ("restart", asked.restart is not None),
            ("upgrade", asked.upgrade),
            ("deploy", True),
        )
        if is_asked
    )
    script = f"deploy/{'main' if what == 'deploy' else what}.py"
    _begin_known_hosts()
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as results:
        values = {
            "only": asked.only,
            "to": asked.back_to,
            "schema": asked.schema,
            "data": asked.with_data,
            "rotation": asked.rotation,
            "component": asked.restart,
        }
        # pyinfra reads the values as JSON.
        data = [f"--data={name}={json.dumps(value)}" for name, value in values.items() if value is not None]
        command = [sys.executable, "-m", "pyinfra", "-y", "--json", *data, inventory, script]
        with subprocess.Popen(command, stdout=results, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr  # noqa: S101  tells mypy what PIPE promises
            try:
                unfinished = list(_show_changes(process.stderr, started, what))
            except KeyboardInterrupt:
                process.wait()  # the terminal has interrupted it too
                sys.exit(f"\nThe {what} was interrupted: run the same command again to continue.")
        if process.returncode:
            sys.exit(_reason(unfinished) or f"The {what} ended with exit code {process.returncode}.")
        results.seek(0)
        text = results.read()
    try:
        operations = json.loads(text)["results"]["operations"]
    except json.JSONDecodeError:  # pyinfra ends with exit code 0 when it is interrupted
        sys.exit(f"The {what} was interrupted: run the same command again to continue.")
    if not operations:
        sys.exit(f"{inventory} names no server: inventories/ has sandbox, staging and production.")
    changed = [operation["name"] for operation in operations if operation["success"]]
    seconds = round(time.monotonic() - started, 1)
    print(
        f"{what.capitalize()}: {len(operations)} operations, {len(changed)} changed, {seconds} s",
        file=sys.stderr,
    )
    if asked.upgrade or asked.restart is not None:
        return
    record = Path(folder) / "deploy.json"
    if asked.back_to is not None:
        record.unlink(missing_ok=True)
        return
    _record(
        record,
        again=asked.again,
        whole=asked.only is None,
        seconds=seconds,
        total=len(operations),
        changed=changed,
    )


def _begin_known_hosts() -> None:
    """~/.ssh/known_hosts exists: pyinfra adds to it, but does not begin it as ssh does."""
    path = Path.home() / ".ssh" / "known_hosts"
    with contextlib.suppress(OSError):  # an inventory may name another file
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)


def _parse(options: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy", allow_abbrev=False)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--back-to")
    parser.add_argument("--schema")
    parser.add_argument("--with-data")
    parser.add_argument("--upgrade", action="store_true")
    parser.add_argument("--restart")
    parser.add_argument("--rotation")
    return parser.parse_args(options)


def _show_changes(log: IO[str], started: float, what: str) -> Iterator[str]:
    """
    Print a line for each operation that changed something; yield the lines that explain a failure.

    Before the first of them: which server this is about to change.
    """
    operation, server = "", ""
    for line in log:
        if match := _CONNECTED.match(line):
            server = match[1]
        if match := _STARTED.search(line):
            if not operation:
                print(f"{server}: {what}", file=sys.stderr, flush=True)
            operation = match[1]
        elif line.rstrip().endswith("] Success"):
            print(f"{time.monotonic() - started:6.1f} s  {operation}", file=sys.stderr, flush=True)
        elif line.strip() and not line.rstrip().endswith("] No changes"):
            yield line.rstrip()
    yield f"    while: {operation}" if operation else ""


def _reason(log: list[str]) -> str:
    """What went wrong, without pyinfra's own progress lines: one sentence if nothing had started."""
    told = [line for line in log if line and not _PROGRESS.match(line) and _NO_FACT not in line]
    if told and told[-1].startswith("    while: "):
        return "\n".join(told)
    unreachable = [f"{match[1]}: {match[2]}." for line in told if (match := _HOST.match(line))]
    return "\n".join(unreachable or [_PREFIX.sub("", line) for line in told])


def _record(path: Path, *, again: bool, whole: bool, seconds: float, total: int, changed: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    record: dict[str, Any] = {}
    if again and not path.exists():
        sys.exit(f"{path} is missing: this was the first run; run it again to show that nothing changes.")
    if again:
        record = json.loads(path.read_text())
        record |= {"second_run_seconds": seconds, "second_run_changed": len(changed)}
    elif not whole:
        if not path.exists():
            return
        kept = json.loads(path.read_text())
        record = {key: value for key, value in kept.items() if not key.startswith("second_run")}
        record["config_hash"] = config_hash()
    else:
        record = {
            "seconds": seconds,
            "operations": total,
            "changed": len(changed),
            "config_hash": config_hash(),
        }
    path.write_text(json.dumps(record, indent=2) + "\n")
    if again and changed:
        sys.exit("The second run changed something: " + "; ".join(changed))


if __name__ == "__main__":
    main(*sys.argv[1:])

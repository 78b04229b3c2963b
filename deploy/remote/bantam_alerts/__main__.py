"""
`bantam-alerts judge` once a minute: whoever should know what the newest sample means is told.

`bantam-alerts test` sends a test by every channel. What could not be delivered waits, and is sent by the next
run. Run by systemd, since the channels are a credential.
"""

import json
import os
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import delivery, judging
from .rules import Rule

RECENT = Path("/var/lib/bantam-history/recent.json")
STALE = timedelta(minutes=4)
PING_S = 10
NO_SAMPLES = Rule(
    *("no samples are taken", "critical", lambda _before, after: after["missing"], 0, 0, 1),
    "The history has no new sample: nobody is told of anything else.",
    "journalctl -u bantam-history on the server (`make ssh`)",
)
State = dict[str, Any]


def configuration() -> dict[str, Any]:
    """Return the channels by severity, the quiet hours, the name of the server."""
    loaded: dict[str, Any] = json.loads((Path(os.environ["CREDENTIALS_DIRECTORY"]) / "alerts").read_text())
    return loaded


def load(file: Path) -> State:
    """Return the state; an empty one if there is none, or a damaged one."""
    try:
        loaded: State = json.loads(file.read_text())
    except (OSError, ValueError):
        return {"alerts": {}, "waiting": [], "judged": ""}
    return loaded


def save(state: State, file: Path) -> None:
    """The file has the state, or the one of before."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(state))
    draft.rename(file)


def ping(url: str) -> None:
    """Whoever waits for this knows that the server lives, and that its alerts are judged."""
    from urllib.request import urlopen  # noqa: PLC0415  only if there is one

    try:
        with urlopen(url, timeout=PING_S):  # noqa: S310  the inventory's own
            pass
    except (OSError, ValueError) as error:
        print(f"The heartbeat was not taken: {type(error).__name__}.", file=sys.stderr)


def judge() -> int:
    """Judge the newest sample and send what waits; 1 if a channel did not take its messages."""
    known, file = configuration(), Path(os.environ["STATE_DIRECTORY"]) / "state.json"
    state, messages = load(file), []
    before, after = json.loads(RECENT.read_text())
    now = datetime.now(UTC)
    quiet = tuple(known["quiet_hours"]) if known["quiet_hours"] else None
    if after["taken_at"] != state["judged"]:
        messages += judging.judge(before, after, state["alerts"], quiet_hours=quiet)
        state["judged"] = after["taken_at"]
    is_stale = now - datetime.fromisoformat(after["taken_at"]) > STALE
    watched = {"taken_at": now.isoformat(), "missing": float(is_stale)}
    if known["heartbeat"] and not is_stale:
        ping(known["heartbeat"])
    messages += judging.judge(watched, watched, state["alerts"], all_rules=[NO_SAMPLES])
    state["waiting"] += delivery.addressed(messages, known["channels"])
    # What was decided is known before it is sent: killed in between, it is sent by the next run.
    save(state, file)
    if not state["waiting"]:
        return 0
    state["waiting"], refused = delivery.deliver(state["waiting"], known["channels"], known["server"])
    save(state, file)
    for name in refused:
        print(f"The channel {name} did not take a message; it is sent again in a minute.", file=sys.stderr)
    return 1 if refused else 0


def test() -> int:
    """Send one message by every channel, and print what came of it; 1 if one did not take it."""
    known = configuration()
    problems = 0
    for severity, urls in known["channels"].items():
        for number in range(len(urls)):
            message = {
                "severity": severity,
                "channel": number,
                "title": f"A test of the channel {severity} {number + 1}",
                "text": f"Sent by `make alert-test` from {socket.gethostname()}. Nothing is wrong.",
            }
            left, _ = delivery.deliver([message], known["channels"], known["server"])
            problems += len(left)
            print(f"{severity} {number + 1}: {'NOT DELIVERED' if left else 'delivered'}")
    if not any(known["channels"].values()):
        print("There is no channel: alert_critical and alert_warning in the secrets (docs/alerts.md).")
        return 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit({"judge": judge, "test": test}[sys.argv[1]]())

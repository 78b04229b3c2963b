"""
`bantam-alerts judge` once a minute: whoever should know what the newest sample means is told.

`bantam-alerts test` sends a test by every channel. What could not be delivered waits, and is sent by the next
run. Run by systemd, since the channels are a credential.
"""

import json
import os
import socket
import sys
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import delivery, judging, rules
from .figures import Sample
from .rules import Rule, Severity

RECENT = Path("/var/lib/bantam-history/recent.json")
REPORT = Path("/var/lib/bantam-report/report.txt")
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
        loaded["alerts"], loaded["waiting"], loaded["judged"]
    except (OSError, ValueError, LookupError, TypeError):
        return {"alerts": {}, "waiting": [], "judged": ""}
    return loaded


def save(state: State, file: Path) -> None:
    """The file has the state, or the one of before: on a full disk, of all things, somebody must be told."""
    draft = file.with_suffix(".draft")
    try:
        draft.write_text(json.dumps(state))
        draft.rename(file)
    except OSError as error:
        print(f"What has been told is not noted: {error.strerror}.", file=sys.stderr)


def recent() -> tuple[Sample, Sample] | None:
    """Return the newest sample after the one before it, unless there is none."""
    try:
        before, after = json.loads(RECENT.read_text())
        datetime.fromisoformat(before["taken_at"]), datetime.fromisoformat(after["taken_at"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return before, after


def ping(url: str) -> None:
    """Whoever waits for this knows that the server lives, and that its alerts are judged."""
    from http.client import HTTPException  # noqa: PLC0415  only if there is a heartbeat
    from urllib.request import urlopen  # noqa: PLC0415

    try:
        with urlopen(url, timeout=PING_S):  # noqa: S310  the secrets' own
            pass
    except (OSError, ValueError, HTTPException) as error:
        print(f"The heartbeat was not taken: {type(error).__name__}.", file=sys.stderr)


def judged(state: State, now: datetime, held: Collection[Severity]) -> tuple[list[judging.Message], bool]:
    """Return what to tell about the newest sample, and whether there is one."""
    messages, samples = [], recent()
    if samples and samples[1]["taken_at"] != state["judged"]:
        all_rules = [*rules.RULES, *judging.unit_rules(samples[1], state["alerts"])]
        messages += judging.judge(*samples, state["alerts"], all_rules, held)
        state["judged"] = samples[1]["taken_at"]
    is_fresh = samples is not None and now - datetime.fromisoformat(samples[1]["taken_at"]) < STALE
    watched = {"taken_at": now.isoformat(), "figures": {}, "missing": float(not is_fresh)}
    return messages + judging.judge(watched, watched, state["alerts"], [NO_SAMPLES], held), is_fresh


def reported(state: State) -> list[judging.Message]:
    """Return the report of the last day, once: it is written every morning, as text and as a page."""
    try:
        written, text = REPORT.stat().st_mtime, REPORT.read_text()
        html = max(REPORT.parent.glob("daily-*.html"), default=REPORT).read_text()
    except OSError:
        return []
    is_new = text and written != state.get("reported")
    state["reported"] = written
    return [{"severity": "report", "title": "The last day", "text": text, "html": html}] if is_new else []


def tell_sentry(known: dict[str, Any], state: State) -> None:
    """The app's errors and slow statements since the last run are told, or wait for the next one."""
    if not known.get("sentry"):
        state.pop("journal", None)
        return
    # Only then: they take as long to load as all the rest.
    from . import journal, sentry  # noqa: PLC0415

    found, end = journal.since(state.get("journal") or journal.here())
    events = list(sentry.events(found, known["server"]))
    done = list(sentry.send(known["sentry"], (event for _, event in events)))
    if "waits" not in done:
        state["journal"] = end
        return
    if len(done) > 1:
        state["journal"] = events[len(done) - 2][0]
    print("Sentry did not take what happened; it is sent again in a minute.", file=sys.stderr)


def judge() -> int:
    """Judge the newest sample, and send what waits."""
    known, file = configuration(), Path(os.environ["STATE_DIRECTORY"]) / "state.json"
    state, now, channels = load(file), datetime.now(UTC), known["channels"]
    quiet_hours = tuple(known["quiet_hours"]) if known["quiet_hours"] else None
    held = {severity for severity, urls in channels.items() if not urls}
    if judging.is_quiet(quiet_hours, now):
        held.add("warning")
    messages, is_fresh = judged(state, now, held)
    messages += reported(state)
    state["waiting"] = [*state["waiting"], *delivery.addressed(messages, channels)][-delivery.MOST_WAITING :]
    # What was decided is noted before it is sent: killed in between, it is sent by the next run.
    save(state, file)
    if state["waiting"]:
        for message, is_done in delivery.delivered(list(state["waiting"]), channels, known["server"]):
            if is_done:
                state["waiting"].remove(message)
                save(state, file)
            else:
                name = delivery.name_of(message)
                print(
                    f"The channel {name} did not take a message; it is sent again in a minute.",
                    file=sys.stderr,
                )
    if known["heartbeat"] and is_fresh:
        ping(known["heartbeat"])
    tell_sentry(known, state)
    save(state, file)
    return 0


def test() -> int:
    """Send one message by every channel, and print what came of it; 1 if one did not take it."""
    known = configuration()
    text = f"Sent by `make alert-test` from {socket.gethostname()}. Nothing is wrong."
    messages = [{"severity": severity, "title": "A test", "text": text} for severity in known["channels"]]
    sent = delivery.addressed(messages, known["channels"])
    if not sent and not known.get("sentry"):
        print("There is no channel: alert_critical and alert_warning in the secrets (docs/alerts.md).")
        return 1
    problems = 0
    for message, is_done in delivery.delivered(sent, known["channels"], known["server"]):
        problems += not is_done
        print(f"{delivery.name_of(message)}: {'delivered' if is_done else 'NOT DELIVERED'}")
    if known.get("sentry"):
        from . import sentry  # noqa: PLC0415

        is_done = list(sentry.send(known["sentry"], [sentry.trial(known["server"], text)])) == ["taken"]
        problems += not is_done
        print(f"sentry: {'delivered' if is_done else 'NOT DELIVERED'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit({"judge": judge, "test": test}[sys.argv[1]]())

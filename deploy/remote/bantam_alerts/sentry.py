"""
Errors and slow statements for Sentry, or whatever takes its events; only if the secrets have a DSN.

The app itself has no network, so its journal is read. What an exception says may be somebody's data: it stays
there, and the request's id leads to it.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from .journal import FAILED, FRAME, RAISED, SLOW, Record

Event = dict[str, Any]
Outcome = Literal["taken", "refused", "waits"]
LONGEST_S = 10.0
ANSWER_S = 5.0
TOO_MANY, SERVER_ERROR = 429, 500


def events(records: Iterable[Record], server: str) -> Iterator[tuple[str, Event]]:
    """Yield an event for each error and each slow statement, after its place in the journal."""
    requests: dict[str, str] = {}
    for record in records:
        if failed := FAILED.fullmatch(record.text):
            # The traceback follows, in a record of its own that does not know the request.
            requests[record.worker] = failed[2]
        elif record.level != "WARNING":
            yield record.place, _error(record, server, requests.pop(record.worker, None))
        elif slow := SLOW.fullmatch(record.text):
            statement, _, route, request = slow.groups()
            tags = {"statement": statement, "route": route, "request": request}
            told = {"message": record.text, "fingerprint": ["slow statement", statement, route]}
            yield record.place, {**_event(record, server, tags), "level": "warning", **told}


def _error(record: Record, server: str, request: str | None) -> Event:
    event = {**_event(record, server, {"request": request or "-"}), "level": "error"}
    if not record.traceback:
        return {**event, "message": record.text}
    # Of exceptions that caused each other the last one is what the request failed with.
    starts = [number for number, line in enumerate(record.traceback) if line.startswith("Traceback ")]
    last = record.traceback[starts[-1] if starts else 0 :]
    frames = [_frame(*match.groups()) for match in map(FRAME.fullmatch, last) if match]
    raised = [match[1] for text in last[1:] if (match := RAISED.match(text))]
    exception = {"type": raised[0] if raised else record.text, "value": "", "stacktrace": {"frames": frames}}
    return {**event, "exception": {"values": [exception]}}


def _frame(path: str, line: str, function: str) -> dict[str, Any]:
    filename = path.rpartition("/site-packages/")[2]
    return {
        "abs_path": path,
        "filename": filename,
        "lineno": int(line),
        "function": function,
        "in_app": filename.startswith("app/"),
    }


def _event(record: Record, server: str, tags: dict[str, str]) -> Event:
    return {
        # Sent twice, it is one event.
        "event_id": hashlib.sha256(record.place.encode()).hexdigest()[:32],
        "timestamp": record.at.isoformat(),
        "platform": "python",
        "server_name": server,
        "logger": record.logger,
        "tags": {**tags, "worker": record.worker},
    }


def trial(server: str, text: str) -> Event:
    """Return an event that says that it is a test."""
    now = datetime.now(UTC).isoformat()
    return {
        "event_id": uuid4().hex,
        "timestamp": now,
        "level": "info",
        "message": text,
        "server_name": server,
    }


def send(dsn: str, found: Iterable[Event]) -> Iterator[Outcome]:
    """
    Send events and yield for each what came of it; one that has to wait ends it.

    What is refused would be refused again. By the protocol of envelopes
    (develop.sentry.dev/sdk/data-model/envelopes).
    """
    began = time.monotonic()
    where = urlsplit(dsn)
    place, _, project = where.path.rpartition("/")
    host = where.netloc.rpartition("@")[2]
    url = f"{where.scheme}://{host}{place}/api/{project}/envelope/"
    key = f"Sentry sentry_version=7, sentry_client=bantam/1, sentry_key={where.username}"
    for event in found:
        if time.monotonic() - began > LONGEST_S:
            yield "waits"
            return
        head = {"event_id": event["event_id"]}
        lines = "\n".join(json.dumps(part) for part in (head, {"type": "event"}, event))
        headers = {"X-Sentry-Auth": key, "Content-Type": "application/x-sentry-envelope"}
        try:
            with urlopen(Request(url, lines.encode(), headers), timeout=ANSWER_S):  # noqa: S310  the secrets' own
                pass
        except HTTPError as error:
            if error.code == TOO_MANY or error.code >= SERVER_ERROR:
                yield "waits"
                return
            print(f"Sentry refuses an event: {error.code}.", file=sys.stderr)
            yield "refused"
            continue
        except (OSError, ValueError, HTTPException):
            yield "waits"
            return
        yield "taken"

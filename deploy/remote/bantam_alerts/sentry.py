"""
Errors and slow statements for Sentry, or whatever takes its events; only if the secrets have a DSN.

The app itself has no network, so its journal is read. What an exception says may be somebody's data: it stays
there, and the request's id leads to it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .journal import FAILED, FRAME, RAISED, SLOW, Record

Event = dict[str, Any]
LONGEST_S = 10.0
AT_ONCE = 50
"""The SDK drops what does not fit into its queue of a hundred."""


def events(records: Iterable[Record], server: str) -> Iterator[Event]:
    """Yield an event for each error and each slow statement."""
    requests: dict[str, str] = {}
    for record in records:
        if failed := FAILED.fullmatch(record.text):
            # The traceback follows, in a record of its own that does not know the request.
            requests[record.worker] = failed[2]
        elif record.level != "WARNING":
            yield _error(record, server, requests.pop(record.worker, None))
        elif slow := SLOW.fullmatch(record.text):
            statement, _, route, request = slow.groups()
            tags = {"statement": statement, "route": route, "request": request}
            yield {
                **_event(record, server, tags),
                "level": "warning",
                "message": record.text,
                "fingerprint": ["slow statement", statement, route],
            }


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
    return {"level": "info", "message": text, "server_name": server}


def send(dsn: str, found: Sequence[Event]) -> bool:
    """Return whether all events were taken."""
    # Debian's SDK; it takes a third of a second, so only when there is something to send.
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.transport import HttpTransport  # noqa: PLC0415

    refused = []

    class Transport(HttpTransport):  # type: ignore[misc]
        def on_dropped_event(self, reason: str) -> None:
            refused.append(reason)

    sentry_sdk.init(
        dsn,
        transport=Transport,
        default_integrations=False,
        send_default_pii=False,
        auto_session_tracking=False,
    )
    for start in range(0, len(found), AT_ONCE):
        for event in found[start : start + AT_ONCE]:
            sentry_sdk.capture_event(event)
        sentry_sdk.flush(timeout=LONGEST_S, callback=lambda *_pending: refused.append("too slow"))
        if refused:
            return False
    return True

"""What the app's journal says, as events for Sentry: errors with their stack, slow statements, no data."""

import json

from deploy.remote.bantam_alerts.journal import records
from deploy.remote.bantam_alerts.sentry import events

FAILED = """\
ERROR bantam.problems: 500: UndefinedTable (request 0f3a)
ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "/opt/bantam/releases/a/lib/python3.13/site-packages/starlette/routing.py", line 7, in app
    response = await f(request)
               ^^^^^^^^^^^^^^^^
ValueError: somebody's name

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/bantam/releases/a/lib/python3.13/site-packages/app/database/pool.py", line 41, in fetch_row
    return await self._read(query)
psycopg.errors.UndefinedTable: relation "callers" does not exist
LINE 1: the.secret@example.com
"""
SLOW = "WARNING bantam.database: search_tasks took 1234 ms in GET /api/search/tasks (request 17ab)\n"
CALM = "WARNING bantam.cache: Redis is available again\n"


def lines(text: str, worker: str = "1") -> list[dict[str, str]]:
    """As journalctl gives them."""
    return [
        {
            "MESSAGE": line,
            "_PID": worker,
            "_SYSTEMD_UNIT": f"bantam-app@{worker}.service",
            "__CURSOR": f"{worker}-{number}",
            "__REALTIME_TIMESTAMP": "1764400000000000",
        }
        for number, line in enumerate(text.splitlines())
    ]


def test_an_error_has_its_stack_and_its_request_and_no_message() -> None:
    [(_, event)] = events(records(lines(FAILED)), "db.example.com")

    [exception] = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("psycopg.errors.UndefinedTable", "")
    assert exception["stacktrace"]["frames"] == [
        {
            "abs_path": "/opt/bantam/releases/a/lib/python3.13/site-packages/app/database/pool.py",
            "filename": "app/database/pool.py",
            "lineno": 41,
            "function": "fetch_row",
            "in_app": True,
        }
    ]
    assert event["tags"] == {"request": "0f3a", "worker": "bantam-app@1.service"}
    assert (event["level"], event["server_name"]) == ("error", "db.example.com")
    assert "secret" not in json.dumps(event)
    assert "somebody" not in json.dumps(event)


def test_a_slow_statement_is_one_issue_for_each_route() -> None:
    (_, one), (_, other) = events(records(lines(SLOW + SLOW.replace("1234", "2345"))), "db")

    assert one["message"] == "search_tasks took 1234 ms in GET /api/search/tasks (request 17ab)"
    assert one["tags"]["statement"] == "search_tasks"
    assert (
        one["fingerprint"]
        == other["fingerprint"]
        == ["slow statement", "search_tasks", "GET /api/search/tasks"]
    )
    assert one["level"] == "warning"


def test_other_warnings_are_the_journals_alone() -> None:
    assert list(events(records(lines(CALM)), "db")) == []


def test_lines_of_two_workers_are_told_apart() -> None:
    mixed = [line for pair in zip(lines(FAILED, "1"), lines(FAILED, "2"), strict=True) for line in pair]

    found = [event for _, event in events(records(mixed), "db")]

    assert [event["tags"]["worker"] for event in found] == ["bantam-app@1.service", "bantam-app@2.service"]
    assert {len(event["exception"]["values"][0]["stacktrace"]["frames"]) for event in found} == {1}


def test_an_event_that_is_sent_twice_is_one() -> None:
    (_, first), (_, again) = (next(events(records(lines(SLOW)), "db")) for _ in range(2))

    assert first["event_id"] == again["event_id"]


def test_an_error_without_a_traceback_is_told_by_its_text() -> None:
    [(_, event)] = events(records(lines("ERROR bantam.cache: the cache had a wrong value of user\n")), "db")

    assert event["message"] == "the cache had a wrong value of user"

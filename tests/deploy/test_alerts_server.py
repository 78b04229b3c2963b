"""What goes wrong is told once, by HTTP and by mail, and once more when it is over."""

import secrets
import shlex
import time

import pytest

from tests.deploy.sinks import SECRET, Sinks, minutes, told
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("_told")]

SQL = "cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam"


def test_every_channel_can_be_tried(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    done = checked(sandbox_server.make("alert-test"))

    assert done.stdout.splitlines() == [
        "critical 1: delivered",
        "warning 1: delivered",
        "report 1: delivered",
        "sentry: delivered",
    ]
    assert told(sinks.posted) == ["A test"]
    assert told(sinks.mailed) == ["A test", "A test"]
    assert "make alert-test" in sinks.events.pop()["message"]


def test_a_channel_that_takes_nothing_is_named(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.is_open = False
    try:
        done = sandbox_server.make("alert-test")
    finally:
        sinks.is_open = True

    assert done.returncode != 0
    assert done.stdout.splitlines() == [
        "critical 1: NOT DELIVERED",
        "warning 1: delivered",
        "report 1: delivered",
        "sentry: NOT DELIVERED",
    ]
    assert SECRET not in done.stdout + done.stderr
    assert told(sinks.mailed) == ["A test", "A test"]


def test_a_calm_server_tells_nothing(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    minutes(sandbox_server, 4)

    assert (told(sinks.posted), told(sinks.mailed)) == ([], [])


def test_the_report_of_the_day_is_sent_once(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sandbox_server.run("systemctl start bantam-report")
    minutes(sandbox_server, 3)

    assert told(sinks.mailed) == ["The last day"]
    assert "<h2>If it goes on like this</h2>" in sinks.last_mail


def listed(server: SandboxServer, path: str = "/api/clients") -> int:
    with server.http() as http:
        return http.get(path, headers={"authorization": f"Bearer {server.token(1)}"}).status_code


def fail(server: SandboxServer) -> None:
    """A request fails in the database."""
    server.run(f"{SQL} -c 'ALTER VIEW callers RENAME TO callers_away'")
    try:
        assert listed(server) == 500
    finally:
        server.run(f"{SQL} -c 'ALTER VIEW callers_away RENAME TO callers'")


def be_slow(server: SandboxServer) -> None:
    """A statement waits for a lock, for which it has two seconds."""
    hold = f"{SQL} -c 'BEGIN; LOCK TABLE clients; SELECT pg_sleep(1.6)'"
    server.run(f"systemd-run --quiet --collect --unit=holds-a-lock sh -c {shlex.quote(hold)}")
    locked = "SELECT 1 FROM pg_locks WHERE relation = 'clients'::regclass AND mode = 'AccessExclusiveLock'"
    server.run(f'until {SQL} -c "{locked}" | grep -q .; do sleep 0.1; done')
    listed(server, f"/api/search/clients?q={secrets.token_hex(8)}")


def test_errors_and_slow_statements_reach_sentry(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    minutes(sandbox_server, 1)
    fail(sandbox_server)
    be_slow(sandbox_server)

    sinks.is_open = False
    # What is younger may be half a traceback.
    sandbox_server.run("sleep 2.5; systemctl start bantam-alerts")
    sinks.is_open = True
    minutes(sandbox_server, 4)

    error, slow = sinks.events
    sinks.events.clear()
    [exception] = error["exception"]["values"]
    assert exception["type"] == "psycopg.errors.UndefinedTable"
    assert any(frame["filename"] == "app/database/pool.py" for frame in exception["stacktrace"]["frames"])
    assert len(error["tags"]["request"]) > 8
    assert slow["tags"]["route"] == "GET /api/search/clients"
    assert slow["level"] == "warning"
    assert told(sinks.mailed) == ["Slow statements", "Resolved: slow statements"]
    assert told(sinks.posted) == []


def test_a_heartbeat_comes_while_samples_are_judged(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.heartbeats = 0
    minutes(sandbox_server, 2)
    assert sinks.heartbeats == 2

    old = "import json, sys; f = '/var/lib/bantam-history/recent.json'; both = json.load(open(f));"
    old += " both[1]['taken_at'] = '2026-01-01T00:00:00+00:00'; json.dump(both, open(f, 'w'))"
    sandbox_server.run(f"python3 -c {shlex.quote(old)}; systemctl start bantam-alerts")
    assert sinks.heartbeats == 2
    assert told(sinks.posted) == ["No samples are taken"]

    minutes(sandbox_server, 2)
    assert told(sinks.posted) == ["Resolved: no samples are taken"]


def test_a_job_that_failed_is_told(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sandbox_server.run("systemd-run --quiet --unit=fails false; sleep 1")
    minutes(sandbox_server, 3)
    assert told(sinks.posted) == ["Fails.service has failed"]

    sandbox_server.run("systemctl reset-failed fails")
    minutes(sandbox_server, 3)
    assert told(sinks.posted) == ["Resolved: fails.service has failed"]


@pytest.mark.parametrize("text", ["", "{}", "null", "[1, 2]"], ids=["empty", "nothing", "null", "numbers"])
def test_samples_that_are_damaged_are_told_and_replaced(
    sandbox_server: SandboxServer, sinks: Sinks, text: str
) -> None:
    sandbox_server.run(f"echo '{text}' > /var/lib/bantam-history/recent.json; systemctl start bantam-alerts")
    assert told(sinks.posted) == ["No samples are taken"]

    minutes(sandbox_server, 2)
    assert told(sinks.posted) == ["Resolved: no samples are taken"]


def test_a_heartbeat_that_answers_nonsense_stops_nothing(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.is_sane = False
    try:
        minutes(sandbox_server, 1)
    finally:
        sinks.is_sane = True
    log = sandbox_server.run("journalctl --unit bantam-alerts --since -1min --output cat")

    assert sandbox_server.run("systemctl show --property=Result bantam-alerts") == "Result=success"
    assert "The heartbeat was not taken: BadStatusLine." in log
    assert sinks.address not in log


def test_an_outage_is_told_once_and_its_end_once(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sandbox_server.run("systemctl stop redis-server")
    try:
        minutes(sandbox_server, 5)
    finally:
        sandbox_server.run("systemctl start redis-server")
    assert told(sinks.posted) == ["Redis does not answer"]

    minutes(sandbox_server, 5)
    assert told(sinks.posted) == ["Resolved: Redis does not answer"]
    assert told(sinks.mailed) == []


@pytest.mark.rehearsal
def test_an_outage_and_its_end_are_told_within_two_samples(
    sandbox_server: SandboxServer, sinks: Sinks
) -> None:
    """By the timers; a sample is judged five seconds after it was taken."""
    timers = "bantam-history.timer bantam-alerts.timer"
    sandbox_server.run(f"systemctl start {timers}")
    try:
        for verb, title in (("stop", "Redis does not answer"), ("start", "Resolved: Redis does not answer")):
            sandbox_server.run(f"systemctl {verb} redis-server")
            deadline = time.monotonic() + 2 * 60 + 10
            while not sinks.posted:
                assert time.monotonic() < deadline, title
                time.sleep(1)
            assert told(sinks.posted) == [title]
    finally:
        sandbox_server.run(f"systemctl stop {timers}; systemctl start redis-server")


def test_what_could_not_be_delivered_waits(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    sinks.is_open = False
    sandbox_server.run("systemctl stop redis-server")
    try:
        minutes(sandbox_server, 3)
    finally:
        sandbox_server.run("systemctl start redis-server")
        sinks.is_open = True
    # A channel that is away is no reason to refuse a release.
    assert sandbox_server.run("systemctl show --property=Result bantam-alerts") == "Result=success"
    log = sandbox_server.run("journalctl --unit bantam-alerts --since -2min --output cat")
    assert "The channel critical 1 did not take a message; it is sent again in a minute." in log
    assert SECRET not in log

    minutes(sandbox_server, 4)
    assert told(sinks.posted) == ["Redis does not answer", "Resolved: Redis does not answer"]


def test_a_slow_statement_is_a_warning(sandbox_server: SandboxServer, sinks: Sinks) -> None:
    minutes(sandbox_server, 1)
    be_slow(sandbox_server)
    minutes(sandbox_server, 3)

    assert told(sinks.mailed) == ["Slow statements", "Resolved: slow statements"]
    assert told(sinks.posted) == []

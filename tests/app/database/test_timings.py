"""What is counted and logged of a route's statements."""

import logging

import pytest
from prometheus_client import CollectorRegistry
from psycopg_pool import PoolTimeout

from app.database.sql import Sql
from app.database.timings import ASKER, MOST_ALIKE, NO_ASKER, SLOW_S, Asker, Timings

TASKS, USERS = Sql(b"SELECT 1", "tasks_list"), Sql(b"SELECT 2", "users_list")
LABELS = {"route": "GET /api/tasks", "statement": "tasks_list"}


@pytest.fixture(autouse=True)
def nobody_asks() -> None:
    ASKER.set(NO_ASKER)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def timings(registry: CollectorRegistry) -> Timings:
    return Timings(registry)


def a_request(request: str = "a1") -> None:
    ASKER.set(Asker("GET /api/tasks", request))


def test_a_statement_is_counted_by_route_and_name(timings: Timings, registry: CollectorRegistry) -> None:
    timings.took(TASKS, 0.004)
    a_request()
    timings.took(TASKS, 0.004)
    timings.took(TASKS, 0.04)
    timings.took(USERS, 0.004)

    assert registry.get_sample_value("bantam_statement_seconds_count", LABELS) == 2
    assert registry.get_sample_value("bantam_statement_seconds_bucket", {**LABELS, "le": "0.005"}) == 1
    background = {**LABELS, "route": "in the background"}
    assert registry.get_sample_value("bantam_statement_seconds_count", background) == 1


def test_a_statement_that_fails_is_counted(timings: Timings, registry: CollectorRegistry) -> None:
    a_request()
    with pytest.raises(ZeroDivisionError), timings.timed(TASKS):
        raise ZeroDivisionError

    assert registry.get_sample_value("bantam_statement_seconds_count", LABELS) == 1


def test_a_statement_that_never_ran_is_counted_and_not_called_slow(
    timings: Timings,
    registry: CollectorRegistry,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.database.timings.SLOW_S", 0.0)
    a_request()
    with pytest.raises(PoolTimeout), timings.timed(TASKS):
        raise PoolTimeout

    assert registry.get_sample_value("bantam_statement_seconds_count", LABELS) == 1
    assert caplog.records == []


@pytest.mark.parametrize(("seconds", "told"), [(SLOW_S * 0.9, False), (SLOW_S * 1.234, True)])
def test_a_slow_statement_is_logged_with_its_request(
    timings: Timings, caplog: pytest.LogCaptureFixture, seconds: float, *, told: bool
) -> None:
    a_request("5eaf00d")
    timings.took(TASKS, seconds)

    line = "tasks_list took 1234 ms in GET /api/tasks (request 5eaf00d)"
    assert [record.getMessage() for record in caplog.records] == ([line] if told else [])


def test_a_statement_that_is_run_again_and_again_is_named_once(
    timings: Timings, registry: CollectorRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    for request in ("a1", "b2"):
        a_request(request)
        for _ in range(3 * MOST_ALIKE):
            timings.took(TASKS, 0.001)

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith(f"GET /api/tasks runs tasks_list more than {MOST_ALIKE} times")
    assert "(request a1)" in record.getMessage()
    assert registry.get_sample_value("bantam_repeated_statements_total", LABELS) == 2


def test_what_runs_as_often_as_it_may_is_not_named(
    timings: Timings, caplog: pytest.LogCaptureFixture
) -> None:
    a_request()
    for _ in range(MOST_ALIKE):
        timings.took(TASKS, 0.001)
        timings.took(USERS, 0.001)

    assert caplog.records == []


def test_what_nobody_asked_for_may_repeat(timings: Timings, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3 * MOST_ALIKE):
        timings.took(TASKS, 0.001)

    assert caplog.records == []


def test_waits_are_counted(timings: Timings, registry: CollectorRegistry) -> None:
    timings.waited(0.3)

    assert registry.get_sample_value("bantam_connection_wait_seconds_bucket", {"le": "0.2"}) == 0
    assert registry.get_sample_value("bantam_connection_wait_seconds_bucket", {"le": "1.0"}) == 1

import time

import pytest

from loadtests.arrivals import Arrivals
from loadtests.load_shape import Shape

SHAPE = Shape(
    users=1,
    users_per_second=1,
    seconds=60,
    warm_up_seconds=10,
    rest_seconds=1,
    think_seconds=(2, 2),
    warm_up_think_seconds=(1, 1),
)


class Clock:
    """A clock that only sleeping, and what a test does, moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "time", lambda: self.now)
        monkeypatch.setattr("gevent.sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def sent(arrivals: Arrivals, clock: Clock, *latencies: float) -> list[tuple[float, float]]:
    """When each request was due and when it was sent, with responses that take so long."""
    found = []
    for latency in latencies:
        due = arrivals.wait()
        found.append((round(due - 1000, 6), round(clock.now - 1000, 6)))
        clock.now += latency
        arrivals.plan_next()
    return found


def test_a_slow_response_delays_the_next_requests_but_not_when_they_are_due(clock: Clock) -> None:
    arrivals = Arrivals(SHAPE, begin=980.0)

    assert sent(arrivals, clock, 0.1, 5, 0.1, 0.1, 0.1) == [(2, 2), (4, 4), (6, 9), (8, 9.1), (10, 10)]


def test_what_a_cold_cache_delays_in_the_warm_up_is_not_carried_into_the_figures(clock: Clock) -> None:
    arrivals = Arrivals(SHAPE, begin=1000.0)

    # During the warm-up, the next one is due a second after the response to the last one.
    assert sent(arrivals, clock, 0.5, 4, 5, 0.1) == [(1, 1), (2.5, 2.5), (7.5, 7.5), (14.5, 14.5)]


def test_what_is_due_but_waits_for_a_response_is_counted(clock: Clock) -> None:
    arrivals = Arrivals(SHAPE, begin=980.0)
    assert arrivals.wait() == clock.now == 1002.0

    # The one of second 2 is on its way; those of seconds 4, 6 and 8 are not, but the last second is grace.
    assert [arrivals.unsent(1000 + second) for second in (4, 5, 6, 10)] == [0, 0, 1, 3]


def test_users_who_are_together_send_at_the_same_moments_whenever_they_came(clock: Clock) -> None:
    shape = Shape(**{**{name: getattr(SHAPE, name) for name in SHAPE.__struct_fields__}, "together": True})
    early = Arrivals(shape, begin=1000.0)
    clock.now = 1001.3
    late = Arrivals(shape, begin=1000.0)

    assert [early.wait(), late.wait()] == [1001.0, 1002.0]
    clock.now = 1011.5
    for arrivals in (early, late):
        arrivals.plan_next()
    assert early.wait() == late.wait() == 1012.0

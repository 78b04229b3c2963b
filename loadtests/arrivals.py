"""
When a user's requests are due, whatever the server does.

A closed loop sends less to a server that stalls, and so hides the stall: with a server stopped for 3 s of 20
it reported a p90 of 6 ms, where users who do not wait saw 1,100 ms. Here each user has a timetable. A request
that cannot be sent when it is due, because the response before it is late, is sent as soon as that has come,
and its latency counts from the moment at which it was due (as wrk2 does it).
"""

import math
import time

import gevent

from loadtests.load_shape import GRACE_SECONDS, Shape
from loadtests.randomness import CHANCE


class Arrivals:
    """One user's timetable, in seconds since the epoch."""

    def __init__(self, shape: Shape, begin: float) -> None:
        self._shape = shape
        self._begin = begin
        self._due = time.time()
        self._is_sent = False
        self.plan_next()

    def wait(self) -> float:
        """Return once the next request is due; the returned moment is in the past if the user is late."""
        gevent.sleep(max(0.0, self._due - time.time()))
        self._is_sent = True
        return self._due

    def unsent(self, end: float) -> int:
        """Return how many requests were due well before the end and were not sent."""
        if self._shape.turn_seconds:
            return 0
        now = end - GRACE_SECONDS
        due = self._due + (self._shape.seconds_between if self._is_sent else 0.0)
        return 0 if due >= now else 1 + int((now - due) / self._shape.seconds_between)

    def plan_next(self) -> None:
        """Make the next request due a think time after the last one was; during the warm-up, after now."""
        open_from = self._begin + self._shape.warm_up_seconds
        # What a cold cache delayed during the warm-up must not be in the figures.
        last = self._due if self._due >= open_from else time.time()
        self._is_sent = False
        low, high = self._shape.think_at(last - self._begin)
        if self._shape.turn_seconds:
            # What is compared in turns is how long an answer takes, not how long a queue is.
            turns = self._shape.turns
            self._due = turns.moment(turns.time_at(time.time()) + CHANCE.uniform(low, high))
        elif self._shape.together:
            self._due = self._begin + high * (math.floor((last - self._begin) / high + 1e-6) + 1)
        else:
            self._due = last + CHANCE.uniform(low, high)

"""Days and moments in PostgreSQL's text format, relative to the reference day: 0 is today, -1 yesterday."""

from datetime import date, timedelta
from math import pow  # noqa: A004  (typed as float, unlike the operator)

PAST = 4_500
FUTURE = 500
HISTORY = 700
"""Invoices, messages and notifications reach back this many days."""


def past(number: int, total: int) -> int:
    """Return the day of row N of `total`: ids follow time, and recent days have more rows."""
    return -1 - round(HISTORY * pow(1 - number / total, 1.3))


class Days:
    """The text of every day and moment around `today`, computed once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._days = [(today + timedelta(offset)).isoformat() for offset in range(-PAST, FUTURE + 1)]
        self._times = [f"{hour:02}:{minute:02}:00+00" for hour in range(6, 20) for minute in range(60)]

    def day(self, offset: int) -> str:
        """Return the day `offset` days from today."""
        return self._days[offset + PAST]

    def moment(self, offset: int, draw: int) -> str:
        """Return a moment of a past day; for today, its midnight, so that nothing is in the future."""
        if offset >= 0:
            return f"{self._days[PAST]} 00:00:00+00"
        return f"{self._days[offset + PAST]} {self._times[draw % 840]}"

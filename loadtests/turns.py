"""Two loads that take turns and never meet: each has a clock that stands still meanwhile."""

from typing import NamedTuple

PAUSE_SECONDS = 0.1
"""At the end of each turn nothing is due, so that the last answers do not reach into the other's."""


class Turns(NamedTuple):
    """
    Turns of so many seconds; `first` 0 has the first of each two since the epoch, 1 has the second.

    Both loads know the clock of the machine, so they need no word from each other.
    """

    seconds: float
    first: int

    def time_at(self, moment: float) -> float:
        """Return what the load's own clock shows at a moment, which is in seconds since the epoch."""
        number, inside = divmod(moment - self.first * self.seconds, 2 * self.seconds)
        active = self.seconds - PAUSE_SECONDS
        return number * active + min(inside, active)

    def moment(self, time: float) -> float:
        """Return the moment at which the load's own clock shows the time."""
        number, inside = divmod(time, self.seconds - PAUSE_SECONDS)
        return (2 * number + self.first) * self.seconds + inside

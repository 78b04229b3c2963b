"""The search for the most users with whom every target is met."""

from collections.abc import Callable

FIRST = 50
GROWTH = 1.5
MOST = 2000
REFINEMENTS = 2


def search(is_carried: Callable[[int], bool], first: int = FIRST) -> tuple[int, int | None]:
    """
    Return the most users that were carried (0 if not even the first), and the fewest that were not.

    The number grows by half until it is too much, then the gap is halved twice.
    """
    carried, too_many, users = 0, None, first
    while too_many is None and users <= MOST:
        if is_carried(users):
            carried, users = users, round(users * GROWTH)
        else:
            too_many = users
    for _ in range(REFINEMENTS if carried and too_many else 0):
        users = (carried + (too_many or 0)) // 2
        if is_carried(users):
            carried = users
        else:
            too_many = users
    return carried, too_many

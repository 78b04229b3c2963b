import pytest

from loadtests.arrivals import Arrivals
from loadtests.load_shape import Shape
from loadtests.turns import PAUSE_SECONDS, Turns
from tests.loadtests.made import SHAPE

NOW = 1_800_000_000.0


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("later", [0.0, 0.4, 0.95, 1.0, 1.3, 1.99, 2.0])
def test_what_is_due_is_due_in_an_own_turn(first: int, later: float) -> None:
    turns = Turns(1.0, first)

    due = turns.moment(turns.time_at(NOW + later) + 0.01)

    inside = (due - first) % 2
    assert 0 <= inside <= 1 - PAUSE_SECONDS + 0.001
    assert due >= NOW + later


def test_two_loads_are_never_due_at_the_same_time() -> None:
    first, second = ({int(Turns(1.0, turn).moment(n / 10)) for n in range(200)} for turn in (0, 1))

    assert first & second == set()
    assert first | second == set(range(max(first | second) + 1))


def test_an_own_clock_stands_still_during_the_others_turn() -> None:
    turns = Turns(1.0, 0)

    assert turns.time_at(NOW + 1.0) == pytest.approx(turns.time_at(NOW + 1.9), abs=1e-6)
    assert turns.time_at(NOW + 2.5) - turns.time_at(NOW + 0.5) == pytest.approx(1 - PAUSE_SECONDS, abs=1e-6)


def test_who_waits_for_each_answer_leaves_nothing_unsent() -> None:
    shape = Shape(**{name: getattr(SHAPE, name) for name in Shape.__struct_fields__} | {"turn_seconds": 1.0})

    assert Arrivals(shape, NOW).unsent(NOW + 1000) == 0

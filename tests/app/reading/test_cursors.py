from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agency.project_pages import END, START
from app.reading.cursors import Direction, Position, sign, verify

KEY = b"a key of this test"
SCOPE = "project_tasks:7"
HERE = Position("forward", ("2026-11-23", "42"))

positions = st.builds(
    Position,
    st.sampled_from(["forward", "backward"]),
    st.tuples(st.text(max_size=100), st.integers(min_value=0, max_value=2**63 - 1).map(str)),
)


@given(positions)
def test_a_cursor_gives_back_the_position_that_was_signed(position: Position) -> None:
    assert verify(KEY, SCOPE, sign(KEY, SCOPE, position)) == position


@pytest.mark.parametrize("end", [START, END])
def test_the_ends_of_a_list_are_positions_too(end: Position) -> None:
    assert verify(KEY, SCOPE, sign(KEY, SCOPE, end)) == end


def test_no_byte_of_a_cursor_can_be_changed() -> None:
    cursor = sign(KEY, SCOPE, HERE)
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert verify(KEY, SCOPE, urlsafe_b64encode(changed).decode().rstrip("=")) is None


def test_a_cursor_of_another_list_is_none_of_this_one() -> None:
    assert verify(KEY, "project_tasks:8", sign(KEY, SCOPE, HERE)) is None


def test_a_cursor_signed_with_another_key_is_none() -> None:
    assert verify(KEY, SCOPE, sign(b"an older key", SCOPE, HERE)) is None


@pytest.mark.parametrize("garbage", ["", "a", "=", "abc", "é" * 8, "\0", "a" * 2001, "!!!!", "AAAA" * 40])
def test_anything_else_is_no_cursor(garbage: str) -> None:
    assert verify(KEY, SCOPE, garbage) is None


@given(st.text(max_size=250))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert verify(KEY, SCOPE, text) is None


@pytest.mark.parametrize(("direction", "down", "key"), [("forward", False, "43"), ("backward", True, "41")])
def test_the_way_back_begins_with_the_row_that_led_here(direction: Direction, down: bool, key: str) -> None:
    turned = Position(direction, ("2026-11-23", "42")).turned(down=down)

    assert turned.direction != direction
    assert turned.keys == ("2026-11-23", key)

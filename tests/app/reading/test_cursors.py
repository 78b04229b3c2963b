from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.cursors import Direction, Position, sign, verify

KEY = b"a key of this test"
SCOPE = "project_tasks:7"
HERE = Position("forward", ("2026-11-23", "42"))

positions = st.builds(
    Position,
    st.sampled_from(["forward", "backward"]),
    st.tuples(st.text(max_size=100), st.integers(min_value=0, max_value=2**63 - 1).map(str)),
    st.booleans(),
)


@given(positions)
def test_a_cursor_gives_back_the_position_that_was_signed(position: Position) -> None:
    assert verify(KEY, SCOPE, sign(KEY, SCOPE, position)) == position


def test_no_byte_of_a_cursor_can_be_changed() -> None:
    cursor = sign(KEY, SCOPE, HERE)
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert verify(KEY, SCOPE, urlsafe_b64encode(changed).decode().rstrip("=")) is None


def test_a_cursor_of_another_list_is_invalid() -> None:
    assert verify(KEY, "project_tasks:8", sign(KEY, SCOPE, HERE)) is None


def test_a_cursor_signed_with_another_key_is_invalid() -> None:
    assert verify(KEY, SCOPE, sign(b"an older key", SCOPE, HERE)) is None


@pytest.mark.parametrize("garbage", ["", "a", "=", "abc", "é" * 8, "\0", "a" * 2001, "!!!!", "AAAA" * 40])
def test_anything_else_is_no_cursor(garbage: str) -> None:
    assert verify(KEY, SCOPE, garbage) is None


@given(st.text(max_size=250))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert verify(KEY, SCOPE, text) is None


@pytest.mark.parametrize(("direction", "other"), [("forward", "backward"), ("backward", "forward")])
def test_the_way_back_begins_with_the_row_that_led_here(direction: Direction, other: Direction) -> None:
    here = Position(direction, ("2026-11-23", "42"))

    assert here.turned() == Position(other, here.keys, inclusive=True)
    assert here.turned().turned() == here


def test_a_cursor_of_an_earlier_release_still_leads_on() -> None:
    # Positions had two fields then.
    text = b'["forward",["2026-11-23","42"]]'

    assert msgspec.json.decode(text, type=Position) == HERE

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.cursors import Direction, Position, sign, verify

KEYS = (b"a key of this test",)
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
    assert verify(KEYS, SCOPE, sign(KEYS, SCOPE, position)) == position


def test_no_byte_of_a_cursor_can_be_changed() -> None:
    cursor = sign(KEYS, SCOPE, HERE)
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert verify(KEYS, SCOPE, urlsafe_b64encode(changed).decode().rstrip("=")) is None


def test_a_cursor_of_another_list_is_invalid() -> None:
    assert verify(KEYS, "project_tasks:8", sign(KEYS, SCOPE, HERE)) is None


def test_a_cursor_signed_with_another_key_is_invalid() -> None:
    assert verify(KEYS, SCOPE, sign((b"an older key",), SCOPE, HERE)) is None


def test_while_the_key_changes_cursors_of_both_keys_are_valid() -> None:
    keys = (b"the new key", *KEYS)
    assert verify(keys, SCOPE, sign(KEYS, SCOPE, HERE)) == HERE
    assert verify(keys[:1], SCOPE, sign(keys, SCOPE, HERE)) == HERE, "the first one signs"


@pytest.mark.parametrize("garbage", ["", "a", "=", "abc", "é" * 8, "\0", "a" * 2001, "!!!!", "AAAA" * 40])
def test_anything_else_is_no_cursor(garbage: str) -> None:
    assert verify(KEYS, SCOPE, garbage) is None


@given(st.text(max_size=250))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert verify(KEYS, SCOPE, text) is None


@pytest.mark.parametrize(("direction", "other"), [("forward", "backward"), ("backward", "forward")])
def test_the_way_back_begins_with_the_row_that_led_here(direction: Direction, other: Direction) -> None:
    here = Position(direction, ("2026-11-23", "42"))

    assert here.turned() == Position(other, here.keys, inclusive=True)
    assert here.turned().turned() == here


def test_a_cursor_of_an_earlier_release_still_leads_on() -> None:
    # Positions had two fields then.
    text = b'["forward",["2026-11-23","42"]]'

    assert msgspec.json.decode(text, type=Position) == HERE

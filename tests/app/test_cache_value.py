import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cache_value import decode, encode, fresh_token, mark_token, stamp

KEY = b"bantam:project:7"


def stamped(count: int = 1) -> bytes:
    made = stamp([fresh_token() for _ in range(count)])
    assert made is not None
    return made


@given(st.binary(max_size=5000), st.integers(min_value=0, max_value=4))
def test_a_value_gives_back_its_payload(payload: bytes, tags: int) -> None:
    now = stamped(tags)

    assert decode(KEY, now, encode(KEY, now, payload)) == payload


def test_no_bit_of_a_value_can_flip_unnoticed() -> None:
    now = stamped()
    value = encode(KEY, now, b'{"id":7}')

    for place in range(len(value)):
        for bit in range(8):
            damaged = bytearray(value)
            damaged[place] ^= 1 << bit
            assert decode(KEY, now, bytes(damaged)) is None


def test_a_value_that_was_cut_off_is_a_miss() -> None:
    now = stamped()
    value = encode(KEY, now, b'{"id":7}')

    assert all(decode(KEY, now, value[:length]) is None for length in range(len(value)))


@given(st.binary(max_size=100))
def test_bytes_of_anybody_else_are_a_miss(value: bytes) -> None:
    assert decode(KEY, stamped(), value) is None


def test_a_value_is_good_under_its_own_key_only() -> None:
    now = stamped()

    assert decode(b"bantam:project:8", now, encode(KEY, now, b"seven")) is None


def test_a_value_dies_with_the_token_of_any_of_its_tags() -> None:
    first, second = fresh_token(), fresh_token()
    before = stamp([first, second])
    after = stamp([first, fresh_token()])
    assert before is not None
    assert after is not None

    assert decode(KEY, after, encode(KEY, before, b"old")) is None


@pytest.mark.parametrize(
    "tokens",
    [[None], [fresh_token(), None], [mark_token()], [fresh_token(), mark_token()], [b""], [b"=short"]],
    ids=["missing", "one missing", "mark", "one marked", "empty", "short"],
)
def test_nothing_is_stored_without_a_fresh_token_of_every_tag(tokens: list[bytes | None]) -> None:
    assert stamp(tokens) is None


def test_tokens_never_repeat() -> None:
    assert len({fresh_token() for _ in range(1000)}) == 1000

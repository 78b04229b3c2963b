import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cache.value import encode, fresh_token, is_intact, mark_token, stamp, validated

KEY = b"bantam:project:7"


def kept(payload: bytes, now: bytes, key: bytes = KEY, *, compress: bool = False) -> bytes:
    return encode(key, now, payload, made_at=1_800_000_000, compress=compress)


def read(key: bytes, now: bytes, value: bytes) -> bytes | None:
    found = validated(now, value) if is_intact(key, value) else None
    return None if found is None else found.payload


def stamped(count: int = 1) -> bytes:
    made = stamp([fresh_token() for _ in range(count)])
    assert made is not None
    return made


@given(st.binary(max_size=5000), st.integers(min_value=0, max_value=4), st.booleans())
def test_a_value_gives_back_its_payload_and_when_it_was_made(
    payload: bytes, tags: int, compress: bool
) -> None:
    now = stamped(tags)
    value = kept(payload, now, compress=compress)

    assert is_intact(KEY, value)
    assert validated(now, value) == (payload, 1_800_000_000)


def test_a_compressed_value_is_smaller() -> None:
    page = b'{"id":7,"status":"in_progress","assignee":null}' * 100

    assert len(kept(page, stamped(), compress=True)) < len(kept(page, stamped())) / 4


def test_no_bit_of_a_value_can_flip_unnoticed() -> None:
    now = stamped()
    value = kept(b'{"id":7}', now)

    for place in range(len(value)):
        for bit in range(8):
            damaged = bytearray(value)
            damaged[place] ^= 1 << bit
            assert read(KEY, now, bytes(damaged)) is None


def test_a_value_that_was_cut_off_is_a_miss() -> None:
    now = stamped()
    value = kept(b'{"id":7}', now)

    assert all(read(KEY, now, value[:length]) is None for length in range(len(value)))


@given(st.binary(max_size=100))
def test_any_other_bytes_are_a_miss(value: bytes) -> None:
    assert read(KEY, stamped(), value) is None


def test_a_value_is_valid_under_its_own_key_only() -> None:
    now = stamped()

    assert read(b"bantam:project:8", now, kept(b"seven", now)) is None


def test_renewing_any_tag_invalidates_a_value() -> None:
    first, second = fresh_token(), fresh_token()
    before = stamp([first, second])
    after = stamp([first, fresh_token()])
    assert before is not None
    assert after is not None

    assert read(KEY, after, kept(b"old", before)) is None


@pytest.mark.parametrize(
    "tokens",
    [[None], [fresh_token(), None], [mark_token()], [fresh_token(), mark_token()], [b""], [b"=short"]],
    ids=["missing", "one missing", "mark", "one marked", "empty", "short"],
)
def test_nothing_is_stored_without_a_fresh_token_of_every_tag(tokens: list[bytes | None]) -> None:
    assert stamp(tokens) is None


def test_tokens_never_repeat() -> None:
    assert len({fresh_token() for _ in range(1000)}) == 1000

import hashlib
import hmac
from collections import Counter
from pathlib import Path

import pytest

from loadtests.errors import RefusedError
from loadtests.target import Seed, SeededUsers, Target, read_users


def test_a_users_token_follows_from_the_key_as_the_seed_makes_it() -> None:
    expected = hmac.new(b"secret", b"user:7", hashlib.sha256).hexdigest()

    assert SeededUsers(b"secret", 10).token(7) == f"bt_{expected}"


def test_a_token_that_was_computed_elsewhere() -> None:
    # printf 'user:1' | openssl dgst -sha256 -hmac key
    assert (
        SeededUsers(b"key", 1).token(1)
        == "bt_184c7c6992c7a4b871fa2a63b04d896f0bd04c6e1013e3f3a190607a41a9989c"
    )


def test_the_key_is_the_files_text_without_white_space_around_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" key\n")
    target = Target("https://10.0.0.2", None, str(tmp_path / "key"), ["ssh"], "sandbox")

    assert read_users(target, Seed(1, 5, 1)).token(3) == SeededUsers(b"key", 5).token(3)


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    target = Target("https://10.0.0.2", None, str(tmp_path / "key"), ["ssh"], "sandbox")

    with pytest.raises(RefusedError, match="the file is empty"):
        read_users(target, Seed(1, 5, 1))


def test_few_users_make_most_of_the_traffic_and_nobody_of_another_role() -> None:
    users = SeededUsers(b"key", 2000)
    users.know("client", [*range(2000, 1000, -1)])

    drawn: Counter[int] = Counter()
    user = None
    for _ in range(20_000):
        user = users.draw("client", instead_of=user)
        drawn[user] += 1

    assert set(drawn) <= set(range(1001, 2001))
    # Zipf with exponent 1: the first has 1/H(1000) = 13 %, the first ten 39 %.
    assert 0.11 < drawn[1001] / 20_000 < 0.16
    assert 0.36 < sum(drawn[user] for user in range(1001, 1011)) / 20_000 < 0.42


def test_one_user_is_everybody() -> None:
    users = SeededUsers(b"key", 1)
    users.know("admin", [1])

    assert {users.draw("admin") for _ in range(20)} == {1}


def test_nobody_sits_at_more_than_a_few_screens_while_others_are_free() -> None:
    users = SeededUsers(b"key", 1000)
    users.know("client", [*range(1, 1001)])

    assert max(Counter(users.draw("client") for _ in range(200)).values()) == 4

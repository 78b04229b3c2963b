"""The promised sizes stand in verify's own table; where it has none, the check is skipped, never guessed."""

from typing import Any

import pytest

from verify.expected import SIZES, expected_size
from verify.probes.firewall import accepting
from verify.probes.secret import Secret

UNSET: dict[str, Any] = dict.fromkeys(SIZES[2048])


@pytest.mark.parametrize(
    ("ram_mb", "name", "promised"),
    [
        (2048, "shared_buffers_mb", 256),
        (1964, "shared_buffers_mb", 256),
        (2048, "work_mem_mb", 16),
        (2048, "pool_size", 20),
        (4096, "shared_buffers_mb", 1024),
        (3916, "effective_cache_size_mb", 3072),
    ],
)
def test_promise_follows_the_nominal_ram(ram_mb: int, name: str, promised: int) -> None:
    assert expected_size(name, settings=UNSET, ram_mb=ram_mb, cores=2) == promised


def test_inventory_overrides_the_table() -> None:
    settings = UNSET | {"work_mem_mb": 24}
    assert expected_size("work_mem_mb", settings=settings, ram_mb=3072, cores=2) == 24


@pytest.mark.parametrize(("ram_mb", "cores"), [(3072, 2), (8192, 4), (2048, 16)])
def test_other_servers_are_skipped_by_name(ram_mb: int, cores: int) -> None:
    with pytest.raises(pytest.skip.Exception, match="no figure is promised for"):
        expected_size("work_mem_mb", settings=UNSET, ram_mb=ram_mb, cores=cores)


@pytest.mark.parametrize(
    ("expressions", "accepted"),
    [
        ([{"accept": None}], ["everything"]),
        ([{"drop": None}], []),
        (
            [
                {
                    "match": {
                        "op": "==",
                        "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                        "right": 6379,
                    }
                },
                {"accept": None},
            ],
            ["tcp dport == [6379]"],
        ),
    ],
)
def test_firewall_rule_as_text(expressions: list[dict[str, Any]], accepted: list[str]) -> None:
    assert accepting(expressions) == accepted


def test_secret_does_not_show_in_an_assertion() -> None:
    assert "hunter2" not in repr({"password": Secret("hunter2")})

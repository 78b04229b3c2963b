import re

import pytest

from app.agency.search_sql import KINDS, SEARCH_ALL, SEARCHES


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_of_one_kind_queries_no_other(kind: str) -> None:
    text = SEARCHES[kind].decode()

    assert {name for name in KINDS if f"found_{name}" in text} == {kind}


def test_the_search_across_all_uses_the_same_sql_as_the_search_of_each_kind() -> None:
    for kind in KINDS:
        found = re.search(
            rf"found_{kind} AS MATERIALIZED .*?(?=,\nsimilarly AS)", SEARCHES[kind].decode(), re.DOTALL
        )
        near = re.search(
            rf"near_{kind} AS MATERIALIZED .*?(?=,\nrest AS)", SEARCHES[kind].decode(), re.DOTALL
        )

        assert found
        assert found[0] in SEARCH_ALL.decode()
        assert near
        assert near[0] in SEARCH_ALL.decode()


@pytest.mark.parametrize("sql", [*SEARCHES.values(), SEARCH_ALL], ids=[*KINDS, "all"])
def test_nothing_is_left_to_fill_in(sql: bytes) -> None:
    assert not re.search(rb"\$[a-z]|\{[a-z_]+\}", sql)

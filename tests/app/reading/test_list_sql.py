import re
from typing import get_args, get_type_hints

import msgspec
import pytest

from app.agency.lists import LISTS
from app.agency.statements import statements
from app.reading.listing import Listing
from app.reading.shapes import ListQuery

COMMON = {field.name for field in msgspec.structs.fields(ListQuery)}

every_list = pytest.mark.parametrize("listing", LISTS, ids=lambda listing: listing.sql.name)


@every_list
def test_a_list_accepts_exactly_the_filters_of_its_file(listing: Listing) -> None:
    asked = {field.name for field in msgspec.structs.fields(listing.query)} - COMMON - {"sort"}

    assert asked == {name.partition("=")[0] for name in listing.sql.filters}


@every_list
def test_a_list_accepts_exactly_the_orders_of_its_file(listing: Listing) -> None:
    words = get_args(get_type_hints(listing.query)["sort"])

    assert {word.removeprefix("-") for word in words} == set(listing.sql.sorts)


@every_list
def test_an_order_ends_with_a_unique_key(listing: Listing) -> None:
    for sort in listing.sql.sorts.values():
        column = sort.keys[-1].expression.partition(".")[2]
        assert column == "token_hash" or (column.endswith("id") and sort.keys[-1].type == "bigint")


@every_list
def test_what_an_order_needs_is_a_filter(listing: Listing) -> None:
    for sort in listing.sql.sorts.values():
        assert set(sort.needs) <= set(listing.sql.filters)


@every_list
def test_a_statement_numbers_its_parameters_without_a_gap_and_names_its_columns(listing: Listing) -> None:
    for statement in listing.statements():
        numbers = {int(number) for number in re.findall(rb"\$(\d+)", statement.sql)}

        assert numbers == set(range(1, len(statement.types) + 1)), statement.name
        assert "$value" not in statement.sql.decode()
        assert "{" not in statement.sql.decode()
        assert not re.search(rb"SELECT\s+\*|\w\.\*", statement.sql)
        assert not re.search(rb"\$\d+\S* IS NULL", statement.sql)


def test_statement_names_are_unique() -> None:
    names = [statement.name for statement in statements()]

    assert len(set(names)) == len(names)

"""The table of access rules, without a server."""

from tests.app.support.access import ROUTES, table


def test_the_table_has_every_route_and_no_other() -> None:
    assert sorted(row.name for row in table()) == sorted(ROUTES)

"""Pages and CSV of the reports, on a deployed server, and rejected requests."""

import time

import pytest

from app.agency.reports.report import REPORTS
from tests.app.support.reported import PAGES, flat, page, table
from tests.app.support.server import Server

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("figures_of_now")]


ORDERS = [
    (report.sql.name, sign + sort) for report in REPORTS for sort in report.sql.sorts for sign in ("", "-")
]


@pytest.mark.parametrize(("report", "order"), ORDERS)
def test_pages_forward_and_back_are_the_lines_in_order(server: Server, report: str, order: str) -> None:
    whole = page(server, report, f"sort={order}&limit=40").items
    first = page(server, report, f"sort={order}&limit=16")
    second = page(server, report, f"sort={order}&limit=16&cursor={first.next}")
    third = page(server, report, f"sort={order}&limit=8&cursor={second.next}")
    back = page(server, report, f"sort={order}&limit=16&cursor={second.previous}")
    end = page(server, report, f"sort={order}&limit=5&direction=backward")

    assert first.items + second.items + third.items == whole
    assert back.items == first.items
    assert (first.previous, second.totals, end.next) == (None, None, None)
    assert end.previous is not None


@pytest.mark.parametrize(
    ("report", "query"),
    [
        ("projects", "client=1&sort=-budget_used"),
        ("projects", ""),
        ("time", "project=1&sort=user"),
        ("time", "from_date=2026-09-01"),
        ("finance", "client=2&sort=-month"),
        ("team", "user=12"),
    ],
)
def test_the_csv_has_the_same_lines_as_the_pages(server: Server, report: str, query: str) -> None:
    lines = []
    got = page(server, report, f"limit=1000&{query}".rstrip("&"))
    lines += got.items
    while got.next:
        got = page(server, report, f"limit=1000&cursor={got.next}&{query}".rstrip("&"))
        lines += got.items

    assert table(server, report, query) == [flat(line) for line in lines]


def test_a_client_that_accepts_csv_gets_csv_unless_json_is_requested(server: Server) -> None:
    headers = {**server.authorization(1), "accept": "text/csv"}

    def kind(query: str) -> str:
        response = server.http.get(f"/api/reports/team?user=12{query}", headers=headers)
        return response.headers["content-type"].partition(";")[0]

    assert (kind(""), kind("&format=json")) == ("text/csv", "application/json")


def test_a_csv_response_is_compressed(server: Server) -> None:
    headers = {**server.authorization(1), "accept-encoding": "gzip"}
    response = server.http.get("/api/reports/projects?format=csv", headers=headers)

    assert response.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("report", PAGES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=name", "sort"),
        ("sort=minutes; DROP TABLE users", "sort"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("from_date=2026-02-30", "from_date"),
        ("from_date=-infinity", "from_date"),
        ("to_date=10000-01-01", "to_date"),
        ("cursor=AAAA", "cursor"),
        ("format=xlsx", "format"),
        ("format=csv&direction=backward", "direction"),
        ("nonsense=1", "nonsense"),
    ],
)
def test_an_invalid_query_is_rejected_with_its_field_named(
    server: Server, report: str, query: str, field: str
) -> None:
    response = server.get(f"/api/reports/{report}?{query}", 1)

    assert (response.status_code, response.json()["field"]) == (422, field)


def test_a_cursor_is_valid_for_its_own_filters_and_order_only(server: Server) -> None:
    cursor = page(server, "time", "limit=1").next

    for other in ("time?sort=user", "time?sort=-month", "time?project=1", "team?sort=month"):
        response = server.get(f"/api/reports/{other}&limit=1&cursor={cursor}", 1)
        assert (response.status_code, response.json()["field"]) == (422, "cursor")


def test_beyond_the_last_line_a_page_is_empty_and_leads_back_to_it(server: Server) -> None:
    refresh = "REFRESH MATERIALIZED VIEW CONCURRENTLY report_finance"
    # Pages are cached for an hour: this one is asked for once.
    query = f"sort=month&limit=2&from_date={2900 + int(time.time()) // 60 % 99}-01-01"
    server.sql(
        "INSERT INTO invoices (client_id, project_id, issued_on, due_on, status, number, amount)"
        " SELECT p.client_id, p.id, late.day, late.day, 'sent', 'late ' || late.day, 1"
        " FROM projects AS p, unnest('{2999-01-01,2999-02-01,2999-03-01}'::date[]) AS late (day)"
        " WHERE p.id = 1"
    )
    try:
        server.sql(refresh)
        lines = page(server, "finance", query)
        server.sql("DELETE FROM invoices WHERE number = 'late 2999-03-01'")
        server.sql(refresh)
        beyond = page(server, "finance", f"{query}&cursor={lines.next}")
        back = page(server, "finance", f"{query}&cursor={beyond.previous}")
    finally:
        server.sql("DELETE FROM invoices WHERE number LIKE 'late 2999-%'")
        server.sql(refresh)

    assert [line.month.month for line in lines.items] == [1, 2]
    assert (beyond.items, beyond.next) == ([], None)
    assert back.items == lines.items

"""The reports on a deployed server: who reads them, the figures, pages, CSV, and how they are kept fresh."""

# ruff: noqa: S608  (the numbers are the tests' own)

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app.report_sql import ReportSql
from app.reports import REPORTS
from app.shapes_reports import GeneratedReports
from tests.app.server import SEEDED, Server
from tests.conftest import SandboxServer

pytestmark = pytest.mark.server

PAGES = {report.sql.name: report.page for report in REPORTS}
ORDERS = [
    (report.sql.name, sign + sort) for report in REPORTS for sort in report.sql.sorts for sign in ("", "-")
]
FILES = "/var/lib/bantam/reports"


@pytest.fixture(scope="module", autouse=True)
def no_refresh_in_between(sandbox_server: SandboxServer) -> Iterator[None]:
    """What is compared is of one refresh, except where a test asks for another."""
    sandbox_server.ssh("systemctl stop bantam-reports.timer")
    yield
    sandbox_server.ssh("systemctl start bantam-reports.timer")


def page(server: Server, report: str, query: str = "", user: int = 1) -> Any:
    response = server.get(f"/api/reports/{report}?{query}", user)
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=PAGES[report])


def table(server: Server, report: str, query: str = "", user: int = 1) -> list[dict[str, str]]:
    asked = "&".join(filter(None, (query, "format=csv")))
    response = server.get(f"/api/reports/{report}?{asked}", user)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def flat(line: Any) -> dict[str, str]:
    """A line of JSON as its CSV should say it."""
    cells: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(line).items():
        if hasattr(value, "name"):
            cells |= {f"{name}_id": str(value.id), f"{name}_name": value.name}
        else:
            cells[name] = str(value)
    return cells


def a_user(server: Server, role: str) -> int:
    return int(server.sql(f"SELECT max(u.id) FROM users AS u WHERE u.role = '{role}' AND {SEEDED}"))


def busiest_manager(server: Server) -> int:
    return int(
        server.sql("SELECT manager_id FROM report_projects GROUP BY 1 ORDER BY sum(minutes) DESC LIMIT 1")
    )


@pytest.mark.parametrize("report", PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("project_manager", 200), ("team_member", 403), ("client", 403)]
)
def test_a_report_is_for_admins_and_managers(server: Server, report: str, role: str, status: int) -> None:
    for query in ("", "?format=csv"):
        assert server.get(f"/api/reports/{report}{query}", a_user(server, role)).status_code == status


@pytest.mark.parametrize("path", [*PAGES, "generated", "generated/file?name=x"])
def test_a_report_is_for_nobody_without_a_token(server: Server, path: str) -> None:
    assert server.http.get(f"/api/reports/{path}").status_code == 401


@pytest.mark.parametrize("report", PAGES)
def test_a_report_says_how_old_it_is(server: Server, report: str) -> None:
    response = server.get(f"/api/reports/{report}", 1)
    body = msgspec.json.decode(response.content, type=PAGES[report])
    view = ReportSql(report).view
    refreshed = server.sql(
        f"SELECT to_json(refreshed_at) #>> '{{}}' FROM report_refreshes WHERE view = '{view}'"
    )

    assert body.refreshed_at == datetime.fromisoformat(refreshed)
    assert int(response.headers["age"]) == body.age_s >= 0
    assert datetime.fromisoformat(response.headers["x-refreshed-at"]) == body.refreshed_at


def test_the_projects_report_adds_up_the_tasks_and_the_time(server: Server) -> None:
    line = page(server, "projects", "project=1").items[0]
    [tasks] = server.rows(
        "SELECT count(*) AS tasks, count(*) FILTER (WHERE status = 'done') AS done FROM tasks"
        " WHERE project_id = 1 AND deleted_at IS NULL"
    )
    entries = server.rows(
        "SELECT minutes, billable, hourly_rate::text AS rate FROM time_entries"
        " WHERE project_id = 1 AND deleted_at IS NULL"
    )
    value = sum(Decimal(e["rate"]) * e["minutes"] / 60 for e in entries if e["billable"])

    assert (line.tasks, line.done) == (tasks["tasks"], tasks["done"])
    assert line.minutes == sum(e["minutes"] for e in entries)
    assert line.billable_minutes == sum(e["minutes"] for e in entries if e["billable"])
    assert abs(line.value - value) < Decimal("0.01")
    assert abs(line.completion - Decimal(line.done) / line.tasks) < Decimal("0.0001")


def test_the_time_report_adds_up_the_entries_of_a_month(server: Server) -> None:
    line = page(server, "time", "project=1&sort=-month&limit=1").items[0]
    entries = server.rows(
        "SELECT minutes, billable, hourly_rate::text AS rate FROM time_entries WHERE deleted_at IS NULL"
        f" AND project_id = 1 AND user_id = {line.user.id}"
        f" AND date_trunc('month', entry_date) = date '{line.month}'"
    )
    value = sum(Decimal(e["rate"]) * e["minutes"] / 60 for e in entries if e["billable"])

    assert line.entries == len(entries)
    assert line.minutes == sum(e["minutes"] for e in entries)
    assert line.billable_minutes == sum(e["minutes"] for e in entries if e["billable"])
    assert abs(line.value - value) < Decimal("0.01")


def test_the_finance_report_adds_up_invoices_and_payments(server: Server) -> None:
    totals = {each.currency: each for each in page(server, "finance", "limit=1").totals}
    invoices = server.rows(
        "SELECT currency, amount::text, paid_amount::text FROM invoices WHERE status IN ('sent', 'paid')"
    )
    payments = server.rows(
        "SELECT i.currency, y.amount::text FROM payments AS y JOIN invoices AS i ON i.id = y.invoice_id"
    )

    assert set(totals) == {i["currency"] for i in invoices}
    for currency, sums in totals.items():
        ours = [i for i in invoices if i["currency"] == currency]
        assert sums.invoices == len(ours)
        assert sums.invoiced == sum(Decimal(i["amount"]) for i in ours)
        assert sums.outstanding == sum(Decimal(i["amount"]) - Decimal(i["paid_amount"]) for i in ours)
        assert sums.paid == sum(Decimal(y["amount"]) for y in payments if y["currency"] == currency)


def test_the_team_report_tells_what_a_user_did_in_a_month(server: Server) -> None:
    line = next(line for line in page(server, "team", "sort=-utilization").items if line.tasks_done)
    done = server.rows(
        "SELECT (completed_at AT TIME ZONE 'UTC')::date <= due_on AS on_time FROM tasks"
        f" WHERE assignee_id = {line.user.id} AND deleted_at IS NULL"
        f" AND date_trunc('month', completed_at AT TIME ZONE 'UTC') = date '{line.month}'"
    )
    minutes = server.sql(
        f"SELECT sum(minutes) FROM time_entries WHERE user_id = {line.user.id} AND deleted_at IS NULL"
        f" AND billable AND date_trunc('month', entry_date) = date '{line.month}'"
    )

    assert line.tasks_done == len(done)
    assert line.tasks_on_time == sum(each["on_time"] for each in done)
    assert line.billable_minutes == int(minutes or 0)
    assert abs(line.utilization - Decimal(line.billable_minutes) / line.capacity_minutes) < Decimal("0.0001")


@pytest.mark.parametrize(
    ("report", "query", "condition"),
    [
        ("projects", "client=1", "client_id = 1"),
        ("projects", "manager=2", "manager_id = 2"),
        ("projects", "status=active", "status = 'active'"),
        (
            "projects",
            "from_date=2026-01-01&to_date=2026-06-30",
            "due_on BETWEEN '2026-01-01' AND '2026-06-30'",
        ),
        ("time", "user=12", "user_id = 12"),
        ("time", "client=1&from_date=2026-03-17", "client_id = 1 AND month >= '2026-03-01'"),
        ("time", "to_date=2026-03-17", "month <= '2026-03-01'"),
        ("time", "billable=true", "billable_minutes > 0"),
        ("time", "project=1&billable=false", "project_id = 1 AND billable_minutes < minutes"),
        ("finance", "client=1", "client_id = 1"),
        ("finance", "project=1&currency=EUR", "project_id = 1 AND currency = 'EUR'"),
        ("finance", "currency=XXX", "false"),
        ("team", "user=12&from_date=2026-01-01", "user_id = 12 AND month >= '2026-01-01'"),
        ("team", "from_date=9999-12-31", "false"),
        ("team", "from_date=0001-01-01", "true"),
    ],
)
def test_filters_leave_what_they_say(server: Server, report: str, query: str, condition: str) -> None:
    view = ReportSql(report).view
    got = page(server, report, f"{query}&limit=1000")
    totals = got.totals if isinstance(got.totals, list) else [got.totals]
    if query == "billable=true":
        assert totals == [None]
        return
    expected = int(server.sql(f"SELECT count(*) FROM {view} WHERE {condition}"))

    assert sum(each.lines for each in totals) == expected
    assert len(got.items) == min(expected, 1000)


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


def test_a_manager_reads_what_they_lead(server: Server) -> None:
    manager = busiest_manager(server)
    led = set(server.sql(f"SELECT id FROM projects WHERE manager_id = {manager}").split())

    projects = table(server, "projects", user=manager)
    assert {line["manager_id"] for line in projects} == {str(manager)}
    for report in ("time", "finance"):
        lines = table(server, report, user=manager)
        assert lines
        assert {line["project_id"] for line in lines} <= led
    expected = server.sql(
        f"SELECT count(*) FROM report_team WHERE user_id = {manager} OR user_id IN (SELECT m.user_id FROM"
        " project_members AS m JOIN projects AS p ON p.id = m.project_id"
        f" WHERE p.manager_id = {manager} AND p.deleted_at IS NULL)"
    )
    assert page(server, "team", user=manager).totals.lines == int(expected)


def test_a_manager_asking_for_somebody_elses_projects_gets_none(server: Server) -> None:
    manager = busiest_manager(server)
    other = server.sql(f"SELECT min(id) FROM projects WHERE manager_id <> {manager} AND deleted_at IS NULL")

    for report in ("projects", "time", "finance"):
        assert page(server, report, f"project={other}", manager).items == []


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
def test_the_csv_has_the_very_lines_of_the_pages(server: Server, report: str, query: str) -> None:
    lines = []
    got = page(server, report, f"limit=1000&{query}".rstrip("&"))
    lines += got.items
    while got.next:
        got = page(server, report, f"limit=1000&cursor={got.next}&{query}".rstrip("&"))
        lines += got.items

    assert table(server, report, query) == [flat(line) for line in lines]


def test_whoever_accepts_csv_gets_csv_unless_json_is_asked_for(server: Server) -> None:
    headers = {**server.authorization(1), "accept": "text/csv"}

    def kind(query: str) -> str:
        response = server.http.get(f"/api/reports/team?user=12{query}", headers=headers)
        return response.headers["content-type"].partition(";")[0]

    assert (kind(""), kind("&format=json")) == ("text/csv", "application/json")


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
def test_a_wrong_question_is_refused_with_its_field_named(
    server: Server, report: str, query: str, field: str
) -> None:
    response = server.get(f"/api/reports/{report}?{query}", 1)

    assert (response.status_code, response.json()["field"]) == (422, field)


def test_a_cursor_is_good_for_its_own_filters_and_order_only(server: Server) -> None:
    cursor = page(server, "time", "limit=1").next

    for other in ("time?sort=user", "time?sort=-month", "time?project=1", "team?sort=month"):
        response = server.get(f"/api/reports/{other}&limit=1&cursor={cursor}", 1)
        assert (response.status_code, response.json()["field"]) == (422, "cursor")


def test_the_timers_service_refreshes_every_report(server: Server) -> None:
    ages = "SELECT json_object_agg(view, refreshed_at) FROM report_refreshes"
    before = msgspec.json.decode(server.sql(ages), type=dict[str, datetime])
    entry = server.sql(
        "INSERT INTO time_entries (user_id, project_id, entry_date, minutes, billable)"
        " VALUES (12, 1, '2001-01-01', 7, false) RETURNING id"
    )
    try:
        server.run("systemctl start bantam-reports.service")
        after = msgspec.json.decode(server.sql(ages), type=dict[str, datetime])
        lines = page(server, "time", "user=12&to_date=2001-01-31").items
    finally:
        server.sql(f"DELETE FROM time_entries WHERE id = {entry}")
        server.run("systemctl start bantam-reports.service")

    assert [line.minutes for line in lines] == [7]
    assert set(after) == set(before)
    assert all(after[view] > before[view] for view in before)


@pytest.fixture
def generated(server: Server) -> GeneratedReports:
    server.run(f"touch {FILES}/2000-01-time.csv && systemctl start bantam-report-files.service")
    return msgspec.json.decode(server.get("/api/reports/generated", 1).content, type=GeneratedReports)


def test_last_months_files_are_made_listed_and_old_ones_removed(
    server: Server, generated: GeneratedReports
) -> None:
    month = server.sql("SELECT date_trunc('month', now() - interval '1 month')::date")
    made = [report for report in generated.items if str(report.month) == month]

    assert {report.report for report in made} == set(PAGES)
    assert not any(report.name.startswith("2000") for report in generated.items)
    for report in made:
        response = server.get(f"/api/reports/generated/file?name={report.name}", 1)
        assert len(response.content) == report.bytes
    time = next(report.name for report in made if report.report == "time")
    lines = list(
        csv.DictReader(
            io.StringIO(server.get(f"/api/reports/generated/file?name={time}", 1).text, newline="")
        )
    )
    assert lines == table(server, "time", f"from_date={month}&to_date={month}")


@pytest.mark.parametrize("role", ["project_manager", "team_member", "client"])
@pytest.mark.parametrize("path", ["generated", "generated/file?name=2026-10-time.csv"])
def test_generated_files_are_for_admins(server: Server, role: str, path: str) -> None:
    assert server.get(f"/api/reports/{path}", a_user(server, role)).status_code == 403


@pytest.mark.parametrize("name", ["2026-10-none.csv", "..", "1999-01-time.csv", "time.csv"])
def test_a_file_that_is_not_there_is_404(server: Server, name: str) -> None:
    assert server.get(f"/api/reports/generated/file?name={name}", 1).status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "%00", ""])
def test_a_name_that_is_none_is_refused(server: Server, name: str) -> None:
    assert server.get(f"/api/reports/generated/file?name={name}", 1).status_code == 422

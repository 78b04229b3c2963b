"""The reports on a deployed server: who reads them, and the figures."""

# ruff: noqa: S608  (the numbers are the tests' own)

from datetime import datetime
from decimal import Decimal

import msgspec
import pytest

from app.agency.reports.report_sql import ReportSql
from tests.app.support.reported import PAGES, a_user, busiest_manager, page, table
from tests.app.support.server import Server

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("figures_of_now")]


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
def test_a_report_shows_its_age(server: Server, report: str) -> None:
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


def test_the_team_report_shows_what_a_user_did_in_a_month(server: Server) -> None:
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
def test_filters_return_only_matching_lines(server: Server, report: str, query: str, condition: str) -> None:
    view = ReportSql(report).view
    got = page(server, report, f"{query}&limit=1000")
    totals = got.totals if isinstance(got.totals, list) else [got.totals]
    if query == "billable=true":
        assert totals == [None]
        return
    expected = int(server.sql(f"SELECT count(*) FROM {view} WHERE {condition}"))

    assert sum(each.lines for each in totals) == expected
    assert len(got.items) == min(expected, 1000)


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


def test_a_manager_requesting_another_managers_projects_gets_none(server: Server) -> None:
    manager = busiest_manager(server)
    other = server.sql(f"SELECT min(id) FROM projects WHERE manager_id <> {manager} AND deleted_at IS NULL")

    for report in ("projects", "time", "finance"):
        assert page(server, report, f"project={other}", manager).items == []

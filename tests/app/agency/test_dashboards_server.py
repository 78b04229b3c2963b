"""The manager's, admin's and client's dashboards on a deployed server, against independent figures."""

# ruff: noqa: S608  (the numbers are the tests' own)

from decimal import Decimal
from functools import partial

import msgspec
import pytest

from app.agency.shapes.dashboard_admin import AdminDashboard
from app.agency.shapes.dashboard_client import ClientDashboard
from app.agency.shapes.dashboard_manager import ManagerDashboard
from tests.app.support.server import SEEDED, Server
from tests.app.support.warmth import until

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("figures_of_now")]

RUNNING = "p.deleted_at IS NULL AND p.status IN ('active', 'on_hold')"
BUSIEST_MANAGER = f"""
SELECT u.id FROM users AS u JOIN projects AS p ON p.manager_id = u.id
WHERE {RUNNING} AND {SEEDED} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
BUSIEST_CLIENT = f"""
SELECT u.id FROM users AS u JOIN projects AS p ON p.client_id = u.client_id
WHERE u.role = 'client' AND {SEEDED} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""


def someone(server: Server, role: str) -> int:
    return int(
        server.sql(f"SELECT min(u.id) FROM users AS u WHERE u.role = '{role}' AND u.id > 1 AND {SEEDED}")
    )


@pytest.fixture
def manager(server: Server) -> tuple[int, ManagerDashboard]:
    user = int(server.sql(BUSIEST_MANAGER))
    content = server.get("/api/dashboards/manager", user).content
    return user, msgspec.json.decode(content, type=ManagerDashboard)


@pytest.fixture
def client(server: Server) -> tuple[int, ClientDashboard]:
    user = int(server.sql(BUSIEST_CLIENT))
    content = server.get("/api/dashboards/client", user).content
    return int(server.sql(f"SELECT client_id FROM users WHERE id = {user}")), msgspec.json.decode(
        content, type=ClientDashboard
    )


def is_cached(server: Server, path: str, user: int) -> bool:
    return server.get(path, user).headers["x-cache"] == "hit"


@pytest.fixture
def admin(server: Server) -> AdminDashboard:
    return msgspec.json.decode(server.get("/api/dashboards/admin", 1).content, type=AdminDashboard)


@pytest.mark.parametrize(
    ("dashboard", "roles"),
    [
        ("user", {"admin", "project_manager", "team_member", "client"}),
        ("manager", {"admin", "project_manager"}),
        ("admin", {"admin"}),
        ("client", {"client"}),
    ],
)
def test_a_dashboard_is_for_its_roles_only(server: Server, dashboard: str, roles: set[str]) -> None:
    path = f"/api/dashboards/{dashboard}"
    users = {role: someone(server, role) for role in ("project_manager", "team_member", "client")} | {
        "admin": 1
    }

    assert {role: server.get(path, user).status_code for role, user in users.items()} == {
        role: 200 if role in roles else 403 for role in users
    }
    for role in roles:
        until(partial(is_cached, server, path, users[role]))


@pytest.mark.parametrize("dashboard", ["user", "manager", "admin", "client"])
def test_a_dashboard_is_for_nobody_without_a_token(server: Server, dashboard: str) -> None:
    assert server.http.get(f"/api/dashboards/{dashboard}").status_code == 401


def test_the_manager_sees_the_open_tasks_of_the_running_projects_that_they_lead(
    server: Server, manager: tuple[int, ManagerDashboard]
) -> None:
    user, board = manager
    led = f"projects AS p WHERE p.manager_id = {user} AND {RUNNING}"
    [expected] = server.rows(
        f"""
        SELECT
            count(*) AS open,
            count(*) FILTER (WHERE t.due_on < '{board.today}') AS overdue,
            count(*) FILTER (WHERE t.assignee_id IS NULL) AS unassigned,
            count(DISTINCT t.assignee_id) AS people
        FROM tasks AS t
        WHERE t.status <> 'done' AND t.deleted_at IS NULL AND t.project_id IN (SELECT p.id FROM {led})
        """
    )
    summary = board.summary

    assert board.user_id == user
    assert summary.projects == int(server.sql(f"SELECT count(*) FROM {led}"))
    assert summary.budget == Decimal(server.sql(f"SELECT sum(p.budget) FROM {led}"))
    assert summary.late + summary.over_budget + summary.at_risk + summary.on_track == summary.projects
    assert (summary.open, summary.overdue, summary.unassigned, board.team_count) == tuple(expected.values())
    assert len(board.projects) == min(25, summary.projects)
    assert [p.due_on for p in board.projects] == sorted(p.due_on for p in board.projects)


def test_the_managers_first_project_matches_the_database(
    server: Server, manager: tuple[int, ManagerDashboard]
) -> None:
    first = manager[1].projects[0]
    [spent] = server.rows(
        f"""
        SELECT
            coalesce(sum(minutes), 0) AS minutes,
            coalesce(sum(minutes) FILTER (WHERE billable), 0) AS billable_minutes,
            round(coalesce(sum(minutes * hourly_rate / 60) FILTER (WHERE billable), 0), 2)::text AS value
        FROM time_entries WHERE project_id = {first.id} AND deleted_at IS NULL
        """
    )

    assert (first.minutes, first.billable_minutes) == (spent["minutes"], spent["billable_minutes"])
    assert abs(first.value - Decimal(spent["value"])) <= Decimal("0.01")
    if first.budget:
        assert abs(first.budget_used - first.value / first.budget) < Decimal("0.001")


def test_the_managers_team_load_matches_the_database(
    server: Server, manager: tuple[int, ManagerDashboard]
) -> None:
    user, board = manager
    person = board.team[0]
    where = (
        f"t.assignee_id = {person.id} AND t.completed_at IS NULL AND t.deleted_at IS NULL AND t.project_id IN"
        f" (SELECT p.id FROM projects AS p WHERE p.manager_id = {user} AND {RUNNING})"
    )

    assert person.open == int(server.sql(f"SELECT count(*) FROM tasks AS t WHERE {where}"))
    assert person.week_minutes == int(
        server.sql(
            "SELECT coalesce(sum(minutes), 0) FROM time_entries"
            f" WHERE user_id = {person.id} AND deleted_at IS NULL"
            f" AND date_trunc('week', entry_date) = date_trunc('week', date '{board.today}')"
        )
    )
    assert [p.overdue for p in board.team] == sorted((p.overdue for p in board.team), reverse=True)


def test_the_managers_milestones_are_the_next_open_ones(
    server: Server, manager: tuple[int, ManagerDashboard]
) -> None:
    user, board = manager
    expected = server.rows(
        f"""
        SELECT
            m.id,
            (SELECT count(*) FROM tasks AS t WHERE t.milestone_id = m.id AND t.deleted_at IS NULL) AS tasks,
            (
                SELECT count(*) FROM tasks AS t
                WHERE t.milestone_id = m.id AND t.status = 'done' AND t.deleted_at IS NULL
            ) AS done
        FROM milestones AS m JOIN projects AS p ON p.id = m.project_id
        WHERE p.manager_id = {user} AND {RUNNING} AND m.completed_at IS NULL AND m.deleted_at IS NULL
        ORDER BY m.due_on, m.id LIMIT 10
        """
    )

    assert [{"id": m.id, "tasks": m.tasks, "done": m.done} for m in board.milestones] == expected


def test_the_admins_totals_match_the_database(server: Server, admin: AdminDashboard) -> None:
    projects = server.rows(
        "SELECT status, count(*) AS n FROM projects WHERE deleted_at IS NULL GROUP BY status ORDER BY status"
    )
    users = server.rows("SELECT role, count(*) AS n FROM users WHERE deactivated_at IS NULL GROUP BY role")

    assert admin.totals.projects.total == sum(row["n"] for row in projects)
    for row in projects:
        assert getattr(admin.totals.projects, row["status"]) == row["n"]
    for row in users:
        assert getattr(admin.users, row["role"]) == row["n"]
    assert admin.users.total == sum(row["n"] for row in users)
    assert admin.totals.clients == int(server.sql("SELECT count(*) FROM clients WHERE archived_at IS NULL"))


def test_the_admins_revenue_is_what_was_invoiced_and_paid(server: Server, admin: AdminDashboard) -> None:
    month = next(month for month in reversed(admin.revenue) if month.paid)
    period = f"BETWEEN date '{month.month}' AND (date '{month.month}' + interval '1 month - 1 day')::date"

    assert month.invoiced == Decimal(
        server.sql(
            f"SELECT coalesce(sum(amount), 0) FROM invoices"
            f" WHERE issued_on {period} AND status IN ('sent', 'paid') AND currency = '{month.currency}'"
        )
    )
    assert month.paid == Decimal(
        server.sql(
            "SELECT sum(y.amount) FROM payments AS y JOIN invoices AS i ON i.id = y.invoice_id"
            f" WHERE y.paid_on {period} AND i.currency = '{month.currency}'"
        )
    )


def test_the_admin_sees_the_latest_events_and_the_system(server: Server, admin: AdminDashboard) -> None:
    latest = server.rows("SELECT id FROM activity ORDER BY id DESC LIMIT 20")
    system = admin.system

    assert [event.id for event in admin.activity] == [row["id"] for row in latest]
    assert system.max_connections == int(server.sql("SHOW max_connections"))
    assert system.connections >= system.pool_connections >= system.pool_active >= 1
    assert system.database_bytes > 0


def test_the_client_sees_the_companys_invoices_but_no_draft(
    server: Server, client: tuple[int, ClientDashboard]
) -> None:
    number, board = client
    expected = server.rows(
        f"SELECT id FROM invoices WHERE client_id = {number} AND status <> 'draft' ORDER BY id DESC LIMIT 10"
    )
    owed = server.rows(
        "SELECT currency, count(*) AS invoices, sum(amount - paid_amount)::text AS amount"
        f" FROM invoices WHERE client_id = {number} AND status = 'sent' GROUP BY currency ORDER BY currency"
    )

    assert board.client.id == number
    assert [invoice.id for invoice in board.invoices] == [row["id"] for row in expected]
    assert [
        {"currency": o.currency, "invoices": o.invoices, "amount": str(o.amount)} for o in board.owed
    ] == owed


def test_the_client_sees_the_companys_running_projects_and_hours(
    server: Server, client: tuple[int, ClientDashboard]
) -> None:
    number, board = client
    ours = (
        f"SELECT id FROM projects WHERE client_id = {number} AND deleted_at IS NULL"
        " AND status IN ('planned', 'active', 'on_hold')"
    )
    minutes = (
        f"SELECT coalesce(sum(minutes), 0) FROM time_entries WHERE project_id IN ({ours})"
        f" AND deleted_at IS NULL AND date_trunc('month', entry_date) = date '{board.hours_before.starts_on}'"
    )

    assert board.project_count == int(server.sql(f"SELECT count(*) FROM ({ours}) AS ours"))
    assert len(board.projects) == min(25, board.project_count)
    assert board.hours_before.minutes == int(server.sql(minutes))

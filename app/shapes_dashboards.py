"""The dashboards of a manager, an admin and a client: what their statements build."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from app.shapes import Priority, ProjectStatus, Reference, Shape, TaskCounts

ProjectHealth = Literal["late", "over_budget", "at_risk", "on_track"]
TotalsAt = Annotated[
    datetime,
    Meta(description="When the figures that the reports add up (time, value, completion) were made."),
]


class ManagedSummary(Shape, frozen=True):
    """Sums over every running project that the manager leads; `open` to `unassigned` are tasks."""

    projects: int
    late: int
    over_budget: int
    at_risk: int
    on_track: int
    open: int
    overdue: int
    unassigned: int
    budget: Decimal
    value: Decimal
    minutes: int
    billable_minutes: int


class ManagedProject(Shape, frozen=True):
    """
    A running project: its open tasks now, and its budget against the value of its time.

    late: the due day is over. over_budget: the value exceeds the budget. at_risk: a task is overdue, or
    the part of the budget used is more than 0.2 ahead of the part of the tasks done.
    """

    id: int
    name: str
    status: ProjectStatus
    priority: Priority
    due_on: date
    open: int
    overdue: int
    unassigned: int
    completion: Decimal
    budget: Decimal
    value: Decimal
    budget_used: Decimal
    minutes: int
    billable_minutes: int
    health: ProjectHealth


class TeamLoad(Shape, frozen=True):
    """A person's open tasks on these projects, and their whole week against their contract, in minutes."""

    id: int
    name: str
    open: int
    overdue: int
    due: int
    week_minutes: int
    weekly_minutes: int


class ManagedMilestone(Shape, frozen=True):
    """An open milestone and how many of its tasks are done."""

    id: int
    name: str
    due_on: date
    project_id: int
    project_name: str
    late: bool
    tasks: int
    done: int


class ManagerDashboard(Shape, frozen=True):
    """GET /api/dashboards/manager: the first 25 projects and people, the next 10 milestones."""

    user_id: int
    today: date
    totals_at: TotalsAt | None
    summary: ManagedSummary
    projects: list[ManagedProject]
    team: list[TeamLoad]
    team_count: int
    milestones: list[ManagedMilestone]


class ProjectCounts(Shape, frozen=True):
    """Projects by status."""

    total: int
    planned: int
    active: int
    on_hold: int
    completed: int
    cancelled: int


class AgencyTasks(TaskCounts, frozen=True):
    """Tasks by status, and how many of them are overdue."""

    overdue: int


class AgencyTotals(Shape, frozen=True):
    """What there is; clients are those that are not archived."""

    clients: int
    projects: ProjectCounts
    tasks: AgencyTasks
    overdue_milestones: int


class Revenue(Shape, frozen=True):
    """A month in one currency: what was invoiced, what is still owed of it, what came in."""

    month: date
    currency: str
    invoiced: Decimal
    outstanding: Decimal
    overdue: Decimal
    paid: Decimal


class UserCounts(Shape, frozen=True):
    """Active users by role."""

    total: int
    admin: int
    project_manager: int
    team_member: int
    client: int


class DashboardEvent(Shape, frozen=True):
    """Something that somebody did."""

    id: int
    created_at: datetime
    entity: str
    entity_id: int
    action: str
    title: str
    project_id: int | None
    actor: Reference


class SystemFigures(Shape, frozen=True):
    """
    PostgreSQL's own statistics since they were last reset.

    The size is what the last vacuum found; the pool is PgBouncer's connections for the app; the cache is
    PostgreSQL's shared buffers.
    """

    database_bytes: int
    connections: int
    max_connections: int
    pool_connections: int
    pool_active: int
    cache_hit_ratio: Decimal | None
    commits: int
    rollbacks: int
    deadlocks: int
    temp_bytes: int
    started_at: datetime
    reports_refreshed_at: datetime | None


class AdminDashboard(Shape, frozen=True):
    """GET /api/dashboards/admin: 12 months of revenue, the latest 20 events."""

    user_id: int
    as_of: datetime
    totals_at: TotalsAt | None
    totals: AgencyTotals
    revenue: list[Revenue]
    users: UserCounts
    activity: list[DashboardEvent]
    system: SystemFigures


class NextMilestone(Shape, frozen=True):
    """The open milestone that is due first."""

    id: int
    name: str
    due_on: date


class ClientProject(Shape, frozen=True):
    """A project that is planned, runs or rests; `month_minutes` is time of this month."""

    id: int
    name: str
    status: ProjectStatus
    due_on: date
    late: bool
    budget: Decimal
    completion: Decimal
    minutes: int
    month_minutes: int
    manager: Reference
    next_milestone: NextMilestone | None


class Owed(Shape, frozen=True):
    """Unpaid invoices in one currency."""

    currency: str
    invoices: int
    amount: Decimal
    overdue_invoices: int
    overdue_amount: Decimal


class ClientInvoice(Shape, frozen=True):
    """An invoice as its client sees it: drafts are not shown."""

    id: int
    number: str | None
    project_id: int
    status: Literal["sent", "paid", "void"]
    issued_on: date | None
    due_on: date | None
    currency: str
    amount: Decimal
    paid_amount: Decimal
    overdue: bool


class MonthHours(Shape, frozen=True):
    """Time on these projects in the month that began on `starts_on`."""

    starts_on: date
    minutes: int
    billable_minutes: int


class ClientDashboard(Shape, frozen=True):
    """GET /api/dashboards/client: the first 25 projects, the newest 10 invoices, this month and the last."""

    user_id: int
    client: Reference
    today: date
    totals_at: TotalsAt | None
    project_count: int
    projects: list[ClientProject]
    owed: list[Owed]
    invoices: list[ClientInvoice]
    hours: MonthHours
    hours_before: MonthHours

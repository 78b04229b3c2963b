"""The admin dashboard, as built by its statement."""

from datetime import date, datetime
from decimal import Decimal

from app.agency.shapes.common import TotalsAt
from app.agency.shapes.projects import TaskCounts
from app.http.shapes import Reference, Shape


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
    """Totals; archived clients are not counted."""

    clients: int
    projects: ProjectCounts
    tasks: AgencyTasks
    overdue_milestones: int


class Revenue(Shape, frozen=True):
    """A month in one currency: invoiced, still owed of that, and received."""

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
    """A line of activity."""

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

    The size is as of the last vacuum; the pool is PgBouncer's connections for the app; the cache is
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

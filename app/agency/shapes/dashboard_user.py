"""The user dashboard, as built by its statement."""

from datetime import date, datetime

from app.agency.shapes.common import NotificationKind, Priority, ProjectStatus, TaskStatus
from app.http.shapes import Shape


class DashboardTask(Shape, frozen=True):
    """An open task of the caller."""

    id: int
    title: str
    status: TaskStatus
    priority: Priority
    due_on: date
    project_id: int
    project_name: str


class DashboardProject(Shape, frozen=True):
    """An active project of the caller."""

    id: int
    name: str
    status: ProjectStatus
    priority: Priority
    due_on: date


class Week(Shape, frozen=True):
    """Time that the caller logged in the week starting on `starts_on`, a Monday."""

    starts_on: date
    minutes: int
    billable_minutes: int


class Notification(Shape, frozen=True):
    """An unread notification of the caller."""

    id: int
    kind: NotificationKind
    body: str
    project_id: int | None
    created_at: datetime


class UserDashboard(Shape, frozen=True):
    """GET /api/dashboards/user: counts, the first 10 of each list, in the caller's time zone."""

    user_id: int
    today: date
    overdue_count: int
    overdue: list[DashboardTask]
    due_count: int
    due: list[DashboardTask]
    projects: list[DashboardProject]
    week: Week
    unread_count: int
    notifications: list[Notification]

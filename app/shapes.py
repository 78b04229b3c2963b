"""The JSON that goes in and out, as types: what the SQL files build and what a client may send."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.cursors import Direction

ProjectStatus = Literal["planned", "active", "on_hold", "completed", "cancelled"]
TaskStatus = Literal["todo", "in_progress", "blocked", "review", "done"]
Priority = Literal["low", "normal", "high", "urgent"]
NotificationKind = Literal[
    "task_assigned", "task_due", "task_done", "message", "invoice", "member_added", "comment", "project"
]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object whose fields are exactly these."""


class Reference(Shape, frozen=True):
    """Something named, by id."""

    id: int
    name: str


class TaskCounts(Shape, frozen=True):
    """The tasks of a project, by status."""

    total: int
    todo: int
    in_progress: int
    blocked: int
    review: int
    done: int


class Project(Shape, frozen=True):
    """GET /api/projects/{id}."""

    id: int
    name: str
    description: str
    status: ProjectStatus
    priority: Priority
    starts_on: date
    due_on: date
    budget: Decimal
    client: Reference
    manager: Reference
    member_count: int
    tasks: TaskCounts
    created_at: datetime
    updated_at: datetime
    version: int


class Task(Shape, frozen=True):
    """A task in a list, and the answer of a task's writes."""

    id: int
    version: int
    project_id: int
    milestone_id: int | None
    title: str
    status: TaskStatus
    priority: Priority
    due_on: date
    estimate_minutes: int | None
    assignee: Reference | None
    completed_at: datetime | None
    updated_at: datetime


class TaskPage(Shape, frozen=True):
    """GET /api/projects/{id}/tasks: by due day, then id."""

    items: list[Task]
    next: str | None
    previous: str | None


class TaskListQuery(Shape, frozen=True):
    """What the list of a project's tasks may be asked for; `limit` is also bound by http.max_page."""

    limit: Annotated[int, Meta(ge=1)] = 50
    cursor: str | None = None
    direction: Direction | None = None


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
    """Time that the caller logged in the week that began on `starts_on`, a Monday."""

    starts_on: date
    minutes: int
    billable_minutes: int


class Notification(Shape, frozen=True):
    """Something that the caller was told and has not read."""

    id: int
    kind: NotificationKind
    body: str
    project_id: int | None
    created_at: datetime


class UserDashboard(Shape, frozen=True):
    """GET /api/dashboards/user: counts of everything, the first 10 of each list, by the caller's own day."""

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

"""The response models; values come from the attributes of mapped objects."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer

Money = Annotated[Decimal, PlainSerializer(float, return_type=float)]
Moment = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]
Row = TypeVar("Row")


class Model(BaseModel):
    """All response models."""

    model_config = ConfigDict(from_attributes=True)


class Named(Model):
    """A row where it is only mentioned."""

    id: int
    name: str

    @classmethod
    def of(cls, row: Any) -> Self | None:
        """Return the row as it is mentioned, None without one."""
        return None if row is None else cls.model_validate(row)


class Page(Model, Generic[Row]):
    """A page of a list."""

    items: list[Row]
    next: str | None
    previous: str | None


class Person(Model):
    """A user in a list."""

    id: int
    name: str
    email: str
    role: str


class ProjectLine(Model):
    """A project in a list."""

    id: int
    name: str
    status: str
    priority: str
    starts_on: date
    due_on: date
    budget: Money
    client: Named
    manager: Named
    updated_at: Moment
    version: int


class TaskCounts(Model):
    """Tasks by status."""

    total: int
    todo: int
    in_progress: int
    blocked: int
    review: int
    done: int


class ProjectPage(ProjectLine):
    """A project's own page."""

    description: str
    member_count: int
    tasks: TaskCounts
    created_at: Moment


class TaskLine(Model):
    """A task in a list."""

    id: int
    project_id: int
    milestone_id: int | None
    title: str
    status: str
    priority: str
    due_on: date
    estimate_minutes: int | None
    assignee: Named | None
    completed_at: Moment | None
    updated_at: Moment
    version: int


class TaskPage(TaskLine):
    """A task's own page."""

    description: str
    created_at: Moment
    project: Named
    milestone: Named | None
    comment_count: int
    minutes: int


class TaskChange(BaseModel):
    """What may be changed of a task."""

    status: str


class NewComment(BaseModel):
    """The text of a comment."""

    body: str


class WrittenComment(Model):
    """A comment after a write."""

    id: int
    version: int
    task_id: int
    author_id: int
    created_at: Moment
    edited_at: Moment | None
    body: str


class OwnTask(Model):
    """A task on the dashboard."""

    id: int
    title: str
    status: str
    priority: str
    due_on: date
    project_id: int
    project_name: str


class OwnProject(Model):
    """A project on the dashboard."""

    id: int
    name: str
    status: str
    priority: str
    due_on: date


class Week(Model):
    """The time of this week."""

    starts_on: date
    minutes: int
    billable_minutes: int


class NotificationLine(Model):
    """An unread notification."""

    id: int
    kind: str
    body: str
    project_id: int | None
    created_at: Moment


class UserDashboard(Model):
    """What a user sees first."""

    user_id: int
    today: date
    overdue_count: int
    overdue: list[OwnTask]
    due_count: int
    due: list[OwnTask]
    projects: list[OwnProject]
    week: Week
    unread_count: int
    notifications: list[NotificationLine]


class TaskHit(Model):
    """A task that was found."""

    id: int
    title: str
    status: str
    priority: str
    due_on: date
    project: Named
    assignee: Named | None
    score: int
    highlight: str
    excerpt: str


class TaskHits(Model):
    """A page of a search."""

    items: list[TaskHit]
    match: str
    ranked: int
    bounded: bool
    next: str | None


class FinanceLine(Model):
    """A project's month in one currency."""

    month: date
    project: Named
    client: Named
    currency: str
    invoices: int
    invoiced: Money
    outstanding: Money
    overdue: Money
    payments: int
    paid: Money


class FinanceTotal(Model):
    """The sums of all lines in one currency."""

    currency: str
    lines: int
    invoices: int
    invoiced: Money
    outstanding: Money
    overdue: Money
    payments: int
    paid: Money


class FinanceReport(Model):
    """A page of the report on invoices."""

    refreshed_at: Moment
    age_s: int
    items: list[FinanceLine]
    totals: list[FinanceTotal] | None
    next: str | None
    previous: str | None

"""Tasks: lists, entities, request bodies, responses."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Change, LongText, Name
from app.agency.shapes.common import Priority, TaskStatus
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery

Estimate = Annotated[int, Meta(ge=1, le=1_000_000)]


class Task(Shape, frozen=True):
    """A task in a list, and the response of a task's writes."""

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


class TasksQuery(ListQuery, frozen=True):
    """Tasks of the projects that the caller sees."""

    project: Id | None = None
    assignee: Id | None = None
    milestone: Id | None = None
    open: bool | None = None
    unassigned: bool | None = None
    status: TaskStatus | None = None
    priority: Priority | None = None
    due_from: date | None = None
    due_to: date | None = None
    sort: Annotated[
        Literal["due_on", "-due_on", "priority", "-priority", "completed_at", "-completed_at"],
        Meta(description="priority requires open=true or an open status, completed_at requires open=false."),
    ] = "due_on"


class TaskEntity(Task, frozen=True):
    """A task with its project, milestone, number of comments and time."""

    description: str
    created_at: datetime
    project: Reference
    milestone: Reference | None
    comment_count: int
    minutes: int


class NewTask(Shape, frozen=True):
    """A new task; the assignee must be on the project's staff."""

    title: Name
    due_on: date
    description: LongText = ""
    status: TaskStatus = "todo"
    priority: Priority = "normal"
    estimate_minutes: Estimate | None = None
    assignee_id: Id | None = None
    milestone_id: Id | None = None


class TaskChange(Change, frozen=True):
    """A new project_id moves the task; it then loses its milestone."""

    title: Name | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    status: TaskStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    estimate_minutes: Estimate | UnsetType | None = UNSET
    assignee_id: Id | UnsetType | None = UNSET
    milestone_id: Id | UnsetType | None = UNSET
    project_id: Id | UnsetType = UNSET

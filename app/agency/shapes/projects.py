"""Projects: lists, entities, request bodies, responses."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Budget, Change, LongText, Name, amount
from app.agency.shapes.common import Priority, ProjectStatus
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery, Words


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


class ProjectLine(Shape, frozen=True):
    """A project in a list."""

    id: int
    name: str
    status: ProjectStatus
    priority: Priority
    starts_on: date
    due_on: date
    budget: Decimal
    client: Reference
    manager: Reference
    updated_at: datetime
    version: int


class ProjectsQuery(ListQuery, frozen=True):
    """Projects that the caller sees."""

    status: ProjectStatus | None = None
    priority: Priority | None = None
    client: Id | None = None
    manager: Id | None = None
    member: Annotated[Id | None, Meta(description="Projects that this user is a member of.")] = None
    due_from: date | None = None
    due_to: date | None = None
    text: Words | None = None
    sort: Literal[
        "due_on",
        "-due_on",
        "priority",
        "-priority",
        "name",
        "-name",
        "budget",
        "-budget",
        "updated_at",
        "-updated_at",
        "id",
        "-id",
    ] = "due_on"


class ProjectOfSomebody(Shape, frozen=True):
    """A project of a user or client that the caller can see."""

    id: int
    name: str
    status: ProjectStatus
    due_on: date


class NewProject(Shape, frozen=True):
    """A new project; without manager_id the caller leads it."""

    name: Name
    client_id: Id
    starts_on: date
    due_on: date
    budget: Budget
    description: LongText = ""
    status: ProjectStatus = "planned"
    priority: Priority = "normal"
    manager_id: Id | None = None

    def __post_init__(self) -> None:
        amount(self.budget, "budget", least=0)
        if self.due_on < self.starts_on:
            raise ValueError("A project is not due before it starts - at `$.due_on`")


class ProjectChange(Change, frozen=True):
    """A project stays with its client."""

    name: Name | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    manager_id: Id | UnsetType = UNSET
    starts_on: date | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    status: ProjectStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    budget: Budget | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.budget, Decimal):
            amount(self.budget, "budget", least=0)


class WrittenProject(Shape, frozen=True):
    """A project after a write."""

    id: int
    version: int
    client_id: int
    manager_id: int
    name: str
    description: str
    status: ProjectStatus
    priority: Priority
    starts_on: date
    due_on: date
    budget: Decimal
    created_at: datetime
    updated_at: datetime

"""Milestones: lists, entities, request bodies, responses."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Change, LongText, Name
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery


class Milestone(Shape, frozen=True):
    """A milestone and its progress."""

    id: int
    project_id: int
    name: str
    description: str
    due_on: date
    completed_at: datetime | None
    task_count: int
    done_count: int
    updated_at: datetime
    version: int


class MilestonesQuery(ListQuery, frozen=True):
    """Milestones of a project, or open ones of all projects that the caller sees."""

    project: Id | None = None
    open: bool | None = None
    due_from: date | None = None
    due_to: date | None = None
    sort: Annotated[Literal["due_on", "-due_on"], Meta(description="Requires project or open=true.")] = (
        "due_on"
    )


class MilestoneEntity(Milestone, frozen=True):
    """A milestone with its project."""

    created_at: datetime
    project: Reference


class NewMilestone(Shape, frozen=True):
    """A new milestone."""

    name: Name
    due_on: date
    description: LongText = ""


class MilestoneChange(Change, frozen=True):
    """A milestone stays with its project."""

    name: Name | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    completed: bool | UnsetType = UNSET


class WrittenMilestone(Shape, frozen=True):
    """A milestone after a write."""

    id: int
    version: int
    project_id: int
    name: str
    description: str
    due_on: date
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime

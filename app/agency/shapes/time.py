"""Time entries: lists, entities, request bodies, responses."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Change, LongText
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery

Minutes = Annotated[int, Meta(ge=1, le=1440)]


class TimeEntry(Shape, frozen=True):
    """Time of one user on one day; the rate is shown to admins, managers and the user."""

    id: int
    project_id: int
    task_id: int | None
    user: Reference
    entry_date: date
    minutes: int
    billable: bool
    hourly_rate: Decimal | None
    note: str
    version: int


class TimeEntriesQuery(ListQuery, frozen=True):
    """Time on the projects that the caller sees."""

    project: Id | None = None
    user: Id | None = None
    task: Id | None = None
    billable: bool | None = None
    from_date: date | None = None
    to_date: date | None = None
    sort: Annotated[
        Literal["entry_date", "-entry_date", "id", "-id"], Meta(description="id requires task.")
    ] = "-entry_date"


class TimeEntryEntity(TimeEntry, frozen=True):
    """A time entry with its project and task."""

    created_at: datetime
    updated_at: datetime
    project: Reference
    task: Reference | None


class NewTimeEntry(Shape, frozen=True):
    """Time that the caller spent, on a project or on one of its tasks."""

    project_id: Id
    entry_date: date
    minutes: Minutes
    task_id: Id | None = None
    billable: bool = True
    note: LongText = ""


class TimeEntryChange(Change, frozen=True):
    """A correction; time stays with its project."""

    entry_date: date | UnsetType = UNSET
    minutes: Minutes | UnsetType = UNSET
    task_id: Id | UnsetType | None = UNSET
    billable: bool | UnsetType = UNSET
    note: LongText | UnsetType = UNSET


class WrittenTimeEntry(Shape, frozen=True):
    """Time as it was logged or corrected."""

    id: int
    version: int
    user_id: int
    project_id: int
    task_id: int | None
    entry_date: date
    minutes: int
    billable: bool
    hourly_rate: Decimal
    note: str
    updated_at: datetime

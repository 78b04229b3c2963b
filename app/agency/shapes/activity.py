"""Activity: the rows of the list and its query parameters."""

from datetime import datetime
from typing import Any, Literal

from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery

ActivityEntity = Literal[
    "client",
    "user",
    "project",
    "member",
    "milestone",
    "task",
    "comment",
    "time_entry",
    "invoice",
    "payment",
    "thread",
    "message",
]
ActivityAction = Literal[
    "created", "changed", "moved", "completed", "reopened", "deleted", "issued", "paid", "voided"
]


class Activity(Shape, frozen=True):
    """A recorded change; `changes` has [before, after] by field."""

    id: int
    actor: Reference
    project_id: int | None
    entity: ActivityEntity
    entity_id: int
    action: ActivityAction
    title: str
    changes: dict[str, Any] | None
    created_at: datetime


class ActivityQuery(ListQuery, frozen=True):
    """Activity, newest first."""

    project: Id | None = None
    actor: Id | None = None
    task: Id | None = None
    invoice: Id | None = None
    client: Id | None = None
    sort: Literal["id", "-id"] = "-id"

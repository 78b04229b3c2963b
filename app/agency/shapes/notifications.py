"""Notifications: the list, and marking them as read."""

from datetime import datetime
from typing import Literal

from msgspec import field

from app.agency.shapes.common import NotificationKind
from app.agency.shapes.threads import Ids
from app.http.shapes import Id, Shape
from app.reading.shapes import ListQuery


class NotificationLine(Shape, frozen=True):
    """A notification of the caller."""

    id: int
    kind: NotificationKind
    body: str
    project_id: int | None
    created_at: datetime
    read_at: datetime | None


class NotificationsQuery(ListQuery, frozen=True):
    """The caller's notifications: unread ones first, then the newest."""

    unread: bool | None = None
    kind: NotificationKind | None = None
    sort: Literal["-unread"] = "-unread"


class NotificationsRead(Shape, frozen=True):
    """The notifications to mark as read: these, and all up to one."""

    ids: Ids = field(default_factory=list)
    up_to: Id | None = None

    def __post_init__(self) -> None:
        if not self.ids and self.up_to is None:
            raise ValueError("Expected ids or up_to")


class ReadCounts(Shape, frozen=True):
    """How many notifications were marked as read, and how many are still unread."""

    read_count: int
    unread_count: int

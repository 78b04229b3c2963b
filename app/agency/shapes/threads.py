"""Conversations and their messages."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from app.agency.shapes.bodies import Name, Talk
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery

Ids = Annotated[list[Id], Meta(max_length=1000)]


class LatestMessage(Shape, frozen=True):
    """The newest message of a thread, its first 200 characters."""

    id: int
    author: Reference
    created_at: datetime
    beginning: str


class Thread(Shape, frozen=True):
    """A conversation; `first_unread_id` is the caller's."""

    id: int
    project_id: int
    subject: str
    created_at: datetime
    latest: LatestMessage | None
    first_unread_id: int | None


class ThreadsQuery(ListQuery, frozen=True):
    """Conversations, the one with the newest message first."""

    project: Id | None = None
    mine: Annotated[Literal["true"] | None, Meta(description="Only those that the caller takes part in.")] = (
        None
    )
    unread: Annotated[Literal["true"] | None, Meta(description="Only those with unread messages.")] = None
    sort: Annotated[
        Literal["latest", "-latest"], Meta(description="Requires project, mine=true or unread=true.")
    ] = "-latest"


class ThreadMessage(Shape, frozen=True):
    """A message of the enclosing thread."""

    id: int
    author: Reference
    body: str
    created_at: datetime
    edited_at: datetime | None
    version: int


class ThreadEntity(Thread, frozen=True):
    """A conversation with up to 100 participants and its newest 50 messages, oldest first."""

    project: Reference
    participants: list[Reference]
    messages: list[ThreadMessage]


class NewThread(Shape, frozen=True):
    """A new conversation; without participants, the whole staff of the project is notified."""

    subject: Name
    body: Talk
    participant_ids: Ids | None = None


class ThreadRead(Shape, frozen=True):
    """How far to mark as read; everything without `up_to`."""

    up_to: Id | None = None


class Message(Shape, frozen=True):
    """A message in a thread."""

    id: int
    project_id: int
    thread_id: int
    author: Reference
    body: str
    created_at: datetime
    edited_at: datetime | None
    version: int


class MessagesQuery(ListQuery, frozen=True):
    """Messages in the order in which they were written."""

    thread: Id | None = None
    project: Id | None = None
    author: Id | None = None
    unread: Annotated[
        Literal["true"] | None, Meta(description="Only those that the caller has not read.")
    ] = None
    sort: Literal["id", "-id"] = "id"


class MessageEntity(Message, frozen=True):
    """A message with its project."""

    project: Reference


class WrittenMessage(Shape, frozen=True):
    """A message after a write."""

    id: int
    version: int
    thread_id: int
    project_id: int
    author_id: int
    created_at: datetime
    edited_at: datetime | None
    body: str


class WrittenThread(Shape, frozen=True):
    """A conversation and its first message."""

    id: int
    project_id: int
    subject: str
    last_message_id: int
    created_at: datetime
    message: WrittenMessage


class ReadUpTo(Shape, frozen=True):
    """How far the caller has read a thread; null: all of it."""

    thread_id: int
    first_unread_id: int | None

"""Comments on tasks."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery


class Comment(Shape, frozen=True):
    """A comment on a task."""

    id: int
    task_id: int
    author: Reference
    body: str
    created_at: datetime
    edited_at: datetime | None
    version: int


class CommentsQuery(ListQuery, frozen=True):
    """Comments on a task, or by an author."""

    task: Id | None = None
    author: Id | None = None
    sort: Annotated[Literal["id", "-id"], Meta(description="Requires task or author.")] = "id"


class CommentEntity(Comment, frozen=True):
    """A comment with its task."""

    task: Reference


class WrittenComment(Shape, frozen=True):
    """A comment after a write."""

    id: int
    version: int
    task_id: int
    author_id: int
    created_at: datetime
    edited_at: datetime | None
    body: str

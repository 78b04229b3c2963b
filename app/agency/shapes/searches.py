"""What a search may be asked for, and what it finds."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from app.agency.shapes.common import Priority, ProjectStatus, Role, TaskStatus
from app.http.patterns import NO_NUL
from app.http.shapes import Reference, Shape

Words = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=NO_NUL,
        description='At most 16 words, "a phrase", or, -not; the last one also finds what begins with it.',
    ),
]
Marked = Annotated[str, Meta(description="HTML: escaped text with <mark> around what matched.")]
Match = Annotated[
    Literal["words", "similar"],
    Meta(description="similar: nothing had the words, so what is spelled alike was looked for."),
]
Ranked = Annotated[int, Meta(description="How many matches were compared; at most 1000.")]
Bounded = Annotated[
    bool,
    Meta(description="There are more: only the newest 1000 (of what is spelled alike, any 1000) compete."),
]
Score = Annotated[int, Meta(description="Rank or similarity in millionths; compare within one answer only.")]


class SearchQuery(Shape, frozen=True):
    """A page of one search."""

    q: Words
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: str | None = None


class SearchAllQuery(Shape, frozen=True):
    """A search across all."""

    q: Words


class TaskHit(Shape, frozen=True):
    """A task that was found."""

    id: int
    title: str
    status: TaskStatus
    priority: Priority
    due_on: date
    project: Reference
    assignee: Reference | None
    score: Score
    highlight: Marked
    excerpt: Marked


class ProjectHit(Shape, frozen=True):
    """A project that was found."""

    id: int
    name: str
    status: ProjectStatus
    priority: Priority
    due_on: date
    client: Reference
    score: Score
    highlight: Marked
    excerpt: Marked


class UserHit(Shape, frozen=True):
    """An active user that was found."""

    id: int
    name: str
    email: str
    role: Role
    score: Score
    highlight: Marked


class ClientHit(Shape, frozen=True):
    """A client that was found."""

    id: int
    name: str
    industry: str
    score: Score
    highlight: Marked


class TaskHits(Shape, frozen=True):
    """GET /api/search/tasks: the best first."""

    items: list[TaskHit]
    match: Match
    ranked: Ranked
    bounded: Bounded
    next: str | None


class ProjectHits(Shape, frozen=True):
    """GET /api/search/projects: the best first."""

    items: list[ProjectHit]
    match: Match
    ranked: Ranked
    bounded: Bounded
    next: str | None


class UserHits(Shape, frozen=True):
    """GET /api/search/users: the best first."""

    items: list[UserHit]
    match: Match
    ranked: Ranked
    bounded: Bounded
    next: str | None


class ClientHits(Shape, frozen=True):
    """GET /api/search/clients: the best first."""

    items: list[ClientHit]
    match: Match
    ranked: Ranked
    bounded: Bounded
    next: str | None


class Hit(Shape, frozen=True):
    """Something that was found, by its name or title."""

    id: int
    name: str
    score: Score
    highlight: Marked


class BestHits(Shape, frozen=True):
    """The best five of one kind."""

    items: list[Hit]
    ranked: Ranked
    bounded: Bounded


class AllHits(Shape, frozen=True):
    """GET /api/search."""

    match: Match
    projects: BestHits
    tasks: BestHits
    users: BestHits
    clients: BestHits

"""The query parameters and results of searches."""

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
        description='At most 16 words, "a phrase", or, -not; the last word also matches as a prefix.',
    ),
]
Marked = Annotated[str, Meta(description="HTML: escaped text with <mark> around matches.")]
Match = Annotated[
    Literal["words", "similar"],
    Meta(description="similar: nothing contains the words, so the hits have similar spelling."),
]
Ranked = Annotated[int, Meta(description="How many matches were ranked; at most 1000.")]
Bounded = Annotated[
    bool,
    Meta(description="There are more: only the newest 1000 (for similar spelling, any 1000) are ranked."),
]
Score = Annotated[
    int, Meta(description="Rank or similarity in millionths; only comparable within one response.")
]


class SearchQuery(Shape, frozen=True):
    """A page of one search."""

    q: Words
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: str | None = None


class SearchAllQuery(Shape, frozen=True):
    """A search across all."""

    q: Words


class TaskHit(Shape, frozen=True):
    """A task found by a search."""

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
    """A project found by a search."""

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
    """An active user found by a search."""

    id: int
    name: str
    email: str
    role: Role
    score: Score
    highlight: Marked


class ClientHit(Shape, frozen=True):
    """A client found by a search."""

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
    """A hit of any kind, with its name or title."""

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

"""Clients: lists, entities, request bodies, responses."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Change, Name
from app.agency.shapes.projects import ProjectOfSomebody
from app.http.patterns import NO_NUL
from app.http.shapes import Shape
from app.reading.shapes import ListQuery, Words

Industry = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]


class Client(Shape, frozen=True):
    """A company that the agency works for."""

    id: int
    name: str
    industry: str
    project_count: int
    updated_at: datetime
    version: int


class ClientsQuery(ListQuery, frozen=True):
    """Clients that are not archived."""

    text: Words | None = None
    sort: Literal["name", "-name", "id", "-id"] = "name"


class Person(Shape, frozen=True):
    """A user of a client."""

    id: int
    name: str
    email: str


class ClientEntity(Client, frozen=True):
    """A client with up to 50 people and the 20 projects with the latest due days."""

    created_at: datetime
    archived_at: datetime | None
    people: list[Person]
    projects: list[ProjectOfSomebody]


class NewClient(Shape, frozen=True):
    """A new client."""

    name: Name
    industry: Industry


class ClientChange(Change, frozen=True):
    """An archived client gets no new projects."""

    name: Name | UnsetType = UNSET
    industry: Industry | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class WrittenClient(Shape, frozen=True):
    """A client after a write."""

    id: int
    version: int
    name: str
    industry: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None

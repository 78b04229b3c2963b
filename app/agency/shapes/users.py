"""Users, and their tokens: lists, entities, request bodies, responses."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Change, Email, Name, Rate, amount
from app.agency.shapes.common import Role
from app.agency.shapes.projects import ProjectOfSomebody
from app.http.patterns import NO_NUL
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery


class User(Shape, frozen=True):
    """A user; the last three are shown to admins, managers and the user."""

    id: int
    name: str
    email: str
    role: Role
    time_zone: str
    client: Reference | None
    weekly_minutes: int | None
    hourly_rate: Decimal | None
    version: int


class UsersQuery(ListQuery, frozen=True):
    """Active users by name."""

    role: Role | None = None
    client: Annotated[Id | None, Meta(description="The people of this client.")] = None
    project: Annotated[Id | None, Meta(description="The members of this project.")] = None
    sort: Literal["name", "-name"] = "name"


class UserEntity(User, frozen=True):
    """A user with up to 20 active projects; clients do not see how many open tasks a user has."""

    created_at: datetime
    deactivated_at: datetime | None
    projects: list[ProjectOfSomebody]
    open_task_count: int | None


class NewUser(Shape, frozen=True):
    """A new user; only users with the role client have a client_id."""

    name: Name
    email: Email
    role: Role
    client_id: Id | None = None
    time_zone: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] = "UTC"
    weekly_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 2400
    hourly_rate: Rate = Decimal(0)

    def __post_init__(self) -> None:
        amount(self.hourly_rate, "hourly_rate", least=0, digits=6)


class UserChange(Change, frozen=True):
    """The fields of a user that an admin may change."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    client_id: Id | UnsetType | None = UNSET
    time_zone: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] | UnsetType = UNSET
    weekly_minutes: Annotated[int, Meta(ge=0, le=10_080)] | UnsetType = UNSET
    hourly_rate: Rate | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.hourly_rate, Decimal):
            amount(self.hourly_rate, "hourly_rate", least=0, digits=6)


class WrittenUser(Shape, frozen=True):
    """A user as admins see it."""

    id: int
    version: int
    client_id: int | None
    role: Role
    name: str
    email: str
    time_zone: str
    weekly_minutes: int
    hourly_rate: Decimal
    created_at: datetime
    updated_at: datetime
    deactivated_at: datetime | None


class Token(Shape, frozen=True):
    """A valid token of the caller; `current` is the one used. Its `id` is only good for revoking it."""

    id: str
    created_at: datetime
    expires_at: datetime
    current: bool


class TokensQuery(ListQuery, frozen=True):
    """The caller's tokens."""

    sort: Literal["created_at", "-created_at"] = "-created_at"


class NewToken(Shape, frozen=True):
    """A new token for the caller; only admins may name another user."""

    days: Annotated[int, Meta(ge=1, le=365)] = 90
    user_id: Id | None = None


class WrittenToken(Shape, frozen=True):
    """A token; `token` itself is shown once and never stored: null in a repeated response."""

    id: str
    user_id: int
    created_at: datetime
    expires_at: datetime
    token: str | None

"""The members of a project."""

from datetime import datetime

from app.agency.shapes.bodies import Email
from app.http.shapes import Id, Shape


class Invitation(Shape, frozen=True):
    """The user to add as a member, by address or id."""

    email: Email | None = None
    user_id: Id | None = None

    def __post_init__(self) -> None:
        if (self.email is None) == (self.user_id is None):
            raise ValueError("Expected either email or user_id")


class WrittenMember(Shape, frozen=True):
    """A membership."""

    project_id: int
    user_id: int
    joined_at: datetime

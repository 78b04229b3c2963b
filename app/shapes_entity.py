"""One thing with what belongs to it."""

from datetime import date, datetime
from decimal import Decimal

from app.shapes import ProjectStatus, Reference, Shape, Task
from app.shapes_read import (
    Client,
    Comment,
    InvoiceLine,
    Message,
    Milestone,
    PaymentMethod,
    Thread,
    TimeEntry,
    User,
)


class ProjectOfSomebody(Shape, frozen=True):
    """A project of a user or client, as far as the caller sees it."""

    id: int
    name: str
    status: ProjectStatus
    due_on: date


class Person(Shape, frozen=True):
    """Somebody of a client's people."""

    id: int
    name: str
    email: str


class UserEntity(User, frozen=True):
    """A user with up to 20 active projects; clients do not see how much a user has to do."""

    created_at: datetime
    deactivated_at: datetime | None
    projects: list[ProjectOfSomebody]
    open_task_count: int | None


class ClientEntity(Client, frozen=True):
    """A client with up to 50 people and the 20 projects that are due last."""

    created_at: datetime
    archived_at: datetime | None
    people: list[Person]
    projects: list[ProjectOfSomebody]


class TaskEntity(Task, frozen=True):
    """A task with its project, milestone, number of comments and time."""

    description: str
    created_at: datetime
    project: Reference
    milestone: Reference | None
    comment_count: int
    minutes: int


class MilestoneEntity(Milestone, frozen=True):
    """A milestone with its project."""

    created_at: datetime
    project: Reference


class CommentEntity(Comment, frozen=True):
    """A comment with its task."""

    task: Reference


class MessageEntity(Message, frozen=True):
    """A message with its project."""

    project: Reference


class TimeEntryEntity(TimeEntry, frozen=True):
    """A time entry with its project and task."""

    created_at: datetime
    updated_at: datetime
    project: Reference
    task: Reference | None


class InvoiceItem(Shape, frozen=True):
    """A line of an invoice."""

    position: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


class InvoicePayment(Shape, frozen=True):
    """A payment of the invoice around it."""

    id: int
    paid_on: date
    method: PaymentMethod
    amount: Decimal
    reference: str


class InvoiceEntity(InvoiceLine, frozen=True):
    """An invoice with its lines and payments."""

    created_at: datetime
    updated_at: datetime
    project: Reference
    items: list[InvoiceItem]
    payments: list[InvoicePayment]


class ThreadMessage(Shape, frozen=True):
    """A message of the thread around it."""

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

"""What a write answers: the row itself, ids instead of names; what belongs to it is read by GET."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from app.shapes import Priority, ProjectStatus, Shape
from app.shapes_writes import PaymentMethod, Role

InvoiceStatus = Literal["draft", "sent", "paid", "void"]


class WrittenTimeEntry(Shape, frozen=True):
    """Time as it was logged or corrected."""

    id: int
    version: int
    user_id: int
    project_id: int
    task_id: int | None
    entry_date: date
    minutes: int
    billable: bool
    hourly_rate: Decimal
    note: str
    updated_at: datetime


class WrittenComment(Shape, frozen=True):
    """A comment as it stands."""

    id: int
    version: int
    task_id: int
    author_id: int
    created_at: datetime
    edited_at: datetime | None
    body: str


class WrittenMessage(Shape, frozen=True):
    """A message as it stands."""

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


class ReadCounts(Shape, frozen=True):
    """How many notifications were read now, and how many are left."""

    read_count: int
    unread_count: int


class WrittenProject(Shape, frozen=True):
    """A project as it stands."""

    id: int
    version: int
    client_id: int
    manager_id: int
    name: str
    description: str
    status: ProjectStatus
    priority: Priority
    starts_on: date
    due_on: date
    budget: Decimal
    created_at: datetime
    updated_at: datetime


class WrittenMilestone(Shape, frozen=True):
    """A milestone as it stands."""

    id: int
    version: int
    project_id: int
    name: str
    description: str
    due_on: date
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class WrittenClient(Shape, frozen=True):
    """A client as it stands."""

    id: int
    version: int
    name: str
    industry: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class WrittenMember(Shape, frozen=True):
    """Who is a member of what."""

    project_id: int
    user_id: int
    joined_at: datetime


class WrittenItem(Shape, frozen=True):
    """A line of an invoice."""

    position: int
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    description: str


class WrittenInvoice(Shape, frozen=True):
    """An invoice as it stands, with its lines."""

    id: int
    version: int
    project_id: int
    client_id: int
    number: str | None
    status: InvoiceStatus
    currency: str
    amount: Decimal
    paid_amount: Decimal
    issued_on: date | None
    due_on: date | None
    paid_on: date | None
    created_at: datetime
    updated_at: datetime
    items: list[WrittenItem]


class WrittenPayment(Shape, frozen=True):
    """A payment, and what it made of its invoice."""

    id: int
    invoice_id: int
    created_at: datetime
    paid_on: date
    method: PaymentMethod
    amount: Decimal
    reference: str
    invoice_status: InvoiceStatus
    invoice_paid_amount: Decimal
    invoice_version: int


class WrittenUser(Shape, frozen=True):
    """A user as admins see one."""

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


class WrittenToken(Shape, frozen=True):
    """A token; `token` itself is said once and kept nowhere: null when the answer is given again."""

    id: str
    user_id: int
    created_at: datetime
    expires_at: datetime
    token: str | None

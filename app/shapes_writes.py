"""What a write may say. A field of a change that is left out stays as it is; null clears it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from app.shapes import Priority, ProjectStatus, Shape, TaskStatus

# PostgreSQL's text holds every character but this one.
NO_NUL = "^[^\\u0000]*$"

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Industry = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
LongText = Annotated[str, Meta(max_length=10_000, pattern=NO_NUL)]
Talk = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]
Minutes = Annotated[int, Meta(ge=1, le=1440)]
Estimate = Annotated[int, Meta(ge=1, le=1_000_000)]
Ids = Annotated[list[Id], Meta(max_length=1000)]
Role = Literal["admin", "project_manager", "team_member", "client"]
PaymentMethod = Literal["bank_transfer", "direct_debit", "card"]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", min_length=3, max_length=3)]
Email = Annotated[str, Meta(pattern="^[^@\\s\\u0000]+@[^@\\s\\u0000]+$", max_length=254)]


class Change(Shape, frozen=True):
    """Fields to change, at least one."""

    def __post_init__(self) -> None:
        if all(getattr(self, field) is UNSET for field in self.__struct_fields__):
            raise ValueError("Expected at least one field")


class Nothing(Shape, frozen=True):
    """No field at all."""


class NewTask(Shape, frozen=True):
    """A task to be; the assignee is one of the project's staff."""

    title: Name
    due_on: date
    description: LongText = ""
    status: TaskStatus = "todo"
    priority: Priority = "normal"
    estimate_minutes: Estimate | None = None
    assignee_id: Id | None = None
    milestone_id: Id | None = None


class TaskChange(Change, frozen=True):
    """Another project_id moves the task there; its milestone stays behind."""

    title: Name | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    status: TaskStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    estimate_minutes: Estimate | UnsetType | None = UNSET
    assignee_id: Id | UnsetType | None = UNSET
    milestone_id: Id | UnsetType | None = UNSET
    project_id: Id | UnsetType = UNSET


class NewTimeEntry(Shape, frozen=True):
    """Time that the caller spent, on a project or on one of its tasks."""

    project_id: Id
    entry_date: date
    minutes: Minutes
    task_id: Id | None = None
    billable: bool = True
    note: LongText = ""


class TimeEntryChange(Change, frozen=True):
    """A correction; time stays with its project."""

    entry_date: date | UnsetType = UNSET
    minutes: Minutes | UnsetType = UNSET
    task_id: Id | UnsetType | None = UNSET
    billable: bool | UnsetType = UNSET
    note: LongText | UnsetType = UNSET


class Text(Shape, frozen=True):
    """What somebody says."""

    body: Talk


class NewThread(Shape, frozen=True):
    """A conversation to begin; without participants everybody on the project's staff is told."""

    subject: Name
    body: Talk
    participant_ids: Ids | None = None


class ThreadRead(Shape, frozen=True):
    """How far was read; all of it without `up_to`."""

    up_to: Id | None = None


class NotificationsRead(Shape, frozen=True):
    """Which notifications were read: these, and all up to one."""

    ids: Ids = field(default_factory=list)
    up_to: Id | None = None

    def __post_init__(self) -> None:
        if not self.ids and self.up_to is None:
            raise ValueError("Expected ids or up_to")


class NewProject(Shape, frozen=True):
    """A project to be; without manager_id the caller leads it."""

    name: Name
    client_id: Id
    starts_on: date
    due_on: date
    budget: Decimal
    description: LongText = ""
    status: ProjectStatus = "planned"
    priority: Priority = "normal"
    manager_id: Id | None = None

    def __post_init__(self) -> None:
        amount(self.budget, "budget", least=0)
        if self.due_on < self.starts_on:
            raise ValueError("A project is not due before it starts - at `$.due_on`")


class ProjectChange(Change, frozen=True):
    """A project stays with its client."""

    name: Name | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    manager_id: Id | UnsetType = UNSET
    starts_on: date | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    status: ProjectStatus | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    budget: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.budget, Decimal):
            amount(self.budget, "budget", least=0)


class NewMilestone(Shape, frozen=True):
    """A milestone to be."""

    name: Name
    due_on: date
    description: LongText = ""


class MilestoneChange(Change, frozen=True):
    """A milestone stays with its project."""

    name: Name | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    completed: bool | UnsetType = UNSET


class NewClient(Shape, frozen=True):
    """A client to be."""

    name: Name
    industry: Industry


class ClientChange(Change, frozen=True):
    """An archived client gets no new projects."""

    name: Name | UnsetType = UNSET
    industry: Industry | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class Invitation(Shape, frozen=True):
    """Who is to become a member: an address or an id."""

    email: Email | None = None
    user_id: Id | None = None

    def __post_init__(self) -> None:
        if (self.email is None) == (self.user_id is None):
            raise ValueError("Expected either email or user_id")


class NewItem(Shape, frozen=True):
    """A line of an invoice; a negative price is a discount."""

    description: Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL)]
    quantity: Decimal
    unit_price: Decimal

    def __post_init__(self) -> None:
        amount(self.quantity, "quantity", least=Decimal("0.01"), digits=8)
        amount(self.unit_price, "unit_price")


Items = Annotated[list[NewItem], Meta(min_length=1, max_length=200)]


class NewInvoice(Shape, frozen=True):
    """A draft to be."""

    items: Items
    currency: Currency = "EUR"
    due_on: date | None = None


class InvoiceChange(Change, frozen=True):
    """What may change of a draft; its items are replaced as a whole."""

    items: Items | UnsetType = UNSET
    due_on: date | UnsetType | None = UNSET


class Issue(Shape, frozen=True):
    """When it is due; without a day as the draft says, or else 30 days from today."""

    due_on: date | None = None


class NewPayment(Shape, frozen=True):
    """Money that came in; a negative amount is a refund."""

    amount: Decimal
    paid_on: date
    method: PaymentMethod
    reference: Annotated[str, Meta(max_length=200, pattern=NO_NUL)] = ""

    def __post_init__(self) -> None:
        amount(self.amount, "amount")
        if not self.amount:
            raise ValueError("Expected an amount other than 0 - at `$.amount`")


class NewUser(Shape, frozen=True):
    """A user to be; a client's user has a client_id, and nobody else has one."""

    name: Name
    email: Email
    role: Role
    client_id: Id | None = None
    time_zone: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] = "UTC"
    weekly_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 2400
    hourly_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        amount(self.hourly_rate, "hourly_rate", least=0, digits=6)


class UserChange(Change, frozen=True):
    """What an admin may change of a user."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    client_id: Id | UnsetType | None = UNSET
    time_zone: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] | UnsetType = UNSET
    weekly_minutes: Annotated[int, Meta(ge=0, le=10_080)] | UnsetType = UNSET
    hourly_rate: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.hourly_rate, Decimal):
            amount(self.hourly_rate, "hourly_rate", least=0, digits=6)


class NewToken(Shape, frozen=True):
    """A token to be, for the caller; only admins may name another user."""

    days: Annotated[int, Meta(ge=1, le=365)] = 90
    user_id: Id | None = None


def amount(value: Decimal, name: str, *, least: Decimal | int | None = None, digits: int = 10) -> None:
    """Return if `value` has at most two decimals and `digits` before them; ValueError names the field."""
    low = -(10**digits) if least is None else least
    if not value.is_finite() or abs(value.adjusted()) > 15 or value != round(value, 2):
        raise ValueError(f"Expected a number with at most 2 decimals - at `$.{name}`")
    if not low <= value < 10**digits:
        raise ValueError(f"Expected a number of at least {low} and below {10**digits} - at `$.{name}`")

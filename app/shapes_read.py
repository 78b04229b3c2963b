"""What lists, batches and entities answer, and what they may be asked for."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from app.cursors import Direction
from app.shapes import (
    NotificationKind,
    Priority,
    ProjectStatus,
    Reference,
    Shape,
    TaskStatus,
)

Role = Literal["admin", "project_manager", "team_member", "client"]
InvoiceStatus = Literal["draft", "sent", "paid", "void"]
PaymentMethod = Literal["bank_transfer", "direct_debit", "card"]
ActivityEntity = Literal[
    "client",
    "user",
    "project",
    "member",
    "milestone",
    "task",
    "comment",
    "time_entry",
    "invoice",
    "payment",
    "thread",
    "message",
]
ActivityAction = Literal[
    "created", "changed", "moved", "completed", "reopened", "deleted", "issued", "paid", "voided"
]

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Words = Annotated[
    str,
    Meta(min_length=1, max_length=200, pattern="^[^\\x00]*$", description="Words, as in a web search."),
]
MORE_THAN_A_PAGE = "A page begins where this one, given out by the same list, says."

Item = TypeVar("Item")


class Page(Shape, Generic[Item], frozen=True):
    """A page of a list; `total` only where it was asked for."""

    items: list[Item]
    next: str | None
    previous: str | None
    total: int | msgspec.UnsetType = msgspec.UNSET


class Batch(Shape, Generic[Item], frozen=True):
    """What was found of the ids, in their order; the others do not exist or may not be seen."""

    items: list[Item]


class ListQuery(Shape, frozen=True):
    """What every list may be asked for."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    cursor: Annotated[str | None, Meta(description=MORE_THAN_A_PAGE)] = None
    direction: Annotated[
        Direction | None, Meta(description="Without a cursor: `backward` begins at the end.")
    ] = None
    total: Annotated[bool, Meta(description="Whether to count the whole list, which takes time.")] = False


class BatchQuery(Shape, frozen=True):
    """Which ones."""

    ids: Annotated[
        str,
        Meta(
            pattern="^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,199}$",
            max_length=4000,
            description="Up to 200 ids with commas between; one that is given twice is answered once.",
        ),
    ]


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


class ProjectLine(Shape, frozen=True):
    """A project in a list."""

    id: int
    name: str
    status: ProjectStatus
    priority: Priority
    starts_on: date
    due_on: date
    budget: Decimal
    client: Reference
    manager: Reference
    updated_at: datetime
    version: int


class ProjectsQuery(ListQuery, frozen=True):
    """Projects that the caller sees."""

    status: ProjectStatus | None = None
    priority: Priority | None = None
    client: Id | None = None
    manager: Id | None = None
    member: Annotated[Id | None, Meta(description="Projects that this user is a member of.")] = None
    due_from: date | None = None
    due_to: date | None = None
    text: Words | None = None
    sort: Literal[
        "due_on",
        "-due_on",
        "priority",
        "-priority",
        "name",
        "-name",
        "budget",
        "-budget",
        "updated_at",
        "-updated_at",
        "id",
        "-id",
    ] = "due_on"


class TasksQuery(ListQuery, frozen=True):
    """Tasks of the projects that the caller sees."""

    project: Id | None = None
    assignee: Id | None = None
    milestone: Id | None = None
    open: bool | None = None
    unassigned: bool | None = None
    status: TaskStatus | None = None
    priority: Priority | None = None
    due_from: date | None = None
    due_to: date | None = None
    sort: Annotated[
        Literal["due_on", "-due_on", "priority", "-priority", "completed_at", "-completed_at"],
        Meta(description="By priority with open=true or an open status, by completed_at with open=false."),
    ] = "due_on"


class TimeEntry(Shape, frozen=True):
    """Time of one user on one day; the rate is shown to admins, managers and the user."""

    id: int
    project_id: int
    task_id: int | None
    user: Reference
    entry_date: date
    minutes: int
    billable: bool
    hourly_rate: Decimal | None
    note: str
    version: int


class TimeEntriesQuery(ListQuery, frozen=True):
    """Time on the projects that the caller sees."""

    project: Id | None = None
    user: Id | None = None
    task: Id | None = None
    billable: bool | None = None
    from_date: date | None = None
    to_date: date | None = None
    sort: Annotated[
        Literal["entry_date", "-entry_date", "id", "-id"], Meta(description="By id only with a task.")
    ] = "-entry_date"


class InvoiceLine(Shape, frozen=True):
    """An invoice in a list; a draft has no number and no days."""

    id: int
    number: str | None
    project_id: int
    client: Reference
    status: InvoiceStatus
    currency: str
    amount: Decimal
    paid_amount: Decimal
    issued_on: date | None
    due_on: date | None
    paid_on: date | None
    overdue: bool
    version: int


class InvoicesQuery(ListQuery, frozen=True):
    """Invoices of the projects that the caller sees; none for team members."""

    project: Id | None = None
    client: Id | None = None
    status: InvoiceStatus | None = None
    open: Annotated[bool | None, Meta(description="Sent and not paid in full.")] = None
    overdue: bool | None = None
    issued: bool | None = None
    due_from: date | None = None
    due_to: date | None = None
    sort: Annotated[
        Literal["id", "-id", "due_on", "-due_on", "issued_on", "-issued_on"],
        Meta(
            description="By due_on only with open=true or overdue=true, by issued_on only with issued=true."
        ),
    ] = "-id"


class Payment(Shape, frozen=True):
    """Money that came in; negative if it went back."""

    id: int
    invoice_id: int
    paid_on: date
    method: PaymentMethod
    amount: Decimal
    reference: str
    created_at: datetime


class PaymentsQuery(ListQuery, frozen=True):
    """Payments of the invoices that the caller sees."""

    invoice: Id | None = None
    project: Id | None = None
    from_date: date | None = None
    to_date: date | None = None
    sort: Annotated[
        Literal["paid_on", "-paid_on", "id", "-id"], Meta(description="By id only with an invoice.")
    ] = "-paid_on"


class Milestone(Shape, frozen=True):
    """A milestone and how far it is."""

    id: int
    project_id: int
    name: str
    description: str
    due_on: date
    completed_at: datetime | None
    task_count: int
    done_count: int
    updated_at: datetime
    version: int


class MilestonesQuery(ListQuery, frozen=True):
    """Milestones of a project, or open ones of all projects that the caller sees."""

    project: Id | None = None
    open: bool | None = None
    due_from: date | None = None
    due_to: date | None = None
    sort: Annotated[Literal["due_on", "-due_on"], Meta(description="With a project or open=true.")] = "due_on"


class LatestMessage(Shape, frozen=True):
    """The newest message of a thread, its first 200 letters."""

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
    mine: Annotated[Literal["true"] | None, Meta(description="Those that the caller takes part in.")] = None
    unread: Annotated[Literal["true"] | None, Meta(description="Those with something to read.")] = None
    sort: Annotated[
        Literal["latest", "-latest"], Meta(description="With a project, mine=true or unread=true.")
    ] = "-latest"


class Message(Shape, frozen=True):
    """Something said in a thread."""

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
    unread: Annotated[Literal["true"] | None, Meta(description="What the caller has not read.")] = None
    sort: Literal["id", "-id"] = "id"


class Comment(Shape, frozen=True):
    """Something said about a task."""

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
    sort: Annotated[Literal["id", "-id"], Meta(description="With a task or an author.")] = "id"


class NotificationLine(Shape, frozen=True):
    """Something that the caller was told."""

    id: int
    kind: NotificationKind
    body: str
    project_id: int | None
    created_at: datetime
    read_at: datetime | None


class NotificationsQuery(ListQuery, frozen=True):
    """The caller's notifications: unread ones first, then the newest."""

    unread: bool | None = None
    kind: NotificationKind | None = None
    sort: Literal["-unread"] = "-unread"


class Activity(Shape, frozen=True):
    """Something that was done; `changes` has [before, after] by field."""

    id: int
    actor: Reference
    project_id: int | None
    entity: ActivityEntity
    entity_id: int
    action: ActivityAction
    title: str
    changes: dict[str, Any] | None
    created_at: datetime


class ActivityQuery(ListQuery, frozen=True):
    """What was done, newest first."""

    project: Id | None = None
    actor: Id | None = None
    task: Id | None = None
    invoice: Id | None = None
    client: Id | None = None
    sort: Literal["id", "-id"] = "-id"

"""The bodies of work, people and money that the load test relies on; msgspec validates every type."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

PAGE_SIZE = 50
STATUSES = ("todo", "in_progress", "blocked", "review", "done")


class Named(msgspec.Struct, frozen=True):
    """A client, a person, or a project where it is only mentioned."""

    id: int
    name: str


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list."""

    items: list[T]
    next: str | None
    previous: str | None


class Person(msgspec.Struct, frozen=True):
    """A user, in a list and on their own page."""

    id: int
    name: str
    email: str
    role: str


class Client(msgspec.Struct, frozen=True):
    """A client, in a list and on its own page."""

    id: int
    name: str
    industry: str


class Task(msgspec.Struct, frozen=True):
    """A task; a dashboard leaves the assignee out, since its tasks are all the user's own."""

    id: int
    project_id: int
    title: str
    status: str
    due_on: str
    assignee: Named | None = None


class TaskCounts(msgspec.Struct, frozen=True):
    """How many tasks there are, by status."""

    total: int
    todo: int
    in_progress: int
    blocked: int
    review: int
    done: int


class ProjectLine(msgspec.Struct, frozen=True):
    """A project in a list."""

    id: int
    name: str
    status: str
    due_on: str
    client: Named
    manager: Named


class Project(msgspec.Struct, frozen=True):
    """A project's own page."""

    id: int
    name: str
    status: str
    client: Named
    manager: Named
    member_count: int
    tasks: TaskCounts


class Comment(msgspec.Struct, frozen=True):
    """A comment on a task."""

    id: int
    task_id: int
    author: Named
    body: str


class NewComment(msgspec.Struct, frozen=True):
    """A comment after it was written."""

    id: int
    task_id: int
    author_id: int
    body: str


class TimeEntry(msgspec.Struct, frozen=True):
    """Time that somebody spent on a day."""

    id: int
    project_id: int
    user: Named
    entry_date: str
    minutes: int


class NewTimeEntry(msgspec.Struct, frozen=True):
    """Time after it was logged."""

    id: int
    project_id: int
    user_id: int
    minutes: int


class Invoice(msgspec.Struct, frozen=True):
    """An invoice in a list; a draft has no number."""

    id: int
    number: str | None
    project_id: int
    client: Named
    status: str
    amount: float
    paid_amount: float


class InvoiceItem(msgspec.Struct, frozen=True):
    """A line of an invoice."""

    position: int
    amount: float


class InvoicePage(Invoice, frozen=True):
    """An invoice's own page."""

    items: list[InvoiceItem]


class Notification(msgspec.Struct, frozen=True):
    """A notification of the caller."""

    id: int
    body: str
    read_at: str | None


class Read(msgspec.Struct, frozen=True):
    """What is left after notifications were marked as read."""

    read_count: int
    unread_count: int

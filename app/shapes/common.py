"""The words that the shapes share, and what an object of the API is."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ProjectStatus = Literal["planned", "active", "on_hold", "completed", "cancelled"]
TaskStatus = Literal["todo", "in_progress", "blocked", "review", "done"]
Priority = Literal["low", "normal", "high", "urgent"]
NotificationKind = Literal[
    "task_assigned", "task_due", "task_done", "message", "invoice", "member_added", "comment", "project"
]
Role = Literal["admin", "project_manager", "team_member", "client"]
InvoiceStatus = Literal["draft", "sent", "paid", "void"]
PaymentMethod = Literal["bank_transfer", "direct_debit", "card"]
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
TotalsAt = Annotated[
    datetime,
    Meta(description="When the figures that the reports add up (time, value, completion) were made."),
]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object whose fields are exactly these."""


class Reference(Shape, frozen=True):
    """Something named, by id."""

    id: int
    name: str

"""Types that several shapes share."""

from datetime import datetime
from typing import Annotated, Literal

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
TotalsAt = Annotated[
    datetime,
    Meta(description="When the figures from the reports (time, value, completion) were computed."),
]

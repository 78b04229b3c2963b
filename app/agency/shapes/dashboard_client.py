"""The client dashboard, as built by its statement."""

from datetime import date
from decimal import Decimal
from typing import Literal

from app.agency.shapes.common import ProjectStatus, TotalsAt
from app.http.shapes import Reference, Shape


class NextMilestone(Shape, frozen=True):
    """The open milestone that is due first."""

    id: int
    name: str
    due_on: date


class ClientProject(Shape, frozen=True):
    """A planned, active or on-hold project; `month_minutes` is this month's time."""

    id: int
    name: str
    status: ProjectStatus
    due_on: date
    late: bool
    budget: Decimal
    completion: Decimal
    minutes: int
    month_minutes: int
    manager: Reference
    next_milestone: NextMilestone | None


class Owed(Shape, frozen=True):
    """Unpaid invoices in one currency."""

    currency: str
    invoices: int
    amount: Decimal
    overdue_invoices: int
    overdue_amount: Decimal


class ClientInvoice(Shape, frozen=True):
    """An invoice as its client sees it; drafts are not visible."""

    id: int
    number: str | None
    project_id: int
    status: Literal["sent", "paid", "void"]
    issued_on: date | None
    due_on: date | None
    currency: str
    amount: Decimal
    paid_amount: Decimal
    overdue: bool


class MonthHours(Shape, frozen=True):
    """Time on these projects in the month starting on `starts_on`."""

    starts_on: date
    minutes: int
    billable_minutes: int


class ClientDashboard(Shape, frozen=True):
    """GET /api/dashboards/client: the first 25 projects, the newest 10 invoices, this month and the last."""

    user_id: int
    client: Reference
    today: date
    totals_at: TotalsAt | None
    project_count: int
    projects: list[ClientProject]
    owed: list[Owed]
    invoices: list[ClientInvoice]
    hours: MonthHours
    hours_before: MonthHours

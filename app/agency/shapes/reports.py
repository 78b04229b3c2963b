"""The lines, totals and pages of reports."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from msgspec import Meta

from app.agency.shapes.common import ProjectStatus
from app.http.shapes import Reference, Shape

Line = TypeVar("Line")
Totals = TypeVar("Totals")
Share = Annotated[Decimal, Meta(description="A fraction: 1 is 100 %.")]


class ReportPage(Shape, Generic[Line, Totals], frozen=True):
    """The fields of every report's page."""

    refreshed_at: datetime
    age_s: Annotated[int, Meta(description="Seconds since then.")]
    items: list[Line]
    totals: Totals | None
    next: str | None
    previous: str | None


class ProjectReportLine(Shape, frozen=True):
    """A project: its budget against the value of its billable time, and its tasks."""

    project: Reference
    client: Reference
    manager: Reference
    status: ProjectStatus
    starts_on: date
    due_on: date
    budget: Decimal
    value: Decimal
    budget_used: Share
    completion: Share
    tasks: int
    todo: int
    in_progress: int
    blocked: int
    review: int
    done: int
    overdue: int
    estimate_minutes: int
    minutes: int
    billable_minutes: int
    invoiced: Decimal
    paid: Decimal


class ProjectReportTotals(Shape, frozen=True):
    """The sums of all lines."""

    lines: int
    budget: Decimal
    value: Decimal
    tasks: int
    done: int
    overdue: int
    estimate_minutes: int
    minutes: int
    billable_minutes: int
    invoiced: Decimal
    paid: Decimal


class TimeReportLine(Shape, frozen=True):
    """A user's time on one project in the month starting on `month`."""

    month: date
    user: Reference
    project: Reference
    client: Reference
    entries: int
    minutes: int
    billable_minutes: int
    value: Decimal


class TimeReportTotals(Shape, frozen=True):
    """The sums of all lines."""

    lines: int
    entries: int
    minutes: int
    billable_minutes: int
    value: Decimal


class FinanceReportLine(Shape, frozen=True):
    """A project's month in one currency: invoiced, still owed of that, and received."""

    month: date
    project: Reference
    client: Reference
    currency: str
    invoices: int
    invoiced: Decimal
    outstanding: Decimal
    overdue: Decimal
    payments: int
    paid: Decimal


class FinanceReportTotals(Shape, frozen=True):
    """The sums of all lines in one currency."""

    currency: str
    lines: int
    invoices: int
    invoiced: Decimal
    outstanding: Decimal
    overdue: Decimal
    payments: int
    paid: Decimal


class TeamReportLine(Shape, frozen=True):
    """A user's month; utilization is billable time relative to contracted time."""

    month: date
    user: Reference
    tasks_done: int
    tasks_on_time: int
    estimate_minutes: int
    minutes: int
    billable_minutes: int
    value: Decimal
    capacity_minutes: int
    utilization: Share


class TeamReportTotals(Shape, frozen=True):
    """The sums of all lines, and the overall utilization."""

    lines: int
    tasks_done: int
    tasks_on_time: int
    estimate_minutes: int
    minutes: int
    billable_minutes: int
    value: Decimal
    capacity_minutes: int
    utilization: Share


class ProjectReportPage(ReportPage[ProjectReportLine, ProjectReportTotals], frozen=True):
    """
    A page of the report of projects as of `refreshed_at`.

    `totals` add up every line under the filters; a page requested with a cursor has none.
    """


class TimeReportPage(ReportPage[TimeReportLine, TimeReportTotals], frozen=True):
    """
    A page of the report of time as of `refreshed_at`.

    `totals` add up every line under the filters; a page requested with a cursor has none, nor has the
    whole report by `billable` alone.
    """


class FinanceReportPage(ReportPage[FinanceReportLine, list[FinanceReportTotals]], frozen=True):
    """
    A page of the report of finances as of `refreshed_at`.

    `totals` add up every line under the filters, currency by currency; a page that was reached by a cursor
    has none.
    """


class TeamReportPage(ReportPage[TeamReportLine, TeamReportTotals], frozen=True):
    """
    A page of the report of the team as of `refreshed_at`.

    `totals` add up every line under the filters; a page requested with a cursor has none.
    """

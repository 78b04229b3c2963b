"""What a report may be asked for, its lines and totals."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta

from app.cursors import Direction
from app.shapes import ProjectStatus, Reference, Shape
from app.shapes_read import Id

Line = TypeVar("Line")
Totals = TypeVar("Totals")
Share = Annotated[Decimal, Meta(description="A part of 1.")]


class ReportPage(Shape, Generic[Line, Totals], frozen=True):
    """
    A page of a report, whose figures are as of `refreshed_at`.

    `totals` add up every line under the filters. None has a page that was reached by a cursor, nor the whole
    time report by `billable` alone.
    """

    refreshed_at: datetime
    age_s: Annotated[int, Meta(description="Seconds since then.")]
    items: list[Line]
    totals: Totals | None
    next: str | None
    previous: str | None


class ReportQuery(Shape, frozen=True):
    """What every report may be asked for."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    cursor: Annotated[
        str | None, Meta(description="A page begins where this one, given out by the same report, says.")
    ] = None
    direction: Annotated[
        Direction | None, Meta(description="Without a cursor: `backward` begins at the end.")
    ] = None
    format: Annotated[
        Literal["json", "csv"] | None,
        Meta(description="csv: every line from there on, not a page. Else the Accept header decides."),
    ] = None


FromDate = Annotated[date | None, Meta(description="From this day's month on.")]
ToDate = Annotated[date | None, Meta(description="To this day's month.")]


class ProjectReportQuery(ReportQuery, frozen=True):
    """Project performance; the period is that of the due days."""

    client: Id | None = None
    manager: Id | None = None
    project: Id | None = None
    status: ProjectStatus | None = None
    from_date: Annotated[date | None, Meta(description="Due on this day or later.")] = None
    to_date: Annotated[date | None, Meta(description="Due on this day or earlier.")] = None
    sort: Literal[
        "project",
        "-project",
        "due_on",
        "-due_on",
        "budget_used",
        "-budget_used",
        "completion",
        "-completion",
    ] = "project"


class TimeReportQuery(ReportQuery, frozen=True):
    """Time tracking."""

    user: Id | None = None
    project: Id | None = None
    client: Id | None = None
    billable: Annotated[
        bool | None, Meta(description="true: some of the time is billable. false: some is not.")
    ] = None
    from_date: FromDate = None
    to_date: ToDate = None
    sort: Literal["month", "-month", "user", "-user", "project", "-project"] = "month"


class FinanceReportQuery(ReportQuery, frozen=True):
    """Invoices, payments, revenue."""

    client: Id | None = None
    project: Id | None = None
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] | None = None
    from_date: FromDate = None
    to_date: ToDate = None
    sort: Literal["month", "-month", "client", "-client", "project", "-project"] = "month"


class TeamReportQuery(ReportQuery, frozen=True):
    """Team performance; `utilization` sorts within each month."""

    user: Id | None = None
    from_date: FromDate = None
    to_date: ToDate = None
    sort: Literal["month", "-month", "user", "-user", "utilization", "-utilization"] = "month"


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
    """A user's time on one project in the month that began on `month`."""

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
    """A project's month in one currency: what was invoiced, what is still owed of that, what came in."""

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
    """A user's month; utilization is the billable part of the capacity that the contract gives."""

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
    """The sums of all lines, and the utilization of all together."""

    lines: int
    tasks_done: int
    tasks_on_time: int
    estimate_minutes: int
    minutes: int
    billable_minutes: int
    value: Decimal
    capacity_minutes: int
    utilization: Share


class GeneratedReport(Shape, frozen=True):
    """A report of a month as a CSV file, made when the month was over."""

    name: str
    report: Literal["projects", "time", "finance", "team"]
    month: date
    bytes: int
    made_at: datetime


class GeneratedReports(Shape, frozen=True):
    """GET /api/reports/generated: the newest month first."""

    items: list[GeneratedReport]


class GeneratedFileQuery(Shape, frozen=True):
    """Which file."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[a-z0-9.-]+$")]


PROJECT_PAGE = ReportPage[ProjectReportLine, ProjectReportTotals]
TIME_PAGE = ReportPage[TimeReportLine, TimeReportTotals]
FINANCE_PAGE = ReportPage[FinanceReportLine, list[FinanceReportTotals]]
TEAM_PAGE = ReportPage[TeamReportLine, TeamReportTotals]

"""The query parameters of reports."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from app.agency.shapes.common import ProjectStatus
from app.http.patterns import CURRENCY
from app.http.shapes import Id
from app.reading.shapes import PageQuery


class ReportQuery(PageQuery, frozen=True):
    """The query parameters of every report."""

    format: Annotated[
        Literal["json", "csv"] | None,
        Meta(description="csv: every line instead of a page. If missing, the Accept header decides."),
    ] = None


FromDate = Annotated[date | None, Meta(description="From this day's month on.")]
ToDate = Annotated[date | None, Meta(description="To this day's month.")]


class ProjectReportQuery(ReportQuery, frozen=True):
    """Project performance; the period is for the due days."""

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
    currency: Annotated[str, Meta(pattern=CURRENCY)] | None = None
    from_date: FromDate = None
    to_date: ToDate = None
    sort: Literal["month", "-month", "client", "-client", "project", "-project"] = "month"


class TeamReportQuery(ReportQuery, frozen=True):
    """Team performance; `utilization` sorts within each month."""

    user: Id | None = None
    from_date: FromDate = None
    to_date: ToDate = None
    sort: Literal["month", "-month", "user", "-user", "utilization", "-utilization"] = "month"

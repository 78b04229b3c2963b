"""The report on invoices: added up for each request."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, HTTPException
from sqlalchemy import Date, Select, and_, cast, func, select

from loadtests.baseline.app.access import CurrentUser
from loadtests.baseline.app.database import Database
from loadtests.baseline.app.loading import related
from loadtests.baseline.app.models import Invoice, Payment, Project, User
from loadtests.baseline.app.paging import next_offset, offset_of
from loadtests.baseline.app.schemas import FinanceLine, FinanceReport, FinanceTotal, Named

router = APIRouter(prefix="/api/reports")
SUMS = ("invoices", "invoiced", "outstanding", "overdue", "payments", "paid")


@router.get("/finance")
def report_finance(
    database: Database,
    user: CurrentUser,
    limit: int = 50,
    cursor: str | None = None,
    project: int | None = None,
) -> FinanceReport:
    """Return what was invoiced and paid, by month, project and currency."""
    if user.role not in {"admin", "project_manager"}:
        raise HTTPException(403, "Reports are for admins and managers")
    offset = offset_of(cursor)
    lines = _lines(user, project).subquery()
    rows = database.execute(
        select(lines)
        .order_by(lines.c.month, lines.c.project_id, lines.c.currency)
        .offset(offset)
        .limit(limit + 1)
    ).all()
    totals = None
    if not cursor:
        sums = [func.sum(lines.c[name]).label(name) for name in SUMS]
        totals = database.execute(
            select(lines.c.currency, func.count().label("lines"), *sums)
            .group_by(lines.c.currency)
            .order_by(lines.c.currency)
        ).all()
    projects = _projects(database, [row.project_id for row in rows[:limit]])
    return FinanceReport(
        refreshed_at=datetime.now(UTC),
        age_s=0,
        items=[_line(row, projects[row.project_id]) for row in rows[:limit]],
        totals=None if totals is None else [FinanceTotal.model_validate(row) for row in totals],
        next=next_offset(rows, offset, limit),
        previous=None,
    )


def _lines(user: User, project: int | None) -> Select[Any]:
    """Return the query of all lines that the user may see."""
    issued = (
        select(
            cast(func.date_trunc("month", Invoice.issued_on), Date).label("month"),
            Invoice.project_id,
            Invoice.currency,
            func.count().label("invoices"),
            func.sum(Invoice.amount).label("invoiced"),
            func.sum(Invoice.amount - Invoice.paid_amount).label("outstanding"),
            func.sum(Invoice.amount - Invoice.paid_amount)
            .filter(Invoice.due_on < func.current_date())
            .label("overdue"),
        )
        .where(Invoice.status.in_(("sent", "paid")))
        .group_by("month", Invoice.project_id, Invoice.currency)
    )
    received = (
        select(
            cast(func.date_trunc("month", Payment.paid_on), Date).label("month"),
            Invoice.project_id,
            Invoice.currency,
            func.count().label("payments"),
            func.sum(Payment.amount).label("paid"),
        )
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .group_by("month", Invoice.project_id, Invoice.currency)
    )
    seen = []
    if project:
        seen.append(Invoice.project_id == project)
    if user.role != "admin":
        seen.append(Invoice.project_id.in_(select(Project.id).where(Project.manager_id == user.id)))
    i, r = issued.where(*seen).subquery(), received.where(*seen).subquery()
    same = and_(i.c.month == r.c.month, i.c.project_id == r.c.project_id, i.c.currency == r.c.currency)
    return select(
        *(func.coalesce(i.c[name], r.c[name]).label(name) for name in ("month", "project_id", "currency")),
        *(func.coalesce(i.c[name], 0).label(name) for name in SUMS[:4]),
        *(func.coalesce(r.c[name], 0).label(name) for name in SUMS[4:]),
    ).select_from(i.join(r, same, full=True))


def _projects(database: Database, ids: list[int]) -> dict[int, Project]:
    found = database.scalars(select(Project).where(Project.id.in_(ids)).options(*related(Project.client)))
    return {project.id: project for project in found}


def _line(row: Any, project: Project) -> FinanceLine:
    return FinanceLine(
        month=row.month,
        project=Named.model_validate(project),
        client=Named.model_validate(project.client),
        currency=row.currency,
        **{name: getattr(row, name) for name in SUMS},
    )

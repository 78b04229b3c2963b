"""GET /api/reports/{projects,time,finance,team}: pages of materialized views, or all lines as CSV."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.agency.cache_policies import REPORT
from app.agency.reports import csv_export
from app.agency.reports.report_sql import ReportSql
from app.agency.shapes.report_queries import (
    FinanceReportQuery,
    ProjectReportQuery,
    ReportQuery,
    TeamReportQuery,
    TimeReportQuery,
)
from app.agency.shapes.reports import (
    FinanceReportLine,
    FinanceReportPage,
    ProjectReportLine,
    ProjectReportPage,
    TeamReportLine,
    TeamReportPage,
    TimeReportLine,
    TimeReportPage,
)
from app.http import requests
from app.http.authentication import Token, bearer
from app.http.large_pages import PATIENCE_S, WAIT_S
from app.http.problems import Problem, unauthorized
from app.http.routing import Endpoint
from app.reading import cached, cursors, page
from app.reading.cached import Loaded
from app.reading.cursors import Position
from app.reading.page import KEYS, PageStart, Rows, Selection
from app.services import Services, services_of
from app.settings import CursorKeys

CSV_PAGE = 1000
CSV_LINES = 100_000
"""Larger exports are rejected; a filter makes them smaller."""
BEGINNING = PageStart("", None, backward=False)


class Lines(NamedTuple):
    """A page as read from the database."""

    caller: str
    seconds_left: int
    rows: Rows
    totals: bytes | None
    refreshed_at: str
    age_s: int


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its SQL fragments, its query parameters, and the shapes of a line and a page."""

    sql: ReportSql
    query: type[ReportQuery]
    line: type[msgspec.Struct]
    page: object

    def endpoint(self, summary: str) -> Endpoint:
        """Return the route that serves it."""
        return Endpoint(
            method="GET",
            path=f"/api/reports/{self.sql.name}",
            serve=self.serve,
            summary=summary,
            tag="reports",
            query=self.query,
            response=self.page,
            media_types=("application/json", "text/csv"),
            sends=("Age", "Last-Modified", "X-Cache", "X-Refreshed-At", "Content-Disposition"),
            errors=(403,),
        )

    async def serve(self, request: Request) -> Response:
        """Respond with a page or CSV: everything for admins, the projects they lead for project managers."""
        services, token = services_of(request), bearer(request)
        query = requests.query(request, self.query)
        selected = page.selection(query, self.sql.filters)
        start = page.start_for(
            services.cursor_keys, selected.scope(self.sql.view), query, most=services.http.max_page
        )
        accepted = request.headers.get("accept", "")
        if query.format == "csv" or (query.format is None and "text/csv" in accepted):
            return await self._csv(services, token, query, selected)
        return await self._json(services, token, query.limit, selected, start)

    async def _json(
        self, services: Services, token: Token, limit: int, selected: Selection, start: PageStart
    ) -> Response:
        async def load() -> Loaded:
            lines = await self._lines(services, token, selected, start, limit=limit)
            body = _page(services.cursor_keys, start, lines)
            return Loaded(lines.caller, lines.seconds_left, "", body)

        signer = cursors.signer(services.cursor_keys)
        name = sha256(msgspec.json.encode((signer, start.scope, start.position, start.backward, limit)))
        return _aged(await cached.own(services, token, REPORT, load, asked=name.hexdigest()[:32]))

    async def _csv(
        self, services: Services, token: Token, query: ReportQuery, selected: Selection
    ) -> Response:
        for field in ("cursor", "direction"):
            if getattr(query, field) is not None:
                raise Problem(422, "A CSV has every line and cannot be requested in pages.", field=field)
        first = await self._lines(services, token, selected, BEGINNING, limit=CSV_PAGE)
        count = _count(first.totals)
        if count > CSV_LINES:
            raise Problem(
                422,
                f"The report has {count} lines; narrow the filters to at most {CSV_LINES}.",
                field="format",
            )
        made_on = first.refreshed_at[:10]
        return StreamingResponse(
            self._rows(services, token, selected, first),
            headers={
                **_headers(first.refreshed_at, first.age_s),
                "cache-control": "no-store",
                "x-cache": "miss" if services.cache.health.is_wanted else "off",
                "content-disposition": f'attachment; filename="{self.sql.name}-{made_on}.csv"',
            },
            media_type="text/csv",
        )

    async def _rows(
        self, services: Services, token: Token, selected: Selection, lines: Lines
    ) -> AsyncIterator[bytes]:
        """Yield the CSV in parts; if a refresh happens in between, abort so that the client notices."""
        decoder = msgspec.json.Decoder(list[self.line])  # type: ignore[name-defined]
        made, sent = lines.refreshed_at, 0
        yield csv_export.header(self.line)
        while True:
            yield csv_export.rows(decoder.decode(lines.rows.items))
            if not lines.rows.more or lines.rows.last is None:
                return
            sent += CSV_PAGE
            if sent >= CSV_LINES:
                raise Problem(
                    422, f"The report has more than {CSV_LINES} lines; narrow the filters.", field="format"
                )
            after = PageStart("", Position("forward", KEYS.decode(lines.rows.last)), backward=False)
            lines = await self._lines(services, token, selected, after, limit=CSV_PAGE, wait_s=PATIENCE_S)
            if lines.refreshed_at != made:
                raise Problem(503, "The report was refreshed while it was being sent; request it again.")

    async def _lines(
        self,
        services: Services,
        token: Token,
        selected: Selection,
        start: PageStart,
        *,
        limit: int,
        wait_s: float = WAIT_S,
    ) -> Lines:
        statement = self.sql.statement(page.choice(selected, start))
        async with services.large_pages.slot_for(limit, wait_s=wait_s):
            # Planned each time: a selective filter needs a different index than others.
            row = await services.database.fetch_slow_row(
                statement.sql, token.digest, limit, *selected.values, *start.keys, prepared=False
            )
        if row is None:
            raise unauthorized()
        caller, seconds_left, allowed, items, first, last, more, *figures = row
        if not allowed:
            raise Problem(403, "Reports are for admins and project managers.")
        return Lines(caller, seconds_left, Rows(items, first, last, more), *figures)


def _page(keys: CursorKeys, start: PageStart, lines: Lines) -> bytes:
    """Return a page with the time, but not yet the age, of its figures."""
    return b'{"refreshed_at":%b,"items":%b,"totals":%b,%b}' % (
        msgspec.json.encode(lines.refreshed_at),
        lines.rows.items,
        lines.totals or b"null",
        start.links(keys, lines.rows),
    )


def _aged(response: Response) -> Response:
    """Add the current age to a page, which may have come from the cache."""
    made, _, rest = bytes(response.body).partition(b",")
    refreshed_at = made.removeprefix(b'{"refreshed_at":"').removesuffix(b'"').decode()
    age_s = max(0, int((datetime.now(UTC) - datetime.fromisoformat(refreshed_at)).total_seconds()))
    response.body = b'%b,"age_s":%d,%b' % (made, age_s, rest)
    response.headers["content-length"] = str(len(response.body))
    response.headers.update(_headers(refreshed_at, age_s))
    return response


def _headers(refreshed_at: str, age_s: int) -> dict[str, str]:
    """Return the headers with the time and age of the figures."""
    moment = datetime.fromisoformat(refreshed_at).astimezone(UTC)
    return {
        "age": str(age_s),
        "last-modified": format_datetime(moment, usegmt=True),
        "x-refreshed-at": refreshed_at,
    }


def _count(totals: bytes | None) -> int:
    """Return the number of lines in the totals, 0 without totals."""
    found = msgspec.json.decode(totals or b"[]")
    return sum(each["lines"] for each in (found if isinstance(found, list) else [found]))


PROJECTS = Report(ReportSql("projects"), ProjectReportQuery, ProjectReportLine, ProjectReportPage)
TIME = Report(ReportSql("time"), TimeReportQuery, TimeReportLine, TimeReportPage)
FINANCE = Report(ReportSql("finance"), FinanceReportQuery, FinanceReportLine, FinanceReportPage)
TEAM = Report(ReportSql("team"), TeamReportQuery, TeamReportLine, TeamReportPage)

REPORTS = (PROJECTS, TIME, FINANCE, TEAM)

ROUTES = (
    PROJECTS.endpoint("Project performance: budget, hours, completion"),
    TIME.endpoint("Time by month, user and project"),
    FINANCE.endpoint("Invoices, payments and revenue by month, project and currency"),
    TEAM.endpoint("Team performance by month and user: tasks, productivity, utilization"),
)

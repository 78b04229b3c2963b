"""GET /api/reports/{projects,time,finance,team}: pages of materialized views, or all of it as CSV."""

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
from app.agency.reports.report_sql import Choice, ReportSql
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
from app.reading import cached, paging
from app.reading.cached import Loaded
from app.reading.cursors import Direction, Position
from app.services import Services, services_of

CSV_PAGE = 1000
CSV_LINES = 100_000
"""More than that is refused: a filter makes it less."""

KEYS = msgspec.json.Decoder(tuple[str, ...])


class Asked(NamedTuple):
    """A report in one order under some filters: what a cursor is bound to."""

    filters: tuple[str, ...]
    values: tuple[object, ...]
    sort: str
    descending: bool


class Lines(NamedTuple):
    """A page as the database gave it; keys are those of the first and last line in reading order."""

    caller: str
    seconds_left: int
    items: bytes
    first: str | None
    last: str | None
    more: bool
    totals: bytes | None
    refreshed_at: str
    age_s: int


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its fragments of SQL, what may be asked of it, and the shapes of a line and a page."""

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
            answer=self.page,
            media_types=("application/json", "text/csv"),
            sends=("Age", "Last-Modified", "X-Cache", "X-Refreshed-At", "Content-Disposition"),
            refusals=(403,),
        )

    async def serve(self, request: Request) -> Response:
        """Answer admins with everything, project managers with what they lead."""
        services, token = services_of(request), bearer(request)
        query = requests.query(request, self.query)
        if query.limit > services.http.max_page:
            raise Problem(422, f"Expected `int` <= {services.http.max_page}.", field="limit")
        asked = self._asked(query)
        accepted = request.headers.get("accept", "")
        if query.format == "csv" or (query.format is None and "text/csv" in accepted):
            return await self._csv(services, token, query, asked)
        return await self._json(services, token, query, asked)

    async def _json(self, services: Services, token: Token, query: ReportQuery, asked: Asked) -> Response:
        scope = msgspec.json.encode((self.sql.view, asked)).decode()
        position = paging.begins(services.cursor_key, scope, query)
        backward = query.direction == "backward" if position is None else position.direction == "backward"

        async def load() -> Loaded:
            lines = await self._lines(services, token, asked, position, backward=backward, limit=query.limit)
            body = _page(services.cursor_key, scope, lines, position, backward=backward)
            return Loaded(lines.caller, lines.seconds_left, "", body)

        page = msgspec.json.encode((scope, position, backward, query.limit))
        name = sha256(page).hexdigest()[:32]
        return _aged(await cached.own(services, token, REPORT, load, asked=name))

    async def _csv(self, services: Services, token: Token, query: ReportQuery, asked: Asked) -> Response:
        for field in ("cursor", "direction"):
            if getattr(query, field) is not None:
                raise Problem(422, "A CSV has every line and is not asked for by pages.", field=field)
        first = await self._lines(services, token, asked, None, backward=False, limit=CSV_PAGE)
        count = _count(first.totals)
        if count > CSV_LINES:
            raise Problem(
                422,
                f"The report has {count} lines; narrow the filters to at most {CSV_LINES}.",
                field="format",
            )
        made_on = first.refreshed_at[:10]
        return StreamingResponse(
            self._rows(services, token, asked, first),
            headers={
                **_headers(first.refreshed_at, first.age_s),
                "cache-control": "no-store",
                "x-cache": "miss" if services.cache.health.is_wanted else "off",
                "content-disposition": f'attachment; filename="{self.sql.name}-{made_on}.csv"',
            },
            media_type="text/csv",
        )

    async def _rows(
        self, services: Services, token: Token, asked: Asked, lines: Lines
    ) -> AsyncIterator[bytes]:
        """Yield the CSV in parts; it breaks off, for the client to see, if a refresh comes in between."""
        decoder = msgspec.json.Decoder(list[self.line])  # type: ignore[name-defined]
        made, sent = lines.refreshed_at, 0
        yield csv_export.header(self.line)
        while True:
            yield csv_export.rows(decoder.decode(lines.items))
            if not lines.more or lines.last is None:
                return
            sent += CSV_PAGE
            if sent >= CSV_LINES:
                raise Problem(
                    422, f"The report has more than {CSV_LINES} lines; narrow the filters.", field="format"
                )
            position = Position("forward", KEYS.decode(lines.last))
            lines = await self._lines(
                services, token, asked, position, backward=False, limit=CSV_PAGE, wait_s=PATIENCE_S
            )
            if lines.refreshed_at != made:
                raise Problem(503, "The report was refreshed while it was being sent; ask again.")

    def _asked(self, query: ReportQuery) -> Asked:
        filters, values = [], []
        for name in self.sql.filters:
            field, _, wanted = name.partition("=")
            value = getattr(query, field)
            if value is None or (wanted and wanted != str(value).lower()):
                continue
            filters.append(name)
            if not wanted:
                values.append(value)
        sort: str = getattr(query, "sort")  # noqa: B009  (each report has its own type of it)
        return Asked(tuple(filters), tuple(values), sort.removeprefix("-"), sort.startswith("-"))

    async def _lines(
        self,
        services: Services,
        token: Token,
        asked: Asked,
        position: Position | None,
        *,
        backward: bool,
        limit: int,
        wait_s: float = WAIT_S,
    ) -> Lines:
        choice = Choice(asked.filters, asked.sort, asked.descending, backward, position is not None)
        statement = self.sql.statement(choice)
        keys = position.keys if position else ()
        async with services.large_pages.room_for(limit, wait_s=wait_s):
            # Planned each time: a filter that leaves few lines wants another index than one that leaves most.
            row = await services.database.read_slow(
                statement.sql, token.digest, limit, *asked.values, *keys, prepared=False
            )
        if row is None:
            raise unauthorized()
        caller, seconds_left, allowed, *lines = row
        if not allowed:
            raise Problem(403, "Reports are for admins and project managers.")
        return Lines(caller, seconds_left, *lines)


def _page(key: bytes, scope: str, lines: Lines, position: Position | None, *, backward: bool) -> bytes:
    """Return a page that says when, but not yet how long ago, its figures were made."""
    way: Direction = "backward" if backward else "forward"
    other: Direction = "forward" if backward else "backward"
    onward = Position(way, KEYS.decode(lines.last)) if lines.more and lines.last else None
    back = Position(other, KEYS.decode(lines.first)) if position and lines.first else None
    before, after = (onward, back) if backward else (back, onward)
    return b'{"refreshed_at":%b,"items":%b,"totals":%b,"next":%b,"previous":%b}' % (
        msgspec.json.encode(lines.refreshed_at),
        lines.items,
        lines.totals or b"null",
        paging.cursor(key, scope, after),
        paging.cursor(key, scope, before),
    )


def _aged(page: Response) -> Response:
    """Return the page with its age at this moment, which may have come from the cache."""
    made, _, rest = bytes(page.body).partition(b",")
    refreshed_at = made.removeprefix(b'{"refreshed_at":"').removesuffix(b'"').decode()
    age_s = max(0, int((datetime.now(UTC) - datetime.fromisoformat(refreshed_at)).total_seconds()))
    page.body = b'%b,"age_s":%d,%b' % (made, age_s, rest)
    page.headers["content-length"] = str(len(page.body))
    page.headers.update(_headers(refreshed_at, age_s))
    return page


def _headers(refreshed_at: str, age_s: int) -> dict[str, str]:
    """Return how old the figures are."""
    moment = datetime.fromisoformat(refreshed_at).astimezone(UTC)
    return {
        "age": str(age_s),
        "last-modified": format_datetime(moment, usegmt=True),
        "x-refreshed-at": refreshed_at,
    }


def _count(totals: bytes | None) -> int:
    """Return how many lines there are, 0 where nobody counted them."""
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

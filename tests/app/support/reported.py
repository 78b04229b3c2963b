"""What the tests of reports share: a page, a CSV table, the user to request them as."""

# ruff: noqa: S608  (the numbers are the tests' own)

import csv
import io
from typing import Any

import msgspec

from app.agency.reports.report import REPORTS
from tests.app.support.server import SEEDED, Server

PAGES = {report.sql.name: report.page for report in REPORTS}


def page(server: Server, report: str, query: str = "", user: int = 1) -> Any:
    response = server.get(f"/api/reports/{report}?{query}", user)
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=PAGES[report])


def table(server: Server, report: str, query: str = "", user: int = 1) -> list[dict[str, str]]:
    asked = "&".join(filter(None, (query, "format=csv")))
    response = server.get(f"/api/reports/{report}?{asked}", user)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def flat(line: Any) -> dict[str, str]:
    """A line of JSON as its CSV should say it."""
    cells: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(line).items():
        if hasattr(value, "name"):
            cells |= {f"{name}_id": str(value.id), f"{name}_name": value.name}
        else:
            cells[name] = str(value)
    return cells


def a_user(server: Server, role: str) -> int:
    return int(server.sql(f"SELECT max(u.id) FROM users AS u WHERE u.role = '{role}' AND {SEEDED}"))


def busiest_manager(server: Server) -> int:
    return int(
        server.sql("SELECT manager_id FROM report_projects GROUP BY 1 ORDER BY sum(minutes) DESC LIMIT 1")
    )

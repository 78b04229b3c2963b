"""Refreshing the reports and writing them to files, on a deployed server."""

# ruff: noqa: S608  (the numbers are the tests' own)

import csv
import io
from datetime import datetime

import msgspec
import pytest

from app.agency.shapes.generated_reports import GeneratedReports
from tests.app.support.reported import PAGES, a_user, page, table
from tests.app.support.server import Server

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("figures_of_now")]


FILES = "/var/lib/bantam/reports"


def test_the_timers_service_refreshes_every_report(server: Server) -> None:
    ages = "SELECT json_object_agg(view, refreshed_at) FROM report_refreshes"
    before = msgspec.json.decode(server.sql(ages), type=dict[str, datetime])
    entry = server.sql(
        "INSERT INTO time_entries (user_id, project_id, entry_date, minutes, billable)"
        " VALUES (12, 1, '2001-01-01', 7, false) RETURNING id"
    )
    try:
        server.run("systemctl start bantam-reports.service")
        after = msgspec.json.decode(server.sql(ages), type=dict[str, datetime])
        lines = page(server, "time", "user=12&to_date=2001-01-31").items
    finally:
        server.sql(f"DELETE FROM time_entries WHERE id = {entry}")
        server.run("systemctl start bantam-reports.service")

    assert [line.minutes for line in lines] == [7]
    assert set(after) == set(before)
    assert all(after[view] > before[view] for view in before)


def test_a_report_that_cannot_be_refreshed_does_not_stop_the_others(server: Server) -> None:
    ages = "SELECT json_object_agg(view, refreshed_at) FROM report_refreshes"
    before = msgspec.json.decode(server.sql(ages), type=dict[str, datetime])
    server.sql("ALTER MATERIALIZED VIEW report_projects OWNER TO postgres")
    try:
        said = server.run(
            "cd /; runuser -u postgres -- /opt/bantam/current/bin/bantam-refresh-reports 2>&1;"
            " echo exit code $?"
        )
    finally:
        server.sql("ALTER MATERIALIZED VIEW report_projects OWNER TO bantam_owner")
        server.run("systemctl start bantam-reports.service")
    after = msgspec.json.decode(server.sql(ages), type=dict[str, datetime])

    assert (
        "report_projects was not refreshed: permission denied for materialized view report_projects" in said
    )
    assert "report_team_months refreshed" in said
    assert said.endswith("exit code 1")
    assert all(after[view] > before[view] for view in before)


@pytest.fixture
def generated(server: Server) -> GeneratedReports:
    server.run(f"touch {FILES}/2000-01-time.csv && systemctl start bantam-report-files.service")
    return msgspec.json.decode(server.get("/api/reports/generated", 1).content, type=GeneratedReports)


def test_last_months_files_are_made_listed_and_old_ones_removed(
    server: Server, generated: GeneratedReports
) -> None:
    month = server.sql("SELECT date_trunc('month', now() - interval '1 month')::date")
    made = [report for report in generated.items if str(report.month) == month]

    assert {report.report for report in made} == set(PAGES)
    assert not any(report.name.startswith("2000") for report in generated.items)
    for report in made:
        response = server.get(f"/api/reports/generated/file?name={report.name}", 1)
        assert len(response.content) == report.bytes
    time = next(report.name for report in made if report.report == "time")
    lines = list(
        csv.DictReader(
            io.StringIO(server.get(f"/api/reports/generated/file?name={time}", 1).text, newline="")
        )
    )
    assert lines == table(server, "time", f"from_date={month}&to_date={month}")


@pytest.mark.parametrize("role", ["project_manager", "team_member", "client"])
@pytest.mark.parametrize("path", ["generated", "generated/file?name=2026-10-time.csv"])
def test_generated_files_are_for_admins(server: Server, role: str, path: str) -> None:
    assert server.get(f"/api/reports/{path}", a_user(server, role)).status_code == 403


@pytest.mark.parametrize("name", ["2026-10-none.csv", "..", "1999-01-time.csv", "time.csv"])
def test_a_missing_file_is_404(server: Server, name: str) -> None:
    assert server.get(f"/api/reports/generated/file?name={name}", 1).status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "%00", ""])
def test_an_invalid_file_name_is_rejected(server: Server, name: str) -> None:
    assert server.get(f"/api/reports/generated/file?name={name}", 1).status_code == 422

"""A report's CSV: text that a spreadsheet would run stays text."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from app.agency.reports import csv_export
from app.agency.shapes.reports import FinanceReportLine, TimeReportLine
from app.http.shapes import Reference


def line(name: str) -> TimeReportLine:
    return TimeReportLine(
        month=date(2026, 10, 1),
        user=Reference(1, name),
        project=Reference(2, "Shop"),
        client=Reference(3, "Ltd"),
        entries=4,
        minutes=90,
        billable_minutes=60,
        value=Decimal("-12.50"),
    )


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x.example";"y")'],
)
def test_a_text_that_a_spreadsheet_would_run_is_marked_as_text(name: str) -> None:
    [row] = csv.reader(io.StringIO(csv_export.rows([line(name)]).decode(), newline=""))

    assert row[2] == f"'{name}"


@pytest.mark.parametrize("name", ["Ada", "O'Hara, Ada", 'Ada "the" First', "a=b", "漢字", "two\nlines"])
def test_any_other_text_is_unchanged(name: str) -> None:
    [row] = csv.reader(io.StringIO(csv_export.rows([line(name)]).decode(), newline=""))

    assert row == ["2026-10-01", "1", name, "2", "Shop", "3", "Ltd", "4", "90", "60", "-12.50"]


def test_the_header_names_both_columns_of_a_reference() -> None:
    assert csv_export.header(FinanceReportLine) == (
        b"month,project_id,project_name,client_id,client_name,currency,"
        b"invoices,invoiced,outstanding,overdue,payments,paid\r\n"
    )

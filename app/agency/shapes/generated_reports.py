"""The files of past months' reports."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from app.http.patterns import FILE
from app.http.shapes import Shape


class GeneratedReport(Shape, frozen=True):
    """A report of a month as a CSV file, written after the end of the month."""

    name: str
    report: Literal["projects", "time", "finance", "team"]
    month: date
    bytes: int
    made_at: datetime


class GeneratedReports(Shape, frozen=True):
    """GET /api/reports/generated: the newest month first."""

    items: list[GeneratedReport]


class GeneratedFileQuery(Shape, frozen=True):
    """The name of a file."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=FILE, examples=["2026-11-time.csv"])]

"""GET /api/reports/generated: the files that `bantam-report-files` writes, for admins."""

import asyncio
import re
from datetime import UTC, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.agency.reports.files import FOLDER
from app.agency.shapes.generated_reports import GeneratedFileQuery, GeneratedReport, GeneratedReports
from app.http import requests
from app.http.problems import Problem
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.monitoring.admins import admin

NAME = re.compile(r"(?P<month>\d{4}-\d{2})-(?P<report>projects|time|finance|team)\.csv")


async def listing(request: Request) -> Response:
    """Respond with the list of files."""
    await admin(request, "The generated reports are")
    files = await asyncio.to_thread(_files)
    return JsonBytes(msgspec.json.encode(GeneratedReports(items=files)))


async def content(request: Request) -> Response:
    """Respond with one file."""
    await admin(request, "The generated reports are")
    asked = requests.query(request, GeneratedFileQuery)
    if NAME.fullmatch(asked.name) is None:
        raise Problem(404, "There is no such file.")
    try:
        text = await asyncio.to_thread((FOLDER / asked.name).read_bytes)
    except FileNotFoundError:
        raise Problem(404, "There is no such file.") from None
    headers = {
        "content-disposition": f'attachment; filename="{asked.name}"',
        "cache-control": "no-store",
    }
    return Response(text, media_type="text/csv", headers=headers)


def _files() -> list[GeneratedReport]:
    found = []
    for file in sorted(FOLDER.glob("*.csv"), reverse=True):
        named = NAME.fullmatch(file.name)
        if named is None:
            continue
        status = file.stat()
        document = {
            "name": file.name,
            "report": named["report"],
            "month": f"{named['month']}-01",
            "bytes": status.st_size,
            "made_at": datetime.fromtimestamp(status.st_mtime, UTC),
        }
        found.append(msgspec.convert(document, GeneratedReport))
    return found


ROUTES = (
    Endpoint(
        method="GET",
        path="/api/reports/generated",
        serve=listing,
        summary="The files of past months' reports",
        tag="reports",
        response=GeneratedReports,
        errors=(403,),
    ),
    Endpoint(
        method="GET",
        path="/api/reports/generated/file",
        serve=content,
        summary="One file of a past month's report",
        tag="reports",
        query=GeneratedFileQuery,
        response=str,
        media_types=("text/csv",),
        sends=("Content-Disposition",),
        errors=(403, 404),
    ),
)

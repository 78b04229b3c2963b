"""Counts by status of the rows that the caller can see."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from app.agency.shapes.projects import TaskCounts
from app.database.queries import queries
from app.database.sql import Sql
from app.http import requests
from app.http.authentication import bearer
from app.http.problems import Problem, unauthorized
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.http.shapes import Id, Shape
from app.services import services_of


class ProjectsByStatus(Shape, frozen=True):
    """Projects by status."""

    total: int
    planned: int
    active: int
    on_hold: int
    completed: int
    cancelled: int


class TasksByStatus(TaskCounts, frozen=True):
    """Tasks by status at a moment: now for a project or assignee, otherwise the reports' last refresh."""

    overdue: int
    as_of: datetime


class TaskCountsQuery(Shape, frozen=True):
    """Which tasks to count: all that the caller sees, those of a project, or those of an assignee."""

    project: Annotated[Id | None, Meta(description="Not together with an assignee.")] = None
    assignee: Id | None = None


class InvoicesByStatus(Shape, frozen=True):
    """Invoices by status."""

    total: int
    draft: int
    sent: int
    paid: int
    void: int


class Unread(Shape, frozen=True):
    """How many notifications the caller has not read."""

    unread: int


async def projects(request: Request) -> Response:
    """Respond with the number of projects."""
    return await _count(request, queries.counts_projects)


async def tasks(request: Request) -> Response:
    """Respond with the number of tasks."""
    asked = requests.query(request, TaskCountsQuery)
    if asked.project is not None and asked.assignee is not None:
        raise Problem(422, "Tasks can be counted by project or by assignee, not both.", field="assignee")
    if asked.project is not None:
        return await _count(request, queries.counts_tasks_project, asked.project)
    if asked.assignee is not None:
        return await _count(request, queries.counts_tasks_assignee, asked.assignee)
    return await _count(request, queries.counts_tasks)


async def invoices(request: Request) -> Response:
    """Respond with the number of invoices."""
    return await _count(request, queries.counts_invoices)


async def notifications(request: Request) -> Response:
    """Respond with the number of unread notifications."""
    return await _count(request, queries.counts_notifications)


async def _count(request: Request, query: Sql, *parameters: object) -> Response:
    row = await services_of(request).database.fetch_row(query, bearer(request).digest, *parameters)
    if row is None:
        raise unauthorized()
    _, _, body = row
    return JsonBytes(body)


ROUTES = (
    Endpoint(
        method="GET",
        path="/api/projects/counts",
        serve=projects,
        summary="How many projects the caller sees, by status",
        tag="projects",
        response=ProjectsByStatus,
    ),
    Endpoint(
        method="GET",
        path="/api/tasks/counts",
        serve=tasks,
        summary="How many tasks the caller sees, by status",
        tag="tasks",
        query=TaskCountsQuery,
        response=TasksByStatus,
    ),
    Endpoint(
        method="GET",
        path="/api/invoices/counts",
        serve=invoices,
        summary="How many invoices the caller sees, by status",
        tag="invoices",
        response=InvoicesByStatus,
    ),
    Endpoint(
        method="GET",
        path="/api/notifications/counts",
        serve=notifications,
        summary="How many notifications the caller has not read",
        tag="notifications",
        response=Unread,
    ),
)

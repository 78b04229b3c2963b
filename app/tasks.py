"""PATCH /api/tasks/{id}."""

import logging

from psycopg import InterfaceError, OperationalError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app import dashboards, inputs, projects
from app.access import Token, bearer
from app.answers import JsonBytes
from app.cache_policy import touched_by_task
from app.problems import Problem, not_found, unauthorized
from app.queries import queries
from app.routes import Endpoint
from app.services import Services, services_of
from app.shapes import StatusChange, Task

ATTEMPTS = 3

log = logging.getLogger("bantam.tasks")


async def change_status(request: Request) -> Response:
    """Answer with the task in its new status; every read that begins after the answer sees it."""
    services = services_of(request)
    token = bearer(request)
    number = inputs.path_id(request)
    change = await inputs.body(request, StatusChange, services.http.body_limit_bytes)
    # Whom a change touches must be marked before it commits, so it is read first, and the update then only
    # finds a task that has not moved to another project or assignee meanwhile.
    for _ in range(ATTEMPTS):
        project, assignee = await _place(services, token, number)
        async with services.cache.changing(*touched_by_task(project, assignee)):
            row = await services.database.write(
                queries.change_task_status, number, project, assignee, change.status
            )
        if row is not None:
            (body,) = row
            response = JsonBytes(body)
            response.background = BackgroundTask(_refresh, services, token, project)
            return response
    raise Problem(409, "The task was being moved by others at the same time; try again.")


async def _refresh(services: Services, token: Token, project: int) -> None:
    """
    Make anew what the writer is about to look at, so that the next read finds it in the cache.

    The change stands and was answered: if this fails, that read goes to the database itself.
    """
    try:
        await dashboards.read_user(services, token)
        await projects.read_project(services, token, project)
    except (Problem, OperationalError, InterfaceError) as error:
        log.info("not refreshed after a write: %s", type(error).__name__)


async def _place(services: Services, token: Token, number: int) -> tuple[int, int | None]:
    row = await services.database.read(queries.task_for_change, token.digest, number)
    if row is None:
        raise unauthorized()
    may_change, project, assignee = row
    if project is None:
        raise not_found()
    if not may_change:
        raise Problem(403, "Clients may see tasks but not change them.")
    return project, assignee


ROUTES = (
    Endpoint(
        method="PATCH",
        path="/api/tasks/{id}",
        serve=change_status,
        summary="Move a task to another status",
        tag="tasks",
        body=StatusChange,
        answer=Task,
        refusals=(403, 409),
    ),
)

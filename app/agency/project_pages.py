"""GET /api/projects/{id} and GET /api/projects/{id}/tasks."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from app.agency.cache_policies import PROJECT, PROJECT_TASKS
from app.agency.shapes.projects import Project
from app.agency.shapes.tasks import TaskListQuery, TaskPage
from app.database.pool import Database
from app.database.queries import queries
from app.http import etags, requests
from app.http.authentication import Token, bearer
from app.http.large_pages import LARGE
from app.http.problems import Problem
from app.http.routing import Endpoint
from app.reading import cached, paging
from app.reading.cached import Loaded
from app.reading.cursors import Position
from app.services import services_of


async def project(request: Request) -> Response:
    """Answer with one project's page."""
    services, token = services_of(request), bearer(request)
    number = requests.path_id(request)

    async def load() -> Loaded | None:
        row = await services.database.read(queries.project, token.digest, number)
        return None if row is None else Loaded(*row)

    return etags.tagged(request, await cached.shared(services, token, PROJECT.entry(project=number), load))


async def project_tasks(request: Request) -> Response:
    """Answer with one page of a project's tasks, by due day and id."""
    services = services_of(request)
    token = bearer(request)
    number = requests.path_id(request)
    asked = requests.query(request, TaskListQuery)
    if asked.limit > services.http.max_page:
        raise Problem(422, f"Expected `int` <= {services.http.max_page}.", field="limit")
    tasks = TaskList(number, services.cursor_key)
    position = tasks.position(asked)
    entry = PROJECT_TASKS.entry(project=number, position=position, limit=asked.limit)
    load = partial(tasks.page, services.database, token, position, asked.limit)
    return await cached.shared(services, token, entry, load)


# Days before and after every day that a row can have, so that a list's two ends are positions too.
START = Position("forward", ("-infinity", "0"))
END = Position("backward", ("infinity", "0"))


@dataclass(frozen=True, slots=True)
class TaskList:
    """A project's tasks in the order (due day, id), its pages joined by signed cursors."""

    project: int
    cursor_key: bytes

    def position(self, asked: TaskListQuery) -> Position:
        """Return where the page begins; Problem 422 for a cursor that this list did not give out."""
        begins = paging.begins(self.cursor_key, self._scope(), asked)
        return begins or (END if asked.direction == "backward" else START)

    async def page(self, database: Database, token: Token, position: Position, limit: int) -> Loaded | None:
        """Return the page beyond `position` with the cursors of its neighbours."""
        forward = position.direction == "forward"
        query = queries.project_tasks_after if forward else queries.project_tasks_before
        read = database.read if limit <= LARGE else database.read_alone
        row = await read(query, token.digest, self.project, *position.keys, limit)
        if row is None:
            return None
        caller, seconds_left, audience, items, first_day, first_id, last_day, last_id, more = row
        came_from = position not in {START, END}
        if items is None:
            turned = position.turned(down=not forward)
            before = turned if came_from and forward else None
            after = turned if came_from and not forward else None
        else:
            first, last = (first_day, str(first_id)), (last_day, str(last_id))
            before = Position("backward", first) if (came_from if forward else more) else None
            after = Position("forward", last) if (more if forward else came_from) else None
        body = b'{"items":%b,"next":%b,"previous":%b}' % (
            items or b"[]",
            paging.cursor(self.cursor_key, self._scope(), after),
            paging.cursor(self.cursor_key, self._scope(), before),
        )
        return Loaded(caller, seconds_left, audience, body)

    def _scope(self) -> str:
        return f"project_tasks:{self.project}"


ROUTES = (
    Endpoint(
        method="GET",
        path="/api/projects/{id}",
        serve=project,
        summary="A project with its client, manager, members and tasks by status",
        tag="projects",
        answer=Project,
        headers=("If-None-Match",),
        sends=("X-Cache",),
    ),
    Endpoint(
        method="GET",
        path="/api/projects/{id}/tasks",
        serve=project_tasks,
        summary="A project's tasks by due day",
        tag="projects",
        query=TaskListQuery,
        answer=TaskPage,
        sends=("X-Cache",),
    ),
)

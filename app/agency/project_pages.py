"""GET /api/projects/{id} and GET /api/projects/{id}/tasks."""

from starlette.requests import Request
from starlette.responses import Response

from app.agency.cache_policies import PROJECT, PROJECT_TASKS
from app.agency.lists import TASKS
from app.agency.shapes.projects import Project
from app.database.queries import queries
from app.http import etags, requests
from app.http.authentication import bearer
from app.http.routing import Endpoint
from app.reading import cached
from app.reading.cached import Loaded
from app.reading.shared_pages import SharedPages
from app.services import services_of


async def project(request: Request) -> Response:
    """Respond with one project's page."""
    services, token = services_of(request), bearer(request)
    number = requests.path_id(request)

    async def load() -> Loaded | None:
        row = await services.database.fetch_row(queries.project, token.digest, number)
        return None if row is None else Loaded(*row)

    return etags.tagged(request, await cached.shared(services, token, PROJECT.entry(project=number), load))


PROJECT_TASK_PAGES = SharedPages(TASKS, by="project", sort="due_on", policy=PROJECT_TASKS)

ROUTES = (
    Endpoint(
        method="GET",
        path="/api/projects/{id}",
        serve=project,
        summary="A project with its client, manager, members and tasks by status",
        tag="projects",
        response=Project,
        headers=("If-None-Match",),
        sends=("X-Cache",),
    ),
    PROJECT_TASK_PAGES.endpoint("/api/projects/{id}/tasks", "A project's tasks by due day", "projects"),
)

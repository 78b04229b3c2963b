"""The app's table of contents: its paths and what serves them."""

from starlette.applications import Starlette
from starlette.routing import Route

from app import dashboards, health, problems, projects, tasks
from app.services import Services

ROUTES = (
    Route("/api/projects/{id}", projects.project, methods=["GET"]),
    Route("/api/projects/{id}/tasks", projects.project_tasks, methods=["GET"]),
    Route("/api/dashboards/user", dashboards.user, methods=["GET"]),
    Route("/api/tasks/{id}", tasks.change_status, methods=["PATCH"]),
    Route("/healthz", health.healthz, methods=["GET"]),
    Route("/readyz", health.readyz, methods=["GET"]),
)


def application(services: Services) -> Starlette:
    """Return the ASGI application that works with `services`."""
    app = Starlette(routes=ROUTES, exception_handlers=problems.HANDLERS)
    app.state.services = services
    app.router.redirect_slashes = False
    return app

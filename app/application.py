"""The app's table of contents: its topics' routes and what serves them."""

from starlette.applications import Starlette

from app import (
    cache_admin,
    counts,
    dashboards,
    documentation,
    generated_reports,
    health,
    problems,
    projects,
    read_routes,
    reports,
    searches,
    write_clients,
    write_comments,
    write_drafts,
    write_invoices,
    write_members,
    write_messages,
    write_milestones,
    write_notifications,
    write_projects,
    write_tasks,
    write_threads,
    write_time,
    write_tokens,
    write_users,
)
from app.routes import Directory, Endpoint
from app.services import Services

TOPICS: tuple[tuple[Endpoint, ...], ...] = (
    projects.ROUTES,
    read_routes.ROUTES,
    counts.ROUTES,
    dashboards.ROUTES,
    searches.ROUTES,
    reports.ROUTES,
    generated_reports.ROUTES,
    cache_admin.ROUTES,
    write_projects.ROUTES,
    write_members.ROUTES,
    write_milestones.ROUTES,
    write_tasks.ROUTES,
    write_comments.ROUTES,
    write_time.ROUTES,
    write_threads.ROUTES,
    write_messages.ROUTES,
    write_notifications.ROUTES,
    write_drafts.ROUTES,
    write_invoices.ROUTES,
    write_clients.ROUTES,
    write_users.ROUTES,
    write_tokens.ROUTES,
    health.ROUTES,
)
ENDPOINTS = tuple(endpoint for topic in TOPICS for endpoint in topic)


def application(services: Services) -> Starlette:
    """Return the ASGI application that works with `services`."""
    directory = Directory((*ENDPOINTS, *documentation.routes(ENDPOINTS)))
    app = Starlette(routes=[directory], exception_handlers=problems.HANDLERS)
    app.state.services = services
    app.router.redirect_slashes = False
    return app

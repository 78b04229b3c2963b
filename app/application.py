"""The ASGI application: the domain's endpoints, monitoring, and the API documentation."""

from starlette.applications import Starlette
from starlette.routing import Route

from app.agency import topics
from app.http import documentation, problems
from app.http.routing import Router
from app.monitoring import cache_admin, database_admin, health
from app.monitoring.asking import note_asker
from app.monitoring.page import routes as page
from app.monitoring.requests import Requests
from app.services import Services
from app.warming.counting import count_read

ENDPOINTS = (*topics.ENDPOINTS, *cache_admin.ROUTES, *database_admin.ROUTES, *health.ROUTES)


def application(services: Services) -> Starlette:
    """Return the ASGI application, which uses `services`."""
    endpoints = (*ENDPOINTS, *documentation.routes(ENDPOINTS, topics.ABOUT))
    ended = Requests(services.cache.statistics.registry).ended
    directory = Router(endpoints, note_asker, count_read, ended)
    pages = Router(page.ENDPOINTS, note_asker, count_read, ended)
    # The edge does not lead to it: whoever may open the app's socket needs no token.
    metrics = Route("/metrics", cache_admin.own_metrics)
    app = Starlette(routes=[directory, pages, metrics], exception_handlers=problems.HANDLERS)
    app.state.services = services
    app.router.redirect_slashes = False
    return app

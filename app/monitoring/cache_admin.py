"""GET /api/admin/cache-stats and /api/admin/metrics, PATCH /api/admin/cache: the cache, for admins."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from app.cache.shapes import CacheStatistics, CacheSwitch, CacheSwitched
from app.database.queries import queries
from app.http.problems import Problem, not_found
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.monitoring import cache_figures
from app.monitoring.admins import admin
from app.services import Services, services_of
from app.writing.write import begin

SAMPLE = Path("/run/bantam-history/metrics.prom")
OLD_S = 300


async def statistics(request: Request) -> Response:
    """Respond with the cache statistics since the server started."""
    await admin(request, "The cache's statistics are")
    return JsonBytes(msgspec.json.encode(await gathered(services_of(request))))


async def gathered(services: Services) -> CacheStatistics:
    """Return the counts of all workers, and the figures of Redis."""
    collector = services.cache.statistics.collector()
    return CacheStatistics(
        enabled=services.cache.health.is_switched_on,
        errors=_errors(collector),
        redis=await services.cache.redis_figures(),
        namespaces=cache_figures.namespaces(collector, services.cache.statistics.policies),
    )


async def metrics(request: Request) -> Response:
    """Respond with the statistics for Prometheus."""
    await admin(request, "Metrics are")
    return await _metrics(request)


async def own_metrics(request: Request) -> Response:
    """Do the same for whoever may open the app's socket; what comes through the edge is refused."""
    if "x-forwarded-for" in request.headers:
        raise not_found()
    return await _metrics(request)


async def _metrics(request: Request) -> Response:
    # Adding up what all workers have written takes a while, in which others are served.
    own = await asyncio.to_thread(generate_latest, services_of(request).cache.statistics.collector())
    return Response(
        own + _sample(), headers={"cache-control": "no-store", "content-type": CONTENT_TYPE_LATEST}
    )


def _sample() -> bytes:
    """Return the rest of the server as bantam-history has measured it, nothing if that was long ago."""
    try:
        is_old = time.time() - SAMPLE.stat().st_mtime > OLD_S
        return b"" if is_old else SAMPLE.read_bytes()
    except OSError:
        return b""


async def switch(request: Request) -> Response:
    """Respond with the switch; every worker follows it within half a second."""
    write = await begin(request, CacheSwitch)
    admin_key = write.services.admin_key
    key, feature = await write.facts(queries.switch_feature, "cache", write.body.enabled, admin_key)
    if key != admin_key:
        raise Problem(403, "Only admins can switch the cache.")
    return JsonBytes(feature)


def _errors(collector: Collector) -> dict[str, int]:
    return {
        sample.labels["operation"]: int(sample.value)
        for metric in collector.collect()
        for sample in metric.samples
        if sample.name == "bantam_cache_errors_total"
    }


ROUTES: tuple[Any, ...] = (
    Endpoint(
        method="GET",
        path="/api/admin/cache-stats",
        serve=statistics,
        summary="Cache statistics by namespace",
        tag="admin",
        response=CacheStatistics,
        errors=(403,),
    ),
    Endpoint(
        method="GET",
        path="/api/admin/metrics",
        serve=metrics,
        summary="Requests, statements, the cache and the newest sample of the server, for Prometheus",
        tag="admin",
        media_types=("text/plain",),
        errors=(403,),
    ),
    Endpoint(
        method="PATCH",
        path="/api/admin/cache",
        serve=switch,
        summary="Switch the cache on or off",
        tag="admin",
        body=CacheSwitch,
        response=CacheSwitched,
        errors=(403,),
    ),
)

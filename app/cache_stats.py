"""`bantam-cache-stats`, on the server: cache statistics, one line per namespace."""

import os
import sys

from prometheus_client import CollectorRegistry, multiprocess

from app.agency.cache_policies import POLICIES
from app.cache.shapes import Latency, Namespace
from app.monitoring.cache_figures import namespaces

FOLDER = "/run/bantam-statistics"
COLUMNS = (
    "namespace            hits   misses    stale  hit rate    fills    waits compared    wrong"
    "  read p50/p99 ms  fill p50/p99 ms"
)


def main() -> int:
    """Print the table; exit code 1 if no worker has counted anything."""
    if not os.path.isdir(FOLDER):  # noqa: PTH112  (one check, no path to work with)
        print(f"{FOLDER} is missing: no worker has run here since the server started.", file=sys.stderr)
        return 1
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, path=FOLDER)  # type: ignore[no-untyped-call]
    print(COLUMNS)
    for each in namespaces(together, POLICIES):
        print(_line(each))
    return 0


def _line(each: Namespace) -> str:
    rate = "" if each.hit_rate is None else f"{each.hit_rate:.1%}"
    return (
        f"{each.namespace:17}{each.hits:8,}{each.misses:9,}{each.stale:9,}{rate:>10}{each.fills:9,}{each.waits:9,}"
        f"{each.inspected:9,}{each.wrong:9,}"
        f"{_pair(each.read_ms):>17}{_pair(each.fill_ms):>17}"
    )


def _pair(latency: Latency | None) -> str:
    return "" if latency is None else f"{latency.p50:g} / {latency.p99:g}"

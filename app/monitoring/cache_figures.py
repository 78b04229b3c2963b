"""The counts of all workers by namespace, as figures for people."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client.registry import Collector

from app.cache.policy import Policy
from app.cache.shapes import Latency, Namespace
from app.cache.statistics import FINDINGS, OUTCOMES

PREFIX = "bantam_cache_"
QUANTILES = (0.5, 0.95, 0.99)


class Bucket(NamedTuple):
    """`reached` is how many observations took at most `seconds`."""

    seconds: float
    reached: float


def namespaces(collector: Collector, policies: Iterable[Policy]) -> list[Namespace]:
    """Return the figures of every namespace, even of those without reads."""
    counts: dict[tuple[str, str, str], float] = defaultdict(float)
    buckets: dict[tuple[str, str], list[Bucket]] = defaultdict(list)
    for metric in collector.collect():
        for sample in metric.samples:
            name, labels = sample.name.removeprefix(PREFIX), sample.labels
            namespace = labels.get("namespace", "")
            if name.endswith("_bucket"):
                buckets[name.removesuffix("_bucket"), namespace].append(
                    Bucket(float(labels["le"]), sample.value)
                )
            else:
                counts[name, namespace, labels.get("outcome", labels.get("finding", ""))] += sample.value
    return [_namespace(policy.namespace, policy.version, counts, buckets) for policy in policies]


def _namespace(
    name: str,
    version: str,
    counts: dict[tuple[str, str, str], float],
    buckets: dict[tuple[str, str], list[Bucket]],
) -> Namespace:
    outcomes = {outcome: int(counts["reads_total", name, outcome]) for outcome in OUTCOMES}
    findings = {finding: int(counts["inspections_total", name, finding]) for finding in FINDINGS}
    reads = sum(outcomes.values()) - outcomes["off"]
    fills = buckets["fill_seconds", name]
    return Namespace(
        namespace=name,
        version=version,
        hits=outcomes["hit"],
        misses=outcomes["miss"],
        stale=outcomes["stale"],
        damaged=outcomes["damaged"],
        off=outcomes["off"],
        hit_rate=round(outcomes["hit"] / reads, 4) if reads else None,
        fills=int(counts["fill_seconds_count", name, ""]),
        waits=int(counts["waits_total", name, ""]),
        early_refreshes=int(counts["early_refreshes_total", name, ""]),
        read_bytes=int(counts["read_bytes_total", name, ""]),
        kept_bytes=int(counts["kept_bytes_total", name, ""]),
        inspected=findings["right"] + findings["wrong"],
        wrong=findings["wrong"],
        undecided=findings["undecided"],
        read_ms=latency(buckets["read_seconds", name]),
        fill_ms=latency(fills),
    )


def latency(buckets: Iterable[Bucket]) -> Latency | None:
    """Return quantiles in ms, each the upper bound of its bucket; None if nothing was measured."""
    rising = sorted(buckets)
    if not rising or not rising[-1].reached:
        return None
    total = rising[-1].reached
    largest = max(bucket.seconds for bucket in rising if bucket.seconds != float("inf"))

    def quantile(share: float) -> float:
        bound = next(bucket.seconds for bucket in rising if bucket.reached >= share * total)
        return round(min(bound, largest) * 1000, 3)

    return Latency(*map(quantile, QUANTILES))

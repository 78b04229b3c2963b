"""Cache statistics by namespace; each worker writes files, and any worker can add them all up."""

from collections.abc import Sequence
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess, values
from prometheus_client.registry import Collector

from app.cache.policy import Entry, Policy

Outcome = Literal["hit", "miss", "stale", "damaged", "off"]
OUTCOMES: tuple[Outcome, ...] = ("hit", "miss", "stale", "damaged", "off")
Operation = Literal["read", "keep", "renew"]
Finding = Literal["right", "wrong", "undecided"]
FINDINGS: tuple[Finding, ...] = ("right", "wrong", "undecided")

READ_SECONDS = (0.0002, 0.0003, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1)
FILL_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)


class Statistics:
    """
    The counters of this worker; they continue those of the previous worker with the same number.

    The child for each namespace is looked up once, so that a hit does not pay for building label names.
    """

    def __init__(self, folder: str | None, worker: str, policies: Sequence[Policy]) -> None:
        self.policies = policies
        self._folder = folder
        if folder is not None:
            values.ValueClass = values.MultiProcessValue(lambda: worker)  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        names = [policy.namespace for policy in policies]

        def counter(name: str, help_: str, label: str | None = None) -> Counter:
            labels = ["namespace"] if label is None else ["namespace", label]
            return Counter(f"bantam_cache_{name}", help_, labels, registry=registry)

        reads = counter("reads", "Reads of an entry, by outcome.", "outcome")
        self._reads = {(name, outcome): reads.labels(name, outcome) for name in names for outcome in OUTCOMES}
        read_bytes = counter("read_bytes", "Bytes of values read.")
        self._read_bytes = {name: read_bytes.labels(name) for name in names}
        kept_bytes = counter("kept_bytes", "Bytes of values stored.")
        self._kept_bytes = {name: kept_bytes.labels(name) for name in names}
        waits = counter("waits", "Readers that waited for another fill.")
        self._waits = {name: waits.labels(name) for name in names}
        refreshes = counter("early_refreshes", "Values refreshed before they expired.")
        self._refreshes = {name: refreshes.labels(name) for name in names}
        inspections = counter("inspections", "Hits compared with the database, by finding.", "finding")
        self._inspections = {
            (name, finding): inspections.labels(name, finding) for name in names for finding in FINDINGS
        }
        self._errors = Counter(
            "bantam_cache_errors", "Redis commands that failed.", ["operation"], registry=registry
        )
        seconds = Histogram(
            "bantam_cache_read_seconds",
            "Latency of cache lookups, including a shared MGET.",
            ["namespace"],
            buckets=READ_SECONDS,
            registry=registry,
        )
        self._read_seconds = {name: seconds.labels(name) for name in names}
        fills = Histogram(
            "bantam_cache_fill_seconds",
            "Latency of the database query that fills a value.",
            ["namespace"],
            buckets=FILL_SECONDS,
            registry=registry,
        )
        self._fill_seconds = {name: fills.labels(name) for name in names}

    def read(self, entry: Entry, outcome: Outcome, size: int = 0) -> None:
        """Count one read of an entry."""
        namespace = entry.policy.namespace
        self._reads[namespace, outcome].inc()
        if size:
            self._read_bytes[namespace].inc(size)

    def took(self, entries: Sequence[Entry], seconds: float) -> None:
        """Count the latency of a lookup, under the last of its entries, which is the body's."""
        self._read_seconds[entries[-1].policy.namespace].observe(seconds)

    def kept(self, entry: Entry, size: int) -> None:
        """Count a stored value."""
        self._kept_bytes[entry.policy.namespace].inc(size)

    def filled(self, entry: Entry, seconds: float) -> None:
        """Count a fill."""
        self._fill_seconds[entry.policy.namespace].observe(seconds)

    def waited(self, entry: Entry) -> None:
        """Count a reader that waited for another fill."""
        self._waits[entry.policy.namespace].inc()

    def refreshed(self, entry: Entry) -> None:
        """Count a refresh of a value before it expires."""
        self._refreshes[entry.policy.namespace].inc()

    def inspected(self, entry: Entry, finding: Finding) -> None:
        """Count a hit that was compared with the database."""
        self._inspections[entry.policy.namespace, finding].inc()

    def failed(self, operation: Operation) -> None:
        """Count a Redis command that timed out or failed."""
        self._errors.labels(operation).inc()

    def collector(self) -> Collector:
        """Return a collector of the counts of all workers."""
        if self._folder is None:
            return self.registry
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together, path=self._folder)  # type: ignore[no-untyped-call]
        return together

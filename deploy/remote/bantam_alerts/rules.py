"""What somebody is told: a figure, a threshold, for how long, and what to look at."""

from typing import Literal, NamedTuple

from . import figures
from .figures import Figure

Severity = Literal["warning", "critical"]


class Rule(NamedTuple):
    """
    When an alert begins and ends.

    It begins when `samples` in a row are beyond `limit`, and ends when as many, but no more than three, are
    not beyond `calm`. Beyond is above, or below if `calm` is the larger one. `says` has a place for the
    value.
    """

    name: str
    severity: Severity
    figure: Figure
    limit: float
    calm: float
    samples: int
    says: str
    look: str

    def is_beyond(self, value: float, limit: float) -> bool:
        """Return whether the value is on the wrong side of the limit."""
        return value < limit if self.calm > self.limit else value > limit


HOUR_S, DAY_S = 3600, 86400
MONITOR = "make monitor"
CONNECTIONS = "make connections"
RULES = (
    *(
        Rule(
            f"{name} does not answer",
            "critical",
            figure,
            0,
            0,
            2,
            f"{name} does not answer.",
            MONITOR,
        )
        for name, figure in (
            ("PostgreSQL", figures.silent("database")),
            ("PgBouncer", figures.silent_pool),
            ("Redis", figures.silent("redis")),
            ("The app", figures.silent("app")),
        )
    ),
    Rule(
        *("the history is not kept", "critical", figures.now("history", "waiting_s"), 900, 600, 2),
        "Samples have been waiting for {:.0f} s: PostgreSQL does not take them.",
        "journalctl -u bantam-history on the server (`make ssh`)",
    ),
    Rule(
        *("requests fail", "critical", figures.failed_requests, 1, 0.1, 2),
        "{:.1f} % of the requests failed within a minute.",
        "journalctl -u 'bantam-app@*' --since -10min on the server (`make ssh`)",
    ),
    Rule(
        *("requests are slow", "warning", figures.slow_requests, 5, 4, 5),
        "{:.0f} % of the requests took more than 500 ms.",
        "make history, make monitor",
    ),
    Rule(
        *("slow statements", "warning", figures.risen("app", "slow_statements"), 0, 0, 1),
        "{:.0f} statements took more than 1000 ms within a minute.",
        "journalctl -u 'bantam-app@*' --grep ' took ' on the server, then docs/monitoring.md",
    ),
    Rule(
        *("few cache hits", "warning", figures.cache_hits, 70, 75, 5),
        "Only {:.0f} % of the reads were answered from the cache.",
        "make cache-stats",
    ),
    Rule(
        *("the cache was wrong", "critical", figures.risen("app", "cache_wrong"), 0, 0, 1),
        "{:.0f} of the hits that were compared with the database were wrong within a minute.",
        "make cache-off, then docs/caching.md",
    ),
    Rule(
        *("the pool is nearly full", "critical", figures.pool_used, 90, 75, 2),
        "{:.0f} % of the pool's connections are in use.",
        CONNECTIONS,
    ),
    Rule(
        *("PostgreSQL uses the CPU up", "warning", figures.database_cpu, 80, 65, 5),
        "PostgreSQL uses {:.0f} % of the server's CPU.",
        "make monitor: the statements that cost most",
    ),
    Rule(
        *("little memory", "warning", figures.memory_used, 92, 85, 5),
        "{:.0f} % of the memory are in use.",
        MONITOR,
    ),
    Rule(
        *("the disk is filling up", "warning", figures.disk_free, 15, 18, 2),
        "{:.0f} % of the disk are free.",
        "docs/runbook.md",
    ),
    Rule(
        *("the disk is nearly full", "critical", figures.disk_free, 7, 9, 2),
        "{:.0f} % of the disk are free.",
        "docs/runbook.md",
    ),
    Rule(
        *("WAL is not archived", "critical", figures.now("database", "wal_waiting_s"), 600, 120, 2),
        "WAL has been waiting for the archive for {:.0f} s: it would be lost with the server.",
        "make backups",
    ),
    Rule(
        *("no backup is taken", "critical", figures.since_a_backup, 3 * HOUR_S, 2 * HOUR_S, 10),
        "Nobody has looked whether a backup is due for {:.0f} s.",
        "systemctl list-timers on the server (`make ssh`)",
    ),
    Rule(
        *("no drill is made", "warning", figures.now("jobs", "drill_tried_s"), 8 * DAY_S, 7.5 * DAY_S, 1),
        "Whether the backups can be restored has not been tried for {:.0f} s.",
        "make drill",
    ),
    Rule(
        *("the certificate ends", "critical", figures.now("certificate", "days_left"), 14, 20, 1),
        "The certificate is valid for {:.0f} more days, and has not been renewed.",
        "make deploy, which renews it; with acme: journalctl -u certbot on the server (`make ssh`)",
    ),
    Rule(
        *("the outbox grows", "warning", figures.now("database", "outbox_rows"), 10_000, 1_000, 5),
        "{:.0f} changes by SQL wait for the cache to learn of them: no worker relays them.",
        "journalctl -u 'bantam-app@*' on the server (`make ssh`)",
    ),
    Rule(
        *("many tokens are refused", "warning", figures.risen("app", "unauthorized"), 100, 20, 2),
        "{:.0f} requests had no valid token within a minute.",
        "journalctl -t nginx on the server (`make ssh`)",
    ),
    Rule(
        *("a long transaction", "warning", figures.now("database", "longest_transaction_s"), 600, 600, 1),
        "A transaction has been open for {:.0f} s: vacuum cannot remove rows that it might see.",
        CONNECTIONS,
    ),
    Rule(
        *("near a forced vacuum", "warning", figures.now("database", "wraparound_percent"), 120, 100, 5),
        "The oldest transaction is at {:.0f} % of autovacuum_freeze_max_age: vacuum does not get through.",
        "monitoring.tables: oldest_transaction (docs/monitoring.md)",
    ),
    Rule(
        *("an invalid index", "warning", figures.now("database", "invalid_indexes"), 0, 0, 60),
        "{:.0f} indexes are invalid: they are maintained, but no query can use them.",
        "make migrate-status",
    ),
    Rule(
        *("an idle replication slot", "critical", figures.now("database", "idle_replication_slots"), 0, 0, 5),
        "{:.0f} replication slots keep WAL that nobody fetches, until the disk is full.",
        "SELECT * FROM pg_replication_slots",
    ),
)


def of_unit(name: str) -> Rule:
    """The rule for a unit that has failed: each is an alert of its own."""
    return Rule(
        *(f"{name} has failed", "critical", figures.failed_unit(name), 0, 0, 2),
        f"{name} has failed.",
        f"journalctl -u {name} on the server (`make ssh`)",
    )

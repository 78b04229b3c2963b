"""From sample to sample: an alert begins once, ends once, and nothing else is told."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.remote.bantam_alerts.judging import LONG_UNKNOWN, is_quiet, judge, unit_rules
from deploy.remote.bantam_alerts.rules import RULES

BEGAN = datetime(2026, 11, 29, 12, tzinfo=UTC)
CALM: dict[str, Any] = {
    "server": {"cores": 2, "memory_mb": 2000, "memory_used_mb": 900, "disk_mb": 1000, "disk_free_mb": 500},
    "cpu_s": {"postgresql": 0},
    "pool": {"size": 20, "used": 3},
    "redis": {},
    "jobs": {"failed": [], "starting": [], "backup_tried_s": 1800, "drill_tried_s": 300_000},
    "history": {"waiting_s": 200},
    "certificate": {"days_left": 60},
    "app": {
        "requests": 0,
        "failures": 0,
        "unauthorized": 0,
        "slow_statements": 0,
        "cache_reads": 0,
        "cache_hits": 0,
        "cache_wrong": 0,
        "buckets": {"0.5": 0},
    },
    "database": {
        "wal_waiting_s": 0,
        "outbox_rows": 0,
        "longest_transaction_s": 1,
        "wraparound_percent": 5,
        "invalid_indexes": 0,
        "idle_replication_slots": 0,
    },
}
A_MINUTE = {"requests": 1000, "cache_reads": 1000, "cache_hits": 900}
"""What a calm minute adds to the counters of the app."""

Changes = dict[str, Any]
# By rule what a minute looks like in which it is beyond its limit: gauges are set, counters rise.
BEYOND: dict[str, Changes] = {
    "PostgreSQL does not answer": {"database": None},
    "PgBouncer does not answer": {"pool": None},
    "Redis does not answer": {"redis": None},
    "The app does not answer": {"app": None},
    "requests fail": {"app": {"failures": 11}},
    "requests are slow": {"app": {"buckets": {"0.5": 949}}},
    "slow statements": {"app": {"slow_statements": 1}},
    "few cache hits": {"app": {"cache_hits": 699}},
    "the cache was wrong": {"app": {"cache_wrong": 1}},
    "the pool is nearly full": {"pool": {"used": 19}},
    "PostgreSQL uses the CPU up": {"cpu_s": {"postgresql": 97}},
    "little memory": {"server": {"memory_used_mb": 1850}},
    "the disk is filling up": {"server": {"disk_free_mb": 149}},
    "the disk is nearly full": {"server": {"disk_free_mb": 69}},
    "WAL is not archived": {"database": {"wal_waiting_s": 601}},
    "the history is not kept": {"history": {"waiting_s": 901}},
    "no backup is taken": {"jobs": {"backup_tried_s": 10_801}},
    "no drill is made": {"jobs": {"drill_tried_s": 691_201}},
    "the certificate ends": {"certificate": {"days_left": 13.9}},
    "the outbox grows": {"database": {"outbox_rows": 10_001}},
    "many tokens are refused": {"app": {"unauthorized": 101}},
    "a long transaction": {"database": {"longest_transaction_s": 601}},
    "near a forced vacuum": {"database": {"wraparound_percent": 121}},
    "an invalid index": {"database": {"invalid_indexes": 1}},
    "an idle replication slot": {"database": {"idle_replication_slots": 1}},
}
ALSO = {"the disk is nearly full": {"the disk is filling up"}}


class Server:
    """Takes samples, each a minute after the one before, and judges them."""

    def __init__(self, quiet_hours: tuple[int, int] | None = None) -> None:
        self.state: dict[str, Any] = {}
        self.quiet_hours = quiet_hours
        self.held: set[Any] = set()
        self.counters = copy.deepcopy({"app": CALM["app"], "cpu_s": CALM["cpu_s"]})
        self.last = self._sample({}, BEGAN)

    def minutes(self, count: int, changes: Changes | None = None) -> list[str]:
        """The titles of what is told within so many minutes."""
        titles = []
        for _ in range(count):
            moment = datetime.fromisoformat(self.last["taken_at"]) + timedelta(minutes=1)
            sample = self._sample(changes or {}, moment)
            # As it is between two runs.
            self.state = json.loads(json.dumps(self.state))
            held: set[Any] = {"warning"} if is_quiet(self.quiet_hours, moment) else self.held
            known = [*RULES, *unit_rules(sample, self.state)]
            titles += [each["title"] for each in judge(self.last, sample, self.state, known, held)]
            self.last = sample
        return titles

    def _sample(self, changes: Changes, moment: datetime) -> dict[str, Any]:
        app = {**A_MINUTE, **(changes.get("app") or {})}
        buckets = app.pop("buckets", {"0.5": A_MINUTE["requests"]})
        for name, rise in app.items():
            self.counters["app"][name] += rise
        self.counters["app"]["buckets"]["0.5"] += buckets["0.5"]
        self.counters["cpu_s"]["postgresql"] += changes.get("cpu_s", {}).get("postgresql", 6)
        figures = copy.deepcopy(CALM | self.counters)
        for part, said in changes.items():
            if said is None:
                figures[part] = None
            elif part not in self.counters:
                figures[part] |= said
        return {"taken_at": moment.isoformat(), "figures": figures}


def upper(name: str) -> str:
    return name[0].upper() + name[1:]


def test_every_rule_is_tried() -> None:
    assert BEYOND.keys() == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_alert_begins_once_and_ends_once(rule: Any) -> None:
    server = Server()
    assert server.minutes(10) == []
    assert server.minutes(rule.samples - 1, BEYOND[rule.name]) == []
    expected = {upper(rule.name)} | {upper(other) for other in ALSO.get(rule.name, ())}
    told = server.minutes(10, BEYOND[rule.name])
    assert upper(rule.name) in told
    assert set(told) <= expected
    assert len(told) == len(set(told))

    told = server.minutes(10)
    assert f"Resolved: {rule.name}" in told
    assert len(told) == len(expected)
    assert server.minutes(10) == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.samples > 1], ids=lambda rule: rule.name)
def test_a_moment_is_no_alert(rule: Any) -> None:
    server = Server()
    told = []
    for _ in range(20):
        told += server.minutes(1, BEYOND[rule.name]) + server.minutes(1)

    assert [title for title in told if upper(rule.name) in title] == []


def test_what_is_neither_beyond_nor_calm_does_not_end_an_alert() -> None:
    server = Server()
    assert server.minutes(5, {"pool": {"used": 20}}) == ["The pool is nearly full"]
    assert server.minutes(30, {"pool": {"used": 17}}) == []
    assert server.minutes(5) == ["Resolved: the pool is nearly full"]


def test_a_part_that_is_silent_says_nothing_about_its_figures() -> None:
    server = Server()
    assert server.minutes(5, {"pool": {"used": 20}}) == ["The pool is nearly full"]
    assert server.minutes(5, {"pool": None}) == ["PgBouncer does not answer"]
    assert server.minutes(5, {"pool": {"used": 20}}) == ["Resolved: PgBouncer does not answer"]


def test_counters_that_began_anew_are_no_alert() -> None:
    server = Server()
    server.minutes(10)
    server.counters = copy.deepcopy({"app": CALM["app"], "cpu_s": CALM["cpu_s"]})

    assert server.minutes(10) == []


def test_a_quiet_server_has_no_share_to_judge() -> None:
    """Three reads of which one was a hit are no cache that does not work."""
    server = Server()
    few = {"requests": 3, "failures": 1, "cache_reads": 3, "cache_hits": 1, "buckets": {"0.5": 2}}

    assert server.minutes(20, {"app": few}) == []


def test_moments_that_tell_nothing_break_a_row() -> None:
    """Warming an empty cache after each of several restarts is not a cache that does not work."""
    server = Server()
    idle = {"requests": 0, "cache_reads": 0, "cache_hits": 0, "buckets": {"0.5": 0}}
    told = []
    for _ in range(10):
        told += server.minutes(1, BEYOND["few cache hits"]) + server.minutes(3, {"app": idle})

    assert told == []


def test_a_warning_waits_for_the_end_of_the_quiet_hours() -> None:
    server = Server(quiet_hours=(11, 13))
    assert server.minutes(59, BEYOND["little memory"]) == []
    assert server.minutes(5, BEYOND["little memory"]) == ["Little memory"]


def test_a_warning_that_was_over_before_anybody_was_told_is_not_told() -> None:
    server = Server(quiet_hours=(11, 13))
    server.minutes(20, BEYOND["little memory"])

    assert server.minutes(60) == []


def test_what_is_critical_does_not_wait() -> None:
    server = Server(quiet_hours=(11, 13))

    assert server.minutes(5, BEYOND["the pool is nearly full"]) == ["The pool is nearly full"]


def test_the_end_of_a_warning_waits_for_the_end_of_the_quiet_hours_too() -> None:
    server = Server(quiet_hours=(13, 14))
    assert server.minutes(30, BEYOND["little memory"]) == ["Little memory"]
    server.minutes(29, BEYOND["little memory"])
    assert server.minutes(60) == []
    assert server.minutes(5) == ["Resolved: little memory"]


def test_what_began_before_there_was_a_channel_is_told_once_there_is_one() -> None:
    server = Server()
    server.held = {"critical"}
    assert server.minutes(10, BEYOND["the pool is nearly full"]) == []
    server.held = set()

    assert server.minutes(5, BEYOND["the pool is nearly full"]) == ["The pool is nearly full"]


def test_each_unit_that_fails_is_an_alert_of_its_own() -> None:
    server = Server()
    one = {"jobs": {"failed": ["x.service"]}}
    both = {"jobs": {"failed": ["bantam-backup.service", "x.service"]}}
    assert server.minutes(5, one) == ["X.service has failed"]
    assert server.minutes(5, both) == ["Bantam-backup.service has failed"]
    assert server.minutes(5, one) == ["Resolved: bantam-backup.service has failed"]
    assert server.minutes(5) == ["Resolved: x.service has failed"]
    assert not [name for name in server.state if name.endswith("has failed")]


def test_a_unit_that_fails_hour_after_hour_is_one_alert() -> None:
    server = Server()
    told = []
    for _ in range(5):
        told += server.minutes(20, {"jobs": {"failed": ["bantam-backup.service"]}})
        told += server.minutes(10, {"jobs": {"starting": ["bantam-backup.service"]}})

    assert told == ["Bantam-backup.service has failed"]


def test_its_own_failure_is_not_told() -> None:
    """Whoever cannot deliver would tell of itself."""
    assert Server().minutes(5, {"jobs": {"failed": ["bantam-alerts.service"]}}) == []


def test_a_backup_that_takes_long_is_being_taken() -> None:
    server = Server()
    running = {"jobs": {"starting": ["bantam-backup.service"], "backup_tried_s": 20_000}}

    assert server.minutes(20, running) == []


@pytest.mark.parametrize("name", ["requests fail", "few cache hits"])
def test_an_alert_of_which_nothing_tells_any_more_does_not_hide_the_next_one(name: str) -> None:
    server = Server()
    idle = {"requests": 1, "failures": 1, "cache_reads": 1, "cache_hits": 0, "buckets": {"0.5": 1}}
    assert upper(name) in server.minutes(10, BEYOND[name])
    assert f"Resolved: {name}" in server.minutes(LONG_UNKNOWN, {"app": idle})

    assert upper(name) in server.minutes(10, BEYOND[name])


def test_all_of_few_requests_failing_is_told() -> None:
    few = {"requests": 6, "failures": 6, "cache_reads": 0, "cache_hits": 0, "buckets": {"0.5": 6}}

    assert "Requests fail" in Server().minutes(5, {"app": few})


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [
        (None, 3, False),
        ((22, 6), 22, True),
        ((22, 6), 23, True),
        ((22, 6), 5, True),
        ((22, 6), 6, False),
        ((22, 6), 12, False),
        ((1, 3), 2, True),
        ((1, 3), 3, False),
        ((1, 3), 0, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: tuple[int, int] | None, hour: int, quiet: bool) -> None:
    assert is_quiet(hours, BEGAN.replace(hour=hour)) is quiet

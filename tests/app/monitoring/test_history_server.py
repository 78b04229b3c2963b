"""Every minute is kept: what each part said, even while one was away, for as many days as promised."""

# ruff: noqa: S608  (the numbers are the tests' own)

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.support.server import Server
from tests.app.support.warmth import until
from tests.servers import ROOT, SandboxServer

pytestmark = pytest.mark.server

ADMIN = 1
WAITING = "/var/lib/bantam-history/waiting.jsonl"
PARTS = {"server", "cpu_s", "jobs", "certificate", "pool", "redis", "app", "database", "history"}
COMPONENTS = {"postgresql", "pgbouncer", "redis", "app", "edge"}


@pytest.fixture(scope="module", autouse=True)
def _no_timer(server: Server) -> Iterator[None]:
    """Samples are taken when a test asks for one."""
    server.run("systemctl stop bantam-history.timer")
    yield
    server.run("systemctl start bantam-history bantam-history.timer")


def taken(server: Server) -> Any:
    """The figures of a sample taken now, wherever it is kept."""
    server.run("systemctl start bantam-history")
    if line := server.run(f"tail -n 1 {WAITING} 2>/dev/null || true"):
        return json.loads(line)["figures"]
    return json.loads(server.sql("SELECT figures FROM history.samples ORDER BY taken_at DESC LIMIT 1"))


def test_a_sample_has_every_part(server: Server) -> None:
    figures = taken(server)

    assert figures.keys() == PARTS
    assert [part for part, said in figures.items() if not said] == []
    assert figures["cpu_s"].keys() == COMPONENTS
    assert figures["pool"]["size"] >= figures["pool"]["used"] + figures["pool"]["idle"] > 0
    assert figures["redis"]["maxmemory"] > figures["redis"]["used_memory"] > 0


def test_requests_between_two_samples_are_told(server: Server) -> None:
    before = taken(server)["app"]
    for project in (1, 1, 2):
        server.get(f"/api/projects/{project}", ADMIN)
    after = taken(server)["app"]

    assert after["requests"] - before["requests"] == 3
    assert after["cache_reads"] > before["cache_reads"]
    assert after["failures"] == before["failures"]


def test_an_outage_of_postgresql_is_in_the_history(server: Server) -> None:
    server.sql("TRUNCATE history.samples")
    server.run("systemctl stop postgresql@17-main")
    try:
        assert taken(server)["database"] is None
    finally:
        server.run("systemctl start postgresql@17-main")
    until(lambda: server.http.get("/readyz").status_code == 200)

    assert taken(server)["database"] is not None
    kept = server.rows(
        "SELECT figures -> 'database' IS DISTINCT FROM 'null' AS up FROM history.samples ORDER BY taken_at"
    )
    assert [row["up"] for row in kept][-2:] == [False, True]
    assert server.run(f"cat {WAITING} 2>/dev/null || true") == ""


def test_details_come_once_an_hour(server: Server) -> None:
    server.sql("TRUNCATE history.samples")
    for _ in range(2):
        taken(server)

    found = server.rows("SELECT details FROM history.samples WHERE details IS NOT NULL")
    assert len(found) == 1
    details = found[0]["details"]
    assert {each["name"] for each in details["tables"]} >= {"tasks", "projects", "users"}
    assert {each["route"] for each in details["routes"]} >= {"GET /readyz"}
    assert all(each["calls"] > 0 for each in details["statements"])


@pytest.mark.parametrize(
    ("moment", "is_kept"),
    [
        ("now()", True),
        ("now() - interval '13 days'", True),
        ("now() - interval '14 days'", False),
        ("now() + interval '2 days'", False),
        ("'epoch'", False),
    ],
)
def test_only_samples_of_the_days_that_are_kept_are_taken(server: Server, moment: str, is_kept: bool) -> None:
    row = f"json_build_object('taken_at', ({moment})::timestamptz, 'figures', '{{}}'::json)"
    server.sql(f"TRUNCATE history.samples; SELECT history.keep(jsonb_build_array({row}), 14)")

    assert server.sql("SELECT count(*) FROM history.samples") == str(int(is_kept))


def test_old_days_are_dropped(server: Server) -> None:
    count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'history.samples'::regclass"
    server.sql("SELECT history.partition(20)")
    assert server.sql(count) == "21"
    server.sql("SELECT history.keep('[]', 14)")

    assert server.sql(count) == "15"


@pytest.mark.parametrize(
    ("after", "p95_ms"),
    [
        ({"0.005": 95, "0.01": 100}, "5"),
        ({"0.005": 94, "0.01": 100}, "10"),
        ({"0.005": 50, "0.01": 94}, "10"),
        ({"0.005": 0, "0.01": 0}, ""),
    ],
    ids=["just reached", "just missed", "beyond the largest bucket", "nothing"],
)
def test_a_percentile_is_the_bound_of_its_bucket(server: Server, after: dict[str, int], p95_ms: str) -> None:
    total = 100 if any(after.values()) else 0
    before = {"app": {"requests": 7, "buckets": dict.fromkeys(after, 7)}}
    now = {"app": {"requests": total + 7, "buckets": {bound: count + 7 for bound, count in after.items()}}}

    assert server.sql(f"SELECT history.p95_ms('{json.dumps(now)}', '{json.dumps(before)}')") == p95_ms


@pytest.mark.parametrize(
    ("free_mb", "days_left"),
    [
        ("10000 - 1000 * day", "2"),
        ("10000", ""),
        ("10000 + 100 * day", ""),
        ("5000 + 4000 * (day % 2)", ""),
    ],
    ids=["steadily less", "the same", "more", "up and down"],
)
def test_a_forecast_is_for_what_is_used_up_steadily(server: Server, free_mb: str, days_left: str) -> None:
    figures = f"jsonb_build_object('server', jsonb_build_object('disk_mb', 20000, 'disk_free_mb', {free_mb}))"
    moment = "date_trunc('hour', now()) - make_interval(days => 8 - day)"
    samples = f"SELECT {moment}, {figures} FROM generate_series(1, 8) AS day"
    server.sql("SELECT history.partition(14)")
    server.sql(f"TRUNCATE history.samples; INSERT INTO history.samples {samples}")

    assert server.sql("SELECT days_left FROM history.forecasts() WHERE name = 'Disk'") == days_left


def test_what_the_server_carries_is_where_the_line_of_its_hours_ends(server: Server) -> None:
    """Each request a second takes one percent of the CPU, and ten are taken without any."""
    samples = """
        SELECT
            date_trunc('hour', now()) - make_interval(hours => 100 - n),
            jsonb_build_object(
                'app', jsonb_build_object('requests', sum(3600 * rate) OVER before),
                'server', jsonb_build_object('cores', 2, 'busy_s', sum(72 * (10 + rate)) OVER before)
            )
        FROM (SELECT n, 10 + 5 * (n % 5) AS rate FROM generate_series(1, 100) AS n) AS hours
        WINDOW before AS (ORDER BY n)
    """
    server.sql("SELECT history.partition(14)")
    server.sql(f"TRUNCATE history.samples; INSERT INTO history.samples {samples}")

    forecast = "SELECT used, available FROM history.forecasts() WHERE name = 'Requests'"
    [row] = server.rows(forecast)
    assert (row["used"], row["available"]) == (30, 80)


# They are there once something has failed.
SOMETIMES = {"bantam_unit_failed"}


def test_prometheus_gets_every_metric_that_its_rules_and_its_dashboard_use(server: Server) -> None:
    server.run("systemctl start bantam-history")
    text = server.get("/api/admin/metrics", 1).text
    there = {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}
    files = [ROOT / "docs/prometheus" / name for name in ("rules.yml", "dashboard.json")]
    used = {name for file in files for name in re.findall(r"bantam_\w+", file.read_text())}

    assert len(used) > 25
    assert used - there == SOMETIMES


def test_an_old_sample_is_no_metric(server: Server) -> None:
    server.run("touch -d '6 minutes ago' /run/bantam-history/metrics.prom")
    assert "bantam_up" not in server.get("/api/admin/metrics", 1).text
    server.run("systemctl start bantam-history")
    assert 'bantam_up{part="database"} 1' in server.get("/api/admin/metrics", 1).text


def test_the_last_day_is_beside_the_one_before(server: Server) -> None:
    """Twice as many requests, half of which failed."""
    app = "jsonb_build_object('app', jsonb_build_object('requests', {0}, 'failures', {1}))"
    hour = "extract(epoch FROM at - now() + interval '2 days')::bigint"
    requests = f"{hour} + greatest(0, {hour} - 86400)"
    failures = f"greatest(0, {hour} - 86400)"
    moments = (
        "generate_series(now() - interval '2 days', now() - interval '1 minute', interval '10 minutes') AS at"
    )
    server.sql("SELECT history.partition(14)")
    server.sql(
        "TRUNCATE history.samples; INSERT INTO history.samples"
        f" SELECT at, {app.format(requests, failures)} FROM {moments}"
    )

    days = server.rows("SELECT ago, requests_per_s, failures FROM history.days()")
    assert [(day["ago"], day["requests_per_s"]) for day in days] == [(0, 2.0), (1, 1.0)]
    assert days[0]["failures"] == pytest.approx(86400, rel=0.05)
    assert days[1]["failures"] < 5000


def test_a_counter_that_began_anew_has_not_risen(server: Server) -> None:
    risen = "history.risen('{{\"a\": {}}}', '{{\"a\": 5}}', 'a')"

    assert server.sql(f"SELECT {risen.format(7)}, {risen.format(4)}, {risen.format('null')}") == "2||"


def test_the_history_prints_hours_and_samples(sandbox_server: SandboxServer, server: Server) -> None:
    taken(server)
    done = sandbox_server.make("history")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("requests/s") == 2
    assert "PostgreSQL, % of a core" in done.stdout

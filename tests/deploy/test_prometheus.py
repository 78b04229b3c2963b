"""The newest sample as text for Prometheus, and the rules and the dashboard that use it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from deploy.remote.bantam_alerts.rules import RULES
from deploy.remote.bantam_history.prometheus import text
from tests.servers import ROOT

FILES = ROOT / "docs/prometheus"
TAKEN_AT = "2026-11-29T12:00:00+00:00"


def metrics(figures: dict[str, Any]) -> dict[tuple[str, str], float]:
    """By name and label what Prometheus reads."""
    families = text_string_to_metric_families(text({"taken_at": TAKEN_AT, "figures": figures}))
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_figure_is_in_base_units() -> None:
    found = metrics(
        {
            "server": {"memory_mb": 2, "busy_s": 1.5},
            "cpu_s": {"postgresql": 7.25},
            "database": {"wal_bytes": 8, "wal_archived_at": "text", "longest_transaction_s": 2.5},
        }
    )

    assert found["bantam_server_memory_bytes", ""] == 2 * 1024 * 1024
    assert found["bantam_server_busy_seconds_total", ""] == 1.5
    assert found["bantam_service_cpu_seconds_total", "postgresql"] == 7.25
    assert found["bantam_database_wal_bytes_total", ""] == 8
    assert found["bantam_database_longest_transaction_seconds", ""] == 2.5


def test_a_part_that_does_not_answer_is_down_and_has_no_figures() -> None:
    found = metrics({"redis": None, "pool": {"used": 3}, "jobs": {"failed": ["a.service"]}})

    assert found["bantam_up", "redis"] == 0
    assert found["bantam_up", "pool"] == 1
    assert found["bantam_unit_failed", "a.service"] == 1
    assert not [name for name, _ in found if name.startswith("bantam_redis")]


def test_large_counters_keep_every_digit() -> None:
    found = metrics({"database": {"wal_bytes": 12_345_678_901}, "server": {"busy_s": 1234567.25}})

    assert found["bantam_database_wal_bytes_total", ""] == 12_345_678_901
    assert found["bantam_server_busy_seconds_total", ""] == 1234567.25


def test_each_alert_has_a_rule() -> None:
    groups = yaml.safe_load((FILES / "rules.yml").read_text())["groups"]
    known = {rule["alert"].removeprefix("Bantam").lower() for rule in groups[0]["rules"]}
    others = {f"{part} does not answer" for part in ("PostgreSQL", "PgBouncer", "Redis", "The app")}

    wanted = {rule.name for rule in RULES} - others
    assert {name for name in wanted if name.replace(" ", "").lower() not in known} == set()


def test_the_dashboard_has_a_place_for_each_panel() -> None:
    panels = json.loads((FILES / "dashboard.json").read_text())["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}

    assert len(places) == len(panels) == 12


@pytest.fixture(scope="module")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian's, unpacked without installing the server that comes with it."""
    folder = tmp_path_factory.mktemp("promtool")
    subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=folder, check=True)
    [package] = folder.glob("prometheus_*.deb")
    subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    return folder / "usr/bin/promtool"


@pytest.mark.rehearsal
@pytest.mark.parametrize(
    "command",
    [
        ["check", "rules", str(FILES / "rules.yml")],
        ["check", "config", "--syntax-only", str(FILES / "prometheus.yml")],
        ["test", "rules", str(ROOT / "tests/deploy/prometheus_rules_test.yml")],
    ],
    ids=["rules", "configuration", "alerts"],
)
def test_promtool_takes(promtool: Path, command: list[str]) -> None:
    done = subprocess.run([promtool, *command], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr

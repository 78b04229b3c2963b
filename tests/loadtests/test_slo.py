from pathlib import Path

import pytest

from loadtests.errors import RefusedError
from loadtests.results.measurements import BENCH_UNITS, ONE_CLIENT, UNITS
from loadtests.results.slo import SCENARIOS, SLO_FILE, judge, read_targets
from loadtests.scenarios import COMPARING

# A comparison is judged by its ratios.
SCENARIO_NAMES = sorted(file.stem for file in SCENARIOS.glob("[a-z]*.py") if file.stem not in COMPARING)

ENTRY = """
  - name: Dashboard, p95
    metric: dashboard.p95
    target: "< 500"
    unit: ms
    ambition: "< 50"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "slo.yml"
    path.write_text(text)
    return path


def test_the_projects_own_targets_are_valid_and_say_what_the_contract_says() -> None:
    stated = {target.metric: (target.target, target.ambition) for target in read_targets(SLO_FILE)}

    assert stated == {
        "dashboards.p95": ("< 500", "< 50"),
        "dashboard.p95": ("< 500", "< 50"),
        "dashboard_manager.p95": ("< 500", "< 50"),
        "dashboard_admin.p95": ("< 500", "< 50"),
        "dashboard_client.p95": ("< 500", "< 50"),
        "api.p95": ("< 200", "< 20"),
        "single_rows.p95": ("< 200", "< 20"),
        "project_list.p95": ("< 200", "< 20"),
        "writes.p95": ("< 200", "< 20"),
        "search.p95": ("< 1000", "< 100"),
        "search_tasks.p95": ("< 300", "< 30"),
        "reports.p95": ("< 500", "< 50"),
        "report_finance.p95": ("< 500", "< 50"),
        "page_of_1000.p95": ("< 200", "< 20"),
        "longest": ("< 5000", "< 500"),
        "errors": ("< 0.1", None),
        "cache.hit_rate": ("> 80", "> 95"),
        "query.longest": ("< 5000", "< 500"),
        "queries.per_minute": ("< 12000", "< 6000"),
        "database.cpu": ("< 70", "< 35"),
        "pool.used": ("< 80", "< 40"),
        "pool.wait": ("< 1000", "< 100"),
        "memory.load": ("<= 1024", None),
        "memory.rest": ("<= 700", None),
    }


def test_every_scenario_is_judged_by_more_than_what_all_are_judged_by() -> None:
    of_all = [target.metric for target in read_targets(SLO_FILE) if target.scenarios is None]

    for scenario in SCENARIO_NAMES:
        metrics = [target.metric for target in read_targets(SLO_FILE, scenario=scenario)]
        assert set(of_all) < set(metrics)


def test_the_projects_own_promises_of_the_bench_are_valid_and_say_what_the_contract_says() -> None:
    stated = {target.metric: target.target for target in read_targets(SLO_FILE, "bench")}

    assert stated.keys() == BENCH_UNITS.keys()
    assert {metric: bound for metric, bound in stated.items() if metric.endswith(".ratio")} == {
        "small_row.ratio": ">= 0.38",
        "page_of_50.ratio": ">= 0.7",
        "dashboard.ratio": ">= 0.6",
        "cached_dashboard.ratio": ">= 0.5",
        "cached_page.ratio": ">= 0.5",
    }
    assert {bound for metric, bound in stated.items() if metric.endswith(".growth")} == {"< 1.5"}
    limits = {"single_row": 20, "list": 20, "search": 80, "dashboard": 60, "page_of_1000": 60, "report": 150}
    for name in ONE_CLIENT:
        [longest] = [limit for kind, limit in limits.items() if name.startswith(kind)]
        assert stated[f"{name}.p95"] == f"< {longest}"


def but(old: str, new: str) -> str:
    return "targets:" + ENTRY.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: [", "not YAML"),
        ("", "the file must have the list `targets`"),
        ("bench: []", "the file must have the list `targets`"),
        ("targets: []", "at least one target"),
        ("targets:" + ENTRY + "more: 1", "and no key but `targets` and `bench`"),
        ("targets:" + ENTRY + "    colour: red", "target 1 (Dashboard, p95): Object contains unknown field"),
        ("targets:" + ENTRY + "    unit: ms", "`unit` is given twice in the entry at line 2"),
        ("targets:\n  - just text", "target 1: Expected `object`, got `str`"),
        ("targets:" + ENTRY + ENTRY, "two targets have the name `Dashboard, p95`"),
        (
            "targets:" + ENTRY + ENTRY.replace("name: D", "name: d"),
            "two targets have the metric `dashboard.p95`",
        ),
        (but('"< 500"', "500"), "target 1 (Dashboard, p95): Expected `str`, got `int`"),
        (but('"< 500"', "about 500"), "target 1 (Dashboard, p95): Expected `str` matching"),
        (but("Dashboard, p95", "''"), "target 1: Expected `str` of length >= 1"),
        (but("    unit: ms\n", ""), "missing required field `unit`"),
        (but("dashboard.p95", "dashboard.p96"), "nothing measures `dashboard.p96`"),
        (but("unit: ms", "unit: s"), "`dashboard.p95` is measured in ms, not s"),
        (but('"< 50"', '"< 600"'), "the ambition (< 600) is weaker than the target (< 500)"),
        ("targets:" + ENTRY + "    scenarios: [none]", "there is no scenario none in scenarios/"),
        ("targets:" + ENTRY + "    scenarios: []", "Expected `array` of length >= 1"),
        (
            but('"< 50"', '"> 50"'),
            "the ambition (> 50) must compare in the same direction as the target (< 500)",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence_that_names_the_entry(
    tmp_path: Path, text: str, said: str
) -> None:
    path = written(tmp_path, text)

    with pytest.raises(RefusedError) as refused:
        read_targets(path)

    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no such file or directory"):
        read_targets(tmp_path / "slo.yml")


@pytest.mark.parametrize(
    ("bound", "value", "ok"),
    [
        ("< 500", 499.9, True),
        ("< 500", 500.0, False),
        ("<= 500", 500.0, True),
        ("> 80", 80.0, False),
        (">= 80", 80.0, True),
        ("< 0.1", 0.0, True),
        ("< 500", None, False),
        ("> 0", None, False),
    ],
)
def test_a_target_is_met_only_by_a_measured_value_within_its_bound(
    tmp_path: Path, bound: str, value: float | None, ok: bool
) -> None:
    text = f'targets: [{{name: n, metric: errors, target: "{bound}", unit: "%"}}]'
    targets = read_targets(written(tmp_path, text))

    (verdict,) = judge(targets, {"errors": value})

    assert (verdict.ok, verdict.ambition_ok) == (ok, None)


@pytest.mark.parametrize(
    ("value", "ok", "reached"), [(600, False, False), (300, True, False), (40, True, True)]
)
def test_an_ambition_is_judged_beside_the_target(
    tmp_path: Path, value: float, ok: bool, reached: bool
) -> None:
    (verdict,) = judge(read_targets(written(tmp_path, "targets:" + ENTRY)), {"dashboard.p95": value})

    assert (verdict.ok, verdict.ambition_ok) == (ok, reached)


def test_what_nobody_measured_is_missed() -> None:
    assert not any(verdict.ok for verdict in judge(read_targets(), {}))
    assert not any(verdict.ok for verdict in judge(read_targets(), dict.fromkeys(UNITS)))

import pytest

from bench.growth import compared
from bench.remote import figures
from bench.remote.figures import percentile, typical
from bench.remote.ratios import Subject, summary
from bench.remote.tools import Slice
from bench.verdict import measurements, verdicts
from loadtests.results.measurements import GROWING, ONE_CLIENT


def slice_of(per_second: float, cpu_us: float = 100) -> Slice:
    return Slice(per_second, p50_ms=per_second / 100, p99_ms=per_second / 10, cpu_us=cpu_us)


def test_a_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_medians() -> None:
    subject = Subject("small_row", "pgbench", slice_of, slice_of)
    # The machine was ten times as fast in the first round, and one slice of another was disturbed.
    rounds = [
        (slice_of(4000), slice_of(10_000)),
        (slice_of(390), slice_of(1000)),
        (slice_of(10), slice_of(1000)),
        (slice_of(410), slice_of(1000)),
        (slice_of(420), slice_of(1000)),
    ]

    found = summary(subject, rounds)

    assert found["ratio"] == 0.4
    assert found["ratios"] == [0.4, 0.39, 0.01, 0.41, 0.42]
    assert (found["per_second"], found["limit_per_second"]) == (410, 1000)
    assert (found["p50_ms"], found["p99_ms"]) == (4.1, 41)


def test_the_cost_of_an_answer_is_compared_the_other_way_round() -> None:
    subject = Subject("small_row", "pgbench", slice_of, slice_of)

    found = summary(subject, [(slice_of(1, cpu_us=200), slice_of(1, cpu_us=50))])

    assert (found["cpu_ratio"], found["cpu_us"], found["limit_cpu_us"]) == (0.25, 200, 50)


@pytest.mark.parametrize(
    ("count", "part", "found"),
    [(1, 0.95, 1), (20, 0.95, 19), (100, 0.95, 95), (100, 0.5, 50), (101, 0.5, 51), (100, 0.99, 99)],
)
def test_so_large_a_part_of_the_answers_took_no_longer_than_a_percentile(
    count: int, part: float, found: float
) -> None:
    assert percentile([float(number) for number in range(1, count + 1)], part) == found


def test_a_disturbed_pass_does_not_count() -> None:
    passes = [{"p50_ms": 1, "p95_ms": p95, "p99_ms": 9, "slowest": "/api/tasks"} for p95 in (2.0, 2.2, 30)]

    assert typical(passes) == {"p50_ms": 1, "p95_ms": 2.2, "p99_ms": 9, "slowest": "/api/tasks"}


def test_growth_is_the_median_of_the_rounds_ratios() -> None:
    def figures_of(p95: float) -> dict[str, dict[str, object]]:
        return {"list": {"p50_ms": 1, "p95_ms": p95, "slowest": "/api/tasks"}}

    found = compared([(figures_of(a), figures_of(b)) for a, b in ((2, 2.2), (20, 24), (2, 9))])

    assert found["list"]["growth"] == 1.2
    assert (found["list"]["p95_ms"], found["list"]["grown_p95_ms"]) == (2, 9)


def test_what_runs_on_the_server_measures_what_the_promises_are_about() -> None:
    assert figures.GROWING == GROWING
    assert tuple(figure.name for figure in figures.figures({})) == ONE_CLIENT


def test_a_bench_is_judged_by_the_parts_that_ran() -> None:
    assert verdicts({}) == []

    growth = verdicts({"growth": {"list": {"growth": 1.2}}})

    assert {one.metric.rpartition(".")[2] for one in growth} == {"growth"}
    assert {one.metric for one in growth if one.ok} == {"list.growth"}
    assert all(one.value is None for one in growth if not one.ok)


def test_each_part_has_its_measurement() -> None:
    found = {
        "ratios": {"small_row": {"ratio": 0.4}},
        "figures": {"list": {"p95_ms": 7}},
        "growth": {"list": {"growth": 1.1}},
    }

    assert measurements(found) == {"small_row.ratio": 0.4, "list.p95": 7, "list.growth": 1.1}

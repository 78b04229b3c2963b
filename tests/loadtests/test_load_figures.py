import pytest

from loadtests.results.figures import Answer, by_group, failures, measurements, over_time, percentile


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.95, 95), (0.951, 96), (0.99, 99), (1.0, 100)]
)
def test_a_percentile_is_a_latency_that_was_really_seen(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(1, 101)], share) == value


def test_one_answer_is_every_percentile() -> None:
    (figures,) = by_group([Answer("project", 0, 7)], 10).values()

    assert (figures.p50, figures.p95, figures.p99, figures.longest) == (7, 7, 7, 7)
    assert figures.per_second == 0.1


def test_failed_requests_count_with_their_latency() -> None:
    answers = [Answer("project", 0, 1)] * 90 + [Answer("project", 0, 10_000, error="timed out")] * 10

    figures = by_group(answers, 1)["project"]

    assert (figures.failures, figures.p50, figures.p95) == (10, 1, 10_000)
    assert measurements(answers, 1)["errors"] == 10
    assert [(f.group, f.error, f.count) for f in failures(answers)] == [("project", "timed out", 10)]


def test_percentiles_over_time_belong_to_the_slice_in_which_a_request_was_sent() -> None:
    answers = [Answer("project", 0.1, 5), Answer("project", 3.9, 50), Answer("dashboard", 2, 9)]

    first, second, third = over_time(answers, 6.5)

    assert [piece.at for piece in (first, second, third)] == [0, 2, 4]
    assert first.percentiles == {"single_rows": {"p50": 5, "p95": 5, "p99": 5}}
    assert second.percentiles["single_rows"]["p99"] == 50
    assert second.percentiles["dashboards"]["p50"] == 9
    assert (third.percentiles, third.per_second, third.hit_rate) == ({}, 0, None)


def test_the_hit_rate_is_of_answered_reads_that_tell() -> None:
    told = [("hit", None), ("hit", None), ("miss", None), ("off", None), (None, None), ("hit", "status 500")]
    answers = [Answer("project", 0, 1, error=error, cache=cache) for cache, error in told]

    assert measurements(answers, 1)["cache.hit_rate"] == 50


def test_a_familys_percentiles_are_over_all_of_its_requests() -> None:
    answers = [Answer("dashboard", 0, 10)] * 99 + [Answer("dashboard_admin", 0, 900)]

    found = measurements(answers, 1)

    assert (found["dashboards.p95"], found["dashboards.p99"]) == (10, 10)
    assert (found["dashboard_admin.p95"], found["longest"]) == (900, 900)


def test_without_requests_nothing_is_measured() -> None:
    assert set(measurements([], 1).values()) == {None}


def test_a_group_without_requests_has_no_measurement() -> None:
    assert "dashboard.p95" not in measurements([Answer("project", 0, 1)], 1)

import random
from collections import Counter

from bench.remote.cache import together
from bench.remote.counted import plain
from bench.remote.mix import Observed
from bench.remote.people import Person, drawn
from bench.verdict import verdicts
from loadtests.results.measurements import OF_THE_CACHE


def person(user: int, dashboard: str = "user_dashboard") -> Person:
    return Person(user, "token", dashboard, [7, 8], {7: ["/7"], 8: ["/8", "/8b"]}, [(70, 7)], 3)


def test_one_step_of_ten_is_a_write_and_the_same_dice_take_the_same_steps() -> None:
    def steps() -> list[str]:
        dice = random.Random(1)  # noqa: S311  (nothing secret)
        return [person(1).step(dice).method for _ in range(5000)]

    reads = steps().count("GET")

    assert 0.88 < reads / 5000 < 0.92
    assert steps() == steps()


def test_a_client_changes_no_task() -> None:
    client = Person(20, "token", "client_dashboard", [7], {7: ["/7"]}, [], None)
    dice = random.Random(1)  # noqa: S311  (nothing secret)

    assert {client.step(dice).kind for _ in range(500)} == {
        "client_dashboard",
        "project",
        "project_tasks",
        "notification",
    }


def test_the_second_busiest_is_drawn_half_as_often_as_the_busiest() -> None:
    dice = random.Random(1)  # noqa: S311  (nothing secret)
    drawings = Counter(drawn([person(n) for n in range(1, 101)], dice).user for _ in range(20_000))

    assert 0.45 < drawings[2] / drawings[1] < 0.55
    assert drawings[1] > 30 * drawings[100]


def test_the_hit_rate_is_of_cacheable_reads_of_all_phases() -> None:
    one = Observed(reads={"project": Counter(hit=9, miss=1)}, writes=Counter(task=5))
    other = Observed(reads={"project": Counter(hit=5), "user_dashboard": Counter(hit=1, miss=4)})

    assert together([one, other]) == 75.0


def test_what_failed_is_told_of_all_answers() -> None:
    seen = Observed(statuses=Counter({200: 7, 201: 1, 409: 1, 0: 1}))

    assert (seen.requests, seen.errors) == (10, 2)


def test_a_statement_is_known_by_what_postgresql_keeps_of_it() -> None:
    assert plain("-- Why.\nSELECT a || ' ', 6\n  FROM x\nWHERE b = $1") == plain(
        "SELECT a || $2, $3 FROM x WHERE b = $1"
    )


def test_the_caches_figures_are_judged_all_of_them() -> None:
    judged = verdicts({"cache": {"hit_rate": 96.0, "errors": 0.0}})

    assert {one.metric for one in judged} == {f"{name}.cache" for name in OF_THE_CACHE}
    assert {one.metric for one in judged if one.ok} == {"hit_rate.cache", "errors.cache"}

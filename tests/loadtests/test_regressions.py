"""Two loads compared: what is beyond noise, from evidence and in turns."""

import gzip
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from loadtests.errors import RefusedError
from loadtests.evidence.inputs import Host, Inputs
from loadtests.evidence.summary import Summary, summarize
from loadtests.regressions.changes import changes, fails_alike
from loadtests.regressions.comparison import Comparison, Side, figures, named
from loadtests.regressions.diff import diff
from loadtests.regressions.look import undisturbed
from loadtests.regressions.page import as_text, render
from loadtests.regressions.rows import SAME, TOO_FEW, WORSE, Row, is_suspect, rows
from loadtests.results.answers import ANSWERS_FILE, HEAD, Kept, as_csv, read_answers
from loadtests.results.figures import Answer
from loadtests.target import Seed
from tests.loadtests.made import made_load
from tests.loadtests.test_evidence import FILES, Page

SERVER = Host(ram_mb=2048, vcpus=2, kind="sandbox")


def answers(
    seed: int,
    *,
    count: int = 600,
    every: float = 0.1,
    times: float = 1.0,
    late: Callable[[float], float] = lambda _: 0.0,
) -> list[Kept]:
    """Tasks that took 4 ms or so, `times` as long, one `every` so many seconds."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    return [
        Kept(at, "task", "miss", times * chance.lognormvariate(1.4, 0.3) + late(at), "")
        for at in (number * every for number in range(count))
    ]


def compared(before: list[Kept], after: list[Kept], *, in_turns: bool = True) -> Row:
    (row,) = rows(before, after, in_turns=in_turns)
    return row


def test_hits_of_the_cache_are_a_row_of_their_own() -> None:
    mixed = [*answers(1), *(answer._replace(cache="hit") for answer in answers(2))]

    assert [row.name for row in rows(mixed, mixed, in_turns=True)] == ["task, hit", "task, miss"]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_is_the_same(seed: int) -> None:
    assert compared(answers(seed), answers(seed + 1000)).verdict == SAME


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("in_turns", [True, False])
def test_a_fifth_more_is_worse(seed: int, *, in_turns: bool) -> None:
    row = compared(answers(seed), answers(seed + 1000, times=1.2), in_turns=in_turns)

    assert row.verdict == WORSE
    assert row.ratio_p50
    assert row.ratio_p50.low < 1.2 < row.ratio_p50.high


def test_a_tail_alone_is_worse_too() -> None:
    now_and_then = [a._replace(ms=a.ms * (2 if n % 12 == 0 else 1)) for n, a in enumerate(answers(2))]
    row = compared(answers(1), now_and_then)

    assert row.ratio_p50
    assert row.ratio_p95
    assert row.ratio_p50.low < 1
    assert row.ratio_p95.low > 1
    assert row.verdict == WORSE


def test_what_disturbed_both_is_not_taken_for_a_difference() -> None:
    def disturbed(second: float) -> float:
        return 100.0 if 20 <= second < 26 else 0.0

    noisy = compared(answers(1, late=disturbed), answers(2, late=disturbed))
    alone = compared(answers(1), answers(2, late=disturbed))

    assert noisy.verdict == SAME
    assert alone.ratio_p95
    assert alone.ratio_p95.high > 10


def test_a_few_answers_say_nothing() -> None:
    row = compared(answers(1, count=20), answers(2, count=600, times=3))

    assert row.verdict == TOO_FEW
    assert is_suspect(row)
    assert not is_suspect(msgspec.structs.replace(row, name="task, hit"))


def test_many_answers_of_a_short_time_say_nothing() -> None:
    assert compared(answers(1, every=0.01), answers(2, every=0.01, times=3)).verdict == TOO_FEW


def test_what_is_uncertain_is_worth_a_closer_look() -> None:
    row = compared(answers(1, count=35, every=1), answers(2, count=35, every=1, times=1.15))

    assert row.ratio_p50
    assert row.verdict == SAME
    assert is_suspect(row)


def test_what_failed_is_in_no_latency() -> None:
    failed = [answer._replace(error="status 500", ms=9999.0) for answer in answers(3)]

    assert compared(answers(1), [*answers(2), *failed]).requests == (600, 600)


def test_answers_are_kept_as_they_were(tmp_path: Path) -> None:
    given = [Answer("task", 2.5, 1.2345, cache="hit"), Answer("user", 1.0, 7, error="status 500, or so")]
    (tmp_path / ANSWERS_FILE).write_bytes(as_csv(given, 1000.0))

    assert read_answers(tmp_path) == [
        Kept(1001.0, "user", "", 7.0, "status 500, or so"),
        Kept(1002.5, "task", "hit", 1.234, ""),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is missing"),
        (b"not gzip", "is damaged"),
        (gzip.compress(b"some,thing\n"), "the first line is not"),
        (gzip.compress(f"{','.join(HEAD)}\nnow,task,,1,\n".encode()), "is damaged"),
        (as_csv([], 0)[:-9], "is damaged"),
    ],
    # Compressed, a text says when: each process would have tests of its own.
    ids=["missing", "not gzip", "no answers", "no time", "cut off"],
)
def test_damaged_answers_are_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / ANSWERS_FILE).write_bytes(content)

    with pytest.raises(RefusedError, match=message):
        read_answers(tmp_path)


def keep(folder: Path, summary: Summary, times: float, seed: int) -> None:
    folder.mkdir(parents=True)
    (folder / "summary.json").write_bytes(msgspec.json.encode(summary))
    of_load = [Answer("task", kept.due, kept.ms) for kept in answers(seed, times=times)]
    (folder / ANSWERS_FILE).write_bytes(as_csv(of_load, 1000.0 * seed))


def test_a_diff_names_what_is_worse_and_what_else_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = {name.removesuffix(".json"): content for name, content in FILES.items()}
    inputs = msgspec.convert({**written, "load": made_load(), "bench": []}, Inputs, from_attributes=True)
    summary = summarize(inputs, "0" * 40, datetime(2026, 11, 29, tzinfo=UTC))
    keep(tmp_path / "evidence" / "before", summary, 1.0, 1)
    keep(tmp_path / "evidence" / "after", msgspec.structs.replace(summary, config_hash="other"), 1.5, 2)

    found = diff("before", "evidence/after")

    assert found.worse == ["task"]
    assert found.doubts == [f"different configurations: {summary.config_hash}, and other"]
    assert "Worse beyond noise: task." in as_text(found)
    assert diff("after", "before").better == ["task"]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("", "Which two loads"),
        ("nowhere", "A=nowhere: there is no such folder"),
        ("compare", "A=compare: it has no answers.csv.gz"),
    ],
)
def test_evidence_that_cannot_be_compared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evidence" / "compare").mkdir(parents=True)

    with pytest.raises(RefusedError, match=message):
        diff(named, "compare")


def test_the_page_needs_nothing_but_itself() -> None:
    look = rows(answers(1), answers(2, times=2), in_turns=True)
    side = Side("gate-before", "2026-11-29T00:00:00+00:00", "0" * 40, SERVER, Seed(1, 10, 1))
    comparison = Comparison(
        time=side.time,
        what="gate",
        sides=(side, side),
        scenario="turns",
        looks=[look, look],
        figures=figures({"errors": 0.0}, {"errors": None}),
        worse=named(WORSE, look),
        better=[],
        few=["user, miss"],
        problems=["3 of 100 requests failed"],
        doubts=["before: the load ended early"],
    )

    text = render(comparison)

    assert Page(text).outside == []
    assert "Worse beyond noise: task, miss." in text
    assert "A closer look" in text
    assert "3 of 100 requests failed" in text
    assert "before: the load ended early" in text
    assert "not measured" in text


def test_what_fails_only_afterwards_is_a_problem() -> None:
    good, bad = answers(1), [answer._replace(error="status 500") for answer in answers(2)[:6]]

    assert changes(good, [*answers(2), *bad]) == ["6 of 606 requests failed, the first of task: status 500"]
    assert changes([*good, *bad], [*answers(2), *bad]) == []
    assert fails_alike([*good, *bad], [*answers(2), *bad])
    assert not fails_alike(good, bad)


def test_a_group_that_nobody_answers_any_more_is_a_problem() -> None:
    other = [answer._replace(group="user") for answer in answers(2)]

    assert changes([*answers(1), *other], other) == [
        "task was answered 600 times before, and not at all after"
    ]


def test_a_cache_that_answers_less_is_a_problem() -> None:
    warm = [a._replace(cache="hit" if n % 10 else "miss") for n, a in enumerate(answers(1))]
    colder = [a._replace(cache="miss" if n % 10 else "hit") for n, a in enumerate(answers(2))]
    without = [a._replace(cache="") for a in answers(3)]

    assert changes(warm, colder) == ["the cache answers 10% of task, not 90% as before"]
    assert changes(colder, warm) == []
    assert changes(warm, without) == ["task is not cached any more"]


def test_what_was_due_while_the_other_side_was_late_is_left_out() -> None:
    first = [Kept(0.5, "task", "", 1.0, ""), Kept(2.1, "task", "", 1.0, ""), Kept(2.7, "task", "", 1.0, "")]
    late = [Kept(1.8, "search_all", "", 700.0, "")]

    assert undisturbed(first, late, 1.0) == ([first[0], first[2]], late)

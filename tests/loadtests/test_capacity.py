from typing import Any

import pytest

from loadtests.capacity.page import Capacity, as_text, render
from loadtests.capacity.search import search
from loadtests.capacity.steps import Step, step_of
from loadtests.evidence.inputs import Host
from loadtests.results.figures import Answer
from loadtests.target import Seed
from tests.loadtests.made import ANSWERS, SERVER, made_load
from tests.loadtests.test_evidence import Page


@pytest.mark.parametrize(("limit", "carried", "too_many"), [(200, 189, 210), (74, 68, 75), (49, 0, 50)])
def test_the_search_closes_in_on_the_limit(limit: int, carried: int, too_many: int) -> None:
    asked: list[int] = []

    def is_carried(users: int) -> bool:
        asked.append(users)
        return users <= limit

    assert search(is_carried) == (carried, too_many)
    assert len(asked) == len(set(asked))


def test_a_server_that_carries_everything_has_no_limit() -> None:
    carried, too_many = search(lambda _: True)

    assert carried > 1000
    assert too_many is None


def test_a_step_that_meets_every_target_is_carried() -> None:
    step = step_of(made_load(), cpus=2)

    assert (step.missed, step.gave_out) == ([], "")
    assert step.cpu == {"app": 12.5, "postgresql": 5.0}


def test_how_warm_the_cache_is_does_not_limit_the_capacity() -> None:
    cold = [answer._replace(cache="miss") for answer in ANSWERS]

    assert step_of(made_load(answers=cold), cpus=2).missed == []


def slow(**more: Any) -> Step:
    return step_of(made_load(answers=[a._replace(ms=900) for a in ANSWERS], **more), cpus=2)


def test_what_gave_out_is_named() -> None:
    busy = [(at, sample) for at, sample in SERVER.machine]
    for number, (at, sample) in enumerate(busy):
        used = {"server": 1.8 * at, "postgresql": 0.4 * at, "app": 1.1 * at}
        busy[number] = (at, sample.__class__(**{**_fields(sample), "cpu": used}))
    refused = [Answer("task", second, 5, error="status 429") for second in range(20)]

    assert slow().gave_out.startswith("nothing that is measured")
    assert slow(server=SERVER._replace(machine=busy)).gave_out.startswith(
        "CPU: 100 % of all cores, 55 % by app"
    )
    edge = step_of(made_load(answers=[*ANSWERS, *refused]), cpus=2)
    assert edge.gave_out.startswith("the edge's limit")


def _fields(sample: Any) -> dict[str, Any]:
    return {name: getattr(sample, name) for name in sample.__struct_fields__}


def test_the_page_says_how_much_and_what_gave_out_first() -> None:
    capacity = Capacity(
        time="2026-11-29T00:00:00+00:00",
        git_revision="0" * 40,
        host=Host(ram_mb=2048, vcpus=2, kind="sandbox"),
        seed=Seed(scale=1, users=10, seconds=1),
        serves="the project",
        scenario="mixed",
        users=10,
        requests_per_second=10.5,
        gave_out=slow().gave_out,
        steps=[step_of(made_load(), cpus=2), slow()],
    )

    text = render(capacity)
    assert Page(text).outside == []
    assert "10 users, 10.5 requests/s within every target." in text
    assert "What gave out first: nothing that is measured" in as_text(capacity)

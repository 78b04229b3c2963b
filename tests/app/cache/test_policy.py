from dataclasses import replace

import pytest

from app.agency.cache_policies import POLICIES, PROJECT, PROJECT_TASKS, USER_DASHBOARD
from app.agency.tags import ProjectTags, touched_by_task
from app.cache.policy import MARK_SECONDS, TAG_SECONDS, Policy
from app.cache.store import JITTER
from app.reading.cursors import Position

NAMES = {
    "entry": "project.v:7",
    "tag": "project:7",
    "token": "abc",
    "project": 7,
    "user": 3,
    "client": 5,
    "shown": 4,
    "asked": "0a1b",
    "limit": 50,
    "position": "start",
}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.namespace)
def test_every_entry_has_a_tag_that_outlives_it(policy: Policy) -> None:
    assert policy.entry(**NAMES).tags
    assert 0 < policy.seconds < TAG_SECONDS


def test_namespaces_are_distinct() -> None:
    assert len({policy.namespace for policy in POLICIES}) == len(POLICIES)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.namespace)
def test_a_hot_entry_is_refreshed_before_it_can_expire(policy: Policy) -> None:
    assert policy.early_s is None or 0 < policy.early_s < policy.seconds * (1 - JITTER)


def test_another_statement_makes_another_key() -> None:
    twin = replace(PROJECT, made_by=("agency/queries/dashboard_user.sql",))

    assert twin.entry(project=7).key != PROJECT.entry(project=7).key


def test_a_policy_names_existing_files() -> None:
    with pytest.raises(LookupError, match="project: no file in app matches"):
        replace(PROJECT, made_by=("queries/projct.sql",)).entry(project=7)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.namespace)
def test_a_policy_that_lacks_a_name_is_an_error(policy: Policy) -> None:
    with pytest.raises(KeyError):
        policy.entry()


def test_pages_of_one_list_have_different_keys() -> None:
    positions = ["start", Position("forward", ("2026-11-23", "1")), Position("backward", ("2026-11-23", "1"))]
    keys = {
        PROJECT_TASKS.entry(project=7, position=position, limit=limit).key
        for position in positions
        for limit in (1, 50)
    }

    assert len(keys) == 6


def test_a_changed_task_invalidates_everything_that_shows_it() -> None:
    touched = set(touched_by_task(ProjectTags(7, 1, 2), people=(3,)))

    for entry in (
        PROJECT.entry(project=7),
        PROJECT_TASKS.entry(project=7, position="start", limit=50),
        USER_DASHBOARD.entry(user=3),
    ):
        assert touched & set(entry.tags)


def test_an_unassigned_task_touches_its_project_only() -> None:
    assert touched_by_task(ProjectTags(7, 1, 2), people=(None,)) == ("project:7", "manager:1", "client:2")


def test_a_mark_outlives_any_write() -> None:
    longest_wait_s, transaction_timeout_s = 10, 15

    assert longest_wait_s + transaction_timeout_s < MARK_SECONDS

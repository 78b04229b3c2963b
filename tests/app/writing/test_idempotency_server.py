"""A request that is sent twice has one effect, and an acknowledged write is durable: on a deployed server."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.writing.idempotency import IdempotencyKey
from tests.app.support.world import Ids, World

pytestmark = pytest.mark.server

DAY = "2026-12-01"
TASK = {"title": "Once", "due_on": DAY}


def tasks(world: World, project: Ids) -> int:
    """How many tasks the project has beyond those of the world."""
    return int(
        world.server.sql(
            f"SELECT count(*) FROM tasks WHERE project_id = {project['projects']} AND title = 'Once'"
        )
    )


def test_a_repeated_request_gets_the_same_response_and_has_no_second_effect(world: World, ids: Ids) -> None:
    path, key = ids.path("/api/projects/{id}/tasks"), f"key{ids['projects']}"

    first, *again = (world.send("member", "POST", path, TASK, idempotency_key=key) for _ in range(3))

    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    for response in again:
        assert response.headers["idempotency-replayed"] == "true"
        assert (response.status_code, response.content) == (201, first.content)
        assert [response.headers[name] for name in ("location", "etag")] == [
            first.headers[name] for name in ("location", "etag")
        ]
    assert tasks(world, ids) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/projects/{id}/tasks", TASK | {"title": "Other"}), ("/api/projects/{id}/threads", TASK)],
    ids=["another body", "another path"],
)
def test_a_key_used_for_another_request_is_refused(
    world: World, ids: Ids, path: str, body: dict[str, str]
) -> None:
    key = str(ids["projects"])
    world.send("member", "POST", ids.path("/api/projects/{id}/tasks"), TASK, idempotency_key=key)

    if "threads" in path:
        body = {"subject": "Once", "body": "Once"}
    response = world.send("member", "POST", ids.path(path), body, idempotency_key=key)

    assert (response.status_code, response.json()["field"]) == (422, "Idempotency-Key")
    assert tasks(world, ids) == 1


def test_keys_are_each_users_own(world: World, ids: Ids) -> None:
    for role in ("member", "manager"):
        response = world.send(
            role, "POST", ids.path("/api/projects/{id}/tasks"), TASK, idempotency_key=f"k{ids['projects']}"
        )
        assert "idempotency-replayed" not in response.headers

    assert tasks(world, ids) == 2


def test_a_refused_request_leaves_its_key_free(world: World, ids: Ids) -> None:
    path, key = ids.path("/api/invoices/{id}/issue"), str(ids["projects"])

    assert (
        world.send("manager", "POST", path, {"due_on": "2020-01-01"}, idempotency_key=key).status_code == 422
    )
    assert world.send("manager", "POST", path, {}, idempotency_key=key).status_code == 200


PARALLEL = {
    "a task": ("/api/projects/{id}/tasks", TASK, 201),
    "an issue": ("/api/invoices/{id}/issue", {}, 200),
    "a reply": ("/api/threads/{id}/messages", {"body": "Once"}, 201),
    "a comment": ("/api/tasks/{id}/comments", {"body": "Once"}, 201),
}


@pytest.mark.parametrize("name", PARALLEL)
def test_twenty_concurrent_requests_with_one_key_have_one_effect(world: World, ids: Ids, name: str) -> None:
    template, body, status = PARALLEL[name]
    path = ids.path(template)
    before = recorded(world, ids)

    def send(_: int) -> httpx.Response:
        return world.send("manager", "POST", path, body, idempotency_key=f"p{ids['projects']}")

    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(send, range(20)))

    assert {response.status_code for response in responses} == {status}
    assert len({response.content for response in responses}) == 1
    assert Counter(response.headers.get("idempotency-replayed") for response in responses) == {
        None: 1,
        "true": 19,
    }
    assert recorded(world, ids) == before + 1


def recorded(world: World, ids: Ids) -> int:
    return int(world.server.sql(f"SELECT count(*) FROM activity WHERE project_id = {ids['projects']}"))


def test_an_expired_key_is_deleted_by_later_writes(world: World, ids: Ids) -> None:
    path = ids.path("/api/tasks/{id}/comments")
    key = f"old{ids['projects']}"
    world.send("member", "POST", path, {"body": "Once"}, idempotency_key=key)
    world.server.sql(f"UPDATE idempotency_keys SET expires_at = now() - interval '1 s' WHERE key = '{key}'")

    again = (IdempotencyKey(f"{key}-{n}", b"") for n in range(10_000))
    sweeping = next(each.key for each in again if each.sweeps)
    world.send("member", "POST", path, {"body": "Once"}, idempotency_key=sweeping)
    for _ in range(20):
        if world.server.sql(f"SELECT count(*) FROM idempotency_keys WHERE key = '{key}'") == "0":
            break
    else:
        pytest.fail("the key is still there")


@pytest.mark.parametrize("key", ["", "x" * 201, "with space"])
def test_an_invalid_key_is_rejected(world: World, ids: Ids, key: str) -> None:
    response = world.send("member", "POST", ids.path("/api/projects/{id}/tasks"), TASK, idempotency_key=key)

    assert (response.status_code, response.json()["field"]) == (422, "Idempotency-Key")


def test_no_acknowledged_write_of_parallel_writers_is_lost(world: World, ids: Ids) -> None:
    roles = ["admin", "manager", "member"] * 4
    project, task = ids["projects"], ids["tasks"]

    def write(role: str) -> tuple[list[int], int, int]:
        made, minutes, versions = [], 0, 0
        for _ in range(10):
            created = world.send(role, "POST", f"/api/projects/{project}/tasks", TASK)
            made += [created.json()["id"]] if created.status_code == 201 else []
            entry = {"project_id": project, "entry_date": DAY, "minutes": 7}
            minutes += 7 * (world.send(role, "POST", "/api/time-entries", entry).status_code == 201)
            change = {"status": "in_progress"}
            versions += world.send(role, "PATCH", f"/api/tasks/{task}", change).status_code == 200
        return made, minutes, versions

    with ThreadPoolExecutor(len(roles)) as pool:
        ledgers = list(pool.map(write, roles))

    acknowledged = sorted(task for made, _, _ in ledgers for task in made)
    standing = world.server.rows(f"SELECT id FROM tasks WHERE project_id = {project} AND title = 'Once'")
    assert acknowledged
    assert acknowledged == sorted(row["id"] for row in standing)
    assert sum(minutes for _, minutes, _ in ledgers) == int(
        world.server.sql(
            f"SELECT sum(minutes) FROM time_entries WHERE project_id = {project} AND entry_date = '{DAY}'"
        )
    )
    assert 1 + sum(versions for _, _, versions in ledgers) == int(
        world.server.sql(f"SELECT version FROM tasks WHERE id = {task}")
    )
    page = world.get("member", f"/api/projects/{project}")
    assert page["tasks"]["total"] == 1 + len(acknowledged)


def test_invoices_issued_concurrently_get_numbers_without_a_gap(world: World) -> None:
    several = world.projects(12)

    def issue(ids: Ids) -> str:
        response = world.send("manager", "POST", ids.path("/api/invoices/{id}/issue"), {})
        number: str = response.json()["number"]
        return number

    with ThreadPoolExecutor(12) as pool:
        numbers = sorted(int(number.split("-")[1]) for number in pool.map(issue, several))

    assert numbers == list(range(numbers[0], numbers[0] + 12))


def test_concurrent_payments_never_pay_more_than_is_owed(world: World, ids: Ids) -> None:
    world.send("manager", "POST", ids.path("/api/invoices/{id}/issue"), {})
    body = {"amount": 30, "paid_on": DAY, "method": "card"}

    with ThreadPoolExecutor(10) as pool:
        statuses = Counter(
            pool.map(
                lambda _: (
                    world.send("manager", "POST", ids.path("/api/invoices/{id}/payments"), body).status_code
                ),
                range(10),
            )
        )

    assert statuses == {201: 3, 422: 7}
    paid = f"SELECT paid_amount FROM invoices WHERE id = {ids['invoices']}"
    assert float(world.server.sql(paid)) == 90
    assert (
        float(world.server.sql(f"SELECT sum(amount) FROM payments WHERE invoice_id = {ids['invoices']}"))
        == 90
    )


def test_a_version_is_given_to_one_of_many_writers(world: World, ids: Ids) -> None:
    path = ids.path("/api/tasks/{id}")

    def write(each: int) -> int:
        return world.send("member", "PATCH", path, {"title": f"Writer {each}"}, if_match='"1"').status_code

    with ThreadPoolExecutor(12) as pool:
        assert Counter(pool.map(write, range(12))) == {200: 1, 412: 11}

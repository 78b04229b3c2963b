"""Cached people, searches and reports: the same as in the database, only for their users, immediately."""

# ruff: noqa: S608  (the numbers are the tests' own)

import secrets
import time
from typing import Any

import pytest

from tests.app.support.server import SEEDED, Server

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("relayed")]

ADMIN, MANAGER, MEMBER = 1, 2, 11
READS = [
    f"/api/users/{MEMBER}",
    "/api/search?q=report",
    "/api/search/tasks?q=report",
    "/api/search/projects?q=site&limit=5",
    "/api/reports/time?limit=10",
]


def change(server: Server, path: str, body: dict[str, Any], user: int = ADMIN) -> None:
    assert server.send("PATCH", path, headers=server.authorization(user), json=body).status_code == 200


@pytest.mark.parametrize("path", READS)
def test_the_second_read_is_a_hit_of_the_same_bytes(server: Server, path: str) -> None:
    miss, hit = (server.get(path, MANAGER) for _ in range(2))
    assert hit.headers["x-cache"] == "hit"
    without_age = [
        answer.content.replace(b'"age_s":' + answer.headers.get("age", "").encode(), b"")
        for answer in (miss, hit)
    ]
    assert without_age[0] == without_age[1]


def test_a_reports_age_grows_while_it_is_a_hit(server: Server) -> None:
    path = READS[-1]
    server.get(path, MANAGER)
    first = server.get(path, MANAGER)
    time.sleep(1.1)
    second = server.get(path, MANAGER)
    assert second.headers["x-cache"] == "hit"
    assert second.json()["age_s"] > first.json()["age_s"]
    assert second.headers["age"] == str(second.json()["age_s"])


def test_a_renamed_user_has_the_new_name_everywhere(server: Server) -> None:
    name = f"Nomen{secrets.token_hex(4)}"
    paths = [f"/api/users/{MEMBER}", f"/api/search/users?q={name}"]
    old = server.get(paths[0], MANAGER).json()["name"]
    assert server.get(paths[1], MANAGER).json()["items"] == []
    change(server, f"/api/users/{MEMBER}", {"name": name})
    try:
        page, found = (server.get(path, MANAGER).json() for path in paths)
        assert page["name"] == name
        assert [hit["id"] for hit in found["items"]] == [MEMBER]
    finally:
        change(server, f"/api/users/{MEMBER}", {"name": old})


def test_a_tasks_new_title_is_found_immediately_and_its_old_one_is_not(server: Server) -> None:
    word = f"zq{secrets.token_hex(5)}"
    path = f"/api/search/tasks?q={word}"
    (task,) = server.rows("SELECT t.id, t.title FROM tasks AS t WHERE t.deleted_at IS NULL LIMIT 1")
    assert [server.get(path, ADMIN).json()["items"] for _ in range(2)] == [[], []]
    change(server, f"/api/tasks/{task['id']}", {"title": word})
    assert [hit["id"] for hit in server.get(path, ADMIN).json()["items"]] == [task["id"]]
    change(server, f"/api/tasks/{task['id']}", {"title": task["title"]})
    assert server.get(path, ADMIN).json()["items"] == []


def test_changes_that_no_search_shows_keep_the_cached_searches(server: Server) -> None:
    path = "/api/search/tasks?q=report&limit=7"
    (task,) = server.rows(
        "SELECT t.id, t.estimate_minutes AS minutes FROM tasks AS t WHERE t.estimate_minutes > 1 LIMIT 1"
    )
    server.get(path, ADMIN)
    change(server, f"/api/tasks/{task['id']}", {"estimate_minutes": task["minutes"] + 1})
    assert server.get(path, ADMIN).headers["x-cache"] == "hit"


def test_a_client_whose_company_is_renamed_shows_its_new_name(server: Server) -> None:
    (person,) = server.rows(
        "SELECT u.id, u.client_id AS client, c.name FROM users AS u JOIN clients AS c ON c.id = u.client_id"
        " ORDER BY u.id LIMIT 1"
    )
    path, client = f"/api/users/{person['id']}", f"/api/clients/{person['client']}"
    assert server.get(path, ADMIN).json()["client"]["name"] == person["name"]
    change(server, client, {"name": "Under another name"})
    try:
        assert server.get(path, ADMIN).json()["client"]["name"] == "Under another name"
    finally:
        change(server, client, {"name": person["name"]})


def test_cached_reports_are_still_403_for_a_member(server: Server) -> None:
    path = READS[-1]
    server.get(path, MANAGER)
    assert [server.get(path, MEMBER).status_code for _ in range(2)] == [403, 403]


def test_a_person_who_does_not_exist_is_queried_once(server: Server) -> None:
    def fills() -> int:
        figures = server.get("/api/admin/cache-stats", ADMIN).json()["namespaces"]
        return next(int(each["fills"]) for each in figures if each["namespace"] == "user")

    before = fills()
    missing = f"/api/users/{10**9 + secrets.randbelow(10**6)}"
    assert {server.get(missing, MEMBER).status_code for _ in range(5)} == {404}
    assert fills() == before + 1


def test_a_client_finds_a_person_who_joins_their_project(server: Server) -> None:
    (place,) = server.rows(
        "SELECT u.id AS client, p.id AS project"
        " FROM users AS u JOIN projects AS p ON p.client_id = u.client_id"
        f" WHERE {SEEDED} AND u.role = 'client' AND p.deleted_at IS NULL AND p.status = 'active'"
        " ORDER BY p.id LIMIT 1"
    )
    person = server.send(
        "POST",
        "/api/users",
        headers=server.authorization(ADMIN),
        json={"name": "New here", "email": f"{secrets.token_hex(6)}@example.com", "role": "team_member"},
    ).json()["id"]
    path = f"/api/users/{person}"
    assert [server.get(path, place["client"]).status_code for _ in range(2)] == [404, 404]
    joined = server.send(
        "POST",
        f"/api/projects/{place['project']}/members",
        headers=server.authorization(ADMIN),
        json={"user_id": person},
    )
    assert joined.status_code < 300, joined.text
    assert server.get(path, place["client"]).status_code == 200

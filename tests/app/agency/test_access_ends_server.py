"""A user who loses access to a project in any way sees nothing of it any more; on a deployed server."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.app.support.warmth import until
from tests.app.support.world import Ids, World
from tests.app.support.written import DAY, done, refused

pytestmark = pytest.mark.server

READS = (
    *("/api/dashboards/user", "/api/notifications", "/api/notifications/counts", "/api/search?q={secret}"),
    *("/api/projects?limit=200", "/api/tasks?limit=200", "/api/threads?mine=true", "/api/invoices"),
    *("/api/messages?thread={threads}", "/api/comments?task={tasks}", "/api/milestones?project={projects}"),
    *("/api/activity?project={projects}", "/api/time-entries?project={projects}"),
)


@dataclass(frozen=True)
class Person:
    """A user on a project all of whose names contain `secret`."""

    world: World
    ids: Ids
    id: int
    header: dict[str, str]
    secret: str

    def project(self, rest: str = "") -> str:
        return f"/api/projects/{self.ids['projects']}{rest}"

    def ask(self, path: str) -> tuple[int, str]:
        response = self.world.server.send(
            "GET", path.format(secret=self.secret, **self.ids.of), headers=self.header
        )
        return response.status_code, response.text

    def shown(self) -> list[str]:
        """The paths whose answers name the project."""
        answers = {path: self.ask(path) for path in READS}
        # An invalid path would never show anything.
        assert {status for status, _ in answers.values()} <= {200, 403}, answers
        return [path for path, (_, text) in answers.items() if self.secret in text]

    def unread(self) -> int:
        body = self.world.server.send("GET", "/api/notifications/counts", headers=self.header).json()
        count: int = body["unread"]
        return count


def take_part(world: World, ids: Ids, role: str, client: int | None = None) -> Person:
    """The role takes part in everything: member or manager, task, thread, comment, notification."""
    server, person, project = world.server, ids["users"], ids["projects"]
    secret = f"secret{ids['projects']}{world.mark}"
    company = "NULL" if client is None else client
    server.sql(f"UPDATE users SET role = '{role}', client_id = {company} WHERE id = {person}")
    if role == "team_member":
        server.sql(f"INSERT INTO project_members (project_id, user_id) VALUES ({project}, {person})")
    if role == "project_manager":
        server.sql(f"UPDATE projects SET manager_id = {person} WHERE id = {project}")
    assigned = "" if role == "client" else f", assignee_id = {person}"
    told = "INSERT INTO notifications (user_id, project_id, kind, body) VALUES ({}, {}, 'project', '{}')"
    for statement in (
        f"UPDATE projects SET name = '{secret}' WHERE id = {project}",
        f"UPDATE tasks SET title = '{secret}', due_on = current_date{assigned} WHERE id = {ids['tasks']}",
        f"UPDATE threads SET subject = '{secret}' WHERE id = {ids['threads']}",
        f"INSERT INTO thread_participants (thread_id, user_id) VALUES ({ids['threads']}, {person})",
        f"INSERT INTO comments (task_id, author_id, body) VALUES ({ids['tasks']}, {person}, '{secret}')",
        told.format(person, project, secret),
    ):
        server.sql(statement)
    return Person(world, ids, person, server.new_token(person), secret)


def removed(person: Person) -> None:
    done(person.world.send("admin", "DELETE", person.project(f"/members/{person.id}")), 204)


def removed_by_psql(person: Person) -> None:
    server = person.world.server
    server.sql(f"DELETE FROM project_members WHERE user_id = {person.id}")
    # The relay has a second for writes that bypass the app.
    until(lambda: server.sql("SELECT count(*) FROM cache_touches") == "0")


def replaced(person: Person) -> None:
    manager = {"manager_id": person.world.users["manager"]}
    done(person.world.send("admin", "PATCH", person.project(), manager))


def change(person: Person, **fields: object) -> None:
    done(person.world.send("admin", "PATCH", f"/api/users/{person.id}", fields))


def becomes_a_clients(person: Person) -> None:
    change(person, role="client", client_id=person.world.clients["stranger"])


def moves_to_another_company(person: Person) -> None:
    change(person, client_id=person.world.clients["stranger"])


def is_no_admin_any_more(person: Person) -> None:
    change(person, role="team_member")


def deactivated_and_activated(person: Person) -> None:
    for action in ("deactivate", "activate"):
        done(person.world.send("admin", "POST", f"/api/users/{person.id}/{action}"))
    person.header.update(person.world.server.new_token(person.id))


WAYS: tuple[tuple[str, Callable[[Person], None]], ...] = (
    ("team_member", removed),
    ("team_member", removed_by_psql),
    ("team_member", becomes_a_clients),
    ("team_member", deactivated_and_activated),
    ("project_manager", replaced),
    ("client", moves_to_another_company),
    ("admin", is_no_admin_any_more),
)


@pytest.mark.parametrize(("role", "way"), WAYS, ids=[f"{role} {way.__name__}" for role, way in WAYS])
def test_nothing_shows_a_project_to_users_who_lost_access(
    world: World, ids: Ids, role: str, way: Callable[[Person], None]
) -> None:
    person = take_part(world, ids, role, world.clients["client"] if role == "client" else None)
    assert {"/api/dashboards/user", "/api/notifications"} <= set(person.shown())
    assert person.unread() == 1

    way(person)
    done(world.send("member", "POST", f"/api/threads/{ids['threads']}/messages", {"body": "After"}), 201)
    done(world.send("member", "POST", f"/api/tasks/{ids['tasks']}/comments", {"body": "After"}), 201)

    assert person.shown() == []
    assert person.unread() == 0
    assert person.ask(person.project())[0] == 404
    left = {
        "tasks": f"tasks WHERE assignee_id = {person.id} AND completed_at IS NULL",
        "threads": f"thread_participants WHERE user_id = {person.id}",
        "members": f"project_members WHERE user_id = {person.id}",
        "told": f"notifications WHERE user_id = {person.id} AND body LIKE '%replied%'",
        "told of comments": f"notifications WHERE user_id = {person.id} AND kind = 'comment'",
    }
    counts = {what: world.server.sql(f"SELECT count(*) FROM {rows}") for what, rows in left.items()}
    assert counts == dict.fromkeys(left, "0")


def test_a_user_who_keeps_access_another_way_keeps_the_rest(world: World, ids: Ids) -> None:
    person = take_part(world, ids, "project_manager")
    world.server.sql(f"INSERT INTO project_members VALUES ({ids['projects']}, {person.id})")

    removed(person)

    assert {"/api/dashboards/user", "/api/notifications", "/api/threads?mine=true"} <= set(person.shown())
    assert world.server.sql(f"SELECT assignee_id FROM tasks WHERE id = {ids['tasks']}") == str(person.id)


def test_a_lead_is_demoted_only_after_handing_over_projects(world: World, ids: Ids) -> None:
    person = take_part(world, ids, "project_manager")
    demotion = {"role": "team_member"}
    path = f"/api/users/{person.id}"

    refused(world.send("admin", "PATCH", path, demotion), 409)
    replaced(person)
    assert done(world.send("admin", "PATCH", path, demotion))["role"] == "team_member"


@pytest.mark.parametrize("rest", ["", "/invoices", "/milestones", "/members"])
def test_a_manager_without_the_role_has_no_rights_of_a_lead(world: World, ids: Ids, rest: str) -> None:
    person = take_part(world, ids, "project_manager")
    world.server.sql(f"UPDATE users SET role = 'team_member' WHERE id = {person.id}")
    bodies: dict[str, tuple[str, object]] = {
        "": ("PATCH", {"budget": 5}),
        "/invoices": ("POST", {"items": [{"description": "x", "quantity": 1, "unit_price": 1}]}),
        "/milestones": ("POST", {"name": "x", "due_on": DAY}),
        "/members": ("POST", {"user_id": world.users["newcomer"]}),
    }
    method, body = bodies[rest]

    refused(world.server.send(method, person.project(rest), headers=person.header, json=body), 403)


def test_two_admins_who_demote_each_other_leave_one(world: World) -> None:
    for at in range(5):
        rows = ", ".join(f"('admin', '{name}{at}@{world.mark}.example', 'x')" for name in "ab")
        first, second = world.server.sql(
            f"INSERT INTO users (role, email, name) VALUES {rows} RETURNING id"
        ).split()
        orders = [
            ("PATCH", f"/api/users/{second}", world.server.new_token(int(first)), {"role": "team_member"}),
            ("POST", f"/api/users/{first}/deactivate", world.server.new_token(int(second)), None),
        ]
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda order: world.server.send(order[0], order[1], headers=order[2], json=order[3]), orders
            )
        statuses = sorted(answer.status_code for answer in answers)

        assert statuses[0] == 200
        assert statuses[1] in {401, 403}


def test_only_the_lead_moves_a_task_to_another_company(world: World, ids: Ids) -> None:
    elsewhere = world.project()
    # What a client has, the app may not give to another one; the tests may.
    world.server.sql(
        f"UPDATE projects SET client_id = {world.clients['stranger']} WHERE id = {elsewhere['projects']}"
    )
    path, move = ids.path("/api/tasks/{id}"), {"project_id": elsewhere["projects"]}

    refused(world.send("member", "PATCH", path, move), 403)
    assert done(world.send("manager", "PATCH", path, move))["project_id"] == elsewhere["projects"]

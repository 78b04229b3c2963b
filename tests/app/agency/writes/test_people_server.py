"""Writes to users and clients, on a deployed server."""

from typing import Any

import pytest

from tests.app.support.world import Ids, World
from tests.app.support.written import DAY, done, refused

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"email": "manager"}, 409, "email"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone"),
        ({"role": "client"}, 422, "client_id"),
        ({"client_id": 2**62, "role": "client"}, 422, "client_id"),
        ({"email": "nobody"}, 422, "email"),
        ({"hourly_rate": -1}, 422, "hourly_rate"),
    ],
)
def test_an_invalid_user_is_rejected(
    world: World, ids: Ids, change: dict[str, Any], status: int, field: str
) -> None:
    if change.get("email") == "manager":
        change = {"email": f"MANAGER@{world.mark}.example"}

    refused(world.send("admin", "PATCH", ids.path("/api/users/{id}"), change), status, field)


def test_admins_cannot_lock_themselves_out(world: World) -> None:
    own = f"/api/users/{world.users['admin']}"

    refused(world.send("admin", "POST", f"{own}/deactivate"), 409)
    refused(world.send("admin", "PATCH", own, {"role": "team_member"}), 409)


def test_a_changed_name_appears_on_every_page_that_shows_it(world: World, ids: Ids) -> None:
    path = ids.path("/api/projects/{id}")
    world.get("member", path)

    name = {"name": f"Renamed {world.mark}"}
    done(world.send("admin", "PATCH", f"/api/users/{world.users['manager']}", name))

    assert world.get("member", path)["manager"]["name"] == name["name"]


def test_an_archived_client_gets_no_new_projects(world: World) -> None:
    client = done(world.send("manager", "POST", "/api/clients", {"name": "C", "industry": "x"}), 201)
    path = f"/api/clients/{client['id']}"
    project = {"name": "P", "client_id": client["id"], "starts_on": DAY, "due_on": DAY, "budget": 1}

    assert done(world.send("manager", "PATCH", path, {"archived": True}))["archived_at"]
    refused(world.send("manager", "POST", "/api/projects", project), 422, "client_id")
    assert done(world.send("manager", "PATCH", path, {"archived": False}))["archived_at"] is None
    done(world.send("manager", "POST", "/api/projects", project), 201)

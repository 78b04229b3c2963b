"""How the tests of invalid input send requests, and check the errors."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

import httpx

from app.application import ENDPOINTS
from app.http.routing import Endpoint
from tests.app.support.world import Ids, World

JSON = "application/json"
ASKED = [each for each in ENDPOINTS if not each.public]
WRITTEN = [each for each in ASKED if each.body is not None]


def name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def problem(response: httpx.Response, status: int, field: str | None = None) -> None:
    """The response is a problem document with one sentence."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["detail"].endswith(".")
    assert document.get("field") == field, document


def ask(
    world: World, endpoint: Endpoint, ids: Ids, *, query: str = "", content: bytes = b"", media: str = JSON
) -> httpx.Response:
    path = ids.path(endpoint.path, user=world.users["member"])
    headers = world.header("admin") | ({"content-type": media} if content else {})
    return world.server.send(endpoint.method, path + query, headers=headers, content=content)


def rows(world: World, ids: Ids) -> str:
    """Everything that a write to the project could change."""
    project = ids["projects"]
    parts = [
        f"SELECT to_jsonb(r) FROM {table} AS r WHERE r.{column} = {project}"
        for table, column in {
            "projects": "id",
            "tasks": "project_id",
            "milestones": "project_id",
            "time_entries": "project_id",
            "invoices": "project_id",
            "messages": "project_id",
            "activity": "project_id",
            "project_members": "project_id",
        }.items()
    ]
    return world.server.sql(
        f"SELECT md5(string_agg(r::text, '' ORDER BY r::text)) FROM ({' UNION ALL '.join(parts)}) AS a (r)"
    )

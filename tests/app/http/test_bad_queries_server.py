"""Invalid paths, query strings and cursors on a deployed server: 4xx with the field."""

from typing import Any

import pytest

from app.agency.lists import LISTS
from app.http.routing import Endpoint
from tests.app.support.refused import ASKED, ask, name, problem
from tests.app.support.world import Ids, World

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def untouched(world: World) -> Ids:
    """A project for writes that are rejected."""
    return world.project()


@pytest.mark.parametrize("endpoint", ASKED, ids=name)
def test_an_unknown_parameter_is_named(world: World, untouched: Ids, endpoint: Endpoint) -> None:
    problem(ask(world, endpoint, untouched, query="?nonsense=1"), 422, "nonsense")


@pytest.mark.parametrize("query", ["?=1", "?%FF=1", "?limit=%C3%28", "?&", "?a", "?\u00e9=1"])
@pytest.mark.parametrize("path", ["/api/tasks", "/api/projects/counts"])
def test_a_malformed_query_string_is_rejected(world: World, path: str, query: str) -> None:
    response = world.send("admin", "GET", path + query)

    assert response.status_code == 422, response.text
    assert response.json()["detail"].endswith(".")


DUE = ("tasks", "projects", "milestones", "invoices")
DATED = (
    *("payments", "time-entries"),
    *("reports/projects", "reports/time", "reports/finance", "reports/team"),
)
QUERIES = [
    ("/api/tasks?project=9223372036854775808", "project"),
    ("/api/tasks?project=1e3", "project"),
    ("/api/tasks?project=" + "9" * 500, "project"),
    ("/api/tasks?project=1&project=2", "project"),
    ("/api/tasks?project=%00", "project"),
    ("/api/tasks?due_from=10000-01-01", "due_from"),
    ("/api/tasks?due_from=-0001-01-01", "due_from"),
    ("/api/tasks?due_from=2026-02-29", "due_from"),
    ("/api/tasks?due_from=infinity", "due_from"),
    ("/api/tasks?due_from=2026-01-01T00:00:00Z", "due_from"),
    ("/api/tasks?open=maybe", "open"),
    ("/api/tasks?sort=id;--", "sort"),
    ("/api/tasks?limit=1_0", "limit"),
    ("/api/projects?text=%00", "text"),
    ("/api/projects?text=" + "a" * 201, "text"),
    ("/api/projects?text=", "text"),
    ("/api/projects/batch?ids=1,,2", "ids"),
    ("/api/projects/batch?ids=99999999999999999999", "ids"),
    ("/api/projects/batch?ids=" + ",".join(["1"] * 201), "ids"),
    ("/api/search?q=%00", "q"),
    ("/api/search/tasks?q=" + "a%20" * 17, "q"),
    ("/api/reports/finance?currency=euro", "currency"),
    ("/api/reports/time?from_date=0000-01-01", "from_date"),
    *((f"/api/{name}?due_from=2026-02-01&due_to=2026-01-31", "due_to") for name in DUE),
    *((f"/api/{name}?from_date=2026-02-01&to_date=2026-01-31", "to_date") for name in DATED),
]


@pytest.mark.parametrize(("path", "field"), QUERIES)
def test_a_parameter_out_of_its_range_is_named(world: World, path: str, field: str) -> None:
    problem(world.send("admin", "GET", path), 422, field)


# What gives a list two rows that the admin sees, where that is not every row.
NARROWED = {
    "milestones": "SELECT 'open=true'",
    "comments": "SELECT 'author=' || author_id FROM comments GROUP BY author_id HAVING count(*) > 1 LIMIT 1",
    "threads": "SELECT 'project=' || project_id FROM threads GROUP BY project_id HAVING count(*) > 1 LIMIT 1",
}


@pytest.fixture(scope="module")
def lists(world: World) -> dict[str, str]:
    """The lists by name, each with the beginning of a path that gives two pages."""
    task = {"title": "T", "due_on": "2026-12-01", "assignee_id": world.users["admin"]}
    project = world.project()
    member = {"user_id": world.users["admin"]}
    world.send("manager", "POST", project.path("/api/projects/{id}/members"), member)
    for _ in range(2):
        world.send("manager", "POST", project.path("/api/projects/{id}/tasks"), task)
        world.send("admin", "POST", "/api/tokens", {})
    names = [listing.sql.name.replace("_", "-") for listing in LISTS]
    wheres = {name: f"&{world.server.sql(NARROWED[name])}" if name in NARROWED else "" for name in names}
    return {name: f"/api/{name}?limit=1{where}" for name, where in wheres.items()}


@pytest.mark.parametrize("listing", [each.sql.name.replace("_", "-") for each in LISTS])
def test_a_cursor_is_good_for_the_list_that_gave_it_out_as_it_was(
    world: World, lists: dict[str, str], listing: str
) -> None:
    mine = world.get("admin", lists[listing])["next"]
    other = "clients" if listing == "users" else "users"
    forged = [
        world.get("admin", lists[other])["next"],
        mine[:-1],
        mine[:10] + ("A" if mine[10] != "A" else "B") + mine[11:],
        mine + "AAAA",
        mine + "=",
        "." + mine,
        "A" * 64,
        mine.swapcase(),
    ]

    assert world.get("admin", f"{lists[listing]}&cursor={mine}")["previous"]
    for cursor in forged:
        problem(world.send("admin", "GET", f"{lists[listing]}&cursor={cursor}"), 422, "cursor")


@pytest.mark.parametrize("path", ["/api/tasks/%FF", "/api/tasks/%D9%A1", f"/api/tasks/{2**63}", "/api/%2e"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_invalid_id_is_404(world: World, method: str, path: str) -> None:
    body: Any = {"title": "T"} if method == "PATCH" else None

    problem(world.send("admin", method, path, body), 404)


@pytest.mark.parametrize("path", ["/api/tasks/%00", "/api/tasks/1%00", "/%00"])
def test_a_malformed_path_is_rejected_by_the_edge(world: World, path: str) -> None:
    problem(world.send("admin", "GET", path), 400)


@pytest.mark.parametrize(("method", "status"), [("TRACE", 405), ("PUT", 405), ("OPTIONS", 405)])
def test_an_unsupported_method_is_405_and_allow_lists_the_others(
    world: World, method: str, status: int
) -> None:
    response = world.send("admin", method, "/api/tasks")

    problem(response, status)
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?cursor=" + "A" * 40_000, {}), ("", {"x": "y" * 40_000})],
    ids=["query", "header"],
)
def test_a_request_that_is_too_long_is_rejected_by_the_edge(
    world: World, query: str, headers: dict[str, str]
) -> None:
    problem(world.send("admin", "GET", "/api/tasks" + query, **headers), 431)

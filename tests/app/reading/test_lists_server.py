"""Lists, batches, entities and counts on a deployed server: shapes, order, pages, who sees what."""

# ruff: noqa: S608  (the numbers are the tests' own)

from functools import cache
from typing import Any, get_args, get_type_hints

import httpx
import msgspec
import pytest

from app.agency.lists import ACTIVITY, COMMENTS, INVOICES, LISTS, TASKS, TIME_ENTRIES, USERS
from app.application import ENDPOINTS
from app.http.routing import Endpoint
from app.reading.listing import Listing
from app.reading.shapes import ListQuery, Page
from tests.app.support.server import Server

pytestmark = pytest.mark.server

PATHS = {
    endpoint.query: endpoint.path
    for endpoint in ENDPOINTS
    if endpoint.query is not None and issubclass(endpoint.query, ListQuery)
}
# An admin, a project manager, a team member, a client's person (app/agency/seed/scale.py).
USERS_OF_ROLES = {"admin": 1, "project_manager": 2, "team_member": 30, "client": 80}

# What makes an order that needs a filter possible.
NEEDED = {"comments": "author=30", "milestones": "open=true", "threads": "mine=true"}
ORDERS = [(listing, word) for listing in LISTS for word in get_args(get_type_hints(listing.query)["sort"])]


@cache
def needed(listing: Listing, sort: str) -> str:
    needs = listing.sql.sorts[sort.removeprefix("-")].needs
    if not needs:
        return ""
    own = NEEDED.get(listing.sql.name)
    chosen = own or next((each for each in needs if "=" in each), f"{needs[0]}=1")
    return f"&{chosen}"


def path(listing: Listing, sort: str) -> str:
    return f"{PATHS[listing.query]}?sort={sort}{needed(listing, sort)}"


def refused(response: httpx.Response, field: str) -> None:
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field


def read(server: Server, listing: Listing, user: int, query: str) -> Page[Any]:
    for _ in range(3):
        response = server.get(query, user)
        # A total counts a whole table: on a busy machine it may take longer than a statement may.
        if response.status_code != 503:
            break
    assert response.status_code == 200, f"{query}: {response.text}"
    decoded: Page[Any] = msgspec.json.decode(response.content, type=Page[listing.item])  # type: ignore[name-defined]
    return decoded


@pytest.mark.parametrize("role", USERS_OF_ROLES)
@pytest.mark.parametrize("listing", LISTS, ids=lambda listing: listing.sql.name)
def test_a_page_of_1000_has_exactly_its_shape_for_every_role(
    server: Server, listing: Listing, role: str
) -> None:
    sort = next(sort for other, sort in ORDERS if other is listing)
    read(server, listing, USERS_OF_ROLES[role], f"{path(listing, sort)}&limit=1000")


@pytest.mark.parametrize("role", ["admin", "team_member", "client"])
@pytest.mark.parametrize(
    ("listing", "sort"), ORDERS, ids=[f"{listing.sql.name}-{sort}" for listing, sort in ORDERS]
)
def test_pages_in_either_direction_are_the_list_once_and_in_order(
    server: Server, listing: Listing, sort: str, role: str
) -> None:
    user, start = USERS_OF_ROLES[role], path(listing, sort)
    whole = read(server, listing, user, f"{start}&limit=40&total=true")
    expected = [item.id for item in whole.items]
    forward: list[int] = []
    page = read(server, listing, user, f"{start}&limit=7")
    assert page.previous is None
    while True:
        forward += [item.id for item in page.items]
        if page.next is None or len(forward) >= 40:
            break
        page = read(server, listing, user, f"{start}&limit=7&cursor={page.next}")
    backward = [item.id for item in page.items]
    while page.previous is not None:
        page = read(server, listing, user, f"{start}&limit=7&cursor={page.previous}")
        backward = [item.id for item in page.items] + backward

    assert forward[:40] == expected
    assert backward == forward
    assert whole.total == len(expected) or whole.next is not None
    assert len(set(forward)) == len(forward)


@pytest.mark.parametrize("listing", [TASKS, TIME_ENTRIES, INVOICES], ids=lambda each: each.sql.name)
def test_the_list_from_its_end_is_the_list_in_the_other_order_turned_round(
    server: Server, listing: Listing
) -> None:
    sort = next(iter(listing.sql.sorts))
    last = read(server, listing, 1, f"{path(listing, sort)}&limit=20&direction=backward")
    other = read(server, listing, 1, f"{path(listing, f'-{sort}')}&limit=20")

    assert last.next is None
    assert [item.id for item in last.items] == [item.id for item in reversed(other.items)]


def test_what_is_inserted_before_a_page_does_not_shift_it(server: Server) -> None:
    query = "/api/tasks?project=1&limit=5"
    first = read(server, TASKS, 1, query)
    expected = read(server, TASKS, 1, f"{query}&cursor={first.next}").items
    early = "INSERT INTO tasks (project_id, due_on, title) VALUES (1, '2000-01-01', 'Early') RETURNING id"
    task = server.sql(early)
    try:
        assert read(server, TASKS, 1, f"{query}&cursor={first.next}").items == expected
    finally:
        server.sql(f"DELETE FROM tasks WHERE id = {task}")


def test_beyond_the_last_row_a_page_is_empty_and_leads_back_to_it(server: Server) -> None:
    query = "/api/tasks?project=1&limit=3"
    last = read(server, TASKS, 1, f"{query}&direction=backward")
    late = "INSERT INTO tasks (project_id, due_on, title) VALUES (1, '2999-01-01', 'Late') RETURNING id"
    task = server.sql(late)
    try:
        beyond = read(server, TASKS, 1, f"{query}&direction=backward&sort=-due_on")
        cursor = read(server, TASKS, 1, f"{query}&cursor={last.previous}").next
        assert cursor is not None
        assert beyond.items
    finally:
        server.sql(f"DELETE FROM tasks WHERE id = {task}")
    assert [item.id for item in read(server, TASKS, 1, f"{query}&cursor={cursor}").items] == [
        item.id for item in last.items
    ]


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("status=review", "status = 'review'"),
        ("priority=urgent&open=true", "priority = 'urgent' AND completed_at IS NULL"),
        ("open=false&assignee=30", "completed_at IS NOT NULL AND assignee_id = 30"),
        ("project=1&unassigned=true", "project_id = 1 AND assignee_id IS NULL"),
        (
            "project=1&due_from=2026-01-01&due_to=2026-12-31",
            "project_id = 1 AND extract(year FROM due_on) = 2026",
        ),
    ],
)
def test_filters_return_only_matching_rows_and_the_total_counts_them(
    server: Server, query: str, condition: str
) -> None:
    page = read(server, TASKS, 1, f"/api/tasks?{query}&limit=1000&total=true")
    ids = [
        row["id"]
        for row in server.rows(
            f"SELECT id FROM tasks WHERE deleted_at IS NULL AND {condition} ORDER BY due_on, id LIMIT 1000"
        )
    ]

    assert [item.id for item in page.items] == ids
    assert page.total == int(
        server.sql(f"SELECT count(*) FROM tasks WHERE deleted_at IS NULL AND {condition}")
    )


# Whom and what a client's person may know, said without the app's own words.
KNOWN_TO_A_CLIENT = """
u.client_id = {client} OR u.id IN (
    SELECT p.manager_id FROM projects AS p WHERE p.client_id = {client} AND p.deleted_at IS NULL
    UNION
    SELECT m.user_id FROM project_members AS m JOIN projects AS p ON p.id = m.project_id
    WHERE p.client_id = {client} AND p.deleted_at IS NULL
)
"""


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("/api/users", "true"),
        ("/api/users?role=client", "u.role = 'client'"),
        ("/api/users?role=team_member", "u.role = 'team_member'"),
        ("/api/users?role=admin", "u.role = 'admin'"),
        ("/api/users?client={client}", "u.client_id = {client}"),
        ("/api/users?client={stranger}", "u.client_id = {stranger}"),
        (
            "/api/users?project={project}",
            "u.id IN (SELECT user_id FROM project_members WHERE project_id = {project})",
        ),
        ("/api/users?project={unseen}", "false"),
        ("/api/users?project=999999999", "false"),
        ("/api/clients", "true"),
        ("/api/clients?text=zzz", "false"),
    ],
)
def test_filters_and_totals_leave_a_client_what_the_tables_say(
    server: Server, query: str, condition: str
) -> None:
    user = USERS_OF_ROLES["client"]
    client = server.sql(f"SELECT client_id FROM users WHERE id = {user}")
    project = "SELECT min(id) FROM projects WHERE deleted_at IS NULL AND client_id"
    of = {
        "client": client,
        "stranger": server.sql(f"SELECT min(id) FROM clients WHERE id <> {client}"),
        "project": server.sql(f"{project} = {client}"),
        "unseen": server.sql(f"{project} <> {client}"),
    }
    known = "c.id = {client}" if "clients" in query else KNOWN_TO_A_CLIENT
    source = "clients AS c WHERE c.archived_at" if "clients" in query else "users AS u WHERE u.deactivated_at"
    wanted = server.rows(f"SELECT id FROM {source} IS NULL AND ({known}) AND {condition}".format(**of))

    asked = query.format(**of) + ("&" if "?" in query else "?")
    found, at = [], f"{asked}limit=3&total=true"
    for _ in range(len(wanted) // 3 + 1):
        answer = server.get(at, user).json()
        found += [item["id"] for item in answer["items"]]
        if at.endswith("total=true"):
            assert answer["total"] == len(wanted)
        if answer["next"] is None:
            break
        at = f"{asked}limit=3&cursor={answer['next']}"

    assert answer["next"] is None
    assert len(found) == len(set(found))
    assert sorted(found) == sorted(row["id"] for row in wanted)


@pytest.mark.parametrize("other", ["project=2", "project=1&open=true", "project=1&sort=-due_on", ""])
def test_a_cursor_is_valid_for_its_own_filters_and_order_only(server: Server, other: str) -> None:
    cursor = read(server, TASKS, 1, "/api/tasks?project=1&limit=5").next

    refused(server.get(f"/api/tasks?{other}&cursor={cursor}".replace("?&", "?"), 1), "cursor")


@pytest.mark.parametrize("text", ["a & b", "'", "\\", "%", '"', "-", "<->", ":*", "日本", "(((", "a" * 200])
def test_any_words_may_be_searched_for(server: Server, text: str) -> None:
    response = server.http.get("/api/projects", params={"text": text}, headers=server.authorization(1))

    assert response.status_code == 200, response.text


@pytest.mark.parametrize("role", USERS_OF_ROLES)
@pytest.mark.parametrize(
    "endpoint",
    [each for each in ENDPOINTS if each.path.endswith("/batch")],
    ids=lambda each: each.path,
)
def test_a_batch_has_what_is_visible_of_it_in_the_order_of_the_ids(
    server: Server, endpoint: Endpoint, role: str
) -> None:
    ids = [7 * number % 151 for number in range(1, 101)]
    response = server.get(f"{endpoint.path}?ids={','.join(map(str, ids))}", USERS_OF_ROLES[role])
    assert response.status_code == 200, response.text
    found = [item.id for item in msgspec.json.decode(response.content, type=endpoint.response).items]

    assert found == [number for number in ids if number in set(found)]
    assert found or role != "admin" or endpoint.path.startswith("/api/notifications")


@pytest.mark.parametrize("role", USERS_OF_ROLES)
@pytest.mark.parametrize(
    "endpoint",
    [
        each
        for each in ENDPOINTS
        if each.method == "GET" and each.path.endswith("/{id}") and each.path.count("/") == 3
    ],
    ids=lambda each: each.path,
)
def test_an_entity_is_visible_exactly_if_its_batch_has_it(
    server: Server, endpoint: Endpoint, role: str
) -> None:
    user = USERS_OF_ROLES[role]
    ids = [1, 2, 50, 80, 81, 9_999_999]
    batch = server.get(endpoint.path.replace("{id}", f"batch?ids={','.join(map(str, ids))}"), user).json()
    visible = {item["id"] for item in batch["items"]}
    for number in ids:
        response = server.get(endpoint.path.replace("{id}", str(number)), user)
        assert response.status_code == (200 if number in visible else 404)
        if number in visible:
            msgspec.json.decode(response.content, type=endpoint.response)


@pytest.mark.parametrize("role", USERS_OF_ROLES)
@pytest.mark.parametrize("query", ["", "?project=1", "?assignee=30"])
def test_tasks_are_counted_as_the_list_counts_them(server: Server, role: str, query: str) -> None:
    user = USERS_OF_ROLES[role]
    counted = server.get(f"/api/tasks/counts{query}", user).json()
    listed = server.get(f"/api/tasks{query or '?'}&limit=1&total=true".replace("?&", "?"), user).json()

    if query:
        assert counted["total"] == listed["total"]
    assert counted["total"] == sum(
        counted[each] for each in ("todo", "in_progress", "blocked", "review", "done")
    )


@pytest.mark.parametrize("role", USERS_OF_ROLES)
@pytest.mark.parametrize("kind", ["projects", "invoices"])
def test_projects_and_invoices_are_counted_as_their_lists_count_them(
    server: Server, kind: str, role: str
) -> None:
    user = USERS_OF_ROLES[role]

    assert (
        server.get(f"/api/{kind}/counts", user).json()["total"]
        == server.get(f"/api/{kind}?limit=1&total=true", user).json()["total"]
    )


def test_an_entity_that_has_not_changed_is_not_sent_again(server: Server) -> None:
    for entity in ("/api/projects/1", "/api/tasks/1", "/api/users/1"):
        first = server.get(entity, 1)
        headers = {**server.authorization(1), "if-none-match": first.headers["etag"]}
        again = server.http.get(entity, headers=headers)

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"].removeprefix("W/") == first.headers["etag"].removeprefix("W/")
        headers["if-none-match"] = '"1-00000000"'
        assert server.http.get(entity, headers=headers).status_code == 200


def test_a_client_sees_neither_rates_nor_drafts_nor_other_clients(server: Server) -> None:
    user = USERS_OF_ROLES["client"]
    own = int(server.sql(f"SELECT client_id FROM users WHERE id = {user}"))
    entries = read(server, TIME_ENTRIES, user, "/api/time-entries?limit=200")
    people = read(server, USERS, user, "/api/users?limit=1000")
    invoices = read(server, INVOICES, user, "/api/invoices?limit=1000")
    feed = read(server, ACTIVITY, user, "/api/activity?limit=1000")

    assert all(entry.hourly_rate is None for entry in entries.items)
    assert all(person.hourly_rate is None or person.id == user for person in people.items)
    assert all(person.client is None or person.client.id == own for person in people.items)
    assert all(invoice.status != "draft" and invoice.client.id == own for invoice in invoices.items)
    assert not {event.entity for event in feed.items} & {"client", "user", "time_entry", "invoice", "payment"}


def test_a_team_member_sees_no_money(server: Server) -> None:
    user = USERS_OF_ROLES["team_member"]
    entries = read(server, TIME_ENTRIES, user, "/api/time-entries?limit=1000")

    assert read(server, INVOICES, user, "/api/invoices").items == []
    assert server.get("/api/payments", user).json()["items"] == []
    assert all((entry.hourly_rate is None) == (entry.user.id != user) for entry in entries.items)


def test_comments_of_an_invisible_task_are_not_listed(server: Server) -> None:
    task = server.sql(
        "SELECT o.task_id FROM comments AS o JOIN tasks AS t ON t.id = o.task_id"
        " WHERE NOT EXISTS"
        " (SELECT FROM project_keys AS k WHERE k.project_id = t.project_id AND k.key = 'u30')"
        " AND t.deleted_at IS NULL AND o.deleted_at IS NULL LIMIT 1"
    )

    assert read(server, COMMENTS, 1, f"/api/comments?task={task}").items
    assert read(server, COMMENTS, 30, f"/api/comments?task={task}").items == []

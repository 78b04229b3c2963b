"""The searches on a deployed server: hits, visibility, and the (missing) effect of hostile input."""

# ruff: noqa: S608  (the words and numbers are the tests' own)

import re
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from app.agency.shapes.searches import AllHits, ClientHits, ProjectHits, TaskHits, UserHits
from tests.app.support.server import SEEDED, Server

pytestmark = pytest.mark.server

KINDS: dict[str, type] = {
    "projects": ProjectHits,
    "tasks": TaskHits,
    "users": UserHits,
    "clients": ClientHits,
}
PATHS = ["/api/search", *(f"/api/search/{kind}" for kind in KINDS)]
HOSTILE = [
    "' OR '1'='1",
    "'; DROP TABLE tasks; --",
    '"',
    '"unclosed phrase',
    "'",
    "\\",
    "\\'",
    "a\\",
    "&|!()<->:*",
    "a & | b",
    "!!!!",
    "-",
    "--a",
    "a:*",
    "a:*b:A",
    "or or or",
    "or",
    "-or",
    "$1 $2 {0} %s %(x)s",
    "<script>alert(1)</script>",
    "é ß 漢字 🙂",
    "\u202e\u200b\ufeff",
    "I\u0307\u0130",
    " ",
    "the",
    "_%",
    "((((((((((",
    "a" * 200,
    "🙂" * 200,
    "-a " * 16,
    "a or " * 8,
    '"a" ' * 16,
    "\x01\x02\x1f\x7f",
    "\r\n\t",
]


def search(server: Server, kind: str, user: int = 1, **query: object) -> Any:
    response = server.get(f"/api/search/{kind}?{urlencode(query)}", user)
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=KINDS[kind])


def a_user(server: Server, role: str) -> int:
    return int(server.sql(f"SELECT max(u.id) FROM users AS u WHERE u.role = '{role}' AND {SEEDED}"))


def word_of(server: Server, statement: str) -> str:
    """A long word from an existing row."""
    return str(max(re.findall(r"[A-Za-z]+", server.sql(statement)), key=len))


TITLE = "SELECT title FROM tasks WHERE deleted_at IS NULL AND project_id = 1 ORDER BY id LIMIT 1"


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("projects", "SELECT name FROM projects WHERE deleted_at IS NULL ORDER BY id LIMIT 1"),
        ("tasks", TITLE),
        ("users", "SELECT name FROM users WHERE deactivated_at IS NULL ORDER BY id LIMIT 1"),
        ("clients", "SELECT name FROM clients WHERE archived_at IS NULL ORDER BY id LIMIT 1"),
    ],
)
def test_a_word_finds_rows_that_contain_it_and_marks_it(server: Server, kind: str, statement: str) -> None:
    word = word_of(server, statement)
    found = search(server, kind, q=word)

    assert found.items
    assert found.match == "words"
    assert any("<mark>" in hit.highlight + getattr(hit, "excerpt", "") for hit in found.items)
    assert [hit.score for hit in found.items] == sorted((hit.score for hit in found.items), reverse=True)


def test_every_word_must_be_there_unless_it_says_or_and_none_that_is_excluded(server: Server) -> None:
    first, second = re.findall(r"[A-Za-z]{5,}", server.sql(TITLE))[:2]

    both = search(server, "tasks", q=f"{first} {second} ").ranked
    either = search(server, "tasks", q=f"{first} or {second} ").ranked
    without = search(server, "tasks", q=f"{first} -{second} ").ranked
    alone = search(server, "tasks", q=f"{first} ").ranked

    assert 0 < both <= alone <= either
    assert without == alone - both or alone == 1000


def test_the_last_word_matches_as_a_prefix_until_a_space_ends_it(server: Server) -> None:
    name = server.sql("SELECT name FROM clients WHERE archived_at IS NULL ORDER BY id LIMIT 1")
    begun = name[: len(name.split()[0]) - 1]

    assert name in {hit.name for hit in search(server, "clients", q=begun, limit=100).items}
    assert search(server, "clients", q=begun + " ", limit=100).match == "similar"


def test_a_typo_finds_similar_spelling(server: Server) -> None:
    word = word_of(server, TITLE)
    wrong = word[:-3] + word[-2] + word[-3] + word[-1]
    if (
        server.sql(f"SELECT count(*) FROM tasks WHERE search @@ websearch_to_tsquery('english', '{wrong}')")
        != "0"
    ):
        pytest.skip(f"{wrong} is a word as well")
    found = search(server, "tasks", q=wrong)

    assert found.match == "similar"
    assert any(word.lower() in hit.title.lower() for hit in found.items)


def test_the_newest_thousand_hits_of_a_common_word_are_ranked_and_the_response_says_so(
    server: Server,
) -> None:
    common = server.sql(
        "SELECT word FROM ts_stat('SELECT search FROM tasks WHERE deleted_at IS NULL')"
        " ORDER BY ndoc DESC LIMIT 1"
    )
    matches = int(
        server.sql(
            "SELECT count(*) FROM tasks WHERE deleted_at IS NULL"
            f" AND search @@ websearch_to_tsquery('english', '{common}')"
        )
    )
    found = search(server, "tasks", q=common + " ")

    assert found.bounded == (matches > 1000)
    assert found.ranked == min(matches, 1000)


def test_the_pages_are_every_hit_once_in_the_order_of_their_scores(server: Server) -> None:
    words = server.sql(TITLE).split()[0] + " "
    first = page = search(server, "tasks", q=words, limit=100)
    hits = list(page.items)
    while page.next is not None:
        page = search(server, "tasks", q=words, limit=100, cursor=page.next)
        hits += page.items
    keys = [(hit.score, hit.id) for hit in hits]

    assert len({hit.id for hit in hits}) == len(hits) == first.ranked
    assert keys == sorted(keys, reverse=True)


def test_a_cursor_is_valid_for_its_own_words_only(server: Server) -> None:
    cursor = search(server, "projects", q="a or e or phase or shop", limit=1).next
    if cursor is None:
        pytest.skip("one page holds everything")
    for path in (f"/api/search/projects?q=other&cursor={cursor}", f"/api/search/tasks?q=a&cursor={cursor}"):
        response = server.get(path, 1)
        assert (response.status_code, response.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize("role", ["project_manager", "team_member", "client"])
def test_nobody_finds_a_task_or_project_that_is_not_visible_to_them(server: Server, role: str) -> None:
    user = a_user(server, role)
    seen = set(
        map(
            int,
            server.sql(
                "SELECT s.project_id FROM users AS u,"
                f" seen_projects(u.id, u.client_id, u.role) AS s WHERE u.id = {user}"
            ).split(),
        )
    )
    words = "first or old or last or page or shop or phase or portal"

    tasks = search(server, "tasks", user, q=words, limit=100)
    projects = search(server, "projects", user, q=words, limit=100)

    assert tasks.items
    assert {hit.project.id for hit in tasks.items} <= seen
    assert {hit.id for hit in projects.items} <= seen
    expected = server.sql(
        "SELECT count(*) FROM tasks WHERE deleted_at IS NULL"
        f" AND search @@ websearch_to_tsquery('english', '{words} ')"
        f" AND project_id IN ({', '.join(map(str, seen))})"
    )
    assert search(server, "tasks", user, q=words + " ").ranked == min(int(expected), 1000)


def test_a_client_finds_only_their_own_company_and_the_people_of_their_projects(server: Server) -> None:
    user = a_user(server, "client")
    company = int(server.sql(f"SELECT client_id FROM users WHERE id = {user}"))
    allowed = {
        row["id"]
        for row in server.rows(
            f"""
            SELECT u.id FROM users AS u
            WHERE u.client_id = {company}
               OR u.id IN (SELECT manager_id FROM projects WHERE client_id = {company} AND deleted_at IS NULL)
               OR u.id IN (
                   SELECT m.user_id FROM project_members AS m JOIN projects AS p ON p.id = m.project_id
                   WHERE p.client_id = {company} AND p.deleted_at IS NULL
               )
            """
        )
    }
    assert {
        hit.id
        for hit in search(
            server,
            "clients",
            user,
            q="ltd or labs or media or retail or co",
            limit=100,
        ).items
    } <= {company}
    people = search(server, "users", user, q="agency or example or client", limit=100)
    assert people.items
    assert {hit.id for hit in people.items} <= allowed


def test_the_search_across_all_has_the_best_five_of_each(server: Server) -> None:
    word = word_of(server, "SELECT name FROM projects WHERE deleted_at IS NULL ORDER BY id LIMIT 1")
    response = server.get(f"/api/search?{urlencode({'q': word})}", 1)
    found = msgspec.json.decode(response.content, type=AllHits)

    for kind in KINDS:
        best = search(server, kind, q=word)
        across = getattr(found, kind)
        assert len(across.items) <= 5
        if best.match == found.match:
            assert [hit.id for hit in across.items] == [hit.id for hit in best.items[:5]]
            assert (across.ranked, across.bounded) == (best.ranked, best.bounded)


@pytest.mark.parametrize("path", PATHS)
def test_hostile_input_is_searched_as_plain_words(server: Server, path: str) -> None:
    before = server.sql("SELECT count(*) FROM tasks")
    for words in HOSTILE:
        response = server.get(f"{path}?{urlencode({'q': words})}", 1)
        assert response.status_code == 200, (words, response.text)
    assert server.sql("SELECT count(*) FROM tasks") == before


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%00",
        "q=a%00b",
        "q=%FF%FE",
        "q=%ED%A0%80",
        "q=" + "a" * 201,
        "q=" + "a" * 10_000,
        "q=" + "a+" * 17,
        "q=" + "a,-b." * 9,
        "q=a&q=b",
        "q=a&nonsense=1",
        "q=a&limit=0",
        "q=a&limit=101",
        "q=a&limit=99999999999999999999",
        "q=a&cursor=AAAA",
    ],
)
def test_a_wrong_query_is_refused(server: Server, path: str, query: str) -> None:
    assert 400 <= server.get(f"{path}?{query}", 1).status_code < 500


def test_what_is_highlighted_is_safe_html(server: Server) -> None:
    task = server.sql(
        "INSERT INTO tasks (project_id, due_on, title)"
        " VALUES (1, '2030-01-01', 'Quokka <img src=x onerror=alert(1)> & co') RETURNING id"
    )
    try:
        [hit] = search(server, "tasks", q="quokka").items
    finally:
        server.sql(f"DELETE FROM tasks WHERE id = {task}")

    assert hit.highlight == "<mark>Quokka</mark> &lt;img src=x onerror=alert(1)&gt; &amp; co"


@pytest.mark.parametrize("path", PATHS)
def test_nobody_searches_without_a_token(server: Server, path: str) -> None:
    assert server.http.get(f"{path}?q=a").status_code == 401
    unknown = {"authorization": "Bearer bt_" + 64 * "0"}
    assert server.http.get(f"{path}?q=a", headers=unknown).status_code == 401

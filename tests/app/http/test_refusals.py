"""Requests rejected before any row is read: the whole app, without a database."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.agency.cache_policies import POLICIES
from app.agency.constraints import CONSTRAINTS
from app.agency.permissions import ADMIN_KEY
from app.application import application
from app.cache.cache import Cache
from app.cache.statistics import Statistics
from app.database.pool import Database
from app.database.timings import Timings
from app.reading.cursors import Position, sign
from app.reading.page import Selection
from app.services import Services
from app.settings import decode

CURSOR_KEYS = (b"a key of this test",)
TOKEN = {"authorization": "Bearer bt_" + 64 * "0"}
EXAMPLE = Path(__file__).parents[1] / "app.toml"
NO_OBJECT = "Expected one JSON object in UTF-8, without lone surrogates."

Ask = Callable[..., httpx.Response]


def signed(project: int) -> str:
    """A cursor of a project's tasks."""
    scope = Selection(("project",), (project,), "due_on", descending=False).scope("tasks")
    return sign(CURSOR_KEYS, scope, Position("forward", ("2026-11-23", "42")))


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    nowhere = str(tmp_path_factory.mktemp("nowhere"))
    text = EXAMPLE.read_text().replace("/run/pgbouncer", nowhere).replace("/run/redis", nowhere)
    settings = decode(text.encode(), "app.toml")
    statistics = Statistics(None, "1", POLICIES)
    services = Services(
        http=settings.http,
        database=Database(settings.database, Timings(statistics.registry)),
        cache=Cache(settings.redis, "no password", statistics, fills_at_once=8),
        cursor_keys=CURSOR_KEYS,
        constraints=CONSTRAINTS,
        admin_key=ADMIN_KEY,
    )
    app = application(services)

    async def send(method: str, path: str, **request: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.request(method, path, **{"headers": TOKEN, **request})

    return lambda *arguments, **request: asyncio.run(send(*arguments, **request))


def problem(response: httpx.Response) -> dict[str, object]:
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, object] = response.json()
    assert document["status"] == response.status_code
    assert document["title"]
    assert str(document["detail"]).endswith(".")
    return document


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer bt_" + 63 * "0",
        "Bearer bt_" + 65 * "0",
        "Bearer bt_" + 64 * "G",
        "bt_" + 64 * "0",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/projects/1"),
        ("GET", "/api/projects/1/tasks?limit=x"),
        ("GET", "/api/dashboards/user"),
        ("PATCH", "/api/tasks/1"),
    ],
)
def test_without_a_token_every_api_path_is_401(ask: Ask, method: str, path: str, header: str | None) -> None:
    response = ask(method, path, headers={} if header is None else {"authorization": header})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    problem(response)


def test_refusals_are_counted_by_route_and_status(ask: Ask) -> None:
    for method in ("GET", "HEAD", "MADE-UP", "MADE-UP-TOO"):
        ask(method, "/api/clients/7", headers={})

    text = ask("GET", "/metrics").text
    for route, status in (("GET", 401), ("HEAD", 401), ("other", 405)):
        assert f'bantam_requests_total{{route="{route} /api/clients/{{id}}",status="{status}"}}' in text
        assert f'bantam_request_seconds_count{{route="{route} /api/clients/{{id}}"}}' in text
    assert "MADE-UP" not in text


@pytest.mark.parametrize(
    "number",
    [
        *("0", "00", "01", "-1", "+1", "1.0", "1e3", "abc", "%20", "%00", "1%00", "%FF", "%D9%A3"),
        *("9223372036854775808", "9" * 20, "9" * 400),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/projects/{}"), ("GET", "/api/projects/{}/tasks"), ("PATCH", "/api/tasks/{}")],
)
def test_an_invalid_id_is_404(ask: Ask, method: str, path: str, number: str) -> None:
    response = ask(method, path.format(number))

    assert response.status_code == 404
    problem(response)


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/project", "/api/projects/", "/api/projects/1/", "/healthz/"]
)
def test_an_unknown_path_is_404(ask: Ask, path: str) -> None:
    response = ask("GET", path)

    assert response.status_code == 404
    problem(response)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/projects/1", "GET"),
        ("DELETE", "/api/dashboards/user", "GET"),
        ("POST", "/api/tasks/1", "PATCH"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405(ask: Ask, method: str, path: str, allowed: str) -> None:
    response = ask(method, path)

    assert response.status_code == 405
    assert allowed in response.headers["allow"]
    problem(response)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("limit=ten", "limit"),
        ("limit=" + "9" * 400, "limit"),
        ("limit=%00", "limit"),
        ("limit=1&limit=2", "limit"),
        ("direction=sideways", "direction"),
        ("cursor=", "cursor"),
        ("cursor=abc", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=%F0%9F%90%93", "cursor"),
        ("cursor=" + "A" * 5000, "cursor"),
        ("cursor=" + signed(project=2), "cursor"),
        ("cursor=" + signed(project=1) + "&direction=backward", "direction"),
        ("order=due", "order"),
        ("Limit=5", "Limit"),
        ("limit", None),
        ("limit=%FF", None),
    ],
)
def test_an_invalid_parameter_is_422_and_named(ask: Ask, query: str, field: str | None) -> None:
    response = ask("GET", f"/api/projects/1/tasks?{query}")

    assert response.status_code == 422
    assert problem(response).get("field") == field


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/tasks?sort=title", "sort"),
        ("/api/tasks?sort=priority", "sort"),
        ("/api/tasks?sort=completed_at&open=true", "sort"),
        ("/api/milestones", "sort"),
        ("/api/tasks?limit=1001", "limit"),
        ("/api/tasks?project=0", "project"),
        ("/api/tasks?project=9223372036854775808", "project"),
        ("/api/tasks?due_from=0000-01-01", "due_from"),
        ("/api/tasks?due_from=2026-02-30", "due_from"),
        ("/api/tasks?due_from=2026-02-02&due_to=2026-02-01", "due_to"),
        ("/api/reports/time?from_date=2026-02-02&to_date=2026-02-01", "to_date"),
        ("/api/tasks?open=maybe", "open"),
        ("/api/tasks?open=", "open"),
        ("/api/tasks?color=red", "color"),
        ("/api/tasks?cursor=abc", "cursor"),
        ("/api/projects?text=%00", "text"),
        ("/api/projects?text=" + 201 * "a", "text"),
        ("/api/users/batch", "ids"),
        ("/api/users/batch?ids=0", "ids"),
        ("/api/users/batch?ids=1,,2", "ids"),
        ("/api/users/batch?ids=" + ",".join(["1"] * 201), "ids"),
        ("/api/tasks/counts?project=1&assignee=1", "assignee"),
    ],
)
def test_an_invalid_list_parameter_is_422_and_named(ask: Ask, path: str, field: str) -> None:
    response = ask("GET", path)

    assert response.status_code == 422
    assert problem(response).get("field") == field


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/tasks?status=gone", "Expected one of blocked, done, in_progress, review, todo."),
        ("/api/tasks?direction=up", "Expected one of backward, forward."),
        ("/api/tasks?due_to=tomorrow", "Expected a date like 2026-11-23."),
        ("/api/tasks?due_from=2026-02-02&due_to=2026-02-01", "Expected no day before that of due_from."),
        ("/api/projects?text=%00", "Expected text without NUL characters."),
        ("/api/users/batch?ids=one", "Expected 1 to 200 ids separated by commas, like 7,3,9."),
        ("/api/reports/finance?currency=euro", "Expected three capital letters like EUR."),
    ],
)
def test_an_invalid_query_error_describes_what_is_expected(ask: Ask, path: str, detail: str) -> None:
    assert problem(ask("GET", path))["detail"] == detail


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/api/tasks/1", b'{"title": " "}', "Expected text that is not blank, without NUL characters."),
        ("/api/tasks/1", b'{"due_on": 0}', "Expected a date like 2026-11-23."),
        ("/api/tasks/1", b'{"due_on": "x"}', "Expected a date like 2026-11-23."),
        ("/api/tasks/1", b'{"priority": "x"}', "Expected one of high, low, normal, urgent."),
        ("/api/tasks/1", b'{"estimate_minutes": 1e400}', "Expected a number closer to 0."),
        ("/api/tasks/1", b'{"title": "\xff"}', NO_OBJECT),
        ("/api/tasks/1", b'{"title": "\\ud800"}', NO_OBJECT),
        ("/api/tasks/1", b"{", NO_OBJECT),
        ("/api/users/1", b'{"email": "me"}', "Expected an address like somebody@example.com."),
        ("/api/projects/1", b'{"budget": "much"}', "Expected a number like 12.50."),
        ("/api/projects/1", b'{"budget": true}', "Expected a number like 12.50."),
    ],
)
def test_an_invalid_body_error_describes_what_is_expected(
    ask: Ask, path: str, body: bytes, detail: str
) -> None:
    assert problem(ask("PATCH", path, content=body))["detail"] == detail


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b'{"status": "d\xffne"}', None),
        (b"[]", None),
        (b"null", None),
        (b"{}", None),
        (b'{"status": 1}', "status"),
        (b'{"status": null}', "status"),
        (b'{"status": "finished"}', "status"),
        (b'{"status": "done\\u0000"}', "status"),
        (b'{"status": "done", "state": "x"}', "state"),
        (b'{"status":' + b"[" * 5000, "status"),
        (b'{"status":' + b"9" * 5000 + b"}", "status"),
    ],
)
def test_a_wrong_body_is_422_and_its_field_named(ask: Ask, body: bytes, field: str | None) -> None:
    response = ask("PATCH", "/api/tasks/1", content=body)

    assert response.status_code == 422
    assert problem(response).get("field") == field


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_413(ask: Ask, chunked: bool) -> None:
    body = b'{"status": "done"' + b" " * 65536 + b"}"

    async def pieces() -> Any:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    response = ask("PATCH", "/api/tasks/1", content=pieces() if chunked else body)

    assert response.status_code == 413
    problem(response)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/projects/1"),
        ("GET", "/api/projects/1/tasks?direction=backward"),
        ("GET", "/api/dashboards/user"),
        ("PATCH", "/api/tasks/1"),
    ],
)
def test_without_a_database_the_api_is_503_and_says_when_to_try_again(
    ask: Ask, method: str, path: str
) -> None:
    response = ask(method, path, content=b'{"status": "done"}' if method == "PATCH" else None)

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    problem(response)


def test_a_process_without_a_database_is_healthy_but_not_ready(ask: Ask) -> None:
    assert ask("GET", "/healthz").json() == {"status": "ok"}

    response = ask("GET", "/readyz")

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json() == {
        "status": "unavailable",
        "database": "down",
        "redis": "down",
    }


@pytest.mark.parametrize("path", ["/api/projects/1?x=1", "/api/tasks?limit=none", "/api/nothing"])
def test_head_is_rejected_like_get(ask: Ask, path: str) -> None:
    assert ask("HEAD", path).status_code == ask("GET", path).status_code


def test_the_page_of_the_api_runs_its_own_script_only_and_stands_in_no_frame(ask: Ask) -> None:
    policy = ask("GET", "/docs").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert policy.split("script-src ")[1].split(";")[0].startswith("'sha256-")
    assert "frame-ancestors 'none'" in policy

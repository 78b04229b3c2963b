"""Invalid bodies and headers on a deployed server: 4xx, and nothing changes."""

import json

import pytest

from app.http.routing import Endpoint
from tests.app.support.refused import WRITTEN, ask, name, problem, rows
from tests.app.support.world import Ids, World

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def untouched(world: World) -> Ids:
    """A project for writes that are rejected."""
    return world.project()


TASK: list[tuple[bytes, str | None]] = [
    (b"{", None),
    (b"[]", None),
    (b"null", None),
    (b"{}", None),
    (b"{} {}", None),
    (b"\xef\xbb\xbf{}", None),
    ('{"title": "T"}'.encode("utf-16"), None),
    (b'{"title": "\xff"}', None),
    (b'{"title": "\\ud800"}', None),
    (b'{"title": "\\udc00\\ud800"}', None),
    (b'{"title": "a\\u0000b"}', "title"),
    (b'{"title": "a\x00b"}', None),
    (b'{"description": "a\\u0000"}', "description"),
    (b'{"title": "   "}', "title"),
    (b'{"title": "\\u2003\\n\\t"}', "title"),
    (b'{"title": ' + b"[" * 200_000, "title"),
    (b"[" * 200_000, None),
    (b'{"title": {"a": ' * 10_000, "title"),
    (b'{"estimate_minutes": 1e400}', "estimate_minutes"),
    (b'{"estimate_minutes": ' + b"9" * 5_000 + b"}", "estimate_minutes"),
    (b'{"estimate_minutes": 2147483648}', "estimate_minutes"),
    (b'{"estimate_minutes": NaN}', None),
    (b'{"estimate_minutes": true}', "estimate_minutes"),
    (b'{"assignee_id": 9223372036854775808}', "assignee_id"),
    (b'{"assignee_id": -1}', "assignee_id"),
    (b'{"due_on": "0000-01-01"}', "due_on"),
    (b'{"due_on": "10000-01-01"}', "due_on"),
    (b'{"due_on": "infinity"}', "due_on"),
    (b'{"due_on": 0}', "due_on"),
    (b'{"nonsense": 1}', "nonsense"),
    (b'{"title": "T", "status": "gone"}', "status"),
]


@pytest.mark.parametrize(("content", "field"), TASK, ids=lambda each: str(each)[:40])
def test_an_invalid_body_changes_nothing(
    world: World, untouched: Ids, content: bytes, field: str | None
) -> None:
    before = rows(world, untouched)
    change = next(each for each in WRITTEN if name(each) == "PATCH /api/tasks/{id}")

    problem(ask(world, change, untouched, content=content), 422, field)

    assert rows(world, untouched) == before


@pytest.mark.parametrize("content", [b'{"body": " "}', b'{"body": "\\n\\n"}', b'{"body": ""}'])
@pytest.mark.parametrize("path", ["/api/tasks/{id}/comments", "/api/threads/{id}/messages"])
def test_blank_text_is_rejected(world: World, untouched: Ids, path: str, content: bytes) -> None:
    before = rows(world, untouched)
    talk = next(each for each in WRITTEN if each.path == path and each.method == "POST")

    problem(ask(world, talk, untouched, content=content), 422, "body")

    assert rows(world, untouched) == before


AMOUNTS = [
    "1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "-Infinity",
    "sNaN",
    "1.001",
    "99999999999",
    "0",
    "0e999999",
    "",
    "1,5",
]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_invalid_amount_pays_nothing(world: World, untouched: Ids, amount: str) -> None:
    body = json.dumps({"amount": amount, "paid_on": "2026-12-01", "method": "card"}).encode()
    pay = next(each for each in WRITTEN if each.path.endswith("/payments"))
    before = rows(world, untouched)

    problem(ask(world, pay, untouched, content=body), 422, "amount")

    assert rows(world, untouched) == before


@pytest.mark.parametrize("endpoint", WRITTEN, ids=name)
def test_a_body_of_another_type_is_415(world: World, untouched: Ids, endpoint: Endpoint) -> None:
    problem(ask(world, endpoint, untouched, content=b"{}", media="text/plain"), 415, "Content-Type")


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data", "json", ";"])
def test_only_json_is_json(world: World, untouched: Ids, media: str) -> None:
    problem(ask(world, WRITTEN[0], untouched, content=b"{}", media=media), 415, "Content-Type")


@pytest.mark.parametrize("endpoint", WRITTEN[:3], ids=name)
def test_a_body_that_is_too_large_is_413(world: World, untouched: Ids, endpoint: Endpoint) -> None:
    content = b'{"title": "' + b"x" * 1_100_000 + b'"}'

    problem(ask(world, endpoint, untouched, content=content), 413)


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("if-match", "1", 422),
        ("if-match", "", 422),
        ("if-match", '"1", x', 422),
        ("if-match", 'W/"1-00000000"', 412),
        ("if-match", '"nothing"', 412),
        ("if-match", '"9"', 412),
        ("idempotency-key", "", 422),
        ("idempotency-key", "a b", 422),
        ("idempotency-key", "x" * 201, 422),
    ],
)
def test_an_invalid_header_changes_nothing(
    world: World, untouched: Ids, header: str, value: str, status: int
) -> None:
    before = rows(world, untouched)
    path = untouched.path("/api/invoices/{id}/void")

    response = world.server.send("POST", path, headers=world.header("admin") | {header: value})

    field = {"if-match": "If-Match", "idempotency-key": "Idempotency-Key"}[header]
    problem(response, status, field if status == 422 else None)
    assert rows(world, untouched) == before

"""Parts of writes that need no database: bodies, keys, transitions, tags, constraint errors."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.requests import Request

from app.agency.shapes.invoices import NewInvoice
from app.agency.shapes.members import Invitation
from app.agency.shapes.notifications import NotificationsRead
from app.agency.shapes.payments import NewPayment
from app.agency.shapes.projects import NewProject
from app.agency.shapes.tasks import TaskChange
from app.agency.shapes.users import NewUser, UserChange
from app.agency.tags import (
    ProjectTags,
    touched_by_client,
    touched_by_invoice,
    touched_by_member,
    touched_by_project,
    touched_by_reading,
    touched_by_talk,
    touched_by_task,
    touched_by_time,
    touched_by_token,
    touched_by_user,
)
from app.agency.writes.invoice_facts import may_become
from app.agency.writes.invoices import DAYS_TO_PAY, due
from app.application import ENDPOINTS
from app.http import requests
from app.http.problems import Problem
from app.writing import idempotency
from app.writing.write import fields

PLACE = ProjectTags(project=7, manager=1, client=2)


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/tokens", "query_string": b"", "headers": raw}
    return Request(scope | {"server": ("app", 80), "scheme": "http"})


def test_the_hash_of_a_request_is_of_its_method_path_and_body() -> None:
    hashes = {
        idempotency.digest(*parts)
        for parts in [
            ("POST", "/a", b"{}"),
            ("PUT", "/a", b"{}"),
            ("POST", "/b", b"{}"),
            ("POST", "/a", b"{ }"),
            ("POST", "/a{", b"}"),
        ]
    }

    assert len(hashes) == 5
    assert {len(each) for each in hashes} == {32}


def test_a_request_without_a_key_has_none() -> None:
    assert idempotency.once(request(), b"{}") is None


@given(some.text(some.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200))
def test_a_key_is_1_to_200_visible_characters(key: str) -> None:
    once = idempotency.once(request(idempotency_key=key), b"{}")

    assert once is not None
    assert once.key == key
    once.same_request(idempotency.digest("POST", "/api/tokens", b"{}"))


@pytest.mark.parametrize("key", ["", " ", "a b", "\x00", "\t", "é", "x" * 201])
def test_an_invalid_key_is_rejected_and_named(key: str) -> None:
    with pytest.raises(Problem) as refusal:
        idempotency.once(request(idempotency_key=key), b"{}")

    assert (refusal.value.status, refusal.value.field) == (422, "Idempotency-Key")


def test_a_key_of_another_request_is_rejected() -> None:
    once = idempotency.once(request(idempotency_key="k"), b"{}")
    assert once is not None

    with pytest.raises(Problem) as refusal:
        once.same_request(idempotency.digest("POST", "/api/tokens", b'{"days":1}'))

    assert (refusal.value.status, refusal.value.field) == (422, "Idempotency-Key")


POSSIBLE = {
    ("draft", "change"),
    ("draft", "issue"),
    ("draft", "void"),
    ("sent", "pay"),
    ("sent", "void"),
    ("paid", "pay"),
}


@pytest.mark.parametrize("action", ["change", "issue", "pay", "void"])
@pytest.mark.parametrize("status", ["draft", "sent", "paid", "void"])
def test_an_invoice_goes_from_draft_to_sent_to_paid_or_void(status: str, action: str) -> None:
    if (status, action) in POSSIBLE:
        may_become(status, action, Decimal(0))
        return
    with pytest.raises(Problem) as refusal:
        may_become(status, action, Decimal(0))
    assert refusal.value.status == 409


def test_an_invoice_paid_in_part_is_not_voided() -> None:
    with pytest.raises(Problem, match="refund it first"):
        may_become("sent", "void", Decimal("0.01"))


def test_an_invoice_is_due_when_it_says_or_in_a_month_and_never_before_it_is_issued() -> None:
    today = datetime.now(UTC).date()

    assert due(None)[1] - due(None)[0] == timedelta(days=DAYS_TO_PAY)
    assert due(today + timedelta(days=3))[1] >= today
    with pytest.raises(Problem) as refusal:
        due(today - timedelta(days=2))
    assert (refusal.value.status, refusal.value.field) == (422, "due_on")


def test_a_change_has_only_the_given_fields() -> None:
    change = requests.body(b'{"title": "A", "assignee_id": null}', TaskChange)

    assert fields(change) == '{"title":"A","assignee_id":null}'


def test_money_goes_to_the_database_as_a_number() -> None:
    change = requests.body(b'{"hourly_rate": "70.50"}', UserChange)

    assert fields(change) == '{"hourly_rate":70.50}'


PROJECT = '{"name":"P","client_id":1,"starts_on":"2026-01-02","due_on":"2026-01-02","budget":%s}'


@pytest.mark.parametrize("budget", ["0", "0.01", '"12.50"', "9999999999.99"])
def test_an_amount_has_at_most_two_decimals(budget: str) -> None:
    assert requests.body((PROJECT % budget).encode(), NewProject).budget >= 0


@pytest.mark.parametrize(
    "budget",
    ["-0.01", "0.001", '"NaN"', '"-Infinity"', "1e400", "1e999999", "1e-999999", "10000000000", '"x"'],
)
def test_an_invalid_amount_is_rejected_and_named(budget: str) -> None:
    with pytest.raises(Problem) as refusal:
        requests.body((PROJECT % budget).encode(), NewProject)

    assert (refusal.value.status, refusal.value.field) == (422, "budget")


ITEM = (
    b'{"items":[{"description":"A","quantity":1,"unit_price":1},'
    b'{"description":"A","quantity":0,"unit_price":1}]}'
)
PAYMENT = b'{"amount":0,"paid_on":"2026-01-01","method":"card"}'


@pytest.mark.parametrize(
    ("shape", "body", "field"),
    [
        (TaskChange, b"{}", None),
        (TaskChange, b"", None),
        (TaskChange, b'{"title":"a\\u0000b"}', "title"),
        (TaskChange, b'{"title":null}', "title"),
        (TaskChange, b'{"assignee_id":9223372036854775808}', "assignee_id"),
        (TaskChange, b'{"due_on":"0000-01-01"}', "due_on"),
        (TaskChange, b'{"due_on":"10000-01-01"}', "due_on"),
        (TaskChange, b'{"version":3}', "version"),
        (NewProject, PROJECT.replace("02", "03", 1).encode() % b"1", "due_on"),
        (NewInvoice, ITEM, "items[1].quantity"),
        (NewInvoice, b'{"items":[]}', "items"),
        (NewPayment, PAYMENT, "amount"),
        (Invitation, b'{"email":"a@b","user_id":1}', None),
        (NotificationsRead, b"{}", None),
        (NewUser, b'{"name":"A","email":"a b@c","role":"admin"}', "email"),
    ],
)
def test_an_invalid_body_is_422_with_its_field_named(
    shape: type[msgspec.Struct], body: bytes, field: str | None
) -> None:
    with pytest.raises(Problem) as refusal:
        requests.body(body, shape)

    assert (refusal.value.status, refusal.value.field) == (422, field)
    assert str(refusal.value).count("`$") == 0


WHOLE = {"project:7", "manager:1", "client:2"}


@pytest.mark.parametrize(
    ("touched", "tags"),
    [
        (touched_by_task(PLACE, people=(3, None)), WHOLE | {"user:3"}),
        (
            touched_by_task(PLACE, ProjectTags(8, 1, 4), people=(3, 5)),
            WHOLE | {"project:8", "client:4", "user:3", "user:5"},
        ),
        (touched_by_time(PLACE, 3), (WHOLE - {"project:7"}) | {"user:3"}),
        (touched_by_talk((3, 4)), {"user:3", "user:4"}),
        (touched_by_reading(3), {"user:3"}),
        (touched_by_project(PLACE, PLACE, people=(3, 3)), WHOLE | {"user:3"}),
        (touched_by_member(PLACE, 3), WHOLE | {"user:3"}),
        (touched_by_invoice(PLACE, (3,)), WHOLE | {"user:3"}),
        (touched_by_client(2, [7], [1]), WHOLE),
        (touched_by_user(3, ["ab"], [7]), {"user:3", "manager:3", "token:ab", "project:7"}),
        (touched_by_token("ab"), {"token:ab"}),
    ],
)
def test_a_write_renews_each_tag_once(touched: tuple[str, ...], tags: set[str]) -> None:
    assert set(touched) == tags
    assert len(touched) == len(tags)


@pytest.mark.parametrize(
    "endpoint",
    [each for each in ENDPOINTS if each.method == "POST"],
    ids=lambda endpoint: endpoint.path,
)
def test_every_post_takes_an_idempotency_key(endpoint: object) -> None:
    assert "Idempotency-Key" in endpoint.headers  # type: ignore[attr-defined]

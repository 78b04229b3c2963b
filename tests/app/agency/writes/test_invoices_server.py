"""Writes to invoices, on a deployed server: from draft to paid, and rejected changes."""

from typing import Any

import pytest

from tests.app.support.world import Ids, World
from tests.app.support.written import DAY, ITEMS, done, refused

pytestmark = pytest.mark.server


def test_an_invoice_from_draft_to_paid(world: World, ids: Ids) -> None:
    path = f"/api/projects/{ids['projects']}/invoices"
    draft = done(world.send("manager", "POST", path, {"items": ITEMS, "due_on": "2027-03-01"}), 201)
    invoice = f"/api/invoices/{draft['id']}"

    assert (draft["status"], draft["number"], draft["amount"]) == ("draft", None, 190.25)
    changed = done(world.send("manager", "PATCH", invoice, {"items": ITEMS[:1]}))
    assert (changed["amount"], [item["amount"] for item in changed["items"]]) == (200.25, [200.25])
    issued = done(world.send("manager", "POST", f"{invoice}/issue"))
    assert (issued["status"], issued["due_on"]) == ("sent", "2027-03-01")
    assert world.told("client")[-1]["body"].startswith(f"Invoice {issued['number']} of 200.25 EUR")
    part = {"amount": "100.25", "paid_on": DAY, "method": "bank_transfer", "reference": "R"}
    assert done(world.send("admin", "POST", f"{invoice}/payments", part), 201)["invoice_status"] == "sent"
    refused(world.send("admin", "POST", f"{invoice}/payments", part), 422, "amount")
    rest = done(world.send("admin", "POST", f"{invoice}/payments", part | {"amount": 100}), 201)
    assert (rest["invoice_status"], rest["invoice_paid_amount"]) == ("paid", 200.25)
    assert world.told("manager")[-1]["kind"] == "invoice"
    actions = [each["action"] for each in world.activity("invoice", draft["id"])]
    assert actions == ["created", "changed", "issued", "paid"]


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        (["void"], "void"),
        (["void"], "issue"),
        (["void"], "payments"),
        (["void"], "change"),
        (["issue"], "issue"),
        (["issue"], "change"),
        (["issue", "payments"], "void"),
        ([], "payments"),
    ],
)
def test_what_an_invoice_cannot_become_is_409(world: World, ids: Ids, steps: list[str], last: str) -> None:
    path = ids.path("/api/invoices/{id}")

    def step(name: str) -> Any:
        if name == "change":
            return world.send("manager", "PATCH", path, {"due_on": DAY})
        body = {"amount": 1, "paid_on": DAY, "method": "card"} if name == "payments" else {}
        return world.send("manager", "POST", f"{path}/{name}", body)

    for name in steps:
        done(step(name), 201 if name == "payments" else 200)

    refused(step(last), 409)


def test_a_paid_invoice_is_refunded_by_a_negative_payment(world: World, ids: Ids) -> None:
    path = ids.path("/api/invoices/{id}")
    done(world.send("manager", "POST", f"{path}/issue"))
    full = {"amount": 100, "paid_on": DAY, "method": "card"}
    done(world.send("manager", "POST", f"{path}/payments", full), 201)

    back = done(world.send("manager", "POST", f"{path}/payments", full | {"amount": -100}), 201)

    assert (back["invoice_status"], back["invoice_paid_amount"]) == ("sent", 0)
    assert done(world.send("manager", "POST", f"{path}/void"))["status"] == "void"


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([{"description": "A", "quantity": 0, "unit_price": 1}], "items[0].quantity"),
        ([{"description": "A", "quantity": 1, "unit_price": "1.001"}], "items[0].unit_price"),
        ([{"description": "A", "quantity": 1, "unit_price": "1e999999"}], "items[0].unit_price"),
        ([{"description": "A", "quantity": 1, "unit_price": -1}], "items"),
        ([{"description": "A", "quantity": 10_000_000, "unit_price": 10_000_000}], None),
    ],
)
def test_items_that_do_not_add_up_are_422(world: World, ids: Ids, items: Any, field: str | None) -> None:
    path = ids.path("/api/projects/{id}/invoices")

    refused(world.send("manager", "POST", path, {"items": items}), 422, field)

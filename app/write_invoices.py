"""Invoices: draft, change the draft, issue, pay, void."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from app import allowed, inputs
from app.cache_policy import Place, touched_by_invoice
from app.problems import Problem, not_found
from app.queries import queries
from app.routes import Endpoint
from app.shapes_writes import InvoiceChange, Issue, NewInvoice, NewPayment, Nothing
from app.shapes_written import WrittenInvoice, WrittenPayment
from app.write_facts import project_facts
from app.writes import Write, begin, fields

DAYS_TO_PAY = 30


class InvoiceFacts(NamedTuple):
    """An invoice of a project that the caller sees."""

    caller: int
    role: str
    project: int
    version: int
    status: str
    amount: Decimal
    paid_amount: Decimal
    due_on: date | None
    client: int
    manager: int
    client_people: list[int]

    @property
    def place(self) -> Place:
        """Its project for the cache."""
        return Place(self.project, self.manager, self.client)


async def _facts(write: Write[Any], invoice: int) -> InvoiceFacts:
    facts = InvoiceFacts(*await write.facts(queries.invoice_for_change, invoice))
    if facts.project is None:
        raise not_found()
    allowed.lead(facts.role, facts.caller, facts.manager)
    return facts


def may_become(status: str, action: str, paid_amount: Decimal) -> None:
    """Return if an invoice in `status` can be changed, issued, paid or voided; Problem 409 else."""
    possible = {"change": ("draft",), "issue": ("draft",), "pay": ("sent", "paid"), "void": ("draft", "sent")}
    if status not in possible[action]:
        named = {"change": "changed", "issue": "issued", "pay": "paid", "void": "voided"}[action]
        raise Problem(409, f"An invoice that is {status} cannot be {named}.")
    if action == "void" and paid_amount:
        raise Problem(409, "An invoice that is paid in part cannot be voided; refund it first.")


async def draft(request: Request) -> Response:
    """Answer with a draft for the project's client, who does not see it yet."""
    number = inputs.path_id(request)
    write = await begin(request, NewInvoice)
    body = write.body

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        allowed.lead(facts.role, facts.caller, facts.manager)
        return await write.change(
            touched_by_invoice(facts.place, ()),
            queries.create_invoice,
            *(facts.caller, *write.keep, number, body.currency, body.due_on, fields(body.items)),
        )

    return await write.answer(attempt, status=201, location="/api/invoices/{id}")


async def change(request: Request) -> Response:
    """Answer with the changed draft."""
    number = inputs.path_id(request)
    write = await begin(request, InvoiceChange)
    body = write.body

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "change", facts.paid_amount)
        due_on = None if body.due_on is UNSET else body.due_on
        items = None if body.items is UNSET else fields(body.items)
        return await write.change(
            touched_by_invoice(facts.place, ()),
            queries.change_invoice,
            *(facts.caller, number, version, body.due_on is not UNSET, due_on, items),
        )

    return await write.answer(attempt)


async def issue(request: Request) -> Response:
    """Answer with the invoice under its number; the client's people are told."""
    number = inputs.path_id(request)
    write = await begin(request, Issue)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "issue", facts.paid_amount)
        today, due_on = due(write.body.due_on or facts.due_on)
        return await write.change(
            touched_by_invoice(facts.place, facts.client_people),
            queries.issue_invoice,
            *(facts.caller, *write.keep, number, today, due_on, version, facts.client_people),
        )

    return await write.answer(attempt)


def due(wanted: date | None) -> tuple[date, date]:
    """Return today (UTC) and the day that an invoice issued today is due; Problem 422 for one in the past."""
    today = datetime.now(UTC).date()
    due_on = wanted or today + timedelta(days=DAYS_TO_PAY)
    if due_on < today:
        raise Problem(422, "An invoice is not due before it is issued.", field="due_on")
    return today, due_on


async def pay(request: Request) -> Response:
    """Answer with a payment; the project's manager is told. The invoice is paid when nothing is owed."""
    number = inputs.path_id(request)
    write = await begin(request, NewPayment)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "pay", facts.paid_amount)
        paid = facts.paid_amount + write.body.amount
        if not 0 <= paid <= facts.amount:
            owed = facts.amount - facts.paid_amount
            raise Problem(
                422, f"Of this invoice {owed} is owed and {facts.paid_amount} paid.", field="amount"
            )
        return await write.change(
            touched_by_invoice(facts.place, (facts.manager,)),
            queries.pay_invoice,
            *(facts.caller, *write.keep, number, write.fields, version, facts.manager),
        )

    return await write.answer(attempt, status=201)


async def void(request: Request) -> Response:
    """Answer with the invoice, which counts no longer; if it was sent, the client's people are told."""
    number = inputs.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "void", facts.paid_amount)
        return await write.change(
            touched_by_invoice(facts.place, facts.client_people),
            queries.void_invoice,
            *(facts.caller, *write.keep, number, version, facts.client_people),
        )

    return await write.answer(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/invoices",
        serve=draft,
        summary="Draft an invoice",
        tag="invoices",
        body=NewInvoice,
        answer=WrittenInvoice,
        status=201,
        headers=("Idempotency-Key",),
        refusals=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/invoices/{id}",
        serve=change,
        summary="Change a draft",
        tag="invoices",
        body=InvoiceChange,
        answer=WrittenInvoice,
        headers=("If-Match",),
        refusals=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/invoices/{id}/issue",
        serve=issue,
        summary="Issue a draft under the next number",
        tag="invoices",
        body=Issue,
        answer=WrittenInvoice,
        headers=("If-Match", "Idempotency-Key"),
        refusals=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/invoices/{id}/payments",
        serve=pay,
        summary="Book a payment or a refund",
        tag="invoices",
        body=NewPayment,
        answer=WrittenPayment,
        status=201,
        headers=("If-Match", "Idempotency-Key"),
        refusals=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/invoices/{id}/void",
        serve=void,
        summary="Void an unpaid invoice",
        tag="invoices",
        body=Nothing,
        answer=WrittenInvoice,
        headers=("If-Match", "Idempotency-Key"),
        refusals=(403, 409, 412),
    ),
)

"""Invoices: issue, pay, void."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.agency.shapes.bodies import Nothing
from app.agency.shapes.invoices import Issue, WrittenInvoice
from app.agency.shapes.payments import NewPayment, WrittenPayment
from app.agency.tags import touched_by_invoice
from app.agency.writes.invoice_facts import invoice_facts, may_become
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem
from app.http.routing import Endpoint
from app.writing.write import begin

DAYS_TO_PAY = 30


async def issue(request: Request) -> Response:
    """Respond with the invoice under its number; the client's people are notified."""
    number = requests.path_id(request)
    write = await begin(request, Issue)

    async def attempt() -> Any:
        facts = await invoice_facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "issue", facts.paid_amount)
        today, due_on = due(write.body.due_on or facts.due_on)
        return await write.change(
            touched_by_invoice(facts.project_tags, facts.client_people),
            queries.issue_invoice,
            *(facts.caller, *write.keep, number, today, due_on, version, facts.client_people),
        )

    return await write.respond(attempt)


def due(wanted: date | None) -> tuple[date, date]:
    """Return today (UTC) and the day that an invoice issued today is due; Problem 422 for one in the past."""
    today = datetime.now(UTC).date()
    due_on = wanted or today + timedelta(days=DAYS_TO_PAY)
    if due_on < today:
        raise Problem(422, "An invoice cannot be due before it is issued.", field="due_on")
    return today, due_on


async def pay(request: Request) -> Response:
    """Respond with a payment; the project's manager is notified. The invoice is paid when nothing is owed."""
    number = requests.path_id(request)
    write = await begin(request, NewPayment)

    async def attempt() -> Any:
        facts = await invoice_facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "pay", facts.paid_amount)
        paid = facts.paid_amount + write.body.amount
        if not 0 <= paid <= facts.amount:
            owed = facts.amount - facts.paid_amount
            raise Problem(
                422, f"Of this invoice, {owed} is owed and {facts.paid_amount} is paid.", field="amount"
            )
        return await write.change(
            touched_by_invoice(facts.project_tags, (facts.manager,)),
            queries.pay_invoice,
            *(facts.caller, *write.keep, number, write.fields, version, facts.manager),
        )

    return await write.respond(attempt, status=201)


async def void(request: Request) -> Response:
    """Respond with the voided invoice; if it was sent, the client's people are notified."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await invoice_facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "void", facts.paid_amount)
        return await write.change(
            touched_by_invoice(facts.project_tags, facts.client_people),
            queries.void_invoice,
            *(facts.caller, *write.keep, number, version, facts.client_people),
        )

    return await write.respond(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/invoices/{id}/issue",
        serve=issue,
        summary="Issue a draft under the next number",
        tag="invoices",
        body=Issue,
        response=WrittenInvoice,
        headers=("If-Match", "Idempotency-Key"),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/invoices/{id}/payments",
        serve=pay,
        summary="Book a payment or a refund",
        tag="invoices",
        body=NewPayment,
        response=WrittenPayment,
        status=201,
        headers=("If-Match", "Idempotency-Key"),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/invoices/{id}/void",
        serve=void,
        summary="Void an unpaid invoice",
        tag="invoices",
        body=Nothing,
        response=WrittenInvoice,
        headers=("If-Match", "Idempotency-Key"),
        errors=(403, 409, 412),
    ),
)

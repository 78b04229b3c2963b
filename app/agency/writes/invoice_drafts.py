"""Drafts of invoices: create, change."""

from typing import Any

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.invoices import InvoiceChange, NewInvoice, WrittenInvoice
from app.agency.tags import touched_by_invoice
from app.agency.writes.facts import project_facts
from app.agency.writes.invoice_facts import invoice_facts, may_become
from app.database.queries import queries
from app.http import requests
from app.http.routing import Endpoint
from app.writing.write import begin, fields


async def draft(request: Request) -> Response:
    """Respond with a draft for the project's client, who does not see it yet."""
    number = requests.path_id(request)
    write = await begin(request, NewInvoice)
    body = write.body

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        return await write.change(
            touched_by_invoice(facts.project_tags, ()),
            queries.create_invoice,
            *(facts.caller, *write.keep, number, body.currency, body.due_on, fields(body.items)),
        )

    return await write.respond(attempt, status=201, location="/api/invoices/{id}")


async def change(request: Request) -> Response:
    """Respond with the changed draft."""
    number = requests.path_id(request)
    write = await begin(request, InvoiceChange)
    body = write.body

    async def attempt() -> Any:
        facts = await invoice_facts(write, number)
        version = write.expected(facts.version)
        may_become(facts.status, "change", facts.paid_amount)
        due_on = None if body.due_on is UNSET else body.due_on
        items = None if body.items is UNSET else fields(body.items)
        return await write.change(
            touched_by_invoice(facts.project_tags, ()),
            queries.change_invoice,
            *(facts.caller, number, version, body.due_on is not UNSET, due_on, items),
        )

    return await write.respond(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/invoices",
        serve=draft,
        summary="Draft an invoice",
        tag="invoices",
        body=NewInvoice,
        response=WrittenInvoice,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/invoices/{id}",
        serve=change,
        summary="Change a draft",
        tag="invoices",
        body=InvoiceChange,
        response=WrittenInvoice,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)

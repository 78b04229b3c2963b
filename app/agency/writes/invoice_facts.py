"""The facts for writes to an invoice, and its allowed status changes."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from app.agency import permissions
from app.agency.tags import ProjectTags
from app.database.queries import queries
from app.http.problems import Problem, not_found
from app.writing.write import Write


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
    def project_tags(self) -> ProjectTags:
        """Its project's tags for the cache."""
        return ProjectTags(self.project, self.manager, self.client)


async def invoice_facts(write: Write[Any], invoice: int) -> InvoiceFacts:
    """Return the facts of an invoice; Problem 404 if the caller does not see it, 403 for a member."""
    facts = InvoiceFacts(*await write.facts(queries.invoice_for_change, invoice))
    if facts.project is None:
        raise not_found()
    permissions.lead(facts.role, facts.caller, facts.manager)
    return facts


def may_become(status: str, action: str, paid_amount: Decimal) -> None:
    """Raise Problem 409 unless an invoice in `status` can be changed, issued, paid or voided."""
    possible = {"change": ("draft",), "issue": ("draft",), "pay": ("sent", "paid"), "void": ("draft", "sent")}
    if status not in possible[action]:
        named = {"change": "changed", "issue": "issued", "pay": "paid", "void": "voided"}[action]
        raise Problem(409, f"An invoice that is {status} cannot be {named}.")
    if action == "void" and paid_amount:
        raise Problem(409, "An invoice that is paid in part cannot be voided; refund it first.")

"""Looking at people, clients, invoices and notifications."""

from loadtests.actions import work
from loadtests.contract import checks
from loadtests.contract.bodies import Client, Invoice, InvoicePage, Notification, Page, Person
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE, one_of_the_first

ROWS = 50


def open_person(user: SeededUser) -> None:
    """Go to the page of somebody who was shown."""
    if not user.seen.people:
        work.open_project(user)
        return
    person = one_of_the_first(user.seen.people)
    user.read("user", f"/api/users/{person}", Person, checks.the_one(person))


def open_client(user: SeededUser) -> None:
    """Go to the page of a client that was shown."""
    if not user.seen.clients:
        work.open_project(user)
        return
    client = one_of_the_first(user.seen.clients)
    user.read("client", f"/api/clients/{client}", Client, checks.the_one(client))


def list_invoices(user: SeededUser) -> None:
    """See the newest invoices."""
    check = checks.page_of(ROWS, by=checks.newest_first)
    page = user.read("invoice_list", f"/api/invoices?limit={ROWS}", Page[Invoice], check)
    if page:
        user.seen.invoices |= {invoice.id: invoice.number or "draft" for invoice in page.items}


def open_invoice(user: SeededUser) -> None:
    """Go to an invoice that was shown."""
    if not user.seen.invoices:
        list_invoices(user)
        return
    invoice = CHANCE.choice([*user.seen.invoices])
    user.read("invoice", f"/api/invoices/{invoice}", InvoicePage, checks.invoice_is(invoice))


def list_notifications(user: SeededUser) -> None:
    """See what is new: what has not been read comes first."""
    check = checks.page_of(ROWS, by=lambda row: row.read_at is not None)
    page = user.read("notification_list", f"/api/notifications?limit={ROWS}", Page[Notification], check)
    if page:
        user.seen.notifications = {row.id: row.body for row in page.items if row.read_at is None}

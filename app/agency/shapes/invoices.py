"""Invoices: lists, entities, request bodies, responses."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from app.agency.shapes.bodies import Change, Currency, Price, Quantity, amount
from app.agency.shapes.common import InvoiceStatus, PaymentMethod
from app.http.patterns import NOT_BLANK
from app.http.shapes import Id, Reference, Shape
from app.reading.shapes import ListQuery


class InvoiceLine(Shape, frozen=True):
    """An invoice in a list; a draft has no number and no day of issue."""

    id: int
    number: str | None
    project_id: int
    client: Reference
    status: InvoiceStatus
    currency: str
    amount: Decimal
    paid_amount: Decimal
    issued_on: date | None
    due_on: date | None
    paid_on: date | None
    overdue: bool
    version: int


class InvoicesQuery(ListQuery, frozen=True):
    """Invoices of the projects that the caller sees; none for team members."""

    project: Id | None = None
    client: Id | None = None
    status: InvoiceStatus | None = None
    open: Annotated[bool | None, Meta(description="Sent and not paid in full.")] = None
    overdue: bool | None = None
    issued: bool | None = None
    due_from: date | None = None
    due_to: date | None = None
    sort: Annotated[
        Literal["id", "-id", "due_on", "-due_on", "issued_on", "-issued_on"],
        Meta(description="due_on requires open=true or overdue=true, issued_on requires issued=true."),
    ] = "-id"


class InvoiceItem(Shape, frozen=True):
    """A line of an invoice."""

    position: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


class InvoicePayment(Shape, frozen=True):
    """A payment of the enclosing invoice."""

    id: int
    paid_on: date
    method: PaymentMethod
    amount: Decimal
    reference: str


class InvoiceEntity(InvoiceLine, frozen=True):
    """An invoice with its lines and payments."""

    created_at: datetime
    updated_at: datetime
    project: Reference
    items: list[InvoiceItem]
    payments: list[InvoicePayment]


class NewItem(Shape, frozen=True):
    """A line of an invoice; a negative price is a discount."""

    description: Annotated[str, Meta(min_length=1, max_length=500, pattern=NOT_BLANK)]
    quantity: Quantity
    unit_price: Price

    def __post_init__(self) -> None:
        amount(self.quantity, "quantity", least=Decimal("0.01"), digits=8)
        amount(self.unit_price, "unit_price")


Items = Annotated[list[NewItem], Meta(min_length=1, max_length=200)]


class NewInvoice(Shape, frozen=True):
    """A new draft."""

    items: Items
    currency: Currency = "EUR"
    due_on: date | None = None


class InvoiceChange(Change, frozen=True):
    """Changes of a draft; its items are replaced as a whole."""

    items: Items | UnsetType = UNSET
    due_on: date | UnsetType | None = UNSET


class Issue(Shape, frozen=True):
    """The due day; by default that of the draft, otherwise 30 days from today."""

    due_on: date | None = None


class WrittenItem(Shape, frozen=True):
    """A line of an invoice."""

    position: int
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    description: str


class WrittenInvoice(Shape, frozen=True):
    """An invoice after a write, with its lines."""

    id: int
    version: int
    project_id: int
    client_id: int
    number: str | None
    status: InvoiceStatus
    currency: str
    amount: Decimal
    paid_amount: Decimal
    issued_on: date | None
    due_on: date | None
    paid_on: date | None
    created_at: datetime
    updated_at: datetime
    items: list[WrittenItem]

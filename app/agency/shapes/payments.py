"""Payments: lists, request bodies, responses."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from app.agency.shapes.bodies import Price, amount
from app.agency.shapes.common import InvoiceStatus, PaymentMethod
from app.http.patterns import NO_NUL
from app.http.shapes import Id, Shape
from app.reading.shapes import ListQuery


class Payment(Shape, frozen=True):
    """A payment, or a refund if negative."""

    id: int
    invoice_id: int
    paid_on: date
    method: PaymentMethod
    amount: Decimal
    reference: str
    created_at: datetime


class PaymentsQuery(ListQuery, frozen=True):
    """Payments of the invoices that the caller sees."""

    invoice: Id | None = None
    project: Id | None = None
    from_date: date | None = None
    to_date: date | None = None
    sort: Annotated[Literal["paid_on", "-paid_on", "id", "-id"], Meta(description="id requires invoice.")] = (
        "-paid_on"
    )


class NewPayment(Shape, frozen=True):
    """A payment; a negative amount is a refund."""

    amount: Price
    paid_on: date
    method: PaymentMethod
    reference: Annotated[str, Meta(max_length=200, pattern=NO_NUL)] = ""

    def __post_init__(self) -> None:
        amount(self.amount, "amount")
        if not self.amount:
            raise ValueError("Expected an amount other than 0 - at `$.amount`")


class WrittenPayment(Shape, frozen=True):
    """A payment, and the resulting state of its invoice."""

    id: int
    invoice_id: int
    created_at: datetime
    paid_on: date
    method: PaymentMethod
    amount: Decimal
    reference: str
    invoice_status: InvoiceStatus
    invoice_paid_amount: Decimal
    invoice_version: int

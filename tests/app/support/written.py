"""What the tests of writes share: days, invoice lines, and how a response is checked."""

from typing import Any

DAY = "2026-12-01"
ITEMS = [
    {"description": "Design", "quantity": 2.5, "unit_price": "80.10"},
    {"description": "Discount", "quantity": 1, "unit_price": -10},
]


def done(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def refused(response: Any, status: int, field: str | None = None) -> None:
    assert (response.status_code, response.json().get("field")) == (status, field), response.text
    assert response.headers["content-type"] == "application/problem+json"

"""Validation of periods in queries."""

from app.http.shapes import Shape

ENDS = (("from_date", "to_date"), ("due_from", "due_to"))


class PeriodQuery(Shape, frozen=True):
    """A query whose period, if it has one, must not end before it begins."""

    def __post_init__(self) -> None:
        for first, last in ENDS:
            begin, end = getattr(self, first, None), getattr(self, last, None)
            if begin is not None and end is not None and end < begin:
                raise ValueError(f"Expected no day before that of {first} - at `$.{last}`")

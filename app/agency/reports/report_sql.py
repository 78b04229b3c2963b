"""The SQL of reports: each report's file in `queries/reports` has fragments for the frames there."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from app.database.sql import Sql
from app.reading.sql_fragments import (
    Choice,
    Key,
    Statement,
    all_of,
    beyond,
    filtered,
    one,
    ordered,
    sections,
    sort_keys,
    titled,
)

FOLDER = Path(__file__).parents[1] / "queries" / "reports"
SECTIONS = ("view", "own", "columns", "sums", "months", "month", "line", "total", "filter", "sort")


def _frame(name: str) -> str:
    lines = (FOLDER / f"{name}.sql").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


PAGE = _frame("page")
ROWS = _frame("rows")


class ReportSql:
    """The fragments of one file, and the statements built from them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.description, text = titled((FOLDER / f"{name}.sql").read_text("utf-8"), name)
        self.filters: dict[str, str] = {}
        self.sorts: dict[str, tuple[Key, ...]] = {}
        self.parts: dict[str, str] = {}
        self._narrow: set[str] = set()
        self._by_month: set[str] = set()
        for section, body in sections(text, *SECTIONS):
            match section.split():
                case ["filter", field, "is", value]:
                    self.filters[f"{field}={value}"] = body
                case ["filter", field, *narrow]:
                    self.filters[field] = body
                    self._narrow |= {field} if narrow else set()
                case ["months", *names]:
                    self.parts["months"] = body
                    self._by_month = set(names)
                case ["sort", field]:
                    self.sorts[field] = sort_keys(body)
                case _:
                    self.parts[section] = body

    @property
    def view(self) -> str:
        """The report's materialized view."""
        return self.parts["view"]

    def statement(self, choice: Choice) -> Statement:
        """Return a statement with token hash, limit, filter values, position; first pages have totals."""
        keys = self.sorts[choice.sort]
        columns = [key.expression for key in keys]
        types = ["bytea", "bigint"]
        conditions = filtered(choice, self.filters, types)
        totals = "NULL::json" if choice.continued else self._totals(choice.filters, all_of(conditions))
        if choice.continued:
            conditions.append(beyond(choice, keys, types))
        sql = PAGE.format(
            view=self.view,
            own=one(self.parts["own"]),
            columns=self.parts["columns"],
            page_conditions=all_of(conditions),
            line=self.parts["line"],
            near_keys=", ".join(f"{column}::text" for column in columns),
            order=ordered(columns, down=choice.down),
            display=" DESC" if choice.backward else "",
            totals=totals,
        )
        return Statement(choice.name(self.view), Sql(sql.strip().encode(), self.view), tuple(types))

    def _totals(self, filters: tuple[str, ...], conditions: str) -> str:
        """Return the SQL of the totals under the filters; NULL if that would have to read every line."""
        months = self.parts.get("months")
        by_month = months is not None and not self._narrow.intersection(filters)
        if by_month and not self._by_month.issuperset(filters):
            return "NULL::json"
        rows = ROWS.format(
            lines="r.lines" if by_month else "1",
            sums=self.parts["sums"],
            totals_view=months if by_month else self.view,
            view=self.view,
            own=one(self.parts["own"]),
            conditions=conditions,
        )
        return f"(SELECT {self.parts['total']})".replace("{rows}", rows)

    def export(self) -> bytes:
        """Return the statement for every line of the month `%(month)s`, as JSON text."""
        order = ordered((key.expression for key in next(iter(self.sorts.values()))), down=False)
        month = self.parts["month"].replace("$value", "%(month)s")
        return (
            f"SELECT (SELECT row_to_json(line)::text FROM ({self.parts['line']}) AS line)"  # noqa: S608
            f" FROM {self.view} AS r WHERE {month} ORDER BY {order}"
        ).encode()

    def statements(self) -> Iterator[Statement]:
        """Yield the statements with up to one filter: every order, first and later pages."""
        for name, sort, (descending, backward, continued) in product(
            (None, *self.filters), self.sorts, product((False, True), repeat=3)
        ):
            yield self.statement(Choice((name,) if name else (), sort, descending, backward, continued))

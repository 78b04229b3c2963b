"""Constraint violations as problem documents that name the field; unlisted constraints are 409."""

from collections.abc import Mapping

from psycopg.errors import DataError, IntegrityError, InvalidParameterValue

from app.http.problems import Problem

Constraints = Mapping[str, tuple[int, str, str]]
"""Constraint -> status, field and sentence of the response."""


def refusal(error: IntegrityError | DataError, constraints: Constraints) -> Problem:
    """Return the problem for a change that violated a constraint or a type; nothing was changed."""
    if isinstance(error, InvalidParameterValue):
        return Problem(422, "There is no such time zone.", field="time_zone")
    if isinstance(error, DataError):
        return Problem(422, "A number or date is too large to store.")
    name = error.diag.constraint_name
    if name is None or name not in constraints:
        return Problem(409, "Something that this refers to was changed at the same time; try again.")
    status, field, sentence = constraints[name]
    return Problem(status, sentence, field=field)

"""What PostgreSQL refuses by a constraint, as an answer that names the field; whatever is not here is 409."""

from collections.abc import Mapping

from psycopg.errors import DataError, IntegrityError, InvalidParameterValue

from app.http.problems import Problem

Constraints = Mapping[str, tuple[int, str, str]]
"""Constraint -> status, field and sentence of the answer."""


def refusal(error: IntegrityError | DataError, constraints: Constraints) -> Problem:
    """Return the answer for a change that a constraint or a type forbade; nothing was changed."""
    if isinstance(error, InvalidParameterValue):
        return Problem(422, "There is no such time zone.", field="time_zone")
    if isinstance(error, DataError):
        return Problem(422, "A number or a day of this is too large to be kept.")
    name = error.diag.constraint_name
    if name is None or name not in constraints:
        return Problem(409, "What this refers to was changed by others at the same time; try again.")
    status, field, sentence = constraints[name]
    return Problem(status, sentence, field=field)

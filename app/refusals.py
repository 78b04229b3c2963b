"""What PostgreSQL refuses by a constraint, as an answer that names the field; whatever is not here is 409."""

from psycopg.errors import DataError, IntegrityError, InvalidParameterValue

from app.problems import Problem

BY_CONSTRAINT: dict[str, tuple[int, str, str]] = {
    "users_email_key": (409, "email", "Another user has this address."),
    "users_client_id_fkey": (422, "client_id", "There is no such client."),
    "users_client_has_company": (
        422,
        "client_id",
        "A client's user has a client_id, and nobody else has one.",
    ),
    "users_email_check": (422, "email", "This is no address."),
    "tasks_milestone_of_project": (422, "milestone_id", "The project has no such milestone."),
    "projects_end_after_start": (422, "due_on", "A project is not due before it starts."),
    "invoices_amount_check": (422, "items", "The items add up to less than nothing."),
}


def refusal(error: IntegrityError | DataError) -> Problem:
    """Return the answer for a change that a constraint or a type forbade; nothing was changed."""
    if isinstance(error, InvalidParameterValue):
        return Problem(422, "There is no such time zone.", field="time_zone")
    if isinstance(error, DataError):
        return Problem(422, "A number or a day of this is too large to be kept.")
    name = error.diag.constraint_name
    if name not in BY_CONSTRAINT:
        return Problem(409, "What this refers to was changed by others at the same time; try again.")
    status, field, sentence = BY_CONSTRAINT[name]
    return Problem(status, sentence, field=field)

"""Constraint violations as API errors: status, field, sentence; unlisted constraints are 409."""

from app.writing.constraints import Constraints

CONSTRAINTS: Constraints = {
    "users_email_key": (409, "email", "Another user has this address."),
    "users_client_id_fkey": (422, "client_id", "There is no such client."),
    "users_client_has_company": (
        422,
        "client_id",
        "A user with the role client needs a client_id, and no other role may have one.",
    ),
    "users_email_check": (422, "email", "This is not an email address."),
    "tasks_milestone_of_project": (422, "milestone_id", "The project has no such milestone."),
    "projects_end_after_start": (422, "due_on", "A project cannot be due before it starts."),
    "invoices_amount_check": (422, "items", "The items add up to less than zero."),
}

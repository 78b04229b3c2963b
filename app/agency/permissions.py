"""What each role may do with visible rows; visibility is checked by the statement that reads the facts."""

from app.http.problems import Problem

Role = str

ADMIN_KEY = "a"
"""The key of every admin (the view `callers`)."""


def staff(role: Role) -> None:
    """Raise Problem 403 for users of a client."""
    if role == "client":
        raise Problem(403, "Clients can see this but not change it.")


def lead(role: Role, caller: int, manager: int) -> None:
    """Raise Problem 403 unless the caller is an admin, or the project's manager and has that role."""
    staff(role)
    if role != "admin" and not (role == "project_manager" and caller == manager):
        raise Problem(403, "Only the project's manager and admins may do this.")


def leads(role: Role) -> None:
    """Raise Problem 403 unless the caller's role may lead projects."""
    if role not in {"admin", "project_manager"}:
        raise Problem(403, "Only project managers and admins may do this.")


def own(caller: int, owner: int) -> None:
    """Raise Problem 403 unless the caller is the owner."""
    if caller != owner:
        raise Problem(403, "Only its author may change this.")


def admin(role: Role) -> None:
    """Raise Problem 403 unless the caller is an admin."""
    if role != "admin":
        raise Problem(403, "Only admins may do this.")

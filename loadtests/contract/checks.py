"""What a correct body of work, people or money looks like beyond its types. A check never names an id."""

from collections.abc import Callable
from typing import Any, TypeVar

from loadtests.contract.bodies import (
    Invoice,
    InvoicePage,
    NewComment,
    NewTimeEntry,
    Page,
    Project,
    Task,
    TaskCounts,
)

T = TypeVar("T")

Check = Callable[[T], str | None]
"""Returns what is wrong with a body, or None. It never names an id: failures are counted by text."""


def anything(_: Any) -> str | None:
    """Accept every body of the right type."""
    return None


def the_one(row_id: int) -> Check[Any]:
    """Accept the row with the id."""
    return lambda row: None if row.id == row_id else "another row"


def project_is(project_id: int) -> Check[Project]:
    """Accept the requested project if its task counts add up."""

    def check(project: Project) -> str | None:
        if project.id != project_id:
            return "another project"
        return counts_add_up(project.tasks)

    return check


def counts_add_up(counts: TaskCounts) -> str | None:
    """Accept counts by status that add up to the total."""
    added = counts.todo + counts.in_progress + counts.blocked + counts.review + counts.done
    return None if counts.total == added else "task counts that do not add up"


def page_of(
    limit: int,
    *,
    by: Callable[[Any], Any] | None = None,
    only: Callable[[Any], bool] | None = None,
    seen: set[int] | None = None,
) -> Check[Page[Any]]:
    """Accept a page: full if there are more, in the order of `by`, all of `only`, none `seen` before."""

    def check(page: Page[Any]) -> str | None:
        ids = {row.id for row in page.items}
        if only and not all(only(row) for row in page.items):
            return "a row that was not asked for"
        if by and page.items != sorted(page.items, key=by):
            return "rows out of order"
        if len(ids) < len(page.items) or (seen and ids & seen):
            return "a row appears twice"
        if len(page.items) > limit:
            return "a page longer than its limit"
        if page.next and len(page.items) < limit:
            return "a short page that is not the last one"
        return None

    return check


def task_is(task_id: int, status: str) -> Check[Task]:
    """Accept the changed task with its new status."""

    def check(task: Task) -> str | None:
        if task.id != task_id:
            return "another task"
        if task.status != status:
            return "the old status"
        return None

    return check


def comment_by(user_id: int, task_id: int, body: str) -> Check[NewComment]:
    """Accept the comment as it was written."""

    def check(comment: NewComment) -> str | None:
        written = (comment.author_id, comment.task_id, comment.body) == (user_id, task_id, body)
        return None if written else "another comment"

    return check


def time_by(user_id: int, project_id: int, minutes: int) -> Check[NewTimeEntry]:
    """Accept the time as it was logged."""

    def check(entry: NewTimeEntry) -> str | None:
        logged = (entry.user_id, entry.project_id, entry.minutes) == (user_id, project_id, minutes)
        return None if logged else "another time entry"

    return check


def invoice_is(invoice_id: int) -> Check[InvoicePage]:
    """Accept the requested invoice if its lines add up to its amount."""

    def check(invoice: InvoicePage) -> str | None:
        if invoice.id != invoice_id:
            return "another invoice"
        return (
            None
            if abs(sum(item.amount for item in invoice.items) - invoice.amount) < 0.005
            else "a wrong sum"
        )

    return check


def newest_first(invoice: Invoice) -> int:
    """Return the sort key of invoices."""
    return -invoice.id

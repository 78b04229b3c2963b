"""What a correct body looks like beyond its types. Each check names the error, never an id."""

from collections.abc import Callable
from typing import TypeVar

from loadtests.contract.bodies import PAGE_SIZE, Dashboard, Project, Task, TaskPage

T = TypeVar("T")

Check = Callable[[T], str | None]
"""Returns what is wrong with a body, or None. It never names an id: failures are counted by text."""


def dashboard_of(user_id: int) -> Check[Dashboard]:
    """Accept the user's own dashboard, with every task on the right side of today."""

    def check(dashboard: Dashboard) -> str | None:
        if dashboard.user_id != user_id:
            return "another user's dashboard"
        if any(task.due_on >= dashboard.today for task in dashboard.overdue):
            return "an overdue task that is not due yet"
        if any(task.due_on < dashboard.today for task in dashboard.due):
            return "a task due soon that is overdue"
        if len(dashboard.overdue) > dashboard.overdue_count or len(dashboard.due) > dashboard.due_count:
            return "more tasks than it counts"
        return None

    return check


def project_is(project_id: int) -> Check[Project]:
    """Accept the requested project if its task counts add up."""

    def check(project: Project) -> str | None:
        if project.id != project_id:
            return "another project"
        counts = project.tasks
        if counts.total != counts.todo + counts.in_progress + counts.blocked + counts.review + counts.done:
            return "task counts that do not add up"
        return None

    return check


def page_after(project_id: int, seen: set[int]) -> Check[TaskPage]:
    """Accept a page of the project's tasks, none of which was on an earlier page."""

    def check(page: TaskPage) -> str | None:
        ids = {task.id for task in page.items}
        if any(task.project_id != project_id for task in page.items):
            return "a task of another project"
        if page.items != sorted(page.items, key=lambda task: (task.due_on, task.id)):
            return "tasks out of order"
        if len(ids) < len(page.items) or ids & seen:
            return "a task appears twice"
        if len(page.items) > PAGE_SIZE:
            return "a page longer than its limit"
        if page.next and len(page.items) < PAGE_SIZE:
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

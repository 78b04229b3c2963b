"""
A day of an agency: people look at their dashboard, at a project, page through its tasks, and change one.

locust -f loadtests/scenarios/mixed.py --headless --target FILE --run-dir DIR
"""

from urllib.parse import quote

from locust import task

from loadtests import checks
from loadtests.bodies import PAGE_SIZE, STATUSES, Dashboard, Project, Task, TaskPage
from loadtests.chance import CHANCE
from loadtests.client import SeededUser
from loadtests.run import install

install(__file__)

PAGES_AT_MOST = 4
CHANCE_OF_ANOTHER_PAGE = 0.5


class Employee(SeededUser):
    """Goes where the answers lead, as a real client does: it knows no id that it was not shown."""

    project_ids: list[int]
    own_tasks: list[Task]

    def on_start(self) -> None:
        """Begin the day."""
        self.enter()

    def enter(self) -> None:
        """Sign in as somebody and look at the dashboard."""
        self.sign_in()
        self.project_ids, self.own_tasks = [], []
        self.look_at_dashboard()

    @task(35)
    def look_at_dashboard(self) -> None:
        """See which projects and tasks there are."""
        check = checks.dashboard_of(self.user_id)
        dashboard = self.read("dashboard", "/api/dashboards/user", Dashboard, check)
        if dashboard:
            self.project_ids = [project.id for project in dashboard.projects]
            self.own_tasks = dashboard.overdue + dashboard.due

    @task(25)
    def open_project(self) -> None:
        """See a project's own page."""
        if project_id := self.some_project():
            self.read("project", f"/api/projects/{project_id}", Project, checks.project_is(project_id))

    @task(15)
    def page_through_tasks(self) -> None:
        """See the first page of a project's tasks, and more of them as the cursor leads."""
        project_id = self.some_project()
        if project_id is None:
            return
        first = f"/api/projects/{project_id}/tasks?limit={PAGE_SIZE}"
        path, seen = first, set[int]()
        for _ in range(PAGES_AT_MOST):
            page = self.read("task_page", path, TaskPage, checks.page_after(project_id, seen))
            if page is None:
                return
            self.own_tasks += [own for own in page.items if own.assignee and own.assignee.id == self.user_id]
            seen |= {item.id for item in page.items}
            if page.next is None or CHANCE.random() > CHANCE_OF_ANOTHER_PAGE:
                return
            path = f"{first}&cursor={quote(page.next)}"

    def some_project(self) -> int | None:
        """Return a project that the dashboard showed; None, and somebody else, if it showed none."""
        if not self.project_ids:
            self.enter()
            return None
        return CHANCE.choice(self.project_ids)

    @task(10)
    def change_task(self) -> None:
        """Move a task of one's own to another status."""
        if not self.own_tasks:
            return
        own = CHANCE.choice(self.own_tasks)
        status = CHANCE.choice([status for status in STATUSES if status != own.status])
        check = checks.task_is(own.id, status)
        self.change("task_write", f"/api/tasks/{own.id}", {"status": status}, Task, check)

    @task(5)
    def leave(self) -> None:
        """Somebody else takes the chair."""
        self.enter()

"""
A day of an agency: people look at their dashboard, at a project, page through its tasks, and change one.

locust -f loadtests/scenarios/mixed.py --headless --target FILE --run-dir DIR
"""

from urllib.parse import quote

from locust import task

from loadtests.contract import checks
from loadtests.contract.bodies import PAGE_SIZE, STATUSES, Dashboard, Project, Task, TaskPage
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE
from loadtests.runner.run import install

install(__file__)

PAGES_AT_MOST = 4
CHANCE_OF_ANOTHER_PAGE = 0.4
CHANGES_AT_MOST = 3


class Employee(SeededUser):
    """Follows the responses, as a real client does: it only uses ids that it was shown."""

    project_ids: list[int]
    opened: int | None
    own_tasks: dict[int, Task]

    def on_start(self) -> None:
        """Begin the day."""
        self.enter()

    def enter(self) -> None:
        """Sign in as somebody and look at the dashboard."""
        self.sign_in()
        self.project_ids, self.opened, self.own_tasks = [], None, {}
        self.look_at_dashboard()

    @task(35)
    def look_at_dashboard(self) -> None:
        """See which projects and tasks there are."""
        check = checks.dashboard_of(self.user_id)
        dashboard = self.read("dashboard", "/api/dashboards/user", Dashboard, check)
        if dashboard:
            self.project_ids = [project.id for project in dashboard.projects]
            self.own_tasks |= {own.id: own for own in dashboard.overdue + dashboard.due}

    @task(25)
    def open_project(self) -> None:
        """Go to a project that the dashboard showed; if there is none, switch to another user."""
        if not self.project_ids:
            self.enter()
            return
        # The dashboard lists them by due day, and people mostly work on what is due first.
        urgency = [1 / place for place in range(1, len(self.project_ids) + 1)]
        self.opened = CHANCE.choices(self.project_ids, urgency)[0]
        self.read("project", f"/api/projects/{self.opened}", Project, checks.project_is(self.opened))

    @task(15)
    def page_through_tasks(self) -> None:
        """See the first tasks of the project that is open, and more of them by following the cursor."""
        if self.opened is None:
            self.open_project()
            return
        first = f"/api/projects/{self.opened}/tasks?limit={PAGE_SIZE}"
        path, seen = first, set[int]()
        for _ in range(PAGES_AT_MOST):
            page = self.read("task_page", path, TaskPage, checks.page_after(self.opened, seen))
            if page is None:
                return
            shown = {item.id: item for item in page.items}
            mine = {
                key: item for key, item in shown.items() if item.assignee and item.assignee.id == self.user_id
            }
            self.own_tasks |= mine
            seen |= shown.keys()
            if page.next is None or CHANCE.random() > CHANCE_OF_ANOTHER_PAGE:
                return
            path = f"{first}&cursor={quote(page.next)}"

    @task(6)
    def change_tasks(self) -> None:
        """Move a few of the user's tasks in one project to another status, as people do in one sitting."""
        if not self.own_tasks:
            return
        project_id = CHANCE.choice([*self.own_tasks.values()]).project_id
        here = [own for own in self.own_tasks.values() if own.project_id == project_id]
        for own in CHANCE.sample(here, min(len(here), CHANCE.randint(1, CHANGES_AT_MOST))):
            status = CHANCE.choice([status for status in STATUSES if status != own.status])
            check = checks.task_is(own.id, status)
            changed = self.change("task_write", f"/api/tasks/{own.id}", {"status": status}, Task, check)
            self.own_tasks[own.id] = changed or own
            self.think()

    @task(1)
    def leave(self) -> None:
        """Switch to another user."""
        self.enter()

"""
What the gate compares: one request at a time, each kind equally often; at a closer look only some, ten times.

locust -f loadtests/scenarios/turns.py --headless --target FILE --run-dir DIR --turn 0 --closer task_page,task
"""

from collections.abc import Iterable
from typing import Any

from locust import events, task

from loadtests.actions import Action, dashboards, people, reports, searches, work, writing
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)

TIMES_CLOSER = 10


def take_options(parser: Any) -> None:
    """Let the gate ask for a closer look at some groups of requests."""
    parser.add_argument("--closer", default="", help="groups to look at closer, by commas")


events.init_command_line_parser.add_listener(take_options)  # type: ignore[no-untyped-call]


def see_somebodys_work(user: SeededUser) -> None:
    """Sign in as somebody else: who has not looked before finds nothing in the cache."""
    user.sign_in()
    dashboards.look_at_own_work(user)


def see_somebodys_projects(user: SeededUser) -> None:
    """Sign in as somebody else who leads projects."""
    user.sign_in("project_manager")
    dashboards.look_at_managed_projects(user)


def page_through_a_project(user: SeededUser) -> None:
    """Go to another project first: its tasks are not in the cache."""
    work.open_any_project(user)
    work.page_through_tasks(user)


TASKS: dict[str, Action] = {
    "dashboard": see_somebodys_work,
    "project_list": work.list_projects,
    "task_list": work.list_tasks,
    "project": work.open_any_project,
    "task_page": page_through_a_project,
    "task": work.open_task,
    "comment_list": work.read_comments,
    "time_list": work.list_time,
    "notification_list": people.list_notifications,
    "search_tasks": searches.search_tasks,
    "search_projects": searches.search_projects,
    "task_write": writing.change_tasks,
    "comment_write": writing.comment,
    "time_write": writing.log_time,
}
"""A team member's day: group of requests -> what makes them."""

PROJECTS: dict[str, Action] = {
    "dashboard_manager": see_somebodys_projects,
    "project_list": work.list_projects,
    "task_counts": work.count_tasks,
    "client": people.open_client,
    "user": people.open_person,
    "invoice_list": people.list_invoices,
    "invoice": people.open_invoice,
    "report_projects": reports.report_projects,
    "report_time": reports.report_time,
    "report_finance": reports.report_finance,
    "report_team": reports.report_team,
    "search_clients": searches.search_clients,
    "search_all": searches.search_everything,
}
"""A manager's day."""

SHOWING = {"dashboard", "project_list", "task_list", "dashboard_manager"}
"""What shows a user the things that the others look at."""


class Person(SeededUser):
    """Somebody of a team, then somebody who leads projects, and so on."""

    role = "team_member"

    @task
    def two_days(self) -> None:
        """Do everything once; at a closer look only that, often."""
        options = self.environment.parsed_options
        closer = set(options.closer.split(",")) if options and options.closer else set()
        for day in (TASKS, PROJECTS):
            if not closer:
                self.do(day.values())
            for group in (name for name in day if name in closer):
                # As somebody else each time: the edge limits what one person may ask for.
                shows = [action for name, action in day.items() if name in SHOWING and name != group]
                self.do([*shows, *[day[group]] * TIMES_CLOSER])

    def do(self, actions: Iterable[Action]) -> None:
        """Do one after the other."""
        for action in actions:
            action(self)

"""
Single rows and short lists, as an app's screens ask for them.

locust -f loadtests/scenarios/api.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import in_shares, people, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Reads tasks, and what belongs to them."""

    role = "team_member"
    weight = 60
    tasks = in_shares(
        {
            work.open_project: 15,
            work.open_task: 25,
            work.read_comments: 10,
            work.page_through_tasks: 8,
            work.list_tasks: 5,
            work.list_projects: 5,
            work.list_time: 5,
            work.count_tasks: 3,
            people.open_person: 10,
            people.list_notifications: 5,
        }
    )


class Manager(SeededUser):
    """Reads projects, clients and invoices."""

    role = "project_manager"
    weight = 40
    tasks = in_shares(
        {
            work.open_project: 20,
            work.list_projects: 10,
            work.open_task: 10,
            people.open_client: 10,
            people.open_person: 10,
            people.list_invoices: 10,
            people.open_invoice: 20,
        }
    )

"""
More clients at the same moment than there are connections, and nothing that the cache could answer.

locust -f loadtests/scenarios/pool.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import in_shares, people, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Reads what is never cached."""

    role = "team_member"
    weight = 60
    tasks = in_shares(
        {
            work.list_tasks: 3,
            work.list_projects: 2,
            work.open_task: 2,
            work.read_comments: 2,
            people.list_notifications: 1,
        }
    )


class Manager(SeededUser):
    """Reads what is never cached."""

    role = "project_manager"
    weight = 40
    tasks = in_shares(
        {
            work.list_tasks: 2,
            work.list_projects: 3,
            people.list_invoices: 3,
            people.open_invoice: 2,
        }
    )

"""
A hundred users who all send their request at the same moment.

locust -f loadtests/scenarios/concurrent_users.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import dashboards, in_shares, people, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Starts the day with everybody else."""

    role = "team_member"
    weight = 60
    tasks = in_shares(
        {
            dashboards.look_at_own_work: 6,
            work.open_project: 4,
            work.page_through_tasks: 1,
            work.list_tasks: 2,
        }
    )


class Manager(SeededUser):
    """Starts the day with everybody else."""

    role = "project_manager"
    weight = 15
    tasks = in_shares(
        {
            dashboards.look_at_managed_projects: 6,
            work.list_projects: 3,
            people.list_invoices: 1,
        }
    )


class Admin(SeededUser):
    """Starts the day with everybody else."""

    role = "admin"
    weight = 5
    tasks = in_shares(
        {
            dashboards.look_at_the_agency: 1,
        }
    )


class ClientsPerson(SeededUser):
    """Starts the day with everybody else."""

    role = "client"
    weight = 20
    tasks = in_shares(
        {
            dashboards.look_at_own_company: 1,
        }
    )

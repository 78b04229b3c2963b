"""
The four dashboards, each by the people whom it is for.

locust -f loadtests/scenarios/dashboards.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import dashboards, in_shares
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Looks at the own work."""

    role = "team_member"
    weight = 40
    tasks = in_shares(
        {
            dashboards.look_at_own_work: 1,
        }
    )


class Manager(SeededUser):
    """Looks at the projects."""

    role = "project_manager"
    weight = 25
    tasks = in_shares(
        {
            dashboards.look_at_managed_projects: 1,
        }
    )


class Admin(SeededUser):
    """Looks at the agency."""

    role = "admin"
    weight = 15
    tasks = in_shares(
        {
            dashboards.look_at_the_agency: 1,
        }
    )


class ClientsPerson(SeededUser):
    """Looks at the own company's projects."""

    role = "client"
    weight = 20
    tasks = in_shares(
        {
            dashboards.look_at_own_company: 1,
        }
    )

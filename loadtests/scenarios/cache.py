"""
From a cold cache to a warm one: the reads of a day, from the moment at which Redis has been restarted empty.

locust -f loadtests/scenarios/cache.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import dashboards, in_shares, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)

PROJECTS = {work.open_project: 20, work.page_through_tasks: 8}


class TeamMember(SeededUser):
    """Looks at the own work and goes there."""

    role = "team_member"
    weight = 60
    tasks = in_shares({dashboards.look_at_own_work: 30, **PROJECTS})


class Manager(SeededUser):
    """Looks at the led projects and goes there."""

    role = "project_manager"
    weight = 15
    tasks = in_shares({dashboards.look_at_managed_projects: 30, **PROJECTS})


class Admin(SeededUser):
    """Looks at the agency."""

    role = "admin"
    weight = 5
    tasks = in_shares({dashboards.look_at_the_agency: 1})


class ClientsPerson(SeededUser):
    """Looks at the own company's projects and goes there."""

    role = "client"
    weight = 20
    tasks = in_shares({dashboards.look_at_own_company: 30, **PROJECTS})

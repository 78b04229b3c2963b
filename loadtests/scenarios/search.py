"""
Searches of all kinds, for words that were shown.

locust -f loadtests/scenarios/search.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import in_shares, searches, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Searches for tasks and people."""

    role = "team_member"
    weight = 60
    tasks = in_shares(
        {
            searches.search_tasks: 10,
            searches.search_people: 4,
            searches.search_everything: 4,
            work.list_tasks: 1,
            work.list_projects: 1,
        }
    )


class Manager(SeededUser):
    """Searches for projects and clients."""

    role = "project_manager"
    weight = 40
    tasks = in_shares(
        {
            searches.search_projects: 6,
            searches.search_clients: 6,
            searches.search_tasks: 4,
            searches.search_everything: 2,
            work.list_tasks: 1,
            work.list_projects: 1,
        }
    )

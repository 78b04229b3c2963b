"""
Pages of 1,000 records, one after the other, until deep into the list.

locust -f loadtests/scenarios/pagination.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import in_shares, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Pages through the tasks of the own projects."""

    role = "team_member"
    weight = 50
    tasks = in_shares(
        {
            work.page_through_everything: 1,
        }
    )


class Manager(SeededUser):
    """Pages through the tasks of the led projects."""

    role = "project_manager"
    weight = 30
    tasks = in_shares(
        {
            work.page_through_everything: 1,
        }
    )


class Admin(SeededUser):
    """Pages through all tasks."""

    role = "admin"
    weight = 20
    tasks = in_shares(
        {
            work.page_through_everything: 1,
        }
    )

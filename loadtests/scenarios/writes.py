"""
Changes only, apart from what somebody has to see before.

locust -f loadtests/scenarios/writes.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import in_shares, writing
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Changes tasks, comments, and logs time."""

    role = "team_member"
    weight = 100
    tasks = in_shares(
        {
            writing.change_tasks: 6,
            writing.comment: 5,
            writing.log_time: 5,
            writing.add_task: 3,
            writing.read_notifications: 1,
        }
    )

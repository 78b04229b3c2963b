"""
The short load at the end of a release: what people do all day, as much as half a minute can show.

locust -f loadtests/scenarios/gate.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import dashboards, in_shares, work, writing
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class TeamMember(SeededUser):
    """Looks at what to do, goes there, and does it."""

    role = "team_member"
    tasks = in_shares(
        {
            dashboards.look_at_own_work: 35,
            work.open_project: 25,
            work.page_through_tasks: 15,
            writing.change_tasks: 6,
        }
    )

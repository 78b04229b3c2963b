"""
What both the project's app and the typical one answer (loadtests/baseline), for `make compare`.

locust -f loadtests/scenarios/compare.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import dashboards, in_shares, reports, searches, work, writing
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)

OF_ALL = {
    dashboards.look_at_own_work: 30,
    work.list_projects: 10,
    work.open_project: 20,
    work.page_through_tasks: 8,
    work.open_task: 14,
    searches.search_tasks: 8,
    writing.comment: 4,
}


class TeamMember(SeededUser):
    """Looks at the own work, goes there, and does it."""

    role = "team_member"
    weight = 60
    tasks = in_shares({**OF_ALL, writing.change_tasks: 6})


class Manager(SeededUser):
    """Does the same, and reads what was invoiced."""

    role = "project_manager"
    weight = 40
    tasks = in_shares({**OF_ALL, reports.report_finance: 12})

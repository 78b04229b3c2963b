"""
The four reports with their totals, of everything and of single projects.

locust -f loadtests/scenarios/reports.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions import in_shares, reports, work
from loadtests.contract.user import SeededUser
from loadtests.runner.run import install

install(__file__)


class Manager(SeededUser):
    """Reads the reports of the led projects."""

    role = "project_manager"
    weight = 70
    tasks = in_shares(
        {
            reports.report_projects: 3,
            reports.report_time: 3,
            reports.report_finance: 4,
            reports.report_team: 2,
            work.list_projects: 1,
        }
    )


class Admin(SeededUser):
    """Reads the reports of the agency."""

    role = "admin"
    weight = 30
    tasks = in_shares(
        {
            reports.report_projects: 3,
            reports.report_time: 3,
            reports.report_finance: 4,
            reports.report_team: 2,
            work.list_projects: 1,
        }
    )

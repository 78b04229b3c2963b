"""A day of an agency: what people of each role do, all that the app offers in its share, a tenth writes."""

from loadtests.actions import dashboards, in_shares, people, reports, searches, work, writing
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE

CHANCE_TO_LEAVE = 0.2


def leave(user: SeededUser) -> None:
    """After a look at what is left to do, sometimes make room for somebody else of the same role."""
    dashboards.look_at_own_work(user)
    if CHANCE.random() < CHANCE_TO_LEAVE:
        user.sign_in()


class TeamMember(SeededUser):
    """Works on tasks."""

    role = "team_member"
    weight = 60
    tasks = in_shares(
        {
            dashboards.look_at_own_work: 30,
            work.open_project: 16,
            work.page_through_tasks: 10,
            work.open_task: 12,
            work.read_comments: 8,
            work.list_tasks: 3,
            work.list_projects: 3,
            work.list_time: 2,
            people.open_person: 1,
            people.list_notifications: 3,
            searches.search_tasks: 2,
            searches.search_everything: 1,
            searches.search_people: 1,
            writing.change_tasks: 4,
            writing.comment: 3,
            writing.log_time: 3,
            writing.read_notifications: 1,
            leave: 1,
        }
    )


class Manager(SeededUser):
    """Leads projects."""

    role = "project_manager"
    weight = 15
    tasks = in_shares(
        {
            dashboards.look_at_managed_projects: 26,
            dashboards.look_at_own_work: 8,
            work.open_project: 16,
            work.page_through_tasks: 10,
            work.list_projects: 6,
            work.list_tasks: 3,
            work.open_task: 6,
            work.count_tasks: 3,
            work.list_time: 3,
            people.open_client: 3,
            people.open_person: 1,
            people.list_invoices: 3,
            people.open_invoice: 3,
            searches.search_projects: 1,
            searches.search_clients: 1,
            searches.search_everything: 1,
            reports.report_projects: 2,
            reports.report_time: 2,
            reports.report_finance: 2,
            reports.report_team: 1,
            writing.add_task: 3,
            writing.change_tasks: 2,
            writing.comment: 3,
            leave: 1,
        }
    )


class Admin(SeededUser):
    """Looks after the agency."""

    role = "admin"
    weight = 5
    tasks = in_shares(
        {
            dashboards.look_at_the_agency: 25,
            work.list_projects: 10,
            work.open_project: 10,
            people.open_person: 4,
            people.open_client: 6,
            people.list_invoices: 6,
            people.open_invoice: 6,
            searches.search_everything: 2,
            searches.search_people: 2,
            reports.report_finance: 5,
            reports.report_team: 3,
            reports.report_projects: 3,
            writing.comment: 8,
            leave: 1,
        }
    )


class ClientsPerson(SeededUser):
    """Looks at how the own company's projects go."""

    role = "client"
    weight = 20
    tasks = in_shares(
        {
            dashboards.look_at_own_company: 46,
            work.open_project: 20,
            work.page_through_tasks: 8,
            work.open_task: 8,
            work.read_comments: 5,
            people.list_invoices: 5,
            people.open_invoice: 5,
            people.list_notifications: 2,
            writing.comment: 8,
            leave: 1,
        }
    )

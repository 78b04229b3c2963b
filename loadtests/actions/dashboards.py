"""Looking at a dashboard: each role has its own, and everybody the one of their own work."""

from loadtests.contract import overview_checks as checks
from loadtests.contract.bodies import Named
from loadtests.contract.overviews import AdminDashboard, ClientDashboard, Dashboard, ManagerDashboard
from loadtests.contract.user import SeededUser


def look_at_own_work(user: SeededUser) -> None:
    """See the own tasks and projects."""
    check = checks.dashboard_of(user.user_id)
    dashboard = user.read("dashboard", "/api/dashboards/user", Dashboard, check)
    if dashboard:
        _show(user, dashboard.projects)
        own = {task.id: task for task in dashboard.overdue + dashboard.due}
        user.seen.own_tasks |= own
        user.seen.tasks |= {task.id: task.title for task in own.values()}


def look_at_managed_projects(user: SeededUser) -> None:
    """See the health of the projects that the user leads."""
    check = checks.manager_dashboard_of(user.user_id)
    dashboard = user.read("dashboard_manager", "/api/dashboards/manager", ManagerDashboard, check)
    if dashboard:
        _show(user, dashboard.projects)
        user.seen.people |= {person.id: person.name for person in dashboard.team}


def look_at_the_agency(user: SeededUser) -> None:
    """See the totals of everything."""
    check = checks.admin_dashboard_of(user.user_id)
    user.read("dashboard_admin", "/api/dashboards/admin", AdminDashboard, check)


def look_at_own_company(user: SeededUser) -> None:
    """See the projects and invoices of the user's company."""
    check = checks.client_dashboard_of(user.user_id)
    dashboard = user.read("dashboard_client", "/api/dashboards/client", ClientDashboard, check)
    if dashboard:
        _show(user, dashboard.projects)
        user.seen.clients[dashboard.client.id] = dashboard.client.name


def _show(user: SeededUser, projects: list[Named]) -> None:
    # It lists them by due day, and people mostly work on what is due first; older ones only fill up the list.
    user.seen.projects = {project.id: project.name for project in projects} or user.seen.projects

"""What a correct dashboard, search or report looks like beyond its types. A check never names an id."""

from collections.abc import Callable, Iterable
from typing import Any

from loadtests.contract.checks import Check, counts_add_up
from loadtests.contract.overviews import (
    AdminDashboard,
    AllHits,
    ClientDashboard,
    Dashboard,
    Hits,
    ManagerDashboard,
    Report,
)


def dashboard_of(user_id: int) -> Check[Dashboard]:
    """Accept the user's own dashboard, with every task on the right side of today."""

    def check(dashboard: Dashboard) -> str | None:
        if dashboard.user_id != user_id:
            return "another user's dashboard"
        if any(task.due_on >= dashboard.today for task in dashboard.overdue):
            return "an overdue task that is not due yet"
        if any(task.due_on < dashboard.today for task in dashboard.due):
            return "a task due soon that is overdue"
        if len(dashboard.overdue) > dashboard.overdue_count or len(dashboard.due) > dashboard.due_count:
            return "more tasks than it counts"
        return None

    return check


def manager_dashboard_of(user_id: int) -> Check[ManagerDashboard]:
    """Accept the manager's own dashboard if its projects by health add up."""

    def check(dashboard: ManagerDashboard) -> str | None:
        if dashboard.user_id != user_id:
            return "another user's dashboard"
        health = dashboard.summary
        if health.projects != health.late + health.over_budget + health.at_risk + health.on_track:
            return "projects by health that do not add up"
        if len(dashboard.projects) > health.projects or len(dashboard.team) > dashboard.team_count:
            return "more rows than it counts"
        return None

    return check


def admin_dashboard_of(user_id: int) -> Check[AdminDashboard]:
    """Accept the admin's own dashboard if its tasks add up and its months are in order."""

    def check(dashboard: AdminDashboard) -> str | None:
        if dashboard.user_id != user_id:
            return "another user's dashboard"
        months = [(line.month, line.currency) for line in dashboard.revenue]
        if months != sorted(set(months)):
            return "months out of order"
        return counts_add_up(dashboard.totals.tasks)

    return check


def client_dashboard_of(user_id: int) -> Check[ClientDashboard]:
    """Accept the user's own dashboard, with no more projects than it counts."""

    def check(dashboard: ClientDashboard) -> str | None:
        if dashboard.user_id != user_id:
            return "another user's dashboard"
        return "more rows than it counts" if len(dashboard.projects) > dashboard.project_count else None

    return check


def hits_of(limit: int, words: str) -> Check[Hits[Any]]:
    """Accept hits of `words`, which the user was shown: at least one, at most `limit`, the best first."""

    def check(hits: Hits[Any]) -> str | None:
        scores = [hit.score for hit in hits.items]
        if scores != sorted(scores, reverse=True):
            return "hits out of order"
        if words and not hits.items:
            return "nothing found of what was shown"
        if len(hits.items) > min(limit, hits.ranked):
            return "more hits than were ranked"
        if hits.next and len(hits.items) < limit:
            return "a short page that is not the last one"
        return None

    return check


def finds(words: str) -> Check[AllHits]:
    """Accept hits of `words`, which the user was shown: something is found, and at most five of each kind."""

    def check(hits: AllHits) -> str | None:
        kinds = (hits.projects, hits.tasks, hits.users, hits.clients)
        if any(len(kind.items) > min(5, kind.ranked) for kind in kinds):
            return "more hits than were ranked"
        if words and not any(kind.items for kind in kinds):
            return "nothing found of what was shown"
        return None

    return check


def report_of(
    limit: int,
    *,
    by: Callable[[Any], Any],
    only: Callable[[Any], bool] | None = None,
    add_up: Callable[[Iterable[Any], Any], bool],
) -> Check[Report[Any, Any]]:
    """Accept a first page of a report: in order, all of `only`; all its lines add up to its totals."""

    def check(report: Report[Any, Any]) -> str | None:
        if len(report.items) > limit or (report.next and len(report.items) < limit):
            return "a page that is not as long as asked"
        if report.items != sorted(report.items, key=by):
            return "lines out of order"
        if only and not all(only(line) for line in report.items):
            return "a line that was not asked for"
        if report.totals is None:
            return "no totals"
        if report.next is None and not add_up(report.items, report.totals):
            return "totals that do not add up"
        return None

    return check

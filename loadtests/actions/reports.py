"""Reading reports: the whole agency's or one project's, with totals."""

from collections.abc import Callable, Iterable
from typing import Any

from loadtests.actions import work
from loadtests.contract import overview_checks as checks
from loadtests.contract.overviews import (
    FinanceLine,
    MoneySum,
    ProjectLineOfReport,
    Report,
    Sum,
    TeamLine,
    TimeLine,
)
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE, one_of_the_first

LINES = 100
CHANCE_OF_ONE_PROJECT = 0.5


def report_projects(user: SeededUser) -> None:
    """See how projects perform."""
    _report(user, "projects", Report[ProjectLineOfReport, Sum], lambda line: line.project.id, _minutes)


def report_time(user: SeededUser) -> None:
    """See who spent how much time on what."""
    _report(user, "time", Report[TimeLine, Sum], lambda line: line.month, _minutes)


def report_finance(user: SeededUser) -> None:
    """See what was invoiced and paid."""
    _report(user, "finance", Report[FinanceLine, list[MoneySum]], lambda line: line.month, _money)


def report_team(user: SeededUser) -> None:
    """See how the team is used."""
    _report(user, "team", Report[TeamLine, Sum], lambda line: line.month, _minutes, by_project=False)


def _report(
    user: SeededUser,
    name: str,
    body: type[Report[Any, Any]],
    by: Callable[[Any], Any],
    add_up: Callable[[Iterable[Any], Any], bool],
    *,
    by_project: bool = True,
) -> None:
    path, only = f"/api/reports/{name}?limit={LINES}", None
    if by_project and CHANCE.random() < CHANCE_OF_ONE_PROJECT:
        if not user.seen.projects:
            work.list_projects(user)
            return
        project = one_of_the_first(user.seen.projects)
        path, only = f"{path}&project={project}", lambda line: line.project.id == project
    check = checks.report_of(LINES, by=by, only=only, add_up=add_up)
    user.read(f"report_{name}", path, body, check)


def _minutes(lines: Iterable[Any], total: Sum) -> bool:
    minutes = [line.minutes for line in lines]
    return (len(minutes), sum(minutes)) == (total.lines, total.minutes)


def _money(lines: Iterable[FinanceLine], totals: list[MoneySum]) -> bool:
    known = {total.currency: 0.0 for total in totals}
    for line in lines:
        known[line.currency] = known.get(line.currency, 0.0) + line.invoiced
    return known.keys() == {total.currency for total in totals} and all(
        abs(known[total.currency] - total.invoiced) < 0.005 for total in totals
    )

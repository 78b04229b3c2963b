"""Rows of activity, derived from the other tables, in order of time."""

from collections.abc import Iterator

from app.agency.seed.billing import invoice_text
from app.agency.seed.days import PAST
from app.agency.seed.dice import Dice, blocks
from app.agency.seed.work import task_title
from app.agency.seed.world import World

CREATED, CHANGED, COMPLETED, ISSUED, PAID = range(5)
ACTIONS = ("created", "changed", "completed", "issued", "paid")
CHANGES = (
    r"\N",
    '{"status": ["todo", "in_progress"]}',
    '{"status": ["review", "done"]}',
    '{"status": ["draft", "sent"]}',
    '{"status": ["sent", "paid"]}',
)
DAY = 840
"""Minutes of a working day, of which Days.moment takes any."""


def activity(world: World) -> Iterator[str]:
    """Yield the lines of activity."""
    moment, day = world.days.moment, world.days.day
    # One integer per event, (day, minute, row, action): small enough to sort them all in memory.
    events = sorted([*_of_tasks(world), *_of_invoices(world)])
    for number, event in enumerate(events, start=1):
        when, row, action = event >> 34, (event >> 3) & 0x7FFFFFFF, event & 7
        at, minute = divmod(when, DAY)
        made = moment(at - PAST, minute)
        if action >= ISSUED:
            project = world.invoice_projects[row]
            actor, entity = world.project_managers[project - 1], "invoice"
            title = invoice_text(day(world.invoice_days[row]), world.invoice_numbers[row])
        else:
            project = world.task_projects[row]
            actor = world.task_people[row] or world.teammate(project, minute)
            entity, title = "task", task_title(world.task_titles[row])
        yield (
            f"{number}\t{actor}\t{project}\t{row + 1}\t{made}\t{entity}\t{ACTIONS[action]}\t{title}"
            f"\t{CHANGES[action]}\n"
        )


def _of_tasks(world: World) -> Iterator[int]:
    """Yield each task's events: created in the morning, completed in the afternoon, some changed."""
    dice = Dice(world.seed, "activity")
    half = DAY // 2
    for block in blocks(world.counts.tasks):
        for task, draw in zip(block, dice.shorts(len(block)), strict=True):
            row = task - 1
            start, done, end = world.task_starts[row], world.task_done[row], world.task_ends[row]
            yield _event(start, draw % (half // 2), row, CREATED)
            if done < 0:
                yield _event(max(done, start), half + draw % half, row, COMPLETED)
                end = max(done, start)
            if draw % 4 == 0:
                yield _event((start + end) // 2, half // 2 + draw % (half // 2), row, CHANGED)


def _of_invoices(world: World) -> Iterator[int]:
    """Yield each invoice's events: issued, and paid in full or in part."""
    for row, number in enumerate(world.invoice_numbers):
        if number:
            yield _event(world.invoice_days[row], row % DAY, row, ISSUED)
        if world.invoice_paid[row]:
            yield _event(min(world.invoice_paid_days[row], -1), DAY - 1, row, PAID)


def _event(day: int, minute: int, row: int, action: int) -> int:
    return ((day + PAST) * DAY + minute) << 34 | row << 3 | action

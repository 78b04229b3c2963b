"""Rows of milestones and comments."""

from array import array
from collections.abc import Iterator
from itertools import product

from app.agency.seed import words
from app.agency.seed.days import PAST
from app.agency.seed.dice import NULL, Dice, blocks
from app.agency.seed.scale import MILESTONES
from app.agency.seed.world import World

DOZEN = 12
"""The most comments on a task, except for the last one."""


def milestones(world: World) -> Iterator[str]:
    """Yield the lines of milestones: spread evenly over each project's time; old ones are completed."""
    dice = Dice(world.seed, "milestones")
    day, moment = world.days.day, world.days.moment
    for block in blocks(world.counts.milestones):
        for milestone, draw in zip(block, dice.shorts(len(block)), strict=True):
            rank, stage = divmod(milestone - 1, MILESTONES)
            first, last = world.project_starts[rank], world.project_ends[rank]
            due = first + (last - first) * (stage + 1) // MILESTONES
            over = world.project_states[rank] in {"completed", "cancelled"}
            done = over or due < -45
            made = moment(min(first - 14, -2), milestone)
            completed = moment(min(due + draw % 7 - 3, -1), draw) if done else NULL
            completed = max(completed, made) if done else NULL
            gone = world.project_deleted(rank + 1)
            deleted = moment(-1, 839) if gone else NULL
            changed = deleted if gone else completed if done else made
            names = words.MILESTONE_NAMES[stage]
            yield (
                f"{milestone}\t{rank + 1}\t{made}\t{changed}\t{completed}\t{deleted}\t{day(due)}"
                f"\t{1 + done + gone}\t{names[draw % len(names)]}\t{words.MILESTONE_AIMS[stage]}\n"
            )


def comments(world: World) -> Iterator[str]:
    """Yield the lines of comments: two or three per task, in the order of the tasks."""
    dice = Dice(world.seed, "comments")
    moment, teammate = world.days.moment, world.teammate
    texts = [
        f"{opener} {middle}." for opener, middle in product(words.MESSAGE_OPENERS, words.MESSAGE_MIDDLES)
    ]
    starts = world.task_starts
    tasks = array("i", sorted(range(len(starts)), key=starts.__getitem__))
    # As if a task before the first one already had its dozen.
    place, said, day = -1, DOZEN, -PAST
    for block in blocks(world.counts.comments):
        size = len(block)
        for comment, a, b, c in zip(block, *(dice.shorts(size) for _ in range(3)), strict=True):
            if (a % 125 < 49 or said == DOZEN) and place < len(tasks) - 1:
                place, said, day = min(place + 1 + a % 3, len(tasks) - 1), 0, -PAST
            rank = tasks[place]
            day = min(max(day + b % 3, starts[rank]), -1)
            made = moment(day, min(said * 65 + c % 65, 839))
            said += 1
            edited = made if b % 41 == 0 else NULL
            deleted = made if b % 101 == 0 else NULL
            author = teammate(world.task_projects[rank], c)
            yield (
                f"{comment}\t{rank + 1}\t{author}\t{made}\t{edited}\t{deleted}"
                f"\t{1 + (edited != NULL) + (deleted != NULL)}\t{texts[(a ^ c) % len(texts)]}\n"
            )

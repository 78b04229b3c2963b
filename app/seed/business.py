"""Rows of invoices, messages and notifications."""

from collections.abc import Iterator
from itertools import product
from math import pow  # noqa: A004  (typed as float, unlike the operator)

from app.seed import words
from app.seed.dice import LARGEST, NULL, Dice, blocks, skewed
from app.seed.world import World

HISTORY = 700
"""Messages and notifications reach back this many days."""


def _past(number: int, total: int) -> int:
    """Return the day of row N of `total`: ids follow time, and there is more of everything lately."""
    return -1 - round(HISTORY * pow(1 - number / total, 1.3))


def invoices(world: World) -> Iterator[str]:
    """Yield the lines of invoices."""
    dice = Dice(world.seed, "invoices")
    busy = skewed(world.counts.projects, 0.6, 10)
    total = world.counts.invoices
    day, moment = world.days.day, world.days.moment
    for block in blocks(total):
        size = len(block)
        draws = zip(block, dice.ranks(busy, size), *(dice.shorts(size) for _ in range(3)), strict=True)
        for invoice, rank, a, b, c in draws:
            made = _past(invoice, total)
            due = made + 30
            issued_on, due_on, paid_on = day(made), day(due), NULL
            if a < LARGEST * 0.04:
                status, issued_on, due_on = "draft", NULL, NULL
            elif a < LARGEST * 0.06:
                status = "void"
            elif b < LARGEST * (0.95 if due < -20 else 0.4):
                status, paid_on = "paid", day(min(made + 1 + c % 45, 0))
            else:
                status = "sent"
            client = world.project_clients[rank]
            yield (
                f"{invoice}\t{client}\t{rank + 1}\t{moment(made, c)}\t{issued_on}\t{due_on}"
                f"\t{paid_on}\t{status}\tR{invoice:07}\t{100 + b % 9900}.{c % 100:02}\n"
            )


def messages(world: World) -> Iterator[str]:
    """Yield the lines of messages."""
    dice = Dice(world.seed, "messages")
    busy = skewed(world.counts.projects, 0.8, 10)
    total = world.counts.messages
    starts = [
        f"{opener} {middle}" for opener, middle in product(words.MESSAGE_OPENERS, words.MESSAGE_MIDDLES)
    ]
    ends = [
        f"{middle.capitalize()}. {closer}".rstrip()
        for middle, closer in product(words.MESSAGE_MIDDLES, words.MESSAGE_CLOSERS)
    ]
    moment, teammate = world.days.moment, world.teammate
    for block in blocks(total):
        size = len(block)
        draws = zip(block, dice.ranks(busy, size), *(dice.shorts(size) for _ in range(3)), strict=True)
        for message, rank, a, b, c in draws:
            yield (
                f"{message}\t{rank + 1}\t{teammate(rank + 1, a)}\t{moment(_past(message, total), message)}"
                f"\t{starts[b % len(starts)]}. {ends[c % len(ends)]}\n"
            )


def notifications(world: World) -> Iterator[str]:
    """Yield the lines of notifications; of the last month, half are unread."""
    dice = Dice(world.seed, "notifications")
    busy = skewed(world.counts.projects, 0.8, 10)
    total = world.counts.notifications
    kinds = [(kind, text) for kind, texts in words.NOTIFICATION_TEXTS.items() for text in texts]
    lines = [f"{kind}\t{text}: {name}." for (kind, text), name in product(kinds, words.PROJECT_KINDS)]
    moment, teammate = world.days.moment, world.teammate
    for block in blocks(total):
        size = len(block)
        draws = zip(block, dice.ranks(busy, size), *(dice.shorts(size) for _ in range(3)), strict=True)
        for notification, rank, a, b, c in draws:
            made = _past(notification, total)
            created = moment(made, notification)
            read = (
                NULL
                if b < LARGEST * (0.5 if made > -30 else 0.1)
                else moment(min(made + 1, -1), notification + b % 60)
            )
            read = max(read, created)
            user, line = teammate(rank + 1, a), lines[c % len(lines)]
            yield f"{notification}\t{user}\t{rank + 1}\t{created}\t{read}\t{line}\n"

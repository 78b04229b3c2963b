"""Rows of threads with their messages and readers, and of notifications."""

from collections.abc import Iterator
from itertools import product

from app.agency.seed import words
from app.agency.seed.days import past
from app.agency.seed.dice import LARGEST, NULL, Dice, blocks, skewed
from app.agency.seed.world import World


def messages(world: World) -> Iterator[str]:
    """Yield the lines of messages, and record their threads in `world`."""
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
    moment, threads = world.days.moment, world.threads
    current: dict[int, list[int]] = {}
    for block in blocks(total):
        size = len(block)
        draws = zip(block, dice.ranks(busy, size), *(dice.shorts(size) for _ in range(3)), strict=True)
        for message, rank, a, b, c in draws:
            made = moment(past(message, total), message)
            going = current.setdefault(rank, [])
            if not going or b < LARGEST // 10:
                going.append(_begin(world, rank + 1, message, a, c))
                del going[:-3]
                thread = going[-1]
            else:
                thread = going[a % len(going)]
            first, end = threads.starts[thread - 1 : thread + 1]
            author = threads.people[first + c % (end - first)]
            threads.before[thread - 1], threads.last[thread - 1] = threads.last[thread - 1], message
            threads.before_author[thread - 1] = threads.last_author[thread - 1]
            threads.last_author[thread - 1] = author
            deleted = made if message % 307 == 0 else NULL
            yield (
                f"{message}\t{rank + 1}\t{thread}\t{author}\t{made}\t{deleted}\t{1 + (deleted != NULL)}"
                f"\t{starts[b % len(starts)]}. {ends[c % len(ends)]}\n"
            )


def _begin(world: World, project: int, message: int, a: int, c: int) -> int:
    """Record a new thread of two to five people in `world`; return its id."""
    threads = world.threads
    wanted = (world.teammate(project, (a * step + c) % LARGEST) for step in range(1, 3 + c % 4))
    threads.people.extend(dict.fromkeys(wanted))
    threads.starts.append(len(threads.people))
    threads.projects.append(project)
    threads.first.append(message)
    for column in (threads.last, threads.before, threads.last_author, threads.before_author):
        column.append(0)
    return len(threads.projects)


def threads(world: World) -> Iterator[str]:
    """Yield the lines of threads."""
    total = world.counts.messages
    subjects = [
        f"{kind.capitalize()}: {thing}" for thing, kind in product(words.TASK_THINGS, words.THREAD_KINDS)
    ]
    moment, made = world.days.moment, world.threads
    for rank, (project, first, last) in enumerate(zip(made.projects, made.first, made.last, strict=True)):
        subject = subjects[first % len(subjects)].replace("-", " ")
        yield f"{rank + 1}\t{project}\t{last}\t{moment(past(first, total), first)}\t{subject}\n"


def thread_participants(world: World) -> Iterator[str]:
    """Yield the lines of thread_participants; some have not read the end of a recent thread."""
    total = world.counts.messages
    made = world.threads
    for rank, first in enumerate(made.first):
        joined = world.days.moment(past(first, total), first)
        last, before = made.last[rank], made.before[rank]
        recent = past(last, total) > -30
        for place in range(made.starts[rank], made.starts[rank + 1]):
            user = made.people[place]
            unread = NULL
            if user != made.last_author[rank] and place % 50 < (20 if recent else 1):
                two = before and place % 3 == 0 and user != made.before_author[rank]
                unread = str(before if two else last)
            yield f"{rank + 1}\t{user}\t{unread}\t{joined}\n"


def notifications(world: World) -> Iterator[str]:
    """Yield the lines of notifications; half of the last month's are unread."""
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
            made = past(notification, total)
            created = moment(made, notification)
            read = (
                NULL
                if b < LARGEST * (0.5 if made > -30 else 0.1)
                else moment(min(made + 1, -1), notification + b % 60)
            )
            read = max(read, created)
            user, line = teammate(rank + 1, a), lines[c % len(lines)]
            yield f"{notification}\t{user}\t{rank + 1}\t{created}\t{read}\t{line}\n"

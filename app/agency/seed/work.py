"""Rows of projects, their teams, tasks and time entries."""

from collections.abc import Iterator

from app.agency.seed import words
from app.agency.seed.dice import LARGEST, NULL, Dice, blocks, skewed, spread
from app.agency.seed.scale import MILESTONES
from app.agency.seed.world import World

ALWAYS_ACTIVE = 20
"""The first projects are the busiest, so none of these has ended."""

STATES = spread([("active", 55), ("completed", 27), ("planned", 8), ("on_hold", 7), ("cancelled", 3)])
PRIORITIES = spread([("low", 2), ("normal", 9), ("high", 4), ("urgent", 1)])
VERBS, THINGS, PLACES = len(words.TASK_VERBS), len(words.TASK_THINGS), len(words.TASK_PLACES)
RISE = -365
"""On this day everyone's hourly rate rose by 5."""

RUSH = -45
"""Since this day there is much more work: time is logged in small pieces, or it would not fit into days."""

OPEN = spread([("todo", 8), ("in_progress", 4), ("review", 2), ("blocked", 1)])
ESTIMATES = spread([(NULL, 3), ("30", 1), ("60", 3), ("120", 4), ("240", 4), ("480", 3), ("960", 1)])


def projects(world: World) -> Iterator[str]:
    """Yield the lines of projects, and record their managers and dates in `world`."""
    dice = Dice(world.seed, "projects")
    clients = skewed(world.counts.clients, 0.6, 5)
    managers = skewed(len(world.managers), 0.4, 5)
    day, moment = world.days.day, world.days.moment
    for block in blocks(world.counts.projects):
        size = len(block)
        draws = zip(
            block,
            dice.ranks(clients, size),
            dice.ranks(managers, size),
            *(dice.shorts(size) for _ in range(6)),
            strict=True,
        )
        for project, client, manager, a, b, c, d, e, f in draws:
            state = "active" if project <= ALWAYS_ACTIVE else STATES[a % len(STATES)]
            length = 60 + b % 300
            if state in {"completed", "cancelled"}:
                end = -10 - c % 500
            elif state == "planned":
                end = length + c % 90
            else:
                end = -10 + c % length
            start = end - length * (1 if state == "planned" else world.work)
            world.project_clients.append(client + 1)
            world.project_managers.append(world.managers[manager])
            world.project_starts.append(start)
            world.project_ends.append(end)
            world.project_states.append(state)
            made = moment(min(start - 14, -2), d)
            deleted = moment(-1, 839) if world.project_deleted(project) else NULL
            kind = words.PROJECT_KINDS[d % len(words.PROJECT_KINDS)]
            phase = words.PROJECT_PHASES[e % len(words.PROJECT_PHASES)]
            name = words.COMPANY_FIRST[f % len(words.COMPANY_FIRST)]
            aim = words.PROJECT_AIMS[(e >> 3) % len(words.PROJECT_AIMS)]
            yield (
                f"{project}\t{client + 1}\t{world.managers[manager]}\t{made}\t{made}\t{deleted}"
                f"\t{day(start)}\t{day(end)}\t{state}\t{PRIORITIES[e >> 12]}\t{5 + f % 396}00.00"
                f"\t{name} {kind}{phase}\tThe {kind} {aim}.\n"
            )


def project_members(world: World) -> Iterator[str]:
    """Yield the lines of project_members, about 8 per project, more on busy ones; record them in `world`."""
    dice = Dice(world.seed, "project_members")
    staff = skewed(len(world.staff), 0.3, 20)
    for project in range(1, world.counts.projects + 1):
        wanted = 4 + dice.random.randrange(8) + round(150 / (project + 4))
        people = dict.fromkeys(world.staff[rank] for rank in dice.ranks(staff, wanted))
        world.team.extend(people)
        world.team_starts.append(len(world.team))
        joined = world.days.moment(min(world.project_starts[project - 1], -1), project)
        for user in people:
            yield f"{project}\t{user}\t{joined}\n"


def task_title(code: int) -> str:
    """Return the title for a number in `world.task_titles`."""
    verb, rest = divmod(code, THINGS * PLACES)
    thing, place = divmod(rest, PLACES)
    words_of_thing = words.TASK_THINGS[thing].replace("-", " ")
    return f"{words.TASK_VERBS[verb]} the {words_of_thing} {words.TASK_PLACES[place]}".rstrip()


def tasks(world: World) -> Iterator[str]:
    """Yield the lines of tasks, and record their assignees and dates in `world`."""
    dice = Dice(world.seed, "tasks")
    busy = skewed(world.counts.projects, 0.8, 10)
    notes = words.TASK_NOTES
    day, moment, teammate = world.days.day, world.days.moment, world.teammate
    for block in blocks(world.counts.tasks):
        size = len(block)
        draws = zip(block, dice.ranks(busy, size), *(dice.shorts(size) for _ in range(6)), strict=True)
        for task, rank, a, b, c, d, e, f in draws:
            project = rank + 1
            over = world.project_states[rank] in {"completed", "cancelled"}
            first = min(world.project_starts[rank], -2)
            last = world.project_ends[rank] if over else -1
            # Later days have more tasks; with `work`, earlier years repeat the pattern.
            period = (last - first) // world.work
            start = last - (period * a * b >> 32) - task % world.work * period
            due = start + 3 + c % 42
            done = over or d < LARGEST * (0.96 if due < -14 else 0.75 if due < 0 else 0.25)
            person = 0 if e % 17 == 0 else teammate(project, f)
            world.task_projects.append(project)
            world.task_people.append(person)
            world.task_starts.append(start)
            world.task_ends.append(min(due, -1))
            made = moment(start, e)
            ended_on = min(start + 1 + f % (due - start + 2), -1) if done else 1
            world.task_done.append(ended_on)
            ended = max(moment(ended_on, b), made) if done else NULL
            gone = task % 211 == 0 or world.project_deleted(project)
            deleted = moment(-1, 839) if gone else NULL
            changed = deleted if gone else ended if done else made
            stage = (due - world.project_starts[rank]) * MILESTONES
            stage //= world.project_ends[rank] - world.project_starts[rank]
            milestone = rank * MILESTONES + min(max(stage, 0), MILESTONES - 1) + 1 if c & 7 else NULL
            code = (a % VERBS * THINGS + f % THINGS) * PLACES + e % PLACES
            world.task_titles.append(code)
            note = f"{notes[c % len(notes)]} {notes[b % len(notes)]}" if d & 3 else ""
            status = "done" if done else OPEN[f % len(OPEN)]
            yield (
                f"{task}\t{project}\t{milestone}\t{person or NULL}\t{made}\t{changed}\t{ended}\t{deleted}"
                f"\t{day(due)}\t{ESTIMATES[b % len(ESTIMATES)]}\t{status}\t{PRIORITIES[a >> 12]}"
                f"\t{1 + done + gone}\t{task_title(code)}\t{note}\n"
            )


def time_entries(world: World) -> Iterator[str]:
    """Yield the lines of time_entries: by a task's assignee, while the task was open."""
    dice = Dice(world.seed, "time_entries")
    total = world.counts.tasks
    day, moment, notes = world.days.day, world.days.moment, words.TIME_NOTES
    for block in blocks(world.counts.time_entries):
        size = len(block)
        draws = zip(block, *(dice.shorts(size) for _ in range(4)), strict=True)
        for entry, a, b, c, d in draws:
            task = ((a << 16 | b) * total >> 32) + 1
            project = world.task_projects[task - 1]
            person = world.task_people[task - 1] or world.teammate(project, d)
            start = world.task_starts[task - 1]
            spent = min(start + c % (world.task_ends[task - 1] - start + 4), 0)
            worked_on = NULL if d % 19 == 0 else task
            made = moment(spent, b)
            deleted = made if entry % 199 == 0 else NULL
            rate = world.user_rates[person - 1] - (5 if spent < RISE else 0)
            minutes = 15 + d % (10 if spent < RUSH else 2) * 15
            yield (
                f"{entry}\t{person}\t{project}\t{worked_on}\t{made}\t{made}\t{deleted}\t{day(spent)}"
                f"\t{minutes}\t{'f' if b % 5 == 0 else 't'}\t{rate}\t{notes[c % len(notes)]}\n"
            )

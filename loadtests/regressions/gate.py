"""Two servers under the same load in turns: one has the revision before, the other the one after."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from loadtests.errors import RefusedError
from loadtests.evidence.inputs import Host
from loadtests.files import read_json
from loadtests.regressions.comparison import Comparison, Figure, Side, figures, named
from loadtests.regressions.rows import BETTER, ENOUGH, WORSE, Row, is_suspect, rows
from loadtests.results.answers import ANSWERS_FILE, Kept, read_answers
from loadtests.results.load_file import LOAD_FILE, Load
from loadtests.target import read_seed

SCENARIO = Path("loadtests/scenarios/turns.py")
LOOKS = 3
WARMING_SECONDS = 20.0
CLOSER_SECONDS, SECONDS_OF_EACH = 16.0, 6.0
"""A closer look takes longer the more there is to look at."""

MOST_FAILED = 0.001
"""Of the answers, as in slo.yml."""


class Look(NamedTuple):
    """What both servers have answered in turns."""

    loads: tuple[Load, Load]
    answers: tuple[list[Kept], list[Kept]]
    rows: list[Row]


def gate(folders: tuple[Path, Path], names: tuple[str, str], seconds: float | None) -> Comparison:
    """
    Return the comparison of a first look at everything, and closer looks at what may be worse.

    Of forty kinds some always look worse by chance: what is worse must be so in two closer looks, with many
    times the requests of the first.
    """
    _say("warming both servers up")
    _look(folders, WARMING_SECONDS)
    _say("a first look at everything, in turns")
    looks = [_look(folders, seconds)]
    better = named(BETTER, looks[0].rows)
    suspects = [row.name for row in looks[0].rows if is_suspect(row)]
    while suspects and len(looks) < LOOKS:
        _say(f"a closer look at: {'; '.join(suspects)}")
        groups = sorted({name.split(",")[0] for name in suspects})
        look = _look(folders, CLOSER_SECONDS + SECONDS_OF_EACH * len(groups), closer=groups)
        looks.append(look._replace(rows=[row for row in look.rows if row.name in suspects]))
        suspects = named(WORSE, looks[-1].rows)
    return Comparison(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        what="gate",
        sides=(_side(folders[0], names[0], looks[0]), _side(folders[1], names[1], looks[0])),
        scenario=SCENARIO.stem,
        looks=[look.rows for look in looks],
        figures=[*_work(looks[0]), *figures(*(load.measurements for load in looks[0].loads))],
        worse=suspects,
        better=better,
        problems=[problem for look in looks for problem in _problems(look)],
        doubts=[doubt for look in looks for doubt in _doubts(look)],
    )


def _say(what: str) -> None:
    print(f"gate  {what}", flush=True)


def _look(folders: tuple[Path, Path], seconds: float | None, closer: Sequence[str] = ()) -> Look:
    """Load both, each in its turns; a closer look is at some groups of requests."""
    for folder in folders:
        for file in (LOAD_FILE, ANSWERS_FILE):
            (folder / file).unlink(missing_ok=True)
    options = [f"--run-time={seconds:g}s"] if seconds else []
    options += [f"--closer={','.join(closer)}"] if closer else []
    running = [_begin(folder, f"--turn={turn}", *options) for turn, folder in enumerate(folders)]
    said = [process.communicate()[1] for process in running]
    for folder, text in zip(folders, said, strict=True):
        if not (folder / LOAD_FILE).exists():
            reason = next(iter(text.strip().splitlines()[-1:]), "Locust did not say why it ended")
            raise RefusedError(f"{folder.name}: {reason}")
    first, second = (read_json(folder / LOAD_FILE, Load, "Locust has just written it") for folder in folders)
    before, after = (read_answers(folder) for folder in folders)
    return Look((first, second), (before, after), rows(before, after, in_turns=True))


def _begin(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "locust", "-f", str(SCENARIO), "--headless", *options]
    command += ["--target", str(folder / "target.json"), "--run-dir", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _side(folder: Path, revision: str, look: Look) -> Side:
    host = read_json(folder / "host.json", Host, "`make deploy` writes it")
    return Side(folder.name, look.loads[0].began, revision, host, read_seed(folder))


def _work(look: Look) -> list[Figure]:
    """Return what a request costs the server: its queries hardly vary, so one more in a request shows."""
    rates = [load.sent_per_second or 1.0 for load in look.loads]

    def each(metric: str, per_second: float) -> tuple[float | None, float | None]:
        first, second = (
            None if (value := load.measurements.get(metric)) is None else round(per_second * value / rate, 3)
            for load, rate in zip(look.loads, rates, strict=True)
        )
        return first, second

    return [Figure("queries of a request", "queries", each("queries.per_minute", 1 / 60))]


def _problems(look: Look) -> list[str]:
    """Return what is wrong with the revision after, apart from its latencies."""
    before, after = look.answers
    failed = [answer for answer in after if answer.error]
    problems = []
    if len(failed) > MOST_FAILED * len(after):
        first = failed[0]
        problems.append(
            f"{len(failed)} of {len(after)} requests failed, the first of {first.group}: {first.error}"
        )
    answered = {answer.group for answer in after}
    counted = Counter(answer.group for answer in before if answer.group not in answered)
    silent = [group for group, count in counted.items() if count >= ENOUGH]
    return [*problems, *(f"{group} was not answered at all" for group in silent)]


def _doubts(look: Look) -> list[str]:
    return [
        f"{side}: {doubt}"
        for side, load in zip(("before", "after"), look.loads, strict=True)
        for doubt in load.invalid
    ]

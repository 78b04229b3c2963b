"""Two servers under the same load in turns: one has the revision before, the other the one after."""

from datetime import UTC, datetime
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.evidence.inputs import Host
from loadtests.files import read_json
from loadtests.regressions.changes import changes, fails_alike
from loadtests.regressions.comparison import Comparison, Figure, Side, figures, named
from loadtests.regressions.look import SCENARIO, Look, look_at
from loadtests.regressions.rows import BETTER, TOO_FEW, WORSE, is_suspect
from loadtests.target import read_seed

LOOKS = 3
WARMING_SECONDS = 20.0
CLOSER_SECONDS, SECONDS_OF_EACH = 16.0, 6.0
"""A closer look takes longer the more there is to look at."""


def gate(folders: tuple[Path, Path], names: tuple[str, str], seconds: float | None) -> Comparison:
    """
    Return the comparison of a first look at everything, and closer looks at what may be worse.

    Of forty kinds some always look worse by chance: what is worse must be so in two closer looks, with many
    times the requests of the first.
    """
    _say("warming both servers up")
    look_at(folders, WARMING_SECONDS)
    _say("a first look at everything, in turns")
    looks = [look_at(folders, seconds)]
    better = named(BETTER, looks[0].rows)
    if not looks[0].rows:
        raise RefusedError("No kind of request was answered by both servers: see whether they serve.")
    few: list[str] = []
    suspects = [row.name for row in looks[0].rows if is_suspect(row)]
    while suspects and len(looks) < LOOKS:
        _say(f"a closer look at: {'; '.join(suspects)}")
        groups = sorted({name.split(",")[0] for name in suspects})
        look = look_at(folders, CLOSER_SECONDS + SECONDS_OF_EACH * len(groups), closer=groups)
        looks.append(look._replace(rows=[row for row in look.rows if row.name in suspects]))
        few += [name for name in suspects if name not in {row.name for row in looks[-1].rows}]
        few += named(TOO_FEW, looks[-1].rows)
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
        few=sorted({*few}),
        problems=list(dict.fromkeys(problem for look in looks for problem in changes(*look.answers))),
        doubts=[doubt for look in looks for doubt in _doubts(look)],
    )


def _say(what: str) -> None:
    print(f"gate  {what}", flush=True)


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


def _doubts(look: Look) -> list[str]:
    alike = ["requests fail on both sides alike: see `make load`"] if fails_alike(*look.answers) else []
    return alike + [
        f"{side}: {doubt}"
        for side, load in zip(("before", "after"), look.loads, strict=True)
        for doubt in load.invalid
    ]

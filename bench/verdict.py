"""The results of the bench against its targets in slo.yml."""

from typing import Any

from loadtests.results.slo import Verdict, judge, read_targets
from loadtests.results.table import bound, format_value, table

KINDS = {"ratios": "ratio", "figures": "p95", "growth": "growth"}
"""Part of the bench -> suffix of its measurements' names."""


def measurements(found: dict[str, Any]) -> dict[str, float | None]:
    """Return each measurement that slo.yml may name."""
    of_the_cache = {f"{name}.cache": value for name, value in found.get("cache", {}).items()}
    return of_the_cache | {
        f"{name}.{kind}": one["p95_ms" if kind == "p95" else kind]
        for part, kind in KINDS.items()
        for name, one in found.get(part, {}).items()
    }


def verdicts(found: dict[str, Any]) -> list[Verdict]:
    """Return the verdicts on the parts that ran; a target of such a part without a value is missed."""
    kinds = KINDS | {"cache": "cache"}
    ran = tuple(f".{kind}" for part, kind in kinds.items() if part in found)
    promises = [target for target in read_targets(section="bench") if target.metric.endswith(ran)]
    return judge(promises, measurements(found)) if ran else []


def as_text(judged: list[Verdict]) -> str:
    """Return the table of figures against targets that a bench ends with."""
    rows = [["", "", "measured", "promise"]]
    rows += [
        ["ok" if one.ok else "MISSED", one.name, format_value(one.value, one.unit), bound(one)]
        for one in judged
    ]
    return table(rows, left=2)

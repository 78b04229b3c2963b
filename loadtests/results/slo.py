"""The targets of slo.yml, and the verdict on a run's measurements."""

import operator
from pathlib import Path
from typing import Annotated

import msgspec

from loadtests.errors import RefusedError
from loadtests.files import as_kind, read_yaml
from loadtests.results.measurements import BENCH_UNITS, UNITS

SLO_FILE = Path(__file__).parents[1] / "slo.yml"
SCENARIOS = SLO_FILE.with_name("scenarios")

SECTIONS = {"targets": UNITS, "bench": BENCH_UNITS}
"""List in the file -> the measurements its targets may use."""

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

Name = Annotated[str, msgspec.Meta(min_length=1)]
Bound = Annotated[str, msgspec.Meta(pattern=r"^(<|<=|>|>=) [0-9]+(\.[0-9]+)?$")]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    One entry of slo.yml. A bound is a comparison and a number, such as "< 500".

    Without `scenarios` the target is for every scenario.
    """

    name: Name
    metric: Name
    target: Bound
    unit: Name
    ambition: Bound | None = None
    scenarios: Annotated[list[Name], msgspec.Meta(min_length=1)] | None = None


class Verdict(msgspec.Struct, frozen=True):
    """One target against its measured value; without one, `value` is None and `ok` is false."""

    name: str
    metric: str
    value: float | None
    comparison: str
    target: float
    unit: str
    ok: bool
    ambition: float | None
    ambition_ok: bool | None


def read_targets(path: Path = SLO_FILE, section: str = "targets", scenario: str = "") -> list[Target]:
    """
    Return the targets of one list of the file, each valid, with no duplicate names or metrics.

    Of a load's targets, only those of the scenario, if it is given.
    """
    document = read_yaml(path, "the targets stand there")
    if not isinstance(document, dict) or section not in document or not document.keys() <= SECTIONS.keys():
        raise RefusedError(f"{path}: the file must have the list `{section}`, and no key but {_listed()}.")
    entries = document[section]
    if not isinstance(entries, list) or not entries:
        raise RefusedError(f"{path}: `{section}` must be a list with at least one target.")
    units = SECTIONS[section]
    targets = [_target(entry, units, f"{path}: {_label(entry, n)}") for n, entry in enumerate(entries, 1)]
    _refuse_twice([target.name for target in targets], "name", path)
    _refuse_twice([target.metric for target in targets], "metric", path)
    return [
        target for target in targets if not (scenario and target.scenarios) or scenario in target.scenarios
    ]


def judge(targets: list[Target], measurements: dict[str, float | None]) -> list[Verdict]:
    """Return a verdict for each target; a target without a measurement is missed."""
    return [_verdict(target, measurements.get(target.metric)) for target in targets]


def _verdict(target: Target, value: float | None) -> Verdict:
    comparison, limit = _parse(target.target)
    ambition = _parse(target.ambition)[1] if target.ambition else None
    return Verdict(
        name=target.name,
        metric=target.metric,
        value=value,
        comparison=comparison,
        target=limit,
        unit=target.unit,
        ok=_holds(value, target.target),
        ambition=ambition,
        ambition_ok=_holds(value, target.ambition) if target.ambition else None,
    )


def _target(entry: object, units: dict[str, str], where: str) -> Target:
    target = as_kind(entry, Target, where)
    if target.metric not in units:
        raise RefusedError(f"{where}: nothing measures `{target.metric}`; known are {', '.join(units)}.")
    if target.unit != units[target.metric]:
        raise RefusedError(
            f"{where}: `{target.metric}` is measured in {units[target.metric]}, not {target.unit}."
        )
    unknown = [name for name in target.scenarios or () if not (SCENARIOS / f"{name}.py").exists()]
    if unknown:
        raise RefusedError(f"{where}: there is no scenario {unknown[0]} in {SCENARIOS.name}/.")
    if target.ambition and _parse(target.ambition)[0] != _parse(target.target)[0]:
        raise RefusedError(
            f"{where}: the ambition ({target.ambition}) must compare in the same direction"
            f" as the target ({target.target})."
        )
    if target.ambition and not _holds(_parse(target.ambition)[1], target.target):
        raise RefusedError(
            f"{where}: the ambition ({target.ambition}) is weaker than the target ({target.target})."
        )
    return target


def _holds(value: float | None, bound: str) -> bool:
    comparison, limit = _parse(bound)
    return value is not None and COMPARE[comparison](value, limit)


def _parse(bound: str) -> tuple[str, float]:
    comparison, number = bound.split(" ")
    return comparison, float(number)


def _listed() -> str:
    return " and ".join(f"`{section}`" for section in SECTIONS)


def _label(entry: object, number: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"target {number} ({name})" if name else f"target {number}"


def _refuse_twice(values: list[str], key: str, path: Path) -> None:
    for value in values:
        if values.count(value) > 1:
            raise RefusedError(f"{path}: two targets have the {key} `{value}`.")

"""The targets of slo.yml, and the verdict on a run's measurements."""

import operator
from pathlib import Path
from typing import Annotated

import msgspec

from loadtests.files import as_kind, read_yaml
from loadtests.measurements import UNITS
from loadtests.refused import RefusedError

SLO_FILE = Path(__file__).with_name("slo.yml")

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

Name = Annotated[str, msgspec.Meta(min_length=1)]
Bound = Annotated[str, msgspec.Meta(pattern=r"^(<|<=|>|>=) [0-9]+(\.[0-9]+)?$")]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of slo.yml. A bound is a comparison and a number, such as "< 500"."""

    name: Name
    metric: Name
    target: Bound
    unit: Name
    ambition: Bound | None = None


class Verdict(msgspec.Struct, frozen=True):
    """One target against what was measured; `value` is None where nothing was, and then `ok` is false."""

    name: str
    metric: str
    value: float | None
    comparison: str
    target: float
    unit: str
    ok: bool
    ambition: float | None
    ambition_ok: bool | None


def read_targets(path: Path = SLO_FILE) -> list[Target]:
    """Every target of the file, each valid, none named or measured twice."""
    document = read_yaml(path, "the targets stand there")
    if not isinstance(document, dict) or set(document) != {"targets"}:
        raise RefusedError(f"{path}: the file is to hold one key, `targets`, with a list of targets.")
    entries = document["targets"]
    if not isinstance(entries, list) or not entries:
        raise RefusedError(f"{path}: `targets` is to be a list with at least one target.")
    targets = [_target(entry, f"{path}: {_label(entry, n)}") for n, entry in enumerate(entries, 1)]
    _refuse_twice([target.name for target in targets], "name", path)
    _refuse_twice([target.metric for target in targets], "metric", path)
    return targets


def judge(targets: list[Target], measurements: dict[str, float | None]) -> list[Verdict]:
    """Return a verdict for each target; what was not measured is missed."""
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


def _target(entry: object, where: str) -> Target:
    target = as_kind(entry, Target, where)
    if target.metric not in UNITS:
        raise RefusedError(f"{where}: nothing measures `{target.metric}`; known are {', '.join(UNITS)}.")
    if target.unit != UNITS[target.metric]:
        raise RefusedError(
            f"{where}: `{target.metric}` is measured in {UNITS[target.metric]}, not {target.unit}."
        )
    if target.ambition and _parse(target.ambition)[0] != _parse(target.target)[0]:
        raise RefusedError(
            f"{where}: the ambition ({target.ambition}) points another way than the target ({target.target})."
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


def _label(entry: object, number: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"target {number} ({name})" if name else f"target {number}"


def _refuse_twice(values: list[str], key: str, path: Path) -> None:
    for value in values:
        if values.count(value) > 1:
            raise RefusedError(f"{path}: two targets have the {key} `{value}`.")

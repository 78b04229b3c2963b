"""From one sample to the next: which alerts begin, which end, and which messages that makes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from . import rules
from .figures import Sample
from .rules import Rule, Severity

State = dict[str, Any]
"""By a rule's name: how many samples in a row it was beyond, calm or unknown, and since when it is raised."""

Message = dict[str, Any]
MOST_CALM = 3
"""An alert that took an hour to begin does not take an hour to end."""

LONG_UNKNOWN = 30
"""An alert of which so many samples tell nothing is over: the next one must not be hidden by it."""

OWN = "bantam-alerts.service"
HAS_FAILED = " has failed"


def is_quiet(hours: tuple[int, int] | None, moment: datetime) -> bool:
    """Return whether warnings wait: from the first hour to the second, perhaps over midnight."""
    if hours is None:
        return False
    begin, end = hours
    return begin <= moment.hour < end if begin <= end else moment.hour >= begin or moment.hour < end


def unit_rules(sample: Sample, state: State) -> list[Rule]:
    """Return a rule for each unit that has failed, or had."""
    jobs = sample["figures"].get("jobs") or {"failed": []}
    known = {name.removesuffix(HAS_FAILED) for name in state if name.endswith(HAS_FAILED)}
    return [rules.of_unit(name) for name in sorted({*jobs["failed"], *known} - {OWN})]


def judge(
    before: Sample, after: Sample, state: State, all_rules: Iterable[Rule], held: Collection[Severity] = ()
) -> list[Message]:
    """
    Return what to tell about the newer sample; `state` is then that of after it.

    What is `held` is told later if it is still true then: in quiet hours, or while there is no channel.
    """
    moment = datetime.fromisoformat(after["taken_at"])
    messages = []
    for rule in all_rules:
        alert = state.setdefault(
            rule.name, {"beyond": 0, "calm": 0, "unknown": 0, "since": None, "is_told": False}
        )
        _count(rule, alert, rule.figure(before, after), moment)
        messages += _messages(rule, alert, is_held=rule.severity in held)
        if rule.name.endswith(HAS_FAILED) and alert["since"] is None and not alert["beyond"]:
            del state[rule.name]
    return messages


def _count(rule: Rule, alert: State, value: float | None, moment: datetime) -> None:
    if value is None:
        alert |= {"beyond": 0, "unknown": alert["unknown"] + 1}
        return
    alert["unknown"] = 0
    alert["beyond"] = alert["beyond"] + 1 if rule.is_beyond(value, rule.limit) else 0
    alert["calm"] = 0 if rule.is_beyond(value, rule.calm) else alert["calm"] + 1
    alert["value"] = value
    if alert["since"] is None and alert["beyond"] >= rule.samples:
        alert["since"] = moment.isoformat()


def _messages(rule: Rule, alert: State, *, is_held: bool) -> list[Message]:
    since, is_told = alert["since"], alert["is_told"]
    is_over = alert["calm"] >= min(rule.samples, MOST_CALM) or alert["unknown"] >= LONG_UNKNOWN
    if since is None or (is_held and (is_told or not is_over)):
        return []
    if is_over:
        alert |= {"since": None, "is_told": False}
        return (
            [_message(rule.severity, f"Resolved: {rule.name}", f"It began at {_time(since)}.")]
            if is_told
            else []
        )
    if is_told:
        return []
    alert["is_told"] = True
    said = f"{rule.says.format(alert['value'])} Since {_time(since)}.\n\nLook at: {rule.look}"
    return [_message(rule.severity, rule.name[0].upper() + rule.name[1:], said)]


def _message(severity: Severity, title: str, text: str) -> Message:
    return {"severity": severity, "title": title, "text": text}


def _time(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M UTC")

"""From one sample to the next: which alerts begin, which end, and which messages that makes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from . import rules
from .figures import Sample
from .rules import Rule, Severity

State = dict[str, Any]
"""By a rule's name: how many samples in a row it was beyond or calm, and since when its alert is raised."""

Message = dict[str, Any]
MOST_CALM = 3
"""An alert that took an hour to begin does not take an hour to end."""


def is_quiet(hours: tuple[int, int] | None, moment: datetime) -> bool:
    """Return whether warnings wait: from the first hour to the second, perhaps over midnight."""
    if hours is None:
        return False
    begin, end = hours
    return begin <= moment.hour < end if begin <= end else moment.hour >= begin or moment.hour < end


def judge(
    before: Sample,
    after: Sample,
    state: State,
    *,
    quiet_hours: tuple[int, int] | None = None,
    all_rules: Iterable[Rule] = rules.RULES,
) -> list[Message]:
    """Return what to tell about the newer sample; `state` is then that of after it."""
    moment = datetime.fromisoformat(after["taken_at"])
    messages = []
    for rule in all_rules:
        value = rule.figure(before, after)
        alert = state.setdefault(rule.name, {"beyond": 0, "calm": 0, "since": None, "is_told": False})
        if value is None:
            alert["beyond"] = 0
        else:
            _count(rule, alert, value, moment)
        messages += _messages(
            rule, alert, is_held=rule.severity == "warning" and is_quiet(quiet_hours, moment)
        )
    return messages


def _count(rule: Rule, alert: State, value: float, moment: datetime) -> None:
    alert["beyond"] = alert["beyond"] + 1 if rule.is_beyond(value, rule.limit) else 0
    alert["calm"] = 0 if rule.is_beyond(value, rule.calm) else alert["calm"] + 1
    alert["value"] = value
    if alert["since"] is None and alert["beyond"] >= rule.samples:
        alert["since"] = moment.isoformat()


def _messages(rule: Rule, alert: State, *, is_held: bool) -> list[Message]:
    if alert["since"] is None:
        return []
    if alert["calm"] >= min(rule.samples, MOST_CALM):
        was_told, since = alert["is_told"], alert["since"]
        alert |= {"since": None, "is_told": False}
        return (
            [_message(rule.severity, f"Resolved: {rule.name}", f"It began at {_time(since)}.")]
            if was_told
            else []
        )
    if alert["is_told"] or is_held:
        return []
    alert["is_told"] = True
    said = f"{rule.says.format(alert['value'])} Since {_time(alert['since'])}.\n\nLook at: {rule.look}"
    return [_message(rule.severity, rule.name[0].upper() + rule.name[1:], said)]


def _message(severity: Severity, title: str, text: str) -> Message:
    return {"severity": severity, "title": title, "text": text}


def _time(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M UTC")

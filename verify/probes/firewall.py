"""What a kernel firewall rule accepts, as text that people can read and checks can compare."""

from typing import Any


def accepting(expressions: list[dict[str, Any]]) -> list[str]:
    """The condition under which one rule accepts; [] if it accepts nothing."""
    if not any("accept" in expression or "vmap" in expression for expression in expressions):
        return []
    found = []
    for expression in expressions:
        if "match" in expression:
            match = expression["match"]
            [(kind, left)] = match["left"].items()
            field = f"{left.get('protocol', kind)} {left.get('field', left.get('key'))}"
            found.append(f"{field} {match['op']} {_values(match['right'])}")
        elif "vmap" in expression:
            verdicts = [key for key, verdict in expression["vmap"]["data"]["set"] if "drop" not in verdict]
            found.append(f"{next(iter(expression['vmap']['key']))} state in {sorted(verdicts)}")
    return [" and ".join(found) or "everything"]


def _values(right: Any) -> Any:
    if not isinstance(right, dict):
        return [right]
    if "prefix" in right:
        return f"{right['prefix']['addr']}/{right['prefix']['len']}"
    return right["set"]

"""What a rule of the kernel's firewall lets in, as text that a reader and a check can compare."""

from typing import Any


def accepting(expressions: list[dict[str, Any]]) -> list[str]:
    """What one rule accepts; [] if it accepts nothing."""
    if not any("accept" in expression or "vmap" in expression for expression in expressions):
        return []
    found = []
    for expression in expressions:
        if "match" in expression:
            match = expression["match"]
            [(kind, left)] = match["left"].items()
            right = match["right"]["set"] if isinstance(match["right"], dict) else [match["right"]]
            found.append(
                f"{left.get('protocol', kind)} {left.get('field', left.get('key'))} {match['op']} {right}"
            )
        elif "vmap" in expression:
            verdicts = [key for key, verdict in expression["vmap"]["data"]["set"] if "drop" not in verdict]
            found.append(f"{next(iter(expression['vmap']['key']))} state in {sorted(verdicts)}")
    return found or ["everything"]

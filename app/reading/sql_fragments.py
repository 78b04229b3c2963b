"""Predicates of several files in one WHERE: each stays one, whatever operators it is made of."""

from collections.abc import Iterable


def one(predicate: str) -> str:
    """Return the predicate as an operand: what stands beside it cannot take a part of it."""
    return f"({predicate})"


def all_of(predicates: Iterable[str]) -> str:
    """Return the predicate that all of them hold; of none it is true."""
    return "\nAND ".join(map(one, predicates)) or "true"

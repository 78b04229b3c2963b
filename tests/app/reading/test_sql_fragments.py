"""Joined predicates never bind to a part of their neighbor, however they are written."""

import re

import pytest

from app.agency.statements import statements
from app.reading.sql_fragments import all_of

# A condition ends where one of these begins something else.
ELSEWHERE = {
    *("SELECT", "FROM", "WHERE", "ON", "JOIN", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "UNION"),
    *("CASE", "WHEN", "THEN", "ELSE", "END", "AS", "FILTER", "SET", "VALUES", "RETURNING", ","),
}
TOKEN = re.compile(r"'(?:[^']|'')*'|\w+|[(),]")
BETWEEN = re.compile(r"\bBETWEEN\s+\S+\s+AND\b")


def mixed(sql: str) -> str | None:
    """Where AND and OR are next to each other without parentheses."""
    levels: list[set[str]] = [set()]
    text = BETWEEN.sub("BETWEEN", re.sub("--.*", "", sql))
    for token in TOKEN.finditer(text):
        word = token[0].upper()
        if word == "(":
            levels.append(set())
        elif word == ")":
            levels.pop()
        elif word in ELSEWHERE:
            levels[-1].clear()
        elif word in {"AND", "OR"}:
            levels[-1].add(word)
            if len(levels[-1]) == 2:
                return text[max(0, token.start() - 200) : token.end() + 100]
    return None


@pytest.mark.parametrize(
    ("predicates", "joined"),
    [
        ([], "true"),
        (["a OR b"], "(a OR b)"),
        (["a OR b", "c", "d OR e"], "(a OR b)\nAND (c)\nAND (d OR e)"),
    ],
)
def test_each_predicate_stays_one(predicates: list[str], joined: str) -> None:
    assert all_of(predicates) == joined


@pytest.mark.parametrize(
    ("sql", "is_mixed"),
    [
        ("SELECT x FROM t WHERE a AND b OR c", True),
        ("SELECT x FROM t WHERE a AND (b OR c)", False),
        ("SELECT a OR b FROM t WHERE c AND d", False),
        ("SELECT x FROM t WHERE (a OR b) AND EXISTS (SELECT FROM u WHERE c OR d AND e)", True),
        ("SELECT x FROM t WHERE a OR b BETWEEN 1 AND 2", False),
    ],
)
def test_what_counts_as_mixed(sql: str, is_mixed: bool) -> None:
    assert (mixed(sql) is not None) == is_mixed


def test_no_statement_mixes_and_with_or() -> None:
    found = {each.name: text for each in statements() if (text := mixed(each.sql))}

    assert found == {}

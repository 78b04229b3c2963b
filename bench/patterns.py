"""`python -m bench.patterns --run-dir build/NAME`: the figures and plans of docs/query-patterns.md."""

import argparse
import json
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.agency.statements import Described, statements

FILE = Path(__file__).parent / "patterns.toml"
RUNS = 7
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"
# The app's own settings, except for the timeouts, which the naive forms exceed.
BEGIN = """
SELECT format('SET %s = %L', split_part(s, '=', 1), split_part(s, '=', 2))
FROM pg_db_role_setting AS r, unnest(r.setconfig) AS s
WHERE r.setrole = 'bantam_app'::regrole \\gexec
SET statement_timeout = '60s';
SET transaction_timeout = 0;
"""
CALLER = """
SELECT c.token_hash AS token FROM callers AS c WHERE c.role = '{caller}' ORDER BY c.user_id LIMIT 1 \\gset
"""


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    A statement of the app (`after`), and its naive form (`before`).

    Alternatively, the same statement while the indexes in `without` are dropped. `before` is SQL, or the name
    of another statement of the app. `given` selects the values that both refer to as `:'column'`.
    """

    name: str
    caller: str
    after: str
    values: list[str]
    before: str = ""
    before_values: list[str] = msgspec.field(default_factory=list)
    times: int = 1
    without: list[str] = msgspec.field(default_factory=list)
    given: str = ""
    prepared: bool = True


def main() -> int:
    """Print the table of all patterns as Markdown, and write their plans to patterns.txt."""
    parser = argparse.ArgumentParser(prog="python -m bench.patterns", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json is")
    run_dir: Path = parser.parse_args().run_dir
    ssh = json.loads((run_dir / "target.json").read_text())["ssh"]
    named = {statement.name: statement for statement in statements()}
    patterns = msgspec.convert(tomllib.loads(FILE.read_text("utf-8"))["pattern"], list[Pattern])
    print("| | before: ms, pages | after: ms, pages |\n| --- | --- | --- |", flush=True)
    with (run_dir / "patterns.txt").open("w", encoding="utf-8") as plans:
        for pattern in patterns:
            output = _psql(ssh, BEGIN + "".join(_script(pattern, named)))
            cells = []
            for way in ("before", "after"):
                times = pattern.times if way == "before" else 1
                cells.append(_cell(output[way], times))
                plans.write(f"{pattern.name}, {way}\n{_trimmed(output[f'{way} plan'][0])}\n")
            print(f"| {pattern.name} | {cells[0]} | {cells[1]} |", flush=True)
    return 0


def _script(pattern: Pattern, named: dict[str, Described]) -> Iterator[str]:
    yield CALLER.format(caller=pattern.caller)
    if pattern.given:
        yield f"{pattern.given} \\gset\n"
    after = named[pattern.after]
    prepared = _prepared(after.sql, after.types, pattern.values, generic=pattern.prepared)
    if pattern.without:
        yield from _measured("before", prepared, first=f"DROP INDEX {', '.join(pattern.without)};\n")
    elif pattern.before in named:
        before = named[pattern.before]
        yield from _measured(
            "before", _prepared(before.sql, before.types, pattern.before_values, generic=True)
        )
    elif pattern.before_values:
        yield from _measured("before", _prepared(pattern.before, (), pattern.before_values, generic=True))
    else:
        yield from _measured("before", ("", pattern.before))
    yield from _measured("after", prepared)


def _prepared(sql: str, types: tuple[str, ...], values: list[str], *, generic: bool) -> tuple[str, str]:
    """Return the SQL that prepares a statement, and the SQL that runs it."""
    mode = "force_generic_plan" if generic else "force_custom_plan"
    listed = f" ({', '.join(types)})" if types else ""
    prepare = (
        f"SET LOCAL plan_cache_mode = {mode};\nPREPARE asked{listed} AS {sql.strip().removesuffix(';')};\n"
    )
    return prepare, f"EXECUTE asked ({', '.join(values)})"


def _measured(way: str, statement: tuple[str, str], first: str = "") -> Iterator[str]:
    """Yield a transaction that is rolled back: the statement several times, finally with its plan as text."""
    prepare, execute = statement
    yield f"BEGIN;\n{first}{prepare}"
    for _ in range(RUNS):
        yield f"\\echo @{way}\n{EXPLAIN} {execute.strip().removesuffix(';')};\n"
    yield f"\\echo @{way} plan\nEXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF) {execute};\n\\echo @end\n"
    yield "ROLLBACK;\n" + ("DEALLOCATE asked;\n" if prepare else "")


def _psql(ssh: list[str], script: str) -> dict[str, list[str]]:
    """Return the output after each mark."""
    command = "cd / && sudo -n runuser -u postgres -- psql -qAtX -v ON_ERROR_STOP=1 bantam"
    done = subprocess.run([*ssh, command], input=script.encode(), capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"The script failed on the server: {done.stderr.decode().strip().splitlines()[0]}")
    output: dict[str, list[str]] = {}
    for part in done.stdout.decode().split("\n@"):
        mark, _, text = part.removeprefix("@").partition("\n")
        output.setdefault(mark, []).append(text)
    return output


def _cell(explained: list[str], times: int) -> str:
    """Return the ms of the fastest run (the machine is shared), planning included, and the pages touched."""
    plans: list[Any] = [json.loads(text)[0] for text in explained]
    milliseconds = times * min(plan["Planning Time"] + plan["Execution Time"] for plan in plans)
    plan = plans[-1]["Plan"]
    pages = times * (plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
    return f"{milliseconds:,.{2 if milliseconds < 10 else 0}f}, {pages:,}"


def _trimmed(plan: str) -> str:
    """Return a plan without the nodes that were never executed."""
    lines: list[str] = []
    hidden = None
    for line in plan.splitlines():
        depth = len(line) - len(line.lstrip())
        if hidden is None or depth <= hidden:
            hidden = depth if "(never executed)" in line else None
        if hidden is None:
            lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())

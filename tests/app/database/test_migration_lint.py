"""What a migration may not do to a table that is in use: squawk's rules, and ours for what it misses."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.database.migrations import FOLDER

SQUAWK = Path(sys.executable).with_name("squawk")
# Those before were released earlier, when their tables were new or small, and never change.
FIRST = "0022"
EXCLUDED = (
    "require-lock-timeout",  # the runner sets both
    "require-statement-timeout",
    "prefer-bigint-over-int",  # minutes, versions, years and positions
    "prefer-bigint-over-smallint",
    "prefer-robust-stmts",  # a file is one transaction; the runner repairs an index that was cut off
)
IN_USE = "ALTER TABLE tasks "
BAD = {
    "an index that blocks writes": "CREATE INDEX tasks_x ON tasks (title);",
    "a constraint that is checked at once": f"{IN_USE}ADD CONSTRAINT positive CHECK (estimate_minutes > 0);",
    "a foreign key that is checked at once": f"{IN_USE}ADD FOREIGN KEY (project_id) REFERENCES projects;",
    "a column that rewrites the table": f"{IN_USE}ADD COLUMN x uuid DEFAULT gen_random_uuid();",
    "another type": f"{IN_USE}ALTER COLUMN title TYPE varchar(99);",
    "another name": f"{IN_USE}RENAME COLUMN title TO name;",
    "NOT NULL in one step": f"{IN_USE}ALTER COLUMN title SET NOT NULL;",
    "a column that a release still reads": f"{IN_USE}DROP COLUMN title;",
    "rows changed in one statement": "UPDATE tasks\nSET title = 'x';",
    "rows deleted in one statement": "DELETE FROM tasks;",
}
GOOD = {
    "a column": f"{IN_USE}ADD COLUMN x text;",
    "a constraint that later rows obey": f"{IN_USE}ADD CONSTRAINT c CHECK (version > 0) NOT VALID;",
    "a constraint that is validated": f"{IN_USE}VALIDATE CONSTRAINT c;",
    "a new table with an index": "CREATE TABLE n (id bigint PRIMARY KEY);\nCREATE INDEX n_id ON n (id);",
    "a function that changes rows": (
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\nUPDATE tasks SET title = 'x';\n$$;"
    ),
}


def complaints(file: Path) -> list[str]:
    """What is wrong with a migration, a line each."""
    transaction = [] if file.name.endswith("_concurrently.up.sql") else ["--assume-in-transaction"]
    options = ["--pg-version=17", "--reporter=json", f"--exclude={','.join(EXCLUDED)}", *transaction]
    done = subprocess.run([SQUAWK, *options, file], capture_output=True, text=True, check=False)
    found = [
        f"{each['line'] + 1}: {each['rule_name']}: {each['message']}" for each in json.loads(done.stdout)
    ]
    statements = re.sub(r"\$(\w*)\$.*?\$\1\$", "", file.read_text(), flags=re.DOTALL)
    if row_changes := re.findall(r"^(UPDATE|DELETE)\b", statements, re.MULTILINE):
        found.append(
            f"{row_changes[0]}: one statement locks every row until the end: a file ..._backfill.up.sql"
        )
    return found


def test_no_migration_blocks_a_table_in_use() -> None:
    later = [file for file in sorted(FOLDER.glob("*.up.sql")) if file.name >= FIRST]
    assert {file.name: found for file in later if (found := complaints(file))} == {}


@pytest.mark.parametrize("what", BAD)
def test_a_migration_is_refused_that_has(what: str, tmp_path: Path) -> None:
    file = tmp_path / "0099_bad.up.sql"
    file.write_text(f"{BAD[what]}\n")
    assert complaints(file) != []


@pytest.mark.parametrize("what", GOOD)
def test_a_migration_may_have(what: str, tmp_path: Path) -> None:
    file = tmp_path / "0099_good.up.sql"
    file.write_text(f"{GOOD[what]}\n")
    assert complaints(file) == []


def test_rows_changed_in_batches_are_a_file_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "0099_x_backfill.up.sql"
    file.write_text(
        "WITH batch AS (\n    SELECT id FROM tasks WHERE id > $1 ORDER BY id LIMIT 5000\n),\nchanged AS (\n"
        "    UPDATE tasks AS t SET x = 'x' FROM batch AS b WHERE t.id = b.id RETURNING t.id\n)\n"
        "SELECT (SELECT max(id) FROM batch), (SELECT count(*) FROM changed)\n"
    )
    assert complaints(file) == []


def test_an_index_built_concurrently_is_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "0099_x_concurrently.up.sql"
    file.write_text("CREATE INDEX CONCURRENTLY tasks_x ON tasks (title);\n")
    assert complaints(file) == []

import re
from pathlib import Path

import pytest

from app.database.direct import RunnerError
from app.database.migrations import FOLDER, Migration, migrations, pending, waiting

UPS = sorted(FOLDER.glob("*.up.sql"))


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(f"-- {name}\n")


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [int(file.name[:4]) for file in UPS] == list(range(1, len(UPS) + 1))


@pytest.mark.parametrize("file", UPS, ids=lambda file: file.name)
def test_a_migration_leaves_the_transaction_to_the_runner(file: Path) -> None:
    for text in (file.read_text(), file.with_name(file.name.replace(".up.", ".down.")).read_text()):
        statements = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)  # BEGIN is another word in a function
        if file.name.endswith("_concurrently.up.sql") and text == file.read_text():
            statements = statements.replace("CREATE INDEX CONCURRENTLY", "")
        assert not re.search(
            r"\b(BEGIN(?! ATOMIC)|COMMIT|ROLLBACK|CONCURRENTLY|IF NOT EXISTS|SET ROLE)\b", statements
        )


@pytest.mark.parametrize("file", UPS, ids=lambda file: file.name)
def test_the_way_down_drops_every_table_and_view_that_the_way_up_made(file: Path) -> None:
    made = re.findall(r"^CREATE (TABLE|VIEW|MATERIALIZED VIEW) (\w+)", file.read_text(), re.MULTILINE)
    down = file.with_name(file.name.replace(".up.", ".down.")).read_text()

    assert sorted(made) == sorted(
        re.findall(r"^DROP (TABLE|VIEW|MATERIALIZED VIEW) (\w+);$", down, re.MULTILINE)
    )


@pytest.mark.parametrize("file", UPS, ids=lambda file: file.name)
def test_every_table_has_a_comment(file: Path) -> None:
    text = file.read_text()

    for kind, table in re.findall(r"^CREATE (TABLE|MATERIALIZED VIEW) (\w+)", text, re.MULTILINE):
        assert f"COMMENT ON {kind} {table} IS" in text


def test_a_migration_without_a_down_file_is_rejected(tmp_path: Path) -> None:
    write(tmp_path, "0001_first.up.sql")

    with pytest.raises(RunnerError, match=r"0001_first\.up\.sql has no 0001_first\.down\.sql"):
        migrations(tmp_path)


@pytest.fixture
def steps(tmp_path: Path) -> list[Migration]:
    write(tmp_path, *(f"000{n}_step.{way}.sql" for n in (1, 2, 3) for way in ("up", "down")))
    return migrations(tmp_path)


def test_what_the_database_lacks_is_pending_in_order(steps: list[Migration]) -> None:
    assert pending(steps, {}) == steps
    assert pending(steps, {steps[0].version: steps[0].sha256}) == steps[1:]
    assert pending(steps, {step.version: step.sha256 for step in steps}) == []


def test_a_release_older_than_the_database_has_nothing_to_do(steps: list[Migration]) -> None:
    assert pending(steps[:2], {step.version: step.sha256 for step in steps}) == []


def test_a_file_that_was_changed_after_it_was_applied_is_refused(steps: list[Migration]) -> None:
    with pytest.raises(RunnerError, match=r"0001_step\.up\.sql was changed after it was applied"):
        pending(steps, {steps[0].version: "another hash"})


def test_a_file_before_one_that_is_applied_is_refused(steps: list[Migration]) -> None:
    with pytest.raises(RunnerError, match="0001_step is older than 0003_step"):
        pending(steps, {steps[2].version: steps[2].sha256})


def history(*versions: str) -> dict[str, str]:
    return dict.fromkeys(versions, "any")


def step(version: str) -> Migration:
    return Migration(version, "", "", "any")


@pytest.mark.parametrize(
    ("done", "next_ones"),
    [
        (("0001_a",), ["0002_b_contract", "0003_c"]),
        (("0001_a", "0003_c"), ["0002_b_contract"]),
        (("0001_a", "0002_b_contract"), ["0003_c"]),
    ],
)
def test_a_contract_may_come_after_later_migrations(done: tuple[str, ...], next_ones: list[str]) -> None:
    steps = [step("0001_a"), step("0002_b_contract"), step("0003_c")]
    assert [each.version for each in pending(steps, history(*done))] == next_ones


def test_a_contract_that_came_early_makes_nobody_late() -> None:
    steps = [step("0001_a"), step("0002_b"), step("0003_c_contract")]
    assert [each.version for each in pending(steps, history("0001_a", "0003_c_contract"))] == ["0002_b"]


@pytest.mark.parametrize(
    ("known", "waits"), [(["0001_a"], ["0002_b_contract"]), (["0001_a", "0002_b_contract"], []), (None, [])]
)
def test_a_contract_waits_for_an_installed_release(
    known: list[str] | None, waits: list[str], tmp_path: Path
) -> None:
    if known is not None:
        folder = tmp_path / "older/lib/python3.13/site-packages/app/agency/migrations"
        folder.mkdir(parents=True)
        write(folder, *(f"{version}.{way}.sql" for version in known for way in ("up", "down")))
    steps = [step("0001_a"), step("0002_b_contract")]
    assert [each.version for each in waiting(steps, tmp_path / "older")] == waits


def test_a_folder_without_migrations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match=r"has no migrations, or .* may not read it"):
        migrations(tmp_path)
    with pytest.raises(RunnerError, match="is no release: it has no migrations"):
        waiting([step("0002_b_contract")], tmp_path)

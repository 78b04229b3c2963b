"""What is outside of a release calls it by the names of its commands, which stay when modules move."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.servers import ROOT

COMMANDS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
OUTSIDE = [
    ROOT / "Makefile",
    *(
        file
        for folder in ("deploy", "templates", "verify", "bench")
        for file in sorted((ROOT / folder).rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    ),
]
CALLED = {
    (file.relative_to(ROOT), name)
    for file in OUTSIDE
    for name in re.findall(r"/bin/(bantam-[a-z-]+)", file.read_text())
}


def test_commands_are_called() -> None:
    assert {name for _, name in CALLED} >= {
        "bantam-app",
        "bantam-migrate",
        "bantam-seed",
        "bantam-statements",
    }


@pytest.mark.parametrize(("file", "name"), sorted(CALLED))
def test_a_command_that_is_called_is_there(file: Path, name: str) -> None:
    assert name in COMMANDS, f"{file} calls {name}"


TYPED = (
    "A",
    "AGAINST",
    "ASK",
    "B",
    "COMPONENT",
    "DATA",
    "EMAIL",
    "FROM",
    "IMAGE",
    "ONLY",
    "POINT",
    "RAM",
    "SCALE",
    "SCENARIO",
    "SCHEMA",
    "SECONDS",
    "TO",
    "UNPROVEN",
    "USERS",
    "WHO",
    "KIND",
    "WORK",
    "WORKERS",
)


@pytest.mark.parametrize("name", TYPED)
def test_what_a_person_types_is_never_part_of_a_command_line(name: str) -> None:
    recipes = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("\t")]
    # A condition of make's own runs no shell.
    assert [line for line in recipes if f"$({name})" in line.replace(f"$(if $({name})", "")] == []


@pytest.mark.parametrize(
    ("typed", "asked"), [((), "previous"), (("TO=",), '"$TO"'), (("TO=0.1.0",), '"$TO"')], ids=str
)
@pytest.mark.parametrize("around", [{}, {"TO": ""}], ids=["by hand", "below another make"])
def test_a_rollback_without_to_is_to_the_release_before(
    typed: tuple[str, ...], asked: str, around: dict[str, str]
) -> None:
    env = {name: value for name, value in os.environ.items() if name != "TO"} | around
    made = subprocess.run(
        ["make", "--dry-run", "rollback", *typed],
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=True,
        text=True,
    )
    assert f"--back-to={asked} " in made.stdout


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("AGAINST=no-such-revision", "AGAINST=no-such-revision is no revision of this repository."),
        ("SECONDS=10", "SECONDS=10 is too short a look to tell anything: 30 or more."),
        ("SECONDS=a-minute", "SCALE and SECONDS are numbers, such as SCALE=0.1 SECONDS=60."),
        ("SCALE=small", "SCALE and SECONDS are numbers, such as SCALE=0.1 SECONDS=60."),
    ],
)
def test_a_gate_is_refused_before_it_makes_a_server(typed: str, told: str) -> None:
    done = subprocess.run(["make", "gate", typed], cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == told


def test_make_test_runs_no_rehearsal() -> None:
    made = subprocess.run(["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, check=True, text=True)
    chosen = re.findall(r'pytest tests [^|&;]*?-m "([^"]+)"', made.stdout)
    assert len(chosen) > 3
    assert [which for which in chosen if which != "not server" and "not rehearsal" not in which] == []


@pytest.mark.parametrize("file", OUTSIDE, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_of_the_app_is_named(file: Path) -> None:
    assert not re.search(r"-m[\"', ]+app\b", file.read_text())

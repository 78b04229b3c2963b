"""The pages for readers: their links lead somewhere, and the first one stays short."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
MAKE = re.compile(r"(?:^ {4}|`)make ([a-z][a-z -]*)", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_make_is_there(page: Path) -> None:
    named = {word for line in MAKE.findall(page.read_text()) for word in line.split()}

    assert named - TARGETS == set()


def test_make_alone_lists_the_commands_and_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    # These tests are run by make as well, which would tell this one about itself.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)

    listed = [line.split(maxsplit=2)[1] for line in done.stdout.splitlines()]
    assert set(listed) == TARGETS - {"help"}
    assert done.stderr == ""
    assert [file.name for file in tmp_path.iterdir()] == ["Makefile"]


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text())}

    assert {*index.parent.rglob("*.md")} - linked == {index}


def test_the_first_page_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 120

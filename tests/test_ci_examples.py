"""The examples for a team's CI: valid, with commands that are there, and without secrets."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.servers import ROOT
from tests.test_docs import TARGETS

EXAMPLES = {
    ROOT / ".github/workflows/bantam.yml": "vendor.github-workflows",
    ROOT / ".gitlab-ci.yml": "vendor.gitlab-ci",
}


@pytest.mark.parametrize(("file", "schema"), EXAMPLES.items(), ids=lambda value: Path(value).name)
def test_an_example_is_valid(file: Path, schema: str) -> None:
    command = [str(ROOT / ".venv/bin/check-jsonschema"), "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_runs_commands_that_are_there(file: Path) -> None:
    called = re.findall(r"(?:run:|-) make ([a-z-]+)", file.read_text())

    assert {"check", "gate", "release", "load"} <= set(called) <= TARGETS


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_has_no_secret_and_runs_nothing_that_a_stranger_typed(file: Path) -> None:
    text = file.read_text()

    assert not re.search(r"secrets\.|password|token:|BEGIN .* KEY", text, re.IGNORECASE)
    # A branch's name is put into no command line: it comes as a variable, in quotes.
    assert not re.search(r"(run:|-) .*\$\{\{", text)


def test_a_strangers_fork_reaches_no_machine_of_ours() -> None:
    """What a pull request starts on a runner with root is only for branches of the repository itself."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/bantam.yml").read_text())["jobs"]
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    conditions = {name: job.get("if", "") for name, job in jobs.items() if "self-hosted" in job["runs-on"]}

    assert conditions
    assert all(own in told or told == "github.event_name == 'push'" for told in conditions.values())

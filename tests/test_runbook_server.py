"""Every command of docs/runbook.md, in the page's order, on a server where all is well."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess, run

import pytest

from tests.deploy.changed import copy_of_the_project, make
from tests.servers import LONGEST_S, ROOT, SandboxServer, checked

pytestmark = pytest.mark.server

PAGE = ROOT / "docs" / "runbook.md"
SAYS = "# says: "
# Those that change the server, or take minutes; what each of them does is tested in short elsewhere.
LONG = re.compile(
    r"make (release$|rollback|restart|restore |restore-(?!point)|backup$|drill|deploy|upgrade|rotate|verify"
    r"|migrate-plan)"
    r"|bantam-restored"
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of the page, and what it says when all is well."""

    text: str
    says: str


def commands() -> list[Command]:
    """As they stand in the page's blocks of code; a quoted line break belongs to the command."""
    found: list[Command] = []
    lines = iter(PAGE.read_text().splitlines())
    for line in lines:
        if not re.match(r" {4,}\S", line):
            continue
        text = line.strip()
        if text.startswith("export "):
            continue
        while text.count('"') % 2:
            text += f"\n{next(lines).strip()}"
        command, _, says = text.partition(SAYS)
        found.append(Command(text=command.strip(), says=says))
    return found


def identity(command: Command) -> str:
    return " ".join(command.text.split())[:70]


LOOKS = [command for command in commands() if not LONG.search(command.text)]
# In the page's order, and with the looks between them: a copy to look at is there until it is accepted.
ACTS = [command for command in commands() if command.text.startswith("make") or LONG.search(command.text)]


def done(server: SandboxServer, command: Command) -> CompletedProcess[str]:
    """As the page says: `sudo` on the server, `make` here."""
    if command.text.startswith("sudo "):
        return server.ssh(f"cd /; {command.text}")
    return run(  # noqa: S602  as a person types it
        command.text,
        shell=True,
        cwd=ROOT,
        env=server.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )


def refuse_unless_well(command: Command, finished: CompletedProcess[str]) -> None:
    said = finished.stdout + finished.stderr
    assert command.says in said
    assert finished.returncode == 0 or command.says == "-- No entries --", said[-3000:]


def test_the_page_has_commands_of_both_kinds_and_no_others() -> None:
    assert {command.text.split()[0] for command in commands()} == {"make", "sudo"}
    assert len(LOOKS) > 20


@pytest.fixture(autouse=True)
def before_the_change(sandbox_server: SandboxServer, request: pytest.FixtureRequest) -> None:
    """A server that was tested before has no moment of the name that the page gives one."""
    if "restore-point" not in request.node.name:
        return
    points = "/var/lib/postgresql/restore-points.jsonl"
    checked(sandbox_server.ssh(f"sed -i '/\"before-the-change\"/d' {points}"))


@pytest.mark.parametrize("command", LOOKS, ids=identity)
def test_a_look_says_what_the_page_says(sandbox_server: SandboxServer, command: Command) -> None:
    refuse_unless_well(command, done(sandbox_server, command))


@pytest.fixture(scope="module")
def with_two_releases(
    sandbox_server: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SandboxServer]:
    """There is a release to roll back to."""
    sources = copy_of_the_project(tmp_path_factory.mktemp("former"))
    with (sources / "app" / "__init__.py").open("a") as file:
        file.write("# The release before.\n")
    checked(make(sandbox_server, sources, "update"))
    checked(sandbox_server.make("update"))
    yield sandbox_server
    checked(sandbox_server.make("update"))


@pytest.mark.rehearsal
@pytest.mark.parametrize("command", ACTS, ids=identity)
def test_a_command_does_what_the_page_says(with_two_releases: SandboxServer, command: Command) -> None:
    refuse_unless_well(command, done(with_two_releases, command))

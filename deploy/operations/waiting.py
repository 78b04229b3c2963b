"""Installations of others, such as a hosted server's own at its first boot."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, operation

LONGEST_WAIT_S = 600
_FILES = " ".join(
    f"/var/{name}"
    for name in ("lib/dpkg/lock-frontend", "lib/dpkg/lock", "lib/apt/lists/lock", "cache/apt/archives/lock")
)
# apt itself waits for dpkg's locks only. /proc/locks names files by their inodes.
_RUNNING = (
    f"for lock in {_FILES}; do"
    ' test -e $lock && grep -q ":$(stat -c %i $lock) " /proc/locks && echo "what holds $lock"; done;'
    " cloud-init status 2>/dev/null | grep -q '^status: running' && echo cloud-init"
)

UNTIL_FREE = (
    f"for try in $(seq {LONGEST_WAIT_S}); do running=$({_RUNNING});"
    ' test -z "$running" && break; sleep 1; done;'
    ' test -z "$running" || { echo "$running is still installing packages: try again when it has ended."'
    " >&2; exit 1; }"
)


class Installations(FactBase[list[str]]):
    """What is installing packages right now, in words."""

    default = list

    def command(self) -> str:
        """One line each."""
        return f"{_RUNNING}; true"

    def process(self, output: list[str]) -> list[str]:
        """As printed."""
        return output


@operation()
def installations_ended() -> Generator[str]:
    """Nobody else is installing packages; fails, and names who is, if that takes more than ten minutes."""
    if not host.get_fact(Installations):
        host.noop("nobody else is installing packages")
        return
    yield UNTIL_FREE

"""What is asked of the running kernel: its settings, and a file to swap to."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from pyinfra.facts.files import File


class DifferingSysctls(FactBase[list[str]]):
    """The settings under /proc/sys that are not as a file of sysctl.d wants them; a star is any name."""

    default = list

    def command(self, path: str) -> StringCommand:
        """Each `key = value` of the file against the kernel's own."""
        compare = (
            '| while read -r key value; do for setting in /proc/sys/$(echo "$key" | tr . /); do'
            ' [ "$(cat "$setting")" = "$value" ] || echo "$setting"; done; done'
        )
        return StringCommand(
            "sed -n 's/^\\([a-z][^ =]*\\) *= */\\1 /p'", QuoteString(path), "2>/dev/null", compare
        )

    def process(self, output: list[str]) -> list[str]:
        """One path a line."""
        return output


@operation()
def sysctls(path: str) -> Generator[StringCommand]:
    """
    The kernel's settings are as the file says, whoever changed either.

    + path: a file in /etc/sysctl.d
    """
    if host.get_fact(File, path=path) and not host.get_fact(DifferingSysctls, path=path):
        host.noop(f"{path} is in force")
        return
    yield StringCommand("/usr/lib/systemd/systemd-sysctl", QuoteString(path))


@operation()
def swap_file(path: str, size_mb: int) -> Generator[str]:
    """
    There is a file to swap to; one that is there keeps its size, because it may be in use.

    + path: the file
    + size_mb: its size when it is made
    """
    if host.get_fact(File, path=path):
        host.noop(f"{path} exists")
        return
    yield f"fallocate -l {size_mb}M {path}.draft && chmod 600 {path}.draft"
    yield f"mkswap {path}.draft && mv {path}.draft {path}"

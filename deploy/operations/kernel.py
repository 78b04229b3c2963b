"""Settings of the running kernel, and a swap file."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from pyinfra.facts.files import File


class DifferingSysctls(FactBase[list[str]]):
    """The settings under /proc/sys that differ from a file in sysctl.d; a star matches any name."""

    default = list

    def command(self, path: str) -> StringCommand:
        """Compares each `key = value` of the file with the kernel's value."""
        compare = (
            '| while read -r key value; do for setting in /proc/sys/$(echo "$key" | tr . /); do'
            ' [ "$(cat "$setting")" = "$value" ] || echo "$setting"; done; done'
        )
        return StringCommand(
            "sed -n 's/^\\([a-z][^ =]*\\) *= */\\1 /p'", QuoteString(path), "2>/dev/null", compare
        )

    def process(self, output: list[str]) -> list[str]:
        """One path per line."""
        return output


@operation()
def sysctls(path: str) -> Generator[StringCommand]:
    """
    The kernel's settings match the file, no matter which of the two was changed.

    + path: a file in /etc/sysctl.d
    """
    if host.get_fact(File, path=path) and not host.get_fact(DifferingSysctls, path=path):
        host.noop(f"{path} is in force")
        return
    yield StringCommand("/usr/lib/systemd/systemd-sysctl", QuoteString(path))


@operation()
def swap_file(path: str, size_mb: int) -> Generator[str]:
    """
    There is a swap file; an existing one keeps its size, because it may be in use.

    + path: the file
    + size_mb: its size when it is created
    """
    if host.get_fact(File, path=path):
        host.noop(f"{path} exists")
        return
    yield f"fallocate -l {size_mb}M {path}.draft && chmod 600 {path}.draft"
    yield f"mkswap {path}.draft && mv {path}.draft {path}"

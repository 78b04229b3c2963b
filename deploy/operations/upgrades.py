"""Upgrades of Debian packages, and the services that still run what an upgrade has replaced."""

import re
from collections.abc import Generator, Iterable

from pyinfra import host
from pyinfra.api import FactBase, operation
from pyinfra.facts.files import Link

from deploy.operations.restarts import exchange_command
from deploy.operations.waiting import UNTIL_FREE

# Files of packages that a process has mapped and that are gone: it runs the version before.
_REPLACED = "grep -qsE ' /(usr|lib)[^ ]* \\(deleted\\)$'"
# As it is configured (templates/base/needrestart.conf): without the stack's own services.
NEEDRESTART = "DEBIAN_FRONTEND=noninteractive needrestart -q -r a"
_UPGRADABLE = re.compile(r"^Inst (\S+) \[(\S+)\] \((\S+) (.*) \[")


class WaitingUpgrades(FactBase[dict[str, str]]):
    """Installed packages of which there is a newer version, with both: {"libssl3t64": "3.5.1 -> 3.5.4"}."""

    default = dict

    def command(self) -> str:
        """Apt's own simulation, from today's lists, once nobody else is installing packages."""
        update = "apt-get -qq update -o APT::Update::Error-Mode=any"
        return f"{UNTIL_FREE}; {update} && apt-get -qq -s upgrade --with-new-pkgs"

    def process(self, output: list[str]) -> dict[str, str]:
        """Lines of `Inst NAME [OLD] (NEW ORIGIN [ARCHITECTURE])`; a new dependency has no old version."""
        found = (_UPGRADABLE.match(line) for line in output)
        return {match[1]: f"{match[2]} -> {match[3]}" for match in found if match}


class OutdatedServices(FactBase[list[str]]):
    """Those of the units whose main process runs replaced files."""

    default = list

    def command(self, units: Iterable[str]) -> str:
        """One unit a line."""
        return (
            f"for unit in {' '.join(units)}; do pid=$(systemctl show --value --property=MainPID $unit);"
            f" {_REPLACED} /proc/$pid/maps && echo $unit; done; true"
        )

    def process(self, output: list[str]) -> list[str]:
        """As printed."""
        return output


@operation()
def security_updates(deployed: str) -> Generator[str]:
    """
    No security update waits before the services start; later ones are for the night, and for `make upgrade`.

    + deployed: a path that is there once the services are
    """
    if host.get_fact(Link, path=deployed):
        host.noop("the services run already")
        return
    waiting = "apt-get -qq -s upgrade --with-new-pkgs | awk '/^Inst .*Debian-Security/ {print $2}'"
    yield f"{waiting} | DEBIAN_FRONTEND=noninteractive xargs -r apt-get -q -y install --only-upgrade"


@operation()
def upgraded() -> Generator[str]:
    """Every package has its newest version, except held ones; configuration files stay."""
    yield "DEBIAN_FRONTEND=noninteractive apt-get -q -y upgrade --with-new-pkgs"


@operation()
def others_restarted() -> Generator[str]:
    """Services besides the stack's run what is installed; sshd, which maps most, tells whether they do."""
    if not host.get_fact(OutdatedServices, units=("ssh.service",)):
        host.noop("sshd runs what is installed")
        return
    yield NEEDRESTART


@operation()
def restarted(unit: str) -> Generator[str]:
    """
    The unit runs what is installed.

    + unit: its full name
    """
    if unit not in host.get_fact(OutdatedServices, units=(unit,)):
        host.noop(f"{unit} runs what is installed")
        return
    yield exchange_command(unit)

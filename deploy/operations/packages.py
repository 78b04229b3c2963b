"""Debian packages: where they come from, when they are upgraded, and which may start their services."""

import re
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import apt, files, server

_SOURCES = "/etc/apt/sources.list.d/debian.sources"
_STAMP = "/var/lib/apt/periodic/update-success-stamp"


class AptMirrors(FactBase[dict[str, str]]):
    """The package mirrors that the server came with, by suite: {"trixie": "http://...", ...}."""

    default = dict

    def command(self) -> str:
        """All sources, in both of apt's formats."""
        return (
            "cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources || :"
        )

    def process(self, output: list[str]) -> dict[str, str]:
        """Lines of `deb [options] ADDRESS SUITE ...`, or stanzas of `Types:`, `URIs:` and `Suites:`."""
        mirrors: dict[str, str] = {}
        for stanza in "\n".join(output).split("\n\n"):
            fields = dict(re.findall(r"^(\w+):[ \t]*(.+)$", stanza, re.MULTILINE))
            if "deb" in fields.get("Types", "").split():
                mirrors |= dict.fromkeys(fields.get("Suites", "").split(), fields["URIs"].split()[0])
        for line in output:
            words = re.sub(r"\[[^]]*\]", "", line).split()
            if line.startswith("deb ") and len(words) > 2:
                mirrors[words[2]] = words[1]
        return mirrors


class PackageListsAreFresh(FactBase[bool]):
    """Whether apt's lists were updated within a day, and after its sources last changed."""

    default = bool

    def command(self) -> str:
        """The stamp's path if it is recent enough."""
        return f"find {_STAMP} -mmin -1440 -newer {_SOURCES} 2>/dev/null || true"

    def process(self, output: list[str]) -> bool:
        """Whether there was one."""
        return bool(output)


@operation()
def package_lists() -> Generator[str]:
    """Apt's lists are less than a day old and from the configured sources."""
    if host.get_fact(PackageListsAreFresh):
        host.noop("the package lists are fresh")
        return
    yield "apt-get update"
    yield f"touch {_STAMP}"


class UnfinishedPackages(FactBase[bool]):
    """Whether an earlier installation was interrupted."""

    default = bool

    def command(self) -> str:
        """Dpkg's own check; it prints nothing if all is well."""
        return "dpkg --audit"

    def process(self, output: list[str]) -> bool:
        """Whether dpkg complained."""
        return bool(output)


def packages() -> None:
    """Sources and upgrades are configured and the base packages installed."""
    files.put(
        name="Configure apt to wait for locks and to keep our configuration files",
        src="templates/base/apt.conf",
        dest="/etc/apt/apt.conf.d/60bantam",
        mode="644",
    )
    files.put(
        name="Keep packages from starting or restarting the database services",
        src="templates/base/policy-rc.d",
        dest="/usr/sbin/policy-rc.d",
        mode="755",
    )
    if host.get_fact(UnfinishedPackages):
        server.shell(name="Finish the interrupted installation", commands=["dpkg --configure -a"])
    mirrors: dict[str, str] = host.get_fact(AptMirrors)
    if "trixie" not in mirrors:
        raise DeployError(f"{host.name}: /etc/apt has no package source for trixie: add Debian's.")
    files.template(
        name="Configure package sources: Debian's release, updates and security, from the server's mirror",
        src="templates/base/debian.sources.j2",
        dest=_SOURCES,
        mode="644",
        mirror=mirrors["trixie"],
        security_mirror=mirrors.get("trixie-security", mirrors["trixie"]),
    )
    files.file(name="Remove the second list of sources", path="/etc/apt/sources.list", present=False)
    package_lists(name="Update the package lists")
    apt.packages(
        name="Install the base packages",
        packages=[
            "ca-certificates",
            "logrotate",
            "nftables",
            "openssh-server",
            "openssl",
            "sudo",
            "systemd-timesyncd",
            "unattended-upgrades",
        ],
        no_recommends=True,
    )
    files.put(
        name="Configure daily security updates, except for the database services",
        src="templates/base/unattended-upgrades.conf",
        dest="/etc/apt/apt.conf.d/61bantam-unattended-upgrades",
        mode="644",
    )

"""Debian packages: where they come from, when they are upgraded, and what may start by itself."""

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
        """`deb [options] ADDRESS SUITE ...` a line, or stanzas of `Types:`, `URIs:` and `Suites:`."""
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
    """Whether apt's lists were read within a day, and after its sources were last changed."""

    default = bool

    def command(self) -> str:
        """The stamp's path if it is young enough."""
        return f"find {_STAMP} -mmin -1440 -newer {_SOURCES} 2>/dev/null || true"

    def process(self, output: list[str]) -> bool:
        """Whether there was one."""
        return bool(output)


@operation()
def package_lists() -> Generator[str]:
    """Apt's lists are of today and from the sources that are configured."""
    if host.get_fact(PackageListsAreFresh):
        host.noop("the package lists are fresh")
        return
    yield "apt-get update"
    yield f"touch {_STAMP}"


class UnfinishedPackages(FactBase[bool]):
    """Whether an earlier installation was cut off half way."""

    default = bool

    def command(self) -> str:
        """Dpkg's own check; it is silent when all is well."""
        return "dpkg --audit"

    def process(self, output: list[str]) -> bool:
        """Whether dpkg complained."""
        return bool(output)


def packages() -> None:
    """Sources and upgrades are configured and the base packages installed."""
    files.put(
        name="Let apt wait for a lock instead of failing, and keep our configuration files",
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
        server.shell(name="Finish the installation that was cut off", commands=["dpkg --configure -a"])
    mirrors: dict[str, str] = host.get_fact(AptMirrors)
    if "trixie" not in mirrors:
        raise DeployError(f"{host.name}: /etc/apt has no package source for trixie: add Debian's.")
    files.template(
        name="Package sources: Debian's release, updates and security, from the server's own mirror",
        src="templates/base/debian.sources.j2",
        dest=_SOURCES,
        mode="644",
        mirror=mirrors["trixie"],
        security_mirror=mirrors.get("trixie-security", mirrors["trixie"]),
    )
    files.file(name="No second list of sources", path="/etc/apt/sources.list", present=False)
    package_lists(name="Read the package lists")
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
        name="Security updates every day, but the database services only when planned",
        src="templates/base/unattended-upgrades.conf",
        dest="/etc/apt/apt.conf.d/61bantam-unattended-upgrades",
        mode="644",
    )

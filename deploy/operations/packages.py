"""Debian packages: where they come from, when they are upgraded, and which may start their services."""

import re
from collections.abc import Generator, Iterator
from io import StringIO

from pyinfra import host
from pyinfra.api import FactBase, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import apt, files, server

from deploy.operations.release import CURRENT
from deploy.operations.upgrades import others_restarted, security_updates
from deploy.operations.waiting import installations_ended

_SOURCES = "/etc/apt/sources.list.d/debian.sources"
_STAMP = "/var/lib/apt/periodic/update-success-stamp"


class AptMirrors(FactBase[dict[str, str]]):
    """
    Debian's package mirrors that the server uses, by suite: {"trixie": "http://...", ...}.

    A vendor's source may have suites of the same names: only what Debian's own keyring signs counts, and what
    no key is named for, in this order. The first mirror of a suite stays.
    """

    default = dict

    def command(self) -> str:
        """Print all sources, in both of apt's formats, an empty line after each file."""
        return (
            "cd /etc/apt; for file in sources.list sources.list.d/*.sources sources.list.d/*.list;"
            ' do test ! -e "$file" || { cat "$file"; echo; echo; }; done'
        )

    def process(self, output: list[str]) -> dict[str, str]:
        """Read lines of `deb [options] ADDRESS SUITE ...`, and stanzas of `Types:`, `URIs:` and `Suites:`."""
        mirrors: dict[str, str] = {}
        stanzas = re.split(r"\n[ \t]*\n", "\n".join(output))
        found = [each for stanza in stanzas for each in (*_of_stanza(stanza), *_of_lines(stanza))]
        for is_signed in (True, False):
            for suite, address, signed_by in found:
                if is_signed == ("/debian-archive-" in signed_by):
                    mirrors.setdefault(suite, address)
        return mirrors


def _of_stanza(stanza: str) -> Iterator[tuple[str, str, str]]:
    lines = "\n".join(line for line in stanza.splitlines() if not line.startswith("#"))
    fields = {
        name.lower(): " ".join(value.split())
        for name, value in re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", lines, re.MULTILINE)
    }
    enabled = fields.get("enabled", "yes").lower() not in {"no", "false", "0", "off", "without", "disable"}
    if enabled and "deb" in fields.get("types", "").split() and _is_debians(fields.get("signed-by", "")):
        for suite in fields.get("suites", "").split():
            yield suite, fields["uris"].split()[0], fields.get("signed-by", "")


def _of_lines(stanza: str) -> Iterator[tuple[str, str, str]]:
    for options, address, suite in re.findall(
        r"^deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)\s", stanza, re.MULTILINE
    ):
        signed_by = re.search(r"signed-by=(\S+)", options)
        if _is_debians(signed_by[1] if signed_by else ""):
            yield suite, address, options


def _is_debians(signed_by: str) -> bool:
    return not signed_by or "/debian-archive-" in signed_by


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
    # Otherwise a mirror that does not answer is a warning, and the old lists count as new.
    yield "apt-get update -o APT::Update::Error-Mode=any"
    yield f"touch {_STAMP}"


class UnfinishedPackages(FactBase[bool]):
    """Whether an earlier installation was interrupted."""

    default = bool

    def command(self) -> str:
        """Dpkg's own check, and what a killed dpkg leaves; prints nothing if all is well."""
        return "dpkg --audit; ls /var/lib/dpkg/updates"

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
    installations_ended(name="Wait for installations that others have begun")
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
    # Where it is missing, unattended-upgrades makes an empty one.
    files.put(
        name="Empty the second list of sources",
        src=StringIO("# Debian's are in sources.list.d/debian.sources.\n"),
        dest="/etc/apt/sources.list",
        mode="644",
    )
    package_lists(name="Update the package lists")
    security_updates(name="Install the security updates that wait", deployed=CURRENT)
    apt.packages(
        name="Install the base packages",
        packages=[
            "ca-certificates",
            "logrotate",
            "needrestart",
            "nftables",
            "openssh-server",
            "openssl",
            "procps",
            "sudo",
            "systemd-timesyncd",
            "unattended-upgrades",
        ],
        no_recommends=True,
    )
    files.put(
        name="Configure restarts after an upgrade, except of the stack's own services",
        src="templates/base/needrestart.conf",
        dest="/etc/needrestart/conf.d/bantam.conf",
        mode="644",
    )
    others_restarted(name="Let other services run what is installed")
    files.put(
        name="Configure daily security updates, except for the database services",
        src="templates/base/unattended-upgrades.conf",
        dest="/etc/apt/apt.conf.d/61bantam-unattended-upgrades",
        mode="644",
    )

"""The ground that the stack stands on: packages, people, ssh, firewall, time, kernel, swap."""

from pyinfra import host
from pyinfra.api import FactBase, deploy
from pyinfra.facts.files import File
from pyinfra.facts.server import Users
from pyinfra.operations import apt, files, server

from deploy.units import unit

SSH_GROUP = "ssh-users"


class AptMirrors(FactBase[dict[str, str]]):
    """The package mirrors that the server came with, by suite: {"trixie": "http://...", ...}."""

    default = dict

    def command(self) -> str:
        """Apt's own view of its sources, whatever their format."""
        return "apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' | sort -u"

    def process(self, output: list[str]) -> dict[str, str]:
        """Suite to address."""
        return dict(line.split(" ", 1) for line in output if " " in line)


class UnfinishedPackages(FactBase[bool]):
    """Whether an earlier installation was cut off half way."""

    default = bool

    def command(self) -> str:
        """Dpkg's own check; it is silent when all is well."""
        return "dpkg --audit"

    def process(self, output: list[str]) -> bool:
        """Whether dpkg complained."""
        return bool(output)


@deploy("Base")
def base(*, admins: dict[str, str], swap_mb: int, container: bool) -> None:
    """Install, configure, run: everything that is not a service of the stack."""
    _packages()
    _people(admins)
    _ssh()
    _firewall()
    _kernel(container=container)
    if swap_mb and not container:
        _swap(swap_mb)


def _packages() -> None:
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
    mirrors = host.get_fact(AptMirrors)
    sources = files.template(
        name="Package sources: Debian's release, updates and security, from the server's own mirror",
        src="templates/base/debian.sources.j2",
        dest="/etc/apt/sources.list.d/debian.sources",
        mode="644",
        mirror=mirrors.get("trixie", ""),
        security_mirror=mirrors.get("trixie-security", mirrors.get("trixie", "")),
    )
    files.file(name="No second list of sources", path="/etc/apt/sources.list", present=False)
    apt.update(name="Read the new package sources", _if=sources.did_change)
    apt.update(name="Read the package lists once a day", cache_time=86_400)
    apt.packages(
        name="Install the base packages",
        packages=[
            "ca-certificates",
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
    files.put(
        name="The journal keeps to 200 MB",
        src="templates/base/journald.conf",
        dest="/etc/systemd/journald.conf.d/bantam.conf",
        mode="644",
    )
    unit(
        name="Run the journal with these limits",
        unit="systemd-journald.service",
        restart_after=("/etc/systemd/journald.conf.d/bantam.conf",),
    )
    unit(name="Run the clock's synchronisation", unit="systemd-timesyncd.service")


def _people(admins: dict[str, str]) -> None:
    server.group(name="Make the group that may use ssh", group=SSH_GROUP, system=True)
    root_groups = host.get_fact(Users).get("root", {}).get("groups", [])
    if SSH_GROUP not in root_groups:
        server.shell(
            name="Let root use ssh, by key", commands=[f"usermod --append --groups {SSH_GROUP} root"]
        )
    for admin, public_key in admins.items():
        server.user(
            name=f"Make the administrator {admin}",
            user=admin,
            shell="/bin/bash",
            groups=[SSH_GROUP, "sudo", "systemd-journal"],
            append=True,
            public_keys=[public_key],
        )
        files.put(
            name=f"Let {admin} sudo",
            src="templates/base/sudoers",
            dest="/etc/sudoers.d/bantam",
            mode="440",
        )


def _ssh() -> None:
    files.put(
        name="ssh by key only",
        src="templates/base/sshd.conf",
        dest="/etc/ssh/sshd_config.d/10-bantam.conf",
        mode="644",
    )
    unit(
        name="Run ssh with this configuration",
        unit="ssh.service",
        reload_after=("/etc/ssh/sshd_config.d/10-bantam.conf",),
    )


def _firewall() -> None:
    files.put(
        name="Firewall: ssh, http and https come in, nothing else",
        src="templates/base/nftables.conf",
        dest="/etc/nftables.conf",
        mode="755",
    )
    unit(
        name="Run the firewall with these rules",
        unit="nftables.service",
        reload_after=("/etc/nftables.conf",),
    )


def _kernel(*, container: bool) -> None:
    network = files.put(
        name="Kernel: network",
        src="templates/base/sysctl-network.conf",
        dest="/etc/sysctl.d/60-bantam-network.conf",
        mode="644",
    )
    server.shell(
        name="Apply the network's kernel settings",
        commands=["sysctl --quiet --load=/etc/sysctl.d/60-bantam-network.conf"],
        _if=network.did_change,
    )
    if container:
        return  # the other settings belong to the whole kernel: a container cannot write them
    machine = files.put(
        name="Kernel: memory and hardening",
        src="templates/base/sysctl-machine.conf",
        dest="/etc/sysctl.d/60-bantam-machine.conf",
        mode="644",
    )
    server.shell(
        name="Apply the machine's kernel settings",
        commands=["sysctl --quiet --load=/etc/sysctl.d/60-bantam-machine.conf"],
        _if=machine.did_change,
    )


def _swap(swap_mb: int) -> None:
    if not host.get_fact(File, path="/swapfile"):
        server.shell(
            name="Make the swap file",
            commands=[
                f"fallocate -l {swap_mb}M /swapfile.draft && chmod 600 /swapfile.draft",
                "mkswap /swapfile.draft && mv /swapfile.draft /swapfile",
            ],
        )
    files.put(
        name="Swap as a unit",
        src="templates/base/swapfile.swap",
        dest="/etc/systemd/system/swapfile.swap",
        mode="644",
    )
    unit(name="Use the swap file", unit="swapfile.swap")

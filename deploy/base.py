"""The ground that the stack stands on: packages, journal, clock, people, ssh, firewall, kernel, swap."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import deploy, operation
from pyinfra.facts.files import File
from pyinfra.operations import files, server

from deploy.packages import packages
from deploy.units import unit

SSH_GROUP = "ssh-users"


@deploy("Base")
def base(*, admins: dict[str, str], ssh_user: str, swap_mb: int, container: bool) -> None:
    """Install, configure, run: everything that is not a service of the stack."""
    packages()
    _journal_and_clock()
    _people(admins=admins, ssh_user=ssh_user)
    _ssh()
    _firewall()
    _kernel(container=container)
    if swap_mb and not container:
        _swap(swap_mb)


def _journal_and_clock() -> None:
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


def _people(*, admins: dict[str, str], ssh_user: str) -> None:
    server.group(name="Make the group that may use ssh", group=SSH_GROUP, system=True)
    for user in dict.fromkeys(("root", ssh_user)):
        # Whoever deploys must be able to come back.
        server.user(
            name=f"Let {user} use ssh, by key", user=user, groups=[SSH_GROUP], append=True, ensure_home=False
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
        name="Let administrators sudo with their key alone",
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
        commands=["/usr/lib/systemd/systemd-sysctl /etc/sysctl.d/60-bantam-network.conf"],
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
        commands=["/usr/lib/systemd/systemd-sysctl /etc/sysctl.d/60-bantam-machine.conf"],
        _if=machine.did_change,
    )


def _swap(swap_mb: int) -> None:
    swap_file(name="Make the swap file", path="/swapfile", size_mb=swap_mb)
    files.put(
        name="Swap as a unit",
        src="templates/base/swapfile.swap",
        dest="/etc/systemd/system/swapfile.swap",
        mode="644",
    )
    unit(name="Use the swap file", unit="swapfile.swap")


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

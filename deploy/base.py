"""The base of the stack: packages, journal, clock, people, ssh, firewall, kernel, swap."""

from pyinfra.api import deploy
from pyinfra.operations import files, server

from deploy.operations.firewall import other_rules_replaced
from deploy.operations.kernel import swap_file, sysctls
from deploy.operations.packages import packages
from deploy.operations.people import others_locked_out
from deploy.operations.units import unit

SSH_GROUP = "ssh-users"
ADMIN_GROUP = "bantam-admins"


@deploy("Base")
def base(
    *,
    admins: dict[str, str],
    login_user: str,
    root_login: str,
    ssh_ports: list[int],
    connections_per_address: int,
    other_firewall: str,
    swap_mb: int,
    container: bool,
) -> None:
    """Install, configure, run everything that is not a service of the stack."""
    packages()
    _journal_and_clock()
    _people(admins=admins, login_user=login_user)
    _ssh(root_login)
    _service_groups()
    _firewall(ssh_ports, connections_per_address, other_firewall)
    if swap_mb and not container:
        _swap(swap_mb)
    _kernel(container=container)


def _journal_and_clock() -> None:
    files.put(
        name="Limit the journal to 200 MB",
        src="templates/base/journald.conf",
        dest="/etc/systemd/journald.conf.d/bantam.conf",
        mode="644",
    )
    unit(
        name="Restart the journal if its limits changed",
        unit="systemd-journald.service",
        restart_after=("/etc/systemd/journald.conf.d/bantam.conf",),
    )
    unit(name="Run clock synchronization", unit="systemd-timesyncd.service")


def _people(*, admins: dict[str, str], login_user: str) -> None:
    server.group(name="Create the group that may use ssh", group=SSH_GROUP, system=True)
    server.group(name="Create the group that may use sudo without a password", group=ADMIN_GROUP, system=True)
    for user in dict.fromkeys(("root", login_user)):
        # The user who deploys must be able to log in again.
        server.user(
            name=f"Allow {user} to use ssh", user=user, groups=[SSH_GROUP], append=True, ensure_home=False
        )
    for admin, public_key in admins.items():
        server.user(
            name=f"Create the administrator {admin}",
            user=admin,
            shell="/bin/bash",
            groups=[SSH_GROUP, ADMIN_GROUP, "systemd-journal"],
            append=True,
            public_keys=[public_key],
            delete_keys=True,
        )
    others_locked_out(
        name="Lock out everybody else",
        groups={SSH_GROUP: {"root", login_user, *admins}, ADMIN_GROUP: {login_user, *admins}},
    )
    files.put(
        name="Allow administrators to use sudo without a password",
        src="templates/base/sudoers",
        dest="/etc/sudoers.d/bantam",
        mode="440",
    )


def _ssh(root_login: str) -> None:
    files.template(
        name="Configure ssh: keys only",
        src="templates/base/sshd.conf.j2",
        dest="/etc/ssh/sshd_config.d/10-bantam.conf",
        mode="644",
        root_login=root_login,
    )
    unit(
        name="Run ssh with that configuration",
        unit="ssh.service",
        reload_after=("/etc/ssh/sshd_config.d/10-bantam.conf",),
    )


def _service_groups() -> None:
    # A service opens its socket to a group; the members' own components come later.
    server.group(name="Create the group that may use PgBouncer and Redis", group="bantam", system=True)
    server.group(name="Create the group that may use PostgreSQL", group="pgbouncer", system=True)


def _firewall(ssh_ports: list[int], connections_per_address: int, other_firewall: str) -> None:
    if other_firewall == "replace":
        other_rules_replaced(name="Replace the rules of another firewall", file="/etc/nftables.conf")
    files.template(
        name="Configure the firewall: allow ssh, http and https, nothing else",
        src="templates/base/nftables.conf.j2",
        dest="/etc/nftables.conf",
        mode="755",
        ssh_ports=ssh_ports,
        connections_per_address=connections_per_address,
    )
    unit(
        name="Run the firewall with those rules",
        unit="nftables.service",
        reload_after=("/etc/nftables.conf",),
    )


def _kernel(*, container: bool) -> None:
    topics = {"network": "network"}
    if not container:  # these are kernel-wide: a container cannot write them
        topics["machine"] = "memory and hardening"
    for topic, what in topics.items():
        path = f"/etc/sysctl.d/60-bantam-{topic}.conf"
        files.put(name=f"Kernel: {what}", src=f"templates/base/sysctl-{topic}.conf", dest=path, mode="644")
        sysctls(name=f"Apply kernel settings: {what}", path=path)


def _swap(swap_mb: int) -> None:
    swap_file(name="Create the swap file", path="/swapfile", size_mb=swap_mb)
    files.put(
        name="Install the swap unit",
        src="templates/base/swapfile.swap",
        dest="/etc/systemd/system/swapfile.swap",
        mode="644",
    )
    unit(name="Use the swap file", unit="swapfile.swap")

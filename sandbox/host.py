"""Requirements for the host."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import say, step
from sandbox.shell import ENVIRONMENT, run
from sandbox.state import HOME

FREE_DISK_NEEDED = 4 * 1024**3

# A file that proves the package is installed -> the package.
NEEDED = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "lxcfs": "lxcfs",
    "ip": "iproute2",
    "nft": "nftables",
    "ssh": "openssh-client",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = "#!/bin/sh\n# bantam-sandbox: start no service while its packages are installed\nexit 101\n"


def require_root() -> None:
    """Refuse to run as any other user."""
    if os.geteuid() != 0:
        raise SandboxError("The sandbox needs root on this machine: run the same command with sudo.")


def require_debian(os_release: Path = Path("/etc/os-release")) -> None:
    """Refuse any host but Debian 12 or 13."""
    text = os_release.read_text() if os_release.exists() else ""
    facts = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    found = facts.get("PRETTY_NAME", "an unknown system").strip('"')
    if facts.get("ID", "").strip('"') != "debian" or facts.get("VERSION_ID", "").strip('"') not in {
        "12",
        "13",
    }:
        raise SandboxError(
            f"The sandbox runs on Debian 12 and 13, this is {found}: use a machine with one of them."
        )


def require_disk() -> None:
    """Refuse a disk without space for the image, one server and its packages."""
    place = next(path for path in (HOME, *HOME.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_DISK_NEEDED:
        raise SandboxError(
            f"Only {free / 1024**3:.1f} GB are free at {place}, the sandbox needs "
            f"{FREE_DISK_NEEDED / 1024**3:.0f} GB: make room there."
        )


def memory_mb() -> int:
    """Return the memory of this machine, in MB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2


def missing_packages() -> list[str]:
    """Return the packages that this machine still needs."""
    return [package for proof, package in NEEDED.items() if not present(proof)]


def present(proof: str) -> bool:
    """Return whether a command or an absolute path exists."""
    if proof.startswith("/"):
        return Path(proof).exists()
    return shutil.which(proof, path=ENVIRONMENT["PATH"]) is not None


def ensure_packages() -> None:
    """Install missing tools, and start none of their services."""
    forget_own_policy()
    missing = missing_packages()
    if not missing:
        return
    say(f"this machine lacks {', '.join(missing)}: installing with apt-get")
    with step(f"installed {', '.join(missing)}"), services_stay_down():
        run("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "update", timeout=600)
        run(
            *("env", "DEBIAN_FRONTEND=noninteractive"),
            *("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"),
            *("install", "--no-install-recommends", *missing),
            timeout=900,
        )
    if still := missing_packages():
        raise SandboxError(f"apt-get did not install {', '.join(still)}: install it by hand and try again.")


@contextmanager
def services_stay_down() -> Iterator[None]:
    """Keep packages from starting services while they are installed; an existing policy is left alone."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(POLICY_TEXT)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        forget_own_policy()


def forget_own_policy() -> None:
    """Remove our policy, including one left by a killed run."""
    if POLICY.is_file() and POLICY.read_text() == POLICY_TEXT:
        POLICY.unlink()

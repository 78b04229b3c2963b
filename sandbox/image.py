"""The base image: a bare Debian 13 server, built once for each recipe."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import say, step
from sandbox.shell import ENVIRONMENT, dies_with_us, last_line
from sandbox.state import IMAGES

SUITE = "trixie"
# What a rented server has on its first day; everything else is for the deploy to install.
PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server"),
    *("python3", "sudo", "ca-certificates", "iproute2", "procps"),
)

# The server's own /proc files come from lxcfs, before any service could read them, and
# again after a reboot of the server.
PROC_VIEW_UNIT = """\
[Unit]
Description=Show the memory and processors of this server, not of its host
DefaultDependencies=no
Before=sysinit.target
ConditionPathExists=/var/lib/lxcfs/view/proc/meminfo

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cd /var/lib/lxcfs/view/proc && for f in *; do test -d $f || mount --bind $f /proc/$f; done'
ExecStop=/bin/sh -c 'for f in cpuinfo diskstats loadavg meminfo stat swaps uptime; do umount -l /proc/$f; done; :'

[Install]
WantedBy=sysinit.target
"""

FILES = {
    "etc/systemd/system/sandbox-proc-view.service": PROC_VIEW_UNIT,
    # A server that is thrown away need not survive a power cut in the middle of an installation.
    "etc/dpkg/dpkg.cfg.d/sandbox": "force-unsafe-io\n",
    "etc/apt/apt.conf.d/90sandbox": 'Acquire::Languages "none";\n',
}

# Every server gets its own identity when it is made.
REMOVED = ("etc/ssh/ssh_host_*", "etc/machine-id", "var/lib/dbus/machine-id", "etc/hostname", "etc/resolv.conf")


def recipe_hash() -> str:
    """Changes with everything that goes into the image."""
    recipe = json.dumps([SUITE, PACKAGES, FILES, REMOVED])
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def ensure() -> Path:
    """The finished image for this recipe; what a killed build left is gone."""
    image = IMAGES / f"{SUITE}-{recipe_hash()}"
    if image.is_dir():
        return image
    IMAGES.mkdir(parents=True, exist_ok=True)
    for leftover in IMAGES.glob("*.building"):
        shutil.rmtree(leftover)
    say("building the base image, about a minute, once ...")
    with step(f"base image {image.name} built"):
        building = image.with_suffix(".building")
        bootstrap(building)
        customize(building)
        building.rename(image)
    return image


def bootstrap(target: Path) -> None:
    """`target` holds a Debian system; the mirror is mmdebstrap's own default, with updates and security."""
    log = IMAGES / "build.log"
    command = [
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--components=main", "--skip=output/mknod"),
        f"--include={','.join(PACKAGES)}",
        *(SUITE, str(target)),
    ]
    with log.open("w") as output:
        done = subprocess.run(
            dies_with_us(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=ENVIRONMENT,
            timeout=1800,
            check=False,
        )
    if done.returncode != 0:
        raise SandboxError(f"mmdebstrap failed, its whole output is in {log}: {last_line(log.read_text())}")


def customize(root: Path) -> None:
    """The recipe's files are in place and no identity is left."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for pattern in REMOVED:
        for path in root.glob(pattern):
            path.unlink()
    wants = root / "etc/systemd/system/sysinit.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "sandbox-proc-view.service").symlink_to("../sandbox-proc-view.service")

"""The base image: a bare Debian 13 server, built once per recipe."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import say, step
from sandbox.shell import ENVIRONMENT, dies_with_us, last_line
from sandbox.snapshots import all_snapshots
from sandbox.state import IMAGES, all_servers

SUITE = "trixie"
# What a rented server has on its first day; the deploy installs everything else.
PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server"),
    *("python3", "ca-certificates", "iproute2", "procps"),
)

# The server's /proc files come from lxcfs, before any service can read them, and again after a
# reboot of the server.
VIEWED = " ".join(
    [
        *(
            f"proc/{name}"
            for name in ("cpuinfo", "diskstats", "loadavg", "meminfo", "stat", "swaps", "uptime")
        ),
        "sys/devices/system/cpu/online",
    ]
)
PROC_VIEW_UNIT = f"""\
[Unit]
Description=Show the memory and processors of this server, not of its host
DefaultDependencies=no
Before=sysinit.target
ConditionPathExists=/var/lib/lxcfs/view/proc/meminfo

[Service]
Type=oneshot
RemainAfterExit=yes
Environment="FILES={VIEWED}"
ExecStart=/bin/sh -c 'cd /var/lib/lxcfs/view && for f in $FILES; do mount --bind $f /$f; done'
ExecStop=/bin/sh -c 'for f in $FILES; do umount --lazy /$f; done'

[Install]
WantedBy=sysinit.target
"""

FILES = {
    "etc/systemd/system/sandbox-proc-view.service": PROC_VIEW_UNIT,
    # A disposable server need not survive a power cut in the middle of an installation.
    "etc/dpkg/dpkg.cfg.d/sandbox": "force-unsafe-io\n",
    "etc/apt/apt.conf.d/90sandbox": 'Acquire::Languages "none";\n',
    # Without it every ssh login logs a warning.
    "etc/default/locale": "LANG=C.UTF-8\n",
}

# Every server gets its own identity when it is created.
REMOVED = (
    "etc/ssh/ssh_host_*",
    "etc/machine-id",
    "var/lib/dbus/machine-id",
    "etc/hostname",
    "etc/resolv.conf",
)


def recipe_hash() -> str:
    """Return a name that changes whenever any input of the image changes."""
    recipe = json.dumps([SUITE, PACKAGES, FILES, REMOVED])
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def ensure() -> Path:
    """Return the finished image for this recipe, and remove leftovers of a killed build."""
    image = IMAGES / f"{SUITE}-{recipe_hash()}"
    IMAGES.mkdir(parents=True, exist_ok=True)
    for leftover in IMAGES.glob("*.building"):
        shutil.rmtree(leftover)
    if image.is_dir():
        return image
    say("building the base image, about a minute, once ...")
    with step(f"base image {image.name} built"):
        building = image.with_suffix(".building")
        building.mkdir()
        root = building / "root"
        bootstrap(root, scratch=building)
        customize(root)
        root.rename(image)
        shutil.rmtree(building)
        forget_others(image)
    return image


def forget_others(image: Path) -> None:
    """Remove the images of older recipes, except those that a server or snapshot uses."""
    used = {image.name, *(server.image for server in all_servers())}
    used |= {snapshot.image for snapshot in all_snapshots()}
    for other in IMAGES.iterdir():
        if other.is_dir() and other.name not in used:
            # When half removed, it must not look finished.
            shutil.rmtree(other.rename(other.with_suffix(".building")))


def bootstrap(target: Path, scratch: Path) -> None:
    """Fill `target` with Debian from mmdebstrap's own default mirror, with updates and security."""
    log = IMAGES / "build.log"
    command = [
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--components=main"),
        f"--include={','.join(PACKAGES)}",
        *(SUITE, str(target)),
    ]
    with log.open("w") as output:
        done = subprocess.run(
            dies_with_us(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=ENVIRONMENT | {"TMPDIR": str(scratch)},
            timeout=1800,
            check=False,
        )
    if done.returncode != 0:
        raise SandboxError(f"mmdebstrap failed, its full output is in {log}: {last_line(log.read_text())}")


def customize(root: Path) -> None:
    """Install the recipe's files and remove every identity."""
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

"""Mount points: asked from the kernel, removed until none is left."""

from pathlib import Path

from sandbox.shell import run


def mounted(place: Path) -> bool:
    """Something is mounted exactly there, also if its server is dead and it cannot be looked at."""
    return any(
        line.split()[4] == str(place) for line in Path("/proc/self/mountinfo").read_text().splitlines()
    )


def unmount(place: Path) -> None:
    """Nothing is mounted there any more."""
    while mounted(place):
        run("umount", "--lazy", str(place))

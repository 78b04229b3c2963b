"""Mount points: read from the kernel, removed until none is left."""

from pathlib import Path

from sandbox.shell import run


def mounted(place: Path) -> bool:
    """Return whether something is mounted exactly there, even if its server is dead and stat fails."""
    return any(
        line.split()[4] == str(place) for line in Path("/proc/self/mountinfo").read_text().splitlines()
    )


def unmount(place: Path) -> None:
    """Unmount everything there."""
    while mounted(place):
        run("umount", "--lazy", str(place))

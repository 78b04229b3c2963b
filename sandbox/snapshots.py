"""Disks saved under a name: a new server can start as a copy of another, and be thrown away."""

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox import disk, state
from sandbox.errors import SandboxError
from sandbox.progress import step
from sandbox.shell import run
from sandbox.state import CHECKOUT, SNAPSHOTS, Server

# The checkout's files about a deployed server: without its secrets nobody could deploy to a copy of it.
KNOWN_OF_A_SERVER = (
    "inventories/secrets/sandbox-{}.yml",
    "build/sandbox-{}/deploy.json",
    "build/sandbox-{}/host.json",
    "build/sandbox-{}/seed.json",
)
COPY_SECONDS = 600


@dataclass(frozen=True)
class Snapshot:
    """One snapshot as snapshot.json has it; `created` is in seconds since 1970."""

    name: str
    server: str
    ram_mb: int
    image: str
    created: float


def keep(server: Server, name: str) -> None:
    """Save the disk of a stopped server, replacing an earlier snapshot of that name."""
    SNAPSHOTS.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = SNAPSHOTS / f".{name}"
    _remove(draft)
    draft.mkdir()
    _copy(disk.upper(server.name), draft / "upper")
    # Every server gets the packages from the shared cache when it is created.
    for package in (draft / "upper" / disk.ARCHIVES).glob("*.deb"):
        package.unlink()
    for place in KNOWN_OF_A_SERVER:
        _copy_known(CHECKOUT / place.format(server.name), draft / "checkout" / place.format("NAME"))
    snapshot = Snapshot(name, server.name, server.ram_mb, server.image, time.time())
    state.write_json(draft / "snapshot.json", asdict(snapshot))
    forget(name)
    draft.rename(SNAPSHOTS / name)


def load(name: str) -> Snapshot:
    """Return the snapshot's record; raise SandboxError if there is none of that name."""
    state.check_name(name)
    try:
        return Snapshot(**json.loads((SNAPSHOTS / name / "snapshot.json").read_text()))
    except (OSError, ValueError, TypeError):
        raise SandboxError(
            f"There is no snapshot {name}: `python3 -m sandbox status` lists them, "
            f"`python3 -m sandbox snapshot --name SERVER --image {name}` makes one."
        ) from None


def all_snapshots() -> list[Snapshot]:
    """Return every snapshot, by name."""
    return [load(path.parent.name) for path in sorted(SNAPSHOTS.glob("[a-z]*/snapshot.json"))]


def lay(server: Server) -> None:
    """Fill the server's layer from its snapshot, and restore the checkout's files about that server."""
    with step(f"disk copied from the snapshot {server.snapshot}"):
        _copy(SNAPSHOTS / server.snapshot / "upper", disk.upper(server.name))
    for place in KNOWN_OF_A_SERVER:
        known = CHECKOUT / place.format(server.name)
        known.unlink(missing_ok=True)
        _copy_known(SNAPSHOTS / server.snapshot / "checkout" / place.format("NAME"), known)


def forget(name: str) -> bool:
    """Remove a snapshot; false if there was none. Servers made from it stay."""
    found = (SNAPSHOTS / name).exists()
    if found:
        # When half removed, it must not look complete.
        gone = SNAPSHOTS / f".{name}.gone"
        _remove(gone)
        _remove((SNAPSHOTS / name).rename(gone))
    return found


def _copy(source: Path, target: Path) -> None:
    # Whiteouts and overlayfs' attributes are part of a layer.
    run("cp", "--archive", "--reflink=auto", str(source), str(target), timeout=COPY_SECONDS)


def _copy_known(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)

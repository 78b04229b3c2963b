"""A release of the app: built on the controller, installed on the server beside the others."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase, FileUploadCommand, StringCommand, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.facts.files import File

LOCK = Path("requirements/app.txt")
FOLDER = "/opt/bantam/releases"
CURRENT = "/opt/bantam/current"

# The oldest C library that the wheels are chosen for: Debian 13 has 2.41.
_PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release's name, which follows from its content, and the archive that holds its wheels."""

    name: str
    archive: Path


def build_release(*, python: str, machine: str) -> Release:
    """
    The app's wheel and its locked dependencies for the server's Python and machine, as one archive.

    The same sources give the same name; what is in build/ already is not made again. Raises
    DeployError if a wheel cannot be built or fetched.
    """
    wheel = _build_wheel()
    wheels = _fetch_wheels(python=python, machine=machine)
    digest = hashlib.sha256(wheel.read_bytes() + LOCK.read_bytes() + f"{python} {machine}".encode())
    version = tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
    name = f"{version}-{digest.hexdigest()[:12]}"
    archive = Path(f"build/releases/{name}.tar")
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        draft = archive.with_suffix(".draft")
        with tarfile.open(draft, "w") as tar:
            for file in (wheel, LOCK, *sorted(wheels.iterdir())):
                tar.add(file, arcname=file.name)
        draft.rename(archive)
    return Release(name=name, archive=archive)


def _build_wheel() -> Path:
    folder = Path("build/wheel")
    shutil.rmtree(folder, ignore_errors=True)
    _run(
        "build the app's wheel",
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
    )
    return next(folder.glob("*.whl"))


def _fetch_wheels(*, python: str, machine: str) -> Path:
    """The folder with exactly the wheels in the lock file, each checked against its hash."""
    digest = hashlib.sha256(LOCK.read_bytes() + f"{python} {machine}".encode()).hexdigest()[:12]
    folder = Path(f"build/wheelhouse/{digest}")
    if folder.exists():
        return folder
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    platforms = [f"--platform={platform}_{machine}" for platform in _PLATFORMS]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += [
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        f"--python-version={python}",
        *platforms,
    ]
    _run("fetch the app's dependencies", [*command, f"--dest={draft}", f"--requirement={LOCK}"])
    draft.rename(folder)
    return folder


def _run(what: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise DeployError(f"Could not {what}: {' '.join(last)}")


class CurrentRelease(FactBase[str | None]):
    """The name of the release that /opt/bantam/current points at; None before the first."""

    def command(self) -> str:
        """The link's target."""
        return f"readlink {CURRENT} || true"

    def process(self, output: list[str]) -> str | None:
        """The last part of the path."""
        return output[0].rsplit("/", 1)[-1] if output else None


class Releases(FactBase[list[str]]):
    """Names of the complete releases, oldest first."""

    default = list

    def command(self) -> str:
        """A release is complete when its marker, written last, is there."""
        return f"ls -1tr {FOLDER}/*/complete 2>/dev/null | xargs -r -n1 dirname | xargs -r -n1 basename"

    def process(self, output: list[str]) -> list[str]:
        """One name a line."""
        return output


@operation()
def installed(release: Release) -> Generator[str | StringCommand | FileUploadCommand]:
    """
    The release is complete in its own directory: a virtual environment that never changes again.

    + release: what build_release made
    """
    target = f"{FOLDER}/{release.name}"
    if host.get_fact(File, path=f"{target}/complete"):
        host.noop(f"release {release.name} is installed")
        return
    incoming = f"{FOLDER}/.{release.name}"
    yield f"rm -rf {target} {incoming} && mkdir -p {incoming}"
    yield FileUploadCommand(str(release.archive), f"{incoming}/release.tar")
    yield f"tar -xf {incoming}/release.tar -C {incoming}"
    yield f"python3 -m venv {target}"
    pip = f"{target}/bin/pip --disable-pip-version-check install --quiet --no-index --no-cache-dir"
    yield f"{pip} --find-links={incoming} --require-hashes --requirement={incoming}/{LOCK.name}"
    yield f"{pip} --no-deps {incoming}/bantam-*.whl"
    yield f"rm -rf {incoming} && touch {target}/complete"


@operation()
def current(release: Release) -> Generator[str]:
    """
    /opt/bantam/current points at the release; at no moment does it point nowhere.

    + release: an installed one
    """
    if host.get_fact(CurrentRelease) == release.name:
        host.noop(f"release {release.name} is current")
        return
    yield f"ln -sfn releases/{release.name} {CURRENT}.next && mv -T {CURRENT}.next {CURRENT}"


@operation()
def old_releases_removed(kept: int) -> Generator[str]:
    """
    At most `kept` releases beside the current one are on the server.

    + kept: how many to keep
    """
    live = host.get_fact(CurrentRelease)
    others = [name for name in host.get_fact(Releases) if name != live]
    surplus = others[: max(0, len(others) - kept)]
    if not surplus:
        host.noop(f"{len(others)} old releases are kept")
    for name in surplus:
        yield f"rm -rf {FOLDER}/{name}"

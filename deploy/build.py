"""A release of the app, built on the controller: its wheel and all dependencies, as one archive."""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pyinfra.api.exceptions import DeployError

LOCK = Path("requirements/app.txt")
PYTHON = "3.13"  # Debian 13's

# The oldest C library the wheels may target: Debian 13 has 2.41.
_PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")


@dataclass(frozen=True, kw_only=True)
class Release:
    """
    A release: its name (derived from its content), configuration, wheel, and the archive of all wheels.

    `code` is equal for releases that differ only in their configuration, `dependencies` for those with
    the same dependencies.
    """

    name: str
    code: str
    dependencies: str
    configuration: str
    wheel: Path
    archive: Path


def build_release(machine: str, configuration: str) -> Release:
    """The release of today's sources with this configuration (the text of its app.toml)."""
    code, dependencies, wheel, archive = _build_code(machine)
    digest = hashlib.sha256(f"{code}\0{configuration}".encode()).hexdigest()[:12]
    return Release(
        name=f"{code.partition('-')[0]}-{digest}",
        code=code,
        dependencies=dependencies,
        configuration=configuration,
        wheel=wheel,
        archive=archive,
    )


def code_name(machine: str) -> str:
    """`code` of the release of today's sources."""
    return _build_code(machine)[0]


def _build_code(machine: str) -> tuple[str, str, Path, Path]:
    """
    The app's wheel and its locked dependencies for the server's Python and `machine`, as one archive.

    Returns the names of the code and of its dependencies, the wheel and the archive.

    The same sources give the same name; files already in build/ are not rebuilt. Raises
    DeployError if a wheel cannot be built or fetched.
    """
    wheels = _fetch_wheels(machine)
    releases = Path("build/releases")
    releases.mkdir(parents=True, exist_ok=True)
    # Drafts are made beside what they become: a rename does not reach across file systems.
    with tempfile.TemporaryDirectory(dir=releases, prefix=".draft-") as folder:
        wheel = _build_wheel(Path(folder))
        digest = hashlib.sha256(wheel.read_bytes() + LOCK.read_bytes() + f"{PYTHON} {machine}".encode())
        version = tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
        name = f"{version}-{digest.hexdigest()[:12]}"
        archive = releases / f"{name}.tar"
        kept = archive.with_suffix("") / wheel.name
        if not archive.exists() or not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            wheel.rename(kept)
            _pack(archive, [kept, LOCK, *sorted(wheels.iterdir())])
    return name, wheels.name, kept, archive


def _pack(archive: Path, files: list[Path]) -> None:
    """Write the archive completely or not at all."""
    with tempfile.NamedTemporaryFile(dir=archive.parent, delete=False) as draft:
        with tarfile.open(fileobj=draft, mode="w") as tar:
            for file in files:
                tar.add(file, arcname=file.name)
        Path(draft.name).rename(archive)


def _build_wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    _run("build the app's wheel", command)
    return next(folder.glob("*.whl"))


def _fetch_wheels(machine: str) -> Path:
    """The folder with exactly the wheels in the lock file, each checked against its hash."""
    digest = hashlib.sha256(LOCK.read_bytes() + f"{PYTHON} {machine}".encode()).hexdigest()[:12]
    folder = Path(f"build/wheelhouse/{digest}")
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".draft-") as draft:
        wheels = Path(draft, "wheels")
        _download(machine, wheels)
        try:
            wheels.rename(folder)
        except OSError:
            # Another deploy from this checkout has fetched the same wheels in the meantime.
            if not folder.is_dir():
                raise
    return folder


def _download(machine: str, folder: Path) -> None:
    platforms = [f"--platform={platform}_{machine}" for platform in _PLATFORMS]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += [
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        f"--python-version={PYTHON}",
        *platforms,
    ]
    _run("fetch the app's dependencies", [*command, f"--dest={folder}", f"--requirement={LOCK}"])


def _run(what: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise DeployError(f"Could not {what}: {' '.join(last)}")

"""Releases on the server: each in its own directory, one of them current."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, FileUploadCommand, StringCommand, operation
from pyinfra.facts.files import File

from deploy.build import LOCK, Release

FOLDER = "/opt/bantam/releases"
CURRENT = "/opt/bantam/current"


class CurrentRelease(FactBase[str | None]):
    """The name of the release that /opt/bantam/current points to; None before the first."""

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
        """A release is complete once it has its marker, which is written last."""
        return f"ls -1tr {FOLDER}/*/complete 2>/dev/null | xargs -r -n1 dirname | xargs -r -n1 basename"

    def process(self, output: list[str]) -> list[str]:
        """One name per line."""
        return output


class ReleaseWith(FactBase[str | None]):
    """The newest complete release with exactly these dependencies; None if there is none."""

    def command(self, dependencies: str) -> str:
        """A release's marker names its dependencies."""
        return f"grep -lsx {dependencies} $(ls -1t {FOLDER}/*/complete) | head -n 1"

    def process(self, output: list[str]) -> str | None:
        """The name of the marker's directory."""
        return output[0].split("/")[-2] if output else None


@operation()
def installed(release: Release) -> Generator[str | StringCommand | FileUploadCommand]:
    """
    The release is complete in its own directory: a virtual environment that never changes again.

    If another release has the same dependencies, they are copied: seconds instead of half a minute.

    + release: the result of build_release
    """
    target = f"{FOLDER}/{release.name}"
    if host.get_fact(File, path=f"{target}/complete"):
        host.noop(f"release {release.name} is installed")
        return
    incoming = f"{FOLDER}/.{release.name}"
    pip = f"{target}/bin/pip --disable-pip-version-check install --quiet --no-index --no-cache-dir"
    yield f"rm -rf {target} {incoming} && mkdir -p {incoming}"
    if akin := host.get_fact(ReleaseWith, dependencies=release.dependencies):
        yield FileUploadCommand(str(release.wheel), f"{incoming}/{release.wheel.name}")
        # Without its marker from the start, so that an interrupted copy does not count.
        copy = f"{incoming}/copy"
        yield f"cp -a {FOLDER}/{akin} {copy} && rm {copy}/complete && mv -T {copy} {target}"
        # Scripts start with the path of their Python.
        own_paths = f"grep -rlIF {FOLDER}/{akin} {target}/bin {target}/pyvenv.cfg"
        yield f"{own_paths} | xargs sed -i 's#{FOLDER}/{akin}#{target}#g'"
    else:
        yield FileUploadCommand(str(release.archive), f"{incoming}/release.tar")
        yield f"tar -xf {incoming}/release.tar -C {incoming}"
        yield f"python3 -m venv {target}"
        yield f"{pip} --find-links={incoming} --require-hashes --requirement={incoming}/{LOCK.name}"
    yield f"{pip} --no-deps --force-reinstall {incoming}/{release.wheel.name}"
    yield f"rm -rf {incoming} && echo {release.dependencies} > {target}/complete"


@operation()
def current(release: Release) -> Generator[str]:
    """
    /opt/bantam/current points to the release; the switch is atomic.

    + release: an installed one
    """
    if host.get_fact(CurrentRelease) == release.name:
        host.noop(f"release {release.name} is current")
        return
    yield f"ln -sfn releases/{release.name} {CURRENT}.next && mv -T {CURRENT}.next {CURRENT}"


@operation()
def old_releases_removed(kept: int) -> Generator[str]:
    """
    At most `kept` releases besides the current one are on the server.

    + kept: how many to keep
    """
    live = host.get_fact(CurrentRelease)
    others = [name for name in host.get_fact(Releases) if name != live]
    surplus = others[: max(0, len(others) - kept)]
    if not surplus:
        host.noop(f"{len(others)} old releases are kept")
    for name in surplus:
        yield f"rm -rf {FOLDER}/{name}"

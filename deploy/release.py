"""Releases on the server: each complete in its own directory, one of them current."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, FileUploadCommand, StringCommand, operation
from pyinfra.facts.files import File

from deploy.build import LOCK, Release

FOLDER = "/opt/bantam/releases"
CURRENT = "/opt/bantam/current"


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

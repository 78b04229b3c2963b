"""Releases on the server: each in its own directory, one of them current."""

import io
import json
import shlex
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, FileUploadCommand, StringCommand, operation
from pyinfra.facts.files import File

from deploy.build import LOCK, Release
from deploy.lock import operator

FOLDER = "/opt/bantam/releases"
CURRENT = "/opt/bantam/current"
PREVIOUS = "/opt/bantam/previous"
CONFIGURATION = "app.toml"
VERSIONS = "/var/lib/bantam/configurations"
SWITCH = "/usr/local/sbin/bantam-switch"


class LinkedRelease(FactBase[str | None]):
    """The name of the release that a link such as /opt/bantam/current points to; None if there is none."""

    def command(self, link: str) -> str:
        """The link's target."""
        return f"readlink {link} || true"

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


class KeptVersions(FactBase[dict[str, str]]):
    """What was kept before each of the last releases: its configuration, by name, and the release of then."""

    default = dict

    def command(self) -> str:
        """A line for each, as grep writes it: none for a version from before there was a release."""
        return f"cd {VERSIONS} 2>/dev/null && grep -H '' */release || true"

    def process(self, output: list[str]) -> dict[str, str]:
        """By the name of the version."""
        return dict(line.split("/release:", 1) for line in output)


class RestorePoints(FactBase[list[str]]):
    """The names of the moments that the data can go back to."""

    default = list

    def command(self) -> str:
        """A line of JSON for each."""
        return "cat /var/lib/postgresql/restore-points.jsonl 2>/dev/null || true"

    def process(self, output: list[str]) -> list[str]:
        """Oldest first."""
        return [json.loads(line)["name"] for line in output]


class RestoredTo(FactBase[str | None]):
    """What the data were restored for, while those from before are kept; None if no restore waits."""

    def command(self) -> str:
        """`now` if the data of now are restored ones that were undone."""
        cluster = "/var/lib/postgresql/17"
        return (
            f"test ! -e {cluster}/before-restore || cat {cluster}/main/bantam-restored.json 2>/dev/null"
            """ || echo '{"to": "now"}'"""
        )

    def process(self, output: list[str]) -> str | None:
        """The target as it was asked for."""
        return str(json.loads(output[0])["to"]) if output else None


class UnfinishedReleases(FactBase[list[str]]):
    """The directories of installations that were cut off."""

    default = list

    def command(self) -> str:
        """They have no marker."""
        return (
            f"cd {FOLDER} 2>/dev/null && for name in $(ls -A); do test -e $name/complete || echo $name; done"
        )

    def process(self, output: list[str]) -> list[str]:
        """One name per line."""
        return output


class RunningReleases(FactBase[list[str]]):
    """The releases that the app's workers run."""

    default = list

    def command(self) -> str:
        """A worker's command line begins with the path of its release's Python."""
        workers = "systemctl show --value --property=MainPID 'bantam-app@*.service'"
        return (
            f"for pid in $({workers}); do tr '\\0' '\\n' < /proc/$pid/cmdline 2>/dev/null | head -n 1; done"
            f" | sed -n 's#{FOLDER}/\\([^/]*\\)/.*#\\1#p'"
        )

    def process(self, output: list[str]) -> list[str]:
        """One name per line."""
        return output


class ReleaseWith(FactBase[str | None]):
    """The newest complete release with exactly this code or these dependencies; None if there is none."""

    def command(self, content: str) -> str:
        """A release's marker names its dependencies and its code."""
        # The current one first: it runs, so nothing is missing in it.
        markers = f"$(realpath {CURRENT}/complete 2>/dev/null) $(ls -1t {FOLDER}/*/complete)"
        return f"grep -lsx {content} {markers} | head -n 1"

    def process(self, output: list[str]) -> str | None:
        """The name of the marker's directory."""
        return output[0].split("/")[-2] if output else None


@operation()
def installed(release: Release) -> Generator[str | StringCommand | FileUploadCommand]:
    """
    The release is complete in its own directory: an environment and a configuration that never change.

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
    same_code = host.get_fact(ReleaseWith, content=release.code)
    if akin := same_code or host.get_fact(ReleaseWith, content=release.dependencies):
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
    if not same_code:
        yield FileUploadCommand(str(release.wheel), f"{incoming}/{release.wheel.name}")
        yield f"{pip} --no-deps --force-reinstall {incoming}/{release.wheel.name}"
    yield FileUploadCommand(io.StringIO(release.configuration), f"{target}/{CONFIGURATION}")
    yield f"chown root:root {target}/{CONFIGURATION} && chmod 644 {target}/{CONFIGURATION}"
    marker = f"printf '%s\\n' {release.dependencies} {release.code}"
    yield f"rm -rf {incoming} && {marker} > {target}/complete.next && sync --file-system {target}"
    yield f"mv {target}/complete.next {target}/complete"


@operation()
def switched(release: Release) -> Generator[str]:
    """
    The release is current and the workers run it; if it does not become ready, nothing has changed.

    bantam-switch says why and the deploy ends, without a trace of the release. It runs to its end on the
    server even if the connection is cut.

    + release: an installed one
    """
    if host.get_fact(LinkedRelease, link=CURRENT) == release.name and runs_only(release.name):
        host.noop(f"release {release.name} is current")
        return
    yield switch_command(release.name, "--discard")


def runs_only(release: str) -> bool:
    """Whether no worker runs another release: an earlier switch may have been cut off."""
    running: list[str] = host.get_fact(RunningReleases)
    return set(running) <= {release}


def switch_command(release: str, *options: str) -> str:
    """Shell: bantam-switch, which runs to its end whatever becomes of the connection."""
    by = shlex.quote(f"--setenv=BY={operator()}")
    switch = shlex.join([SWITCH, *options, release])
    run = f"systemd-run --quiet --pipe --wait --collect {by} {switch}"
    # Stopped in the middle, the unit counts as a success.
    return run if "--only-try" in options else f'{run} && test "$(readlink {CURRENT})" = releases/{release}'


@operation()
def old_releases_removed(kept: int) -> Generator[str]:
    """
    At most `kept` releases besides the current one are on the server, among them the one before it.

    + kept: how many to keep, at least 1
    """
    live, before = (host.get_fact(LinkedRelease, link=link) for link in (CURRENT, PREVIOUS))
    others = [name for name in host.get_fact(Releases) if name != live]
    others.sort(key=lambda name: name == before)  # keeps the order otherwise
    surplus = others[: max(0, len(others) - kept)]
    unfinished: list[str] = host.get_fact(UnfinishedReleases)
    if not surplus and not unfinished:
        host.noop(f"{len(others)} old releases are kept")
    for name in (*surplus, *unfinished):
        yield f"rm -f {FOLDER}/{name}/complete && rm -rf {FOLDER}/{name}"

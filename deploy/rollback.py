"""
Back to an earlier release: `pyinfra inventories/NAME.py deploy/rollback.py --data to=RELEASE`.

`to=previous` is the release that was current before. bantam-switch on the server does it, without a build and
without a package index: the release is still there, with its dependencies and its configuration. One that
cannot run on today's schema or does not become ready is refused, and then nothing has changed. With
`schema=down`, the migrations that the release does not have are undone first, and applied again if it is
refused.
"""

from pyinfra import config, host
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import server

from deploy.lock import lock_server
from deploy.operations.migrations import redo_migrations, undo_migrations
from deploy.operations.release import CURRENT, PREVIOUS, LinkedRelease, Releases, runs_only, switch_command
from deploy.operations.units import unit
from deploy.shell import CLEAN_SHELL

config.SHELL = CLEAN_SHELL
config.SUDO = True  # a deployed server has it
lock_server("roll back")
kept = host.get_fact(Releases)
current, previous = (host.get_fact(LinkedRelease, link=link) for link in (CURRENT, PREVIOUS))
asked, schema = host.data.get("to"), host.data.get("schema")
release = previous if asked == "previous" else asked
if not asked:
    raise DeployError(f"{host.name}: which release? Run `make releases`, then `make rollback TO=...`.")
if current is None:
    raise DeployError(f"{host.name} has no release: deploy one first.")
if release is None:
    raise DeployError(
        f"{host.name}: no release was current before {current}: there is nothing to go back to."
    )
if schema not in {None, "down"}:
    raise DeployError(f"SCHEMA={schema}: the schema can only go `down`, or stay as it is without SCHEMA.")
if release not in kept:
    raise DeployError(f"{host.name} has no release {release}; it has {', '.join(kept)}.")
if release != current or not runs_only(release):
    command = switch_command(release)
    if schema == "down":
        undo, redo = undo_migrations(release), f"{{ {redo_migrations()}; false; }}"
        command = f"{switch_command(release, '--only-try')} && {{ {{ {undo} && {command}; }} || {redo}; }}"
    server.shell(name=f"Make {release} current, after {current}", commands=[command])
unit(name="Warm the cache for the release", unit="bantam-warm.service", restart_after=(CURRENT,))

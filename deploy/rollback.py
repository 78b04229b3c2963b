"""
Back to an earlier release: `pyinfra inventories/NAME.py deploy/rollback.py --data to=RELEASE`.

Four things go back, in this order, each only if it is asked for:

1. The app. `to=previous` is the release that was current before. bantam-switch on the server does it, without
   a build: the release is still there, with its dependencies and its app.toml. One that cannot run on today's
   schema or does not become ready is refused, and then nothing has changed.
2. The schema, with `schema=down`: the migrations that the release does not have are undone, and applied again
   if it is refused.
3. The configuration, with `to=before-release-TIME`: all files of then; the release is the one of then, too.
4. The data, with `data=back` as well: the database as it was at that moment.
"""

from pyinfra import config
from pyinfra.operations import files, server

from deploy.going_back import wish
from deploy.lock import HELD, lock_server
from deploy.operations.migrations import redo_migrations, undo_migrations
from deploy.operations.release import CURRENT, runs_only, switch_command
from deploy.operations.restarts import RESUME_PROPERTY
from deploy.operations.units import unit
from deploy.shell import CLEAN_SHELL

CONFIGURATION = "/run/bantam-configuration.py"

config.SHELL = CLEAN_SHELL
config.SUDO = True  # a deployed server has it
lock_server("roll back")
asked = wish()
release, version = asked.release, asked.version

if release != asked.current or not runs_only(release):
    command = switch_command(release)
    if asked.schema:
        undo, redo = undo_migrations(release), f"{{ {redo_migrations()}; false; }}"
        command = f"{switch_command(release, '--only-try')} && {{ {{ {undo} && {command}; }} || {redo}; }}"
    server.shell(name=f"Make {release} current, after {asked.current}", commands=[command])
if version:
    files.put(
        name="Bring what brings the configuration back",
        src="deploy/remote/configuration.py",
        dest=CONFIGURATION,
        mode="700",
    )
    run = f"systemd-run --quiet --pipe --wait --collect --working-directory=/ {RESUME_PROPERTY}"
    server.shell(
        name=f"Bring the configuration back, as {version}",
        commands=[f"{run} /usr/bin/python3 {CONFIGURATION} bring-back {version}"],
    )
unit(name="Warm the cache for the release", unit="bantam-warm.service", restart_after=(CURRENT,))
if asked.data:
    server.shell(
        name=f"Bring the data back, as {version}",
        commands=[f"{HELD}=1 bantam-backup restore -- {version}"],
    )

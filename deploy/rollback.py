"""
Back to an earlier release: `pyinfra inventories/NAME.py deploy/rollback.py --data to=RELEASE`.

`to=previous` is the release that was current before. bantam-switch on the server makes it current, without
a build: it is still there, with its dependencies and its app.toml. One that cannot run on today's schema or
does not become ready is refused, and then nothing has changed. Three more things go back if asked for:

- the schema, with `schema=down`: the migrations that the release does not have are undone, and applied again
  if it is refused;
- the configuration, with `to=before-release-TIME`: all files of then; the release is the one of then, too;
- the data, with `data=back` as well: the database of that moment, with its schema. A copy that has reached it
  is there before anything changes; release and data change in one step.

Cut off at any point, the same again finishes it.
"""

from pyinfra import config
from pyinfra.operations import files, server

from deploy.going_back import wish
from deploy.lock import HELD, is_part_of_a_release, lock_server
from deploy.operations.migrations import redo_migrations, undo_migrations
from deploy.operations.release import CURRENT, FOLDER, runs_only, switch_command
from deploy.operations.restarts import RESUME_PROPERTY
from deploy.operations.units import unit
from deploy.record import UNDER_WAY
from deploy.shell import CLEAN_SHELL

CONFIGURATION = "/run/bantam-configuration.py"
RUN = f"systemd-run --quiet --pipe --wait --collect --working-directory=/ {RESUME_PROPERTY}"
RESTORE = f"{HELD}=1 bantam-backup restore"

config.SHELL = CLEAN_SHELL
config.SUDO = True  # a deployed server has it
lock_server("roll back")
asked = wish()
release, version = asked.release, asked.version

if asked.data:
    server.shell(
        name=f"Make a copy of the data of {version}",
        commands=[f"{RESTORE} --look --release {release} -- {version}"],
    )
if version and not asked.data and not asked.schema:
    check = f"cd / && runuser -u postgres -- {FOLDER}/{release}/bin/bantam-check-schema"
    server.shell(name=f"See that {release} can run on today's schema", commands=[check])
if version:
    files.put(
        name="Bring what brings the configuration back",
        src="deploy/remote/configuration.py",
        dest=CONFIGURATION,
        mode="700",
    )
    server.shell(
        name=f"Bring the configuration back, as {version}",
        commands=[f"{RUN} python3 {CONFIGURATION} go-back {version}"],
    )
if asked.data:
    server.shell(
        name=f"Bring the data back, as {version}, with {release}",
        commands=[f"{RESTORE} --release {release} -- {version}"],
    )
if release != asked.current or not runs_only(release):
    command = switch_command(release)
    if asked.schema:
        undo, redo = undo_migrations(release), f"{{ {redo_migrations()}; false; }}"
        command = f"{switch_command(release, '--only-try')} && {{ {{ {undo} && {command}; }} || {redo}; }}"
    server.shell(name=f"Make {release} current, after {asked.current}", commands=[command])
unit(name="Warm the cache for the release", unit="bantam-warm.service", restart_after=(CURRENT,))
if not is_part_of_a_release():
    files.file(name="Forget a release that was cut off", path=UNDER_WAY, present=False)

"""
Newer Debian packages, also of the databases: `pyinfra inventories/NAME.py deploy/upgrade.py`.

What then runs replaced files is restarted: the stack from the database outward, the rest by needrestart.
With `--dry`, pyinfra shows what waits and changes nothing.
"""

from pyinfra import config, host
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import server

from deploy.lock import lock_server
from deploy.operations.packages import UnfinishedPackages
from deploy.operations.release import CURRENT, LinkedRelease
from deploy.operations.restarts import NGINX, POSTGRESQL
from deploy.operations.upgrades import NEEDRESTART, WaitingUpgrades, others_restarted, restarted, upgraded
from deploy.operations.waiting import installations_ended
from deploy.operations.workers import Workers
from deploy.shell import CLEAN_SHELL

BEFORE_THE_APP = (POSTGRESQL, "pgbouncer.service", "redis-server.service")

config.SHELL = CLEAN_SHELL
config.SUDO = True  # a deployed server has it
if host.get_fact(LinkedRelease, link=CURRENT) is None:
    raise DeployError(f"{host.name} has no release: deploy one first.")
lock_server("upgrade")
installations_ended(name="Wait for installations that others have begun")
waiting: dict[str, str] = {}
if unfinished := host.get_fact(UnfinishedPackages):
    server.shell(name="Finish the interrupted installation", commands=["dpkg --configure -a"])
    upgraded(name="Upgrade what waits")
elif waiting := host.get_fact(WaitingUpgrades):
    versions = ", ".join(f"{name} {change}" for name, change in sorted(waiting.items()))
    upgraded(name=f"Upgrade {versions}")
workers: list[str] = host.get_fact(Workers)
for unit in (*BEFORE_THE_APP, *sorted(workers), NGINX):
    restarted(name=f"Let {unit} run what is installed", unit=unit)
if unfinished or waiting:
    server.shell(name="Let all other services run what is installed", commands=[NEEDRESTART])
else:  # after a run that was cut off
    others_restarted(name="Let all other services run what is installed")

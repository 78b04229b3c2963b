"""
Newer Debian packages, also of the databases: `pyinfra inventories/NAME.py deploy/upgrade.py`.

What then runs replaced files is restarted: the stack from the database outward, the rest by needrestart.
With `--dry`, pyinfra shows what waits and changes nothing.
"""

from pyinfra import config, host
from pyinfra.operations import server

from deploy.lock import lock_server
from deploy.operations.restarts import NGINX, POSTGRESQL
from deploy.operations.upgrades import WaitingUpgrades, restarted, upgraded
from deploy.operations.waiting import installations_ended
from deploy.operations.workers import Workers
from deploy.shell import CLEAN_SHELL

BEFORE_THE_APP = (POSTGRESQL, "pgbouncer.service", "redis-server.service")

config.SHELL = CLEAN_SHELL
config.SUDO = True  # a deployed server has it
lock_server("upgrade")
waiting: dict[str, str] = host.get_fact(WaitingUpgrades)
installations_ended(name="Wait for installations that others have begun")
if waiting:
    versions = ", ".join(f"{name} {change}" for name, change in sorted(waiting.items()))
    upgraded(name=f"Upgrade {versions}", packages=sorted(waiting))
workers: list[str] = host.get_fact(Workers)
for unit in (*BEFORE_THE_APP, *sorted(workers), NGINX):
    restarted(name=f"Let {unit} run what is installed", unit=unit)
if waiting:
    others = "DEBIAN_FRONTEND=noninteractive needrestart -q -r a"
    server.shell(name="Let all other services run what is installed", commands=[others])

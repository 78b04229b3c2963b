"""
Restart one component while the server serves: `pyinfra INVENTORY deploy/restart.py --data component=app`.

PostgreSQL restarts behind the pool, which lets transactions end and new ones wait; the app worker by worker,
behind its socket; the edge by a new nginx that takes over the sockets of the old one.
"""

from pyinfra import config, host
from pyinfra.api.exceptions import DeployError
from pyinfra.operations import server

from deploy.lock import lock_server
from deploy.operations.restarts import NGINX, POSTGRESQL, WORKERS, exchange_command
from deploy.shell import CLEAN_SHELL

UNITS = {
    "postgresql": POSTGRESQL,
    "pgbouncer": "pgbouncer.service",
    "redis": "redis-server.service",
    "app": WORKERS,
    "edge": NGINX,
}

config.SHELL = CLEAN_SHELL
config.SUDO = True  # a deployed server has it
lock_server("restart")
component = host.data.get("component")
if component not in UNITS:
    raise DeployError(
        f"{host.name}: there is no component `{component or ''}` to restart: COMPONENT= takes"
        f" {', '.join(UNITS)}."
    )
server.shell(name=f"Restart {component}", commands=[exchange_command(UNITS[component])])

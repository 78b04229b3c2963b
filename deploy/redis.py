"""Redis: the cache, on a unix socket, with a memory limit and nothing on disk."""

import hashlib

from pyinfra.api import deploy
from pyinfra.operations import apt, files

from deploy.operations.confidential import credential
from deploy.operations.units import unit
from deploy.secrets import Secrets
from deploy.sizing import Sizes

CREDENTIALS = "/etc/bantam/credentials"
MONITOR = f"{CREDENTIALS}/redis-monitor-password"
UNIT = "redis-server.service"
CONFIGURATION = "/etc/redis/redis.conf"
ACL = "/etc/redis/users.acl"
DROP_IN = "/etc/systemd/system/redis-server.service.d/bantam.conf"


@deploy("Redis")
def redis(*, sizes: Sizes, secrets: Secrets) -> None:
    """Install, configure, run."""
    apt.packages(name="Install Redis", packages=["redis-server"], no_recommends=True)
    files.template(
        name="Write Redis's configuration",
        src="templates/redis/redis.conf.j2",
        dest=CONFIGURATION,
        user="redis",
        group="redis",
        mode="640",
        maxmemory_mb=sizes.redis_maxmemory_mb,
    )
    files.template(
        name="Configure users and permissions",
        src="templates/redis/users.acl.j2",
        dest=ACL,
        user="redis",
        group="redis",
        mode="640",
        app_passwords_sha256=[_sha256(password) for password in secrets.redis_app_passwords],
        monitor_password_sha256=_sha256(secrets.redis_monitor_password),
    )
    files.directory(
        name="Create the directory for secrets", path=CREDENTIALS, user="root", group="root", mode="700"
    )
    # Right before Redis takes the new one: what takes the samples reads it each minute.
    credential(
        name="Write the secret redis-monitor-password", path=MONITOR, value=secrets.redis_monitor_password
    )
    files.template(
        name="Configure the service: few privileges, a memory limit",
        src="templates/redis/service.conf.j2",
        dest=DROP_IN,
        mode="644",
        memory_max_mb=2 * sizes.redis_maxmemory_mb,
    )
    unit(name="Run Redis", unit=UNIT, restart_after=(DROP_IN, CONFIGURATION, ACL))


def _sha256(password: str) -> str:
    """The format in which Redis stores a password in its ACL file."""
    return hashlib.sha256(password.encode()).hexdigest()

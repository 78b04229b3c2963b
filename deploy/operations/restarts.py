"""Restarts of services that are in use."""

import shlex

POSTGRESQL = "postgresql@17-main.service"
NGINX = "nginx.service"
WORKERS = "bantam-app@*.service"
_POOL = "/usr/sbin/runuser -u pgbouncer -- psql -Xqw -h /run/pgbouncer -p 6432 -d pgbouncer -c"
# Less than a request waits for a connection: a longer transaction is cut, not all the others.
_LONGEST_PAUSE_S = 4

RESUME = f"ExecStopPost=-{_POOL} 'RESUME bantam'"
"""By systemd, which resumes whatever ends it: a pool that stays paused would be an outage."""
RESUME_PROPERTY = f"--property={shlex.quote(RESUME)}"
# First, while everybody is served: then the one of the shutdown has little to write.
_CHECKPOINT = "/usr/sbin/runuser -u postgres -- psql -Xqw -p 5432 -c CHECKPOINT"
_PAUSE = f"timeout {_LONGEST_PAUSE_S} {_POOL} 'PAUSE bantam' 2>/dev/null"
_PAUSED = f"{_CHECKPOINT}; {_PAUSE}; systemctl restart {POSTGRESQL}"
_BEHIND_THE_POOL = (
    "systemd-run --quiet --wait --pipe --collect --working-directory=/"
    f" {RESUME_PROPERTY} sh -c {shlex.quote(_PAUSED)}"
)


def restart_command(unit: str) -> str:
    """
    The command that restarts the unit.

    PostgreSQL restarts behind PgBouncer, if that runs: it lets transactions end and new ones wait.
    """
    return _BEHIND_THE_POOL if unit == POSTGRESQL else f"systemctl restart {shlex.quote(unit)}"


# nginx's own way: a new master with the same sockets, then the old one ends when its requests have.
_PID = "/run/nginx.pid"
_EXCHANGE_NGINX = (
    f"kill -USR2 $(cat {_PID}) && for try in $(seq 50); do test -s {_PID}.oldbin && test -s {_PID} && break;"
    f" sleep 0.1; done; kill -QUIT $(cat {_PID}.oldbin)"
)


# A worker is ready before the next one ends.
_WORKERS_IN_TURN = (
    f"for worker in $(systemctl list-units --plain --no-legend '{WORKERS}' | cut -d ' ' -f 1);"
    " do systemctl restart $worker || exit 1; done"
)


def exchange_command(unit: str) -> str:
    """The command that makes the unit run its files anew: like a restart, but nobody is refused."""
    if unit == WORKERS:
        return _WORKERS_IN_TURN
    return _EXCHANGE_NGINX if unit == NGINX else restart_command(unit)

"""The shell of every command on the server: it inherits nothing from the login that could change a result."""

CLEAN_SHELL = (
    "sh -c 'umask 022;"
    ' exec env -i HOME="$HOME" SSH_CONNECTION="$SSH_CONNECTION" LC_ALL=C.UTF-8 NEEDRESTART_SUSPEND=1'
    " PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    ' sh "$@"\' bantam'
)
"""
For pyinfra's `config.SHELL`, which is followed by `-c COMMAND`.

A umask of 077 would make files unreadable for services, a locale that is not installed warns at every step,
and variables such as PIP_INDEX_URL or PGHOST lead programs elsewhere. needrestart would restart what the
deploy restarts itself.
"""

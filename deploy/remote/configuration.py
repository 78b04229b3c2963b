#!/usr/bin/python3
"""
`keep VERSION`: the configuration as it is now is kept. `bring-back VERSION`: the server has that one again.

Run as root, from standard input: the server may never have been deployed by sources that know it. What the
deploy writes belongs to it, but for passwords and keys, which other services know as well.
"""

import filecmp
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

KEPT = Path("/var/lib/bantam/configurations")
VERSIONS_KEPT = 10
PLACES = (
    "etc/bantam",
    "etc/nginx",
    "etc/pgbackrest.conf",
    "etc/pgbouncer",
    "etc/postgresql/17/main",
    "etc/redis",
    "etc/systemd/system",
    "usr/local/lib/bantam_backup",
    "usr/local/sbin",
)
# Other services know them, too, so they never go back alone.
SECRET = ("etc/bantam/credentials", "etc/redis/users.acl", "etc/pgbouncer/userlist.txt")
POSTGRESQL = "postgresql@17-main.service"
POOL = (
    *("runuser", "-u", "pgbouncer", "--", "psql", "-Xqw"),
    *("-h", "/run/pgbouncer", "-p", "6432", "-d", "pgbouncer", "-c"),
)
WORKERS = "bantam-app@*.service"
LONGEST_PAUSE_S = "4"
# What starts with one of these, or is below it, is read by the unit when it starts.
RESTARTED = {
    "redis-server.service": ("etc/redis", "etc/systemd/system/redis-server.service"),
    "pgbouncer.service": ("etc/systemd/system/pgbouncer.service",),
}
RELOADED = {
    POSTGRESQL: "etc/postgresql/17/main",
    "pgbouncer.service": "etc/pgbouncer",
    "nginx.service": "etc/nginx",
}


def files(root: Path) -> Iterator[Path]:
    """The regular files of the configuration below a root, by their paths from there."""
    for place in PLACES:
        path = root / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(root)
            if file.is_file() and not file.is_symlink() and not str(name).startswith(SECRET):
                yield name


def keep(version: str) -> None:
    """The files are in a directory of their own, whole or not at all; the oldest versions are gone."""
    draft = KEPT / f".{version}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for name in files(Path("/")):
        copy(Path("/") / name, draft / name)
    draft.rename(KEPT / version)
    for old in sorted(KEPT.glob("[!.]*"), key=lambda path: path.stat().st_ctime)[:-VERSIONS_KEPT]:
        shutil.rmtree(old)


def copy(source: Path, target: Path) -> None:
    """The target is the source, with its owner and mode; it was never half there, and is as new as now."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    shutil.copyfile(source, draft)
    state = source.stat()
    shutil.chown(draft, state.st_uid, state.st_gid)
    draft.chmod(state.st_mode)
    draft.rename(target)


def bring_back(version: str) -> None:
    """The server has the files of that version, and no others; what reads them has read them."""
    then, now = KEPT / version, Path("/")
    known = set(files(then))
    if not known:
        sys.exit(f"There is no configuration {version} in {KEPT}.")
    added = set(files(now)) - known
    changed = {name for name in known if not is_same(then / name, now / name)}
    for name in changed:
        copy(then / name, now / name)
    for name in added:
        (now / name).unlink()
    apply({str(name) for name in changed | added})
    print(f"{len(changed)} files are as before, {len(added)} are gone")


def is_same(then: Path, now: Path) -> bool:
    """Whether the content is; owners and modes are the deploy's."""
    return now.is_file() and filecmp.cmp(then, now, shallow=False)


def apply(changed: set[str]) -> None:
    """Each service runs by its files; PostgreSQL restarts behind the pool."""
    run("systemctl", "daemon-reload")
    for unit, place in RELOADED.items():
        if begins(changed, place) and run("systemctl", "is-active", "--quiet", unit):
            run("systemctl", "reload", unit)
    for unit, places in RESTARTED.items():
        if begins(changed, *places) or not run("systemctl", "is-active", "--quiet", unit):
            run("systemctl", "restart", unit)
    if begins(changed, f"etc/systemd/system/{POSTGRESQL}") or needs_restart():
        run("timeout", LONGEST_PAUSE_S, *POOL, "PAUSE bantam")
        run("systemctl", "restart", POSTGRESQL)
        run(*POOL, "RESUME bantam")
    if not run("systemctl", "is-active", "--quiet", "nginx.service"):
        run("systemctl", "restart", "nginx.service")
    if begins(changed, "etc/systemd/system/bantam-app@"):
        for worker in said("systemctl", "list-units", "--plain", "--no-legend", WORKERS).splitlines():
            run("systemctl", "restart", worker.split()[0])


def begins(changed: set[str], *places: str) -> bool:
    """Whether one of the files is in one of the places."""
    return any(name.startswith(places) for name in changed)


def needs_restart() -> bool:
    """Whether PostgreSQL does not run, or a setting waits for its restart."""
    ask = "SELECT count(*) FROM pg_settings WHERE pending_restart"
    return said("runuser", "-u", "postgres", "--", "psql", "-XAtqw", "-p", "5432", "-c", ask).strip() != "0"


def run(*command: str) -> bool:
    """Whether the command succeeded; the checks afterwards say what did not."""
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0


def said(*command: str) -> str:
    """What it printed."""
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/").stdout


if __name__ == "__main__":
    {"keep": keep, "bring-back": bring_back}[sys.argv[1]](sys.argv[2])

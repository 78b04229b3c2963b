#!/usr/bin/python3
"""
`keep VERSION`: the configuration as it is now is kept. `bring-back VERSION`: the server has that one again.

`go-back VERSION` is for a version that may be old: it refuses what would lock people out or lose backups, and
leaves what others have added since.

Run as root, from standard input: the server may never have been deployed by sources that know it. What the
deploy writes belongs to it, but for passwords and keys, which other services know as well.
"""

import fcntl
import filecmp
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

KEPT = Path("/var/lib/bantam/configurations")
# What a bring-back that was cut off had not finished.
UNFINISHED = KEPT / ".unfinished"
CURRENT = Path("/opt/bantam/current")
SOURCES = Path("/etc/bantam/sources")
VERSIONS_KEPT = 20
DEPLOY_LOCK = Path("/run/bantam-deploy.lock")
FIREWALL = Path("etc/nftables.conf")
REPOSITORY = Path("etc/pgbackrest.conf")
PLACES = (
    "etc/bantam",
    "etc/nftables.conf",
    "etc/nginx",
    "etc/pgbackrest.conf",
    "etc/pgbackrest/known-repository",
    "etc/pgbouncer",
    "etc/postgresql/17/main",
    "etc/redis",
    "etc/systemd/system",
    "usr/local/lib/bantam_alerts",
    "usr/local/lib/bantam_backup",
    "usr/local/lib/bantam_history",
    "usr/local/sbin",
)
# What goes back by hand is brought back by the programs of today, which know what has changed since.
PROGRAMS = (
    "usr/local/lib/bantam_alerts",
    "usr/local/lib/bantam_backup",
    "usr/local/lib/bantam_history",
    "usr/local/sbin",
)
# Others know passwords, keys and certificates, too, so they never go back alone.
SECRET = ("etc/bantam/credentials", "etc/bantam/tls", "etc/redis/users.acl", "etc/pgbouncer/userlist.txt")
UNITS = "etc/systemd/system/"
POSTGRESQL = "postgresql@17-main.service"
POOL = (
    *("runuser", "-u", "pgbouncer", "--", "psql", "-Xqw"),
    *("-h", "/run/pgbouncer", "-p", "6432", "-d", "pgbouncer", "-c"),
)
POSTGRES = ("runuser", "-u", "postgres", "--", "psql", "-XAtqw", "-p", "5432", "-c")
LONGEST_PAUSE_S = "4"
# Who reads the files below a place: by a reload, or only when it starts.
READ_BY = {
    "etc/nftables.conf": ("reload", "nftables.service"),
    "etc/nginx": ("reload", "nginx.service"),
    "etc/pgbouncer": ("reload", "pgbouncer.service"),
    "etc/postgresql/17/main": ("reload", POSTGRESQL),
    "etc/redis": ("restart", "redis-server.service"),
}


def files(root: Path) -> Iterator[Path]:
    """The regular files of the configuration below a root, by their paths from there."""
    for place in PLACES:
        path = root / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(root)
            is_ours = not str(name).startswith(SECRET) and Path("/") / name != SOURCES
            if file.is_file() and not file.is_symlink() and is_ours:
                yield name


def keep(version: str, but: str = "") -> None:
    """
    The files are in a directory of their own, whole or not at all, with the name of the release that serves.

    The oldest versions are gone, `but` that one.
    """
    draft = KEPT / f".{version}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for name in files(Path("/")):
        copy(Path("/") / name, draft / name)
    (draft / "release").write_text(CURRENT.readlink().name if CURRENT.is_symlink() else "")
    draft.rename(KEPT / version)
    for old in sorted(KEPT.glob("[!.]*"), key=lambda path: path.stat().st_ctime)[:-VERSIONS_KEPT]:
        if old.name != but:
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


def go_back(version: str) -> None:
    """
    As bring_back, but today's files are kept, and programs and what is not named after Bantam stay.

    Exit 1 if more than files has changed since then.
    """
    then, now = KEPT / version, Path("/")
    if not (then / FIREWALL).is_file():
        sys.exit(f"There is no whole configuration {version} in {KEPT}.")
    if repository(then / REPOSITORY) != repository(now / REPOSITORY):
        sys.exit("The backups have gone elsewhere since: check out sources of then and deploy them.")
    if not ssh_ports():
        sys.exit("`sshd -T` does not tell its port: see why, since the firewall of then might close it.")
    closed = [port for port in ssh_ports() if not re.search(rf"\b{port}\b", (then / FIREWALL).read_text())]
    if closed:
        sys.exit(
            f"Its firewall would close ssh's port {closed[0]}: check out sources of then and deploy them."
        )
    keep(f"before-rollback-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}", but=version)
    bring_back(version, by_hand=True)


def repository(file: Path) -> set[str]:
    """Where the backups go: the lines of pgBackRest's configuration about it."""
    lines = file.read_text().splitlines() if file.exists() else []
    return {
        line for line in lines if re.match(r"repo1-(type|path|host|s3-bucket|s3-endpoint|sftp-host)\b", line)
    }


def ssh_ports() -> list[str]:
    """The ports that sshd listens to."""
    return re.findall(r"^port (\d+)$", said("sshd", "-T"), re.MULTILINE)


def bring_back(version: str, *, by_hand: bool = False) -> None:
    """The server has the files of that version, and no others; what reads them has read them."""
    # Whoever holds it may lose the connection: then it is this one's at once.
    lock = DEPLOY_LOCK.open("a+")
    threading.Thread(target=fcntl.flock, args=(lock, fcntl.LOCK_EX), daemon=True).start()
    then, now = KEPT / version, Path("/")
    known = set(files(then))
    if not known:
        sys.exit(f"There is no configuration {version} in {KEPT}.")
    changed = {name for name in known if not is_same(then / name, now / name)}
    if by_hand:
        changed = {name for name in changed if not str(name).startswith(PROGRAMS)}
    # Not what a package has brought meanwhile: dpkg would miss it.
    added = {name for name in set(files(now)) - known if not run("dpkg", "-S", str(now / name))}
    if by_hand:
        added = {name for name in added if "bantam" in str(name) and not str(name).startswith(PROGRAMS)}
    # First, so that a run after one that was cut off still lets everybody read what that had copied.
    unread = {str(name) for name in changed | added}
    unread |= set(UNFINISHED.read_text().splitlines()) if UNFINISHED.exists() else set()
    UNFINISHED.write_text("\n".join(sorted(unread)))
    disable({name for name in added if str(name).startswith(UNITS)})
    for name in changed:
        copy(then / name, now / name)
    for name in added:
        (now / name).unlink()
    # Roles in the database and the like are not back, so it is not as any sources made it.
    SOURCES.unlink(missing_ok=True)
    if failed := apply(unread):
        sys.exit("\n".join(failed))
    UNFINISHED.unlink()
    print(f"{len(changed)} files are as before, {len(added)} are gone")
    lock.close()


def is_same(then: Path, now: Path) -> bool:
    """Whether content, owner and mode are."""
    if not now.is_file() or not filecmp.cmp(then, now, shallow=False):
        return False
    one, other = then.stat(), now.stat()
    return (one.st_uid, one.st_gid, one.st_mode) == (other.st_uid, other.st_gid, other.st_mode)


def disable(added: set[Path]) -> None:
    """Units that only the release had run no more."""
    for name in added:
        if name.parent == Path(UNITS):
            run("systemctl", "disable", "--now", name.name)
            run("systemctl", "reset-failed", name.name)


def apply(changed: set[str]) -> list[str]:
    """Each service runs by its files, PostgreSQL behind the pool; a sentence for each that does not."""
    run("systemctl", "daemon-reload")
    wanted: dict[str, str] = {}
    for place, (how, unit) in READ_BY.items():
        if any(name.startswith(place) for name in changed):
            wanted[unit] = how
    for name in changed:
        if name.startswith(UNITS):
            wanted[name.removeprefix(UNITS).split("/")[0].removesuffix(".d")] = "restart"
    if wanted.get(POSTGRESQL) == "reload" and run("systemctl", "reload", POSTGRESQL):
        wanted[POSTGRESQL] = "restart" if needs_restart() else "none"
    # The database first: the others wait for it.
    order = sorted(wanted, key=lambda unit: (unit != POSTGRESQL, unit))
    return [f"{unit} could not {wanted[unit]}" for unit in order if not let_read(unit, wanted[unit])]


def let_read(unit: str, how: str) -> bool:
    """Whether the unit has read its files, if it is one that runs."""
    if how == "none":
        return True
    if "@." in unit:
        units = f"{unit.partition('@')[0]}@*"
        listed = said("systemctl", "list-units", "--plain", "--no-legend", units).splitlines()
        return all(let_read(line.split()[0], how) for line in listed)
    is_active = run("systemctl", "is-active", "--quiet", unit)
    if not is_active and not said("systemctl", "is-enabled", unit).startswith("enabled"):
        return True
    if unit == POSTGRESQL:
        run(*POSTGRES, "CHECKPOINT")  # then the one of the shutdown, behind the paused pool, is short
        run("timeout", LONGEST_PAUSE_S, *POOL, "PAUSE bantam")
        restarted = run("systemctl", "restart", unit)
        run(*POOL, "RESUME bantam")
        return restarted
    if how == "reload" and is_active and run("systemctl", "reload", unit):
        return True
    run("systemctl", "reset-failed", unit)
    return run("systemctl", "restart", unit)


def needs_restart() -> bool:
    """Whether a setting of PostgreSQL waits for its restart."""
    ask = "SELECT count(*) FROM pg_settings WHERE pending_restart"
    return said(*POSTGRES, ask).strip() != "0"


def run(*command: str) -> bool:
    """Whether the command succeeded."""
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0


def said(*command: str) -> str:
    """What it printed."""
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/").stdout


if __name__ == "__main__":
    asked, name = sys.argv[1:]
    if asked == "keep":
        keep(name)
    elif asked == "go-back":
        go_back(name)
    else:
        bring_back(name)

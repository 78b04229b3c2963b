"""
systemd units that match their files: the next run finishes what an earlier one left undone.

Whether a restart is needed is read from the server (is a file newer than the running unit?), never
remembered from the run that wrote the file: that run may have died in between.
"""

from collections.abc import Generator
from datetime import UTC, datetime

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation

from deploy.operations.restarts import restart_command

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class UnitState(FactBase[dict[str, str]]):
    """
    A unit's properties, and the modification times of files it depends on.

    {"ActiveState": "active", "ActiveEnterTimestamp": "...", "file /etc/x.conf": "1763874000.5", ...}
    """

    default = dict

    def command(self, unit: str, files: tuple[str, ...] = ()) -> StringCommand:
        """`systemctl show` of the unit, then a line `file PATH=MTIME` for each existing file."""
        properties = "ActiveState,UnitFileState,NeedDaemonReload,ActiveEnterTimestamp,StateChangeTimestamp"
        properties += ",ReloadResult,ConditionResult,ConditionTimestamp"
        show = StringCommand(
            "systemctl", "show", "--timestamp=us+utc", f"--property={properties}", QuoteString(unit)
        )
        if not files:
            return show
        paths = [QuoteString(path) for path in files]
        return StringCommand(show, "; stat -c 'file %n=%.Y'", *paths, "2>/dev/null || true")

    def process(self, output: list[str]) -> dict[str, str]:
        """The key is the part of each line before the first `=`."""
        return dict(line.split("=", 1) for line in output if "=" in line)


def _entered(state: dict[str, str], timestamp: str) -> float:
    """Seconds since 1970 of a `Day DATE TIME UTC` property; 0 if it never happened."""
    words = state.get(timestamp, "").split()
    if len(words) != 4:
        return 0.0
    return datetime.strptime(f"{words[1]} {words[2]}", _TIME_FORMAT).replace(tzinfo=UTC).timestamp()


def _newest(state: dict[str, str], files: tuple[str, ...]) -> float:
    return max((float(state.get(f"file {path}", 0)) for path in files), default=0.0)


@operation()
def unit(
    unit: str,
    restart_after: tuple[str, ...] = (),
    reload_after: tuple[str, ...] = (),
) -> Generator[StringCommand]:
    """
    Enabled, running, and started after its files last changed.

    + unit: full name of the unit
    + restart_after: files (unit files, drop-ins, what is read at start) whose change needs a restart
    + reload_after: files whose change needs a reload
    """
    state = host.get_fact(UnitState, unit=unit, files=(*restart_after, *reload_after))
    systemctl = StringCommand("systemctl")
    changed = False
    if state.get("NeedDaemonReload") == "yes" or "UnitFileState" not in state:
        yield StringCommand(systemctl, "daemon-reload")
        changed = True
    if state.get("UnitFileState") not in ("enabled", "enabled-runtime", "static", "generated"):
        yield StringCommand(systemctl, "enable", "--quiet", QuoteString(unit))
        changed = True
    if state.get("ConditionTimestamp") and state.get("ConditionResult") == "no":
        host.noop(f"{unit} has a condition that this machine does not meet")
    elif state.get("ActiveState") not in ("active", "reloading"):
        # While it is "activating", a start would join the attempt that began with the files of before.
        verb = "restart" if state.get("ActiveState") == "activating" else "start"
        yield StringCommand(
            systemctl,
            "reset-failed",
            QuoteString(unit),
            "2>/dev/null;",
            systemctl,
            verb,
            QuoteString(unit),
        )
    elif _newest(state, restart_after) > _entered(state, "ActiveEnterTimestamp"):
        yield StringCommand(restart_command(unit))
    elif _newest(state, reload_after) > _entered(state, "StateChangeTimestamp") or (
        reload_after and state.get("ReloadResult", "success") != "success"
    ):
        yield StringCommand(systemctl, "reload", QuoteString(unit))
    elif not changed:
        host.noop(f"{unit} runs and is newer than its files")


@operation()
def loaded(unit: str) -> Generator[StringCommand]:
    """
    Systemd has loaded the current unit file, for a unit that only a timer starts.

    + unit: full name of the unit
    """
    state = host.get_fact(UnitState, unit=unit)
    if state.get("NeedDaemonReload") == "no" and "UnitFileState" in state:
        host.noop(f"{unit} is loaded")
        return
    yield StringCommand("systemctl", "daemon-reload")

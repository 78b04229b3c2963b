"""Boot a server with systemd-nspawn and wait until it is up."""

import shutil
import time
from pathlib import Path

from sandbox import cgroups, disk, lxcfs, ssh
from sandbox.errors import SandboxError
from sandbox.mounts import mounted, unmount
from sandbox.process import Process, start_detached
from sandbox.progress import step
from sandbox.shell import last_line
from sandbox.state import Server, directory, save

BOOT_SECONDS = 120
POWER_OFF_SECONDS = 120
ASK_STATE = "systemctl is-system-running"

# Where nspawn keeps directories by machine name; since systemd 257, a killed one leaves a mount
# there that makes the next start fail.
NSPAWN_RUNTIME = Path("/run/systemd/nspawn")

# A rebooting server makes nspawn exit with 133. In the unified tree, each boot gets its own leaf
# next to ours, since nspawn turns the group it runs in into a branch.
BOOT_AND_REBOOT = """
boot=0
while
    boot=$((boot + 1))
    (
        while [ "$1" != -- ]; do
            group=$1
            [ "${group##*/}" = .launcher ] && group=${group%/*}/boot-$boot && mkdir -p "$group"
            echo 0 > "$group/cgroup.procs" || exit 1
            shift
        done
        shift
        exec setpriv --pdeathsig KILL "$@"
    )
    [ $? -eq 133 ]
do :; done
"""


def boot(server: Server, cpus: list[int]) -> None:
    """Start the server, and restart it whenever it reboots; server.json has the process that does this."""
    Path("/run/systemd").mkdir(exist_ok=True)
    groups = cgroups.create(server.name, server.ram_mb, cpus)

    def record(process: Process) -> None:
        server.pid, server.pid_start = process.pid, process.start
        save(server)

    start_detached(
        ["sh", "-c", BOOT_AND_REBOOT, "server", *map(str, groups), "--", *nspawn(server)],
        log=console(server.name),
        cgroups=groups,
        record=record,
        environment={
            # A real server has the unified tree and may set its own net.* sysctls.
            "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
            "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
        },
    )


def clear_runtime(name: str) -> None:
    """Remove leftovers of a killed nspawn from /run; its disk must still be mounted."""
    if mounted(disk.root(name)):
        top = disk.root(name).stat()
        (NSPAWN_RUNTIME / f"locks/inode-{top.st_dev}:{top.st_ino}").unlink(missing_ok=True)
    for place in NSPAWN_RUNTIME.glob(f"*/{name}"):
        unmount(place)
        shutil.rmtree(place)


def nspawn(server: Server) -> list[str]:
    """Return the command line that becomes the server."""
    # A machine's tmpfs may use half of its memory; nspawn's default is a tenth of the host's.
    half = f"mode=1777,size={server.ram_mb // 2}M"
    return [
        *("systemd-nspawn", "--quiet", "--settings=no", "--keep-unit", "--register=no"),
        *("--boot", "--console=read-only"),
        *(f"--machine={server.name}", f"--directory={disk.root(server.name)}"),
        *(f"--network-namespace-path=/run/netns/{server.netns}", "--capability=CAP_NET_ADMIN"),
        *("--resolv-conf=off", "--timezone=off", "--link-journal=no"),
        *(f"--tmpfs=/dev/shm:{half}", f"--tmpfs=/tmp:{half}"),
        f"--bind={lxcfs.SHARED}:/var/lib/lxcfs",
        # systemd takes PID 1's arguments for the kernel's: the console log shows each unit as it starts.
        *("--", "systemd.show_status=yes"),
    ]


def console(name: str) -> Path:
    """Return the file with the server's boot output."""
    return directory(name) / "console.log"


def power_off(server: Server) -> None:
    """Shut the server down like a rented one: every service stops cleanly."""
    # The connection may close before the command has an exit code.
    ssh.ask_root(server, "systemctl poweroff")
    deadline = time.monotonic() + POWER_OFF_SECONDS
    while server.process.alive():
        if time.monotonic() > deadline:
            raise SandboxError(
                f"The server {server.name} did not power off within {POWER_OFF_SECONDS} s: "
                f"see {console(server.name)} for what it waits for."
            )
        time.sleep(0.1)


def repair_view(server: Server) -> None:
    """Show a running server its memory and processors again if its lxcfs has died."""
    try:
        Path(f"/proc/{child(child(server.pid))}/root/proc/meminfo").read_bytes()
    except (OSError, IndexError):
        with step(f"memory and processors shown to {server.name} again"):
            ssh.ask_root(server, "systemctl restart sandbox-proc-view")


def child(pid: int) -> int:
    """Return the first child: nspawn has only PID 1 of the server, and the launcher only nspawn."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def wait_until_up(server: Server) -> None:
    """Wait until ssh answers and systemd has finished; on the first boot no unit may have failed."""
    good = {"running", "degraded"} if server.ready else {"running"}
    deadline = time.monotonic() + BOOT_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        if not server.process.alive():
            text = console(server.name).read_text(errors="replace")
            raise SandboxError(
                f"The server {server.name} ended while it booted, its console is in "
                f"{console(server.name)}: {last_line(text)}"
            )
        done = ssh.ask(server, f"timeout 30 {ASK_STATE} --wait || {ASK_STATE}")
        answer = last_line(done.stdout or done.stderr)
        if answer in good:
            server.ready = True
            save(server)
            return
        if answer == "degraded":
            failed = ssh.ask(server, "systemctl --failed --plain --no-legend").stdout.split("\n")
            units = ", ".join(line.split()[0] for line in failed if line.strip())
            raise SandboxError(
                f"The server {server.name} is up with failed units ({units}): look at them with "
                f"`python3 -m sandbox ssh --name {server.name}`."
            )
        time.sleep(0.2)
    raise SandboxError(
        f"The server {server.name} was not up after {BOOT_SECONDS} s ({answer}), "
        f"its console is in {console(server.name)}."
    )

"""A systemd unit as it runs: its properties, its process, its network, its sandbox."""

from typing import Any

import pytest

CAP_SYS_RESOURCE = 24  # capability(7): needed to lower another process's oom_score_adj


class Unit:
    """One unit on the server."""

    def __init__(self, host: Any, name: str) -> None:
        self._host = host
        self.name = name
        lines = host.check_output("systemctl show %s", name).splitlines()
        self.properties: dict[str, str] = dict(line.split("=", 1) for line in lines if "=" in line)

    @property
    def pid(self) -> int:
        """Its main process."""
        pid = int(self.properties.get("MainPID") or 0)
        assert pid, f"{self.name} has no process"
        return pid

    def process(self, field: str) -> str:
        """A field that `ps` reports for the main process: `user`, `comm`, ..."""
        output: str = self._host.check_output("ps -o %s= -p %s", field, str(self.pid))
        return output.strip()

    def exposure(self) -> float:
        """From 0 (locked in) to 10 (may do anything), as systemd-analyze rates it."""
        rating = self._host.check_output("systemd-analyze security --no-pager %s", self.name).splitlines()[-1]
        return float(rating.rpartition(": ")[2].split()[0])

    def tcp_listeners(self) -> list[str]:
        """Its TCP listeners, in its own network namespace, which a plain `ss` does not see."""
        output = self._host.check_output(f"nsenter --net=/proc/{self.pid}/ns/net ss -Hltnp")
        return [line for line in output.splitlines() if f'("{self.process("comm")}"' in line]

    def replaced_files(self) -> list[str]:
        """Files of packages that its main process still runs although an upgrade has replaced them."""
        output: str = self._host.check_output(
            f"sed -nE 's/.* (\\/(usr|lib)[^ ]*) \\(deleted\\)$/\\1/p' /proc/{self.pid}/maps | sort -u"
        )
        return output.split()

    def oom_score_adj(self) -> int:
        """What the kernel adds to its OOM score.

        Skips where it should be negative but the machine may not lower it.
        """
        text = self._host.check_output(f"cat /proc/{self.pid}/oom_score_adj && grep CapBnd /proc/1/status")
        score, _, capabilities = text.split()
        if int(self.properties["OOMScoreAdjust"]) < 0 and not int(capabilities, 16) >> CAP_SYS_RESOURCE & 1:
            pytest.skip(
                "without CAP_SYS_RESOURCE this machine cannot lower oom_score_adj; the unit asks for it"
            )
        return int(score)

    def memory_limit(self) -> int:
        """Its memory limit in bytes, as the kernel enforces it; skips if services have no own limits."""
        controllers = self._host.check_output("cat /sys/fs/cgroup/cgroup.controllers").split()
        if "memory" not in controllers:
            pytest.skip(
                "the memory controller is on cgroup v1: the server has a limit, its services have none"
            )
        limit = self._host.check_output(f"cat /sys/fs/cgroup{self.properties['ControlGroup']}/memory.max")
        return int(limit) if limit.isdigit() else 0

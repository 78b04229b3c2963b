"""Memory and processors of a server, on cgroup v1, v2, or both at the same time."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError

OURS = "bantam-sandbox"
# The dot keeps it from being a server's name.
LEAF = ".launcher"
# The controllers whose figures lxcfs shows to a server.
V1_CONTROLLERS = ("memory", "cpuset", "cpu", "cpuacct", "name=systemd")
V2_CONTROLLERS = ("memory", "cpuset", "cpu", "pids", "io")


@dataclass(frozen=True)
class Hierarchy:
    """A mounted cgroup tree and the controllers in it that we use; the unified tree is `version` 2."""

    root: Path
    version: int
    controllers: frozenset[str]

    def group(self, name: str) -> Path:
        """Return the place of a server's group."""
        return self.root / OURS / name


def hierarchies(mounts: Path = Path("/proc/self/mounts")) -> list[Hierarchy]:
    """Return every tree in which a server has a group."""
    found: dict[Path, Hierarchy] = {}
    for line in mounts.read_text().splitlines():
        _, place, kind, options = line.split()[:4]
        root = Path(place)
        if kind == "cgroup2":
            names = (root / "cgroup.controllers").read_text().split()
            found[root] = Hierarchy(root, 2, frozenset(names) & frozenset(V2_CONTROLLERS))
        elif kind == "cgroup" and (ours := frozenset(options.split(",")) & frozenset(V1_CONTROLLERS)):
            found[root] = Hierarchy(root, 1, ours)
    return list(found.values())


def create(name: str, ram_mb: int, cpus: list[int]) -> list[Path]:
    """Create groups that limit their processes to `ram_mb` MB (0: no limit) and these processors."""
    trees = hierarchies()
    if not any("memory" in tree.controllers for tree in trees):
        raise SandboxError(
            "This machine's kernel offers no memory cgroup: start it without cgroup_disable=memory."
        )
    return [(create_v2 if tree.version == 2 else create_v1)(tree, name, ram_mb, cpus) for tree in trees]


def create_v1(tree: Hierarchy, name: str, ram_mb: int, cpus: list[int]) -> Path:
    """Create the group in a v1 tree and return it; it can contain processes."""
    group = tree.group(name)
    group.mkdir(parents=True, exist_ok=True)
    if "cpuset" in tree.controllers:
        # A v1 cpuset starts empty, and the parent must have what the child gets.
        for level in (group.parent, group):
            (level / "cpuset.mems").write_text((level.parent / "cpuset.mems").read_text())
        (group.parent / "cpuset.cpus").write_text((tree.root / "cpuset.cpus").read_text())
        (group / "cpuset.cpus").write_text(",".join(map(str, cpus)))
    if "memory" in tree.controllers and ram_mb:
        limit = str(ram_mb * 1024**2)
        (group / "memory.limit_in_bytes").write_text(limit)
        swap = group / "memory.memsw.limit_in_bytes"
        if swap.exists():
            swap.write_text(limit)
    return group


def create_v2(tree: Hierarchy, name: str, ram_mb: int, cpus: list[int]) -> Path:
    """Create the group in the unified tree and return a leaf of it, the only place for processes there."""
    group = tree.group(name)
    leaf = group / LEAF
    leaf.mkdir(parents=True, exist_ok=True)
    wanted = " ".join(f"+{controller}" for controller in sorted(tree.controllers))
    for level in (tree.root, group.parent, group):
        (level / "cgroup.subtree_control").write_text(wanted)
    if "cpuset" in tree.controllers:
        (group / "cpuset.cpus").write_text(",".join(map(str, cpus)))
    if "memory" in tree.controllers and ram_mb:
        (group / "memory.max").write_text(str(ram_mb * 1024**2))
        swap = group / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")
    return leaf


def processors(count: int, turn: int) -> list[int]:
    """Choose `count` of our processors; servers with different turns get different ones if possible."""
    available = sorted(os.sched_getaffinity(0))
    first = turn * count % len(available)
    return sorted((available + available)[first : first + min(count, len(available))])


def remove(name: str) -> None:
    """Kill what is left in the server's groups and remove them, and our own parent when it is empty."""
    for tree in hierarchies():
        group = tree.group(name)
        empty(group)
        remove_tree(group)
        if group.parent.is_dir() and not subgroups(group.parent):
            remove_tree(group.parent)


def known_names() -> set[str]:
    """Return the servers that still have a group."""
    groups = [path for tree in hierarchies() for path in tree.root.glob(f"{OURS}/[a-z]*") if path.is_dir()]
    return {group.name for group in groups}


def empty(group: Path) -> None:
    """Kill every process in the group and below, and wait until they are gone."""
    for _ in range(200):
        pids = [int(pid) for tasks in group.glob("**/cgroup.procs") for pid in read_lines(tasks)]
        if not pids:
            return
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)
    raise SandboxError(f"Processes in {group} do not exit: look at them with `cat {group}/cgroup.procs`.")


def read_lines(path: Path) -> list[str]:
    """Return the words of a file, none if it has just vanished."""
    try:
        return path.read_text().split()
    except OSError:
        return []


def subgroups(group: Path) -> list[Path]:
    """Return the groups directly below."""
    return [path for path in group.iterdir() if path.is_dir()]


def remove_tree(group: Path) -> None:
    """Remove the group and all below it; the kernel may need a moment after the last process."""
    if not group.is_dir():
        return
    for child in subgroups(group):
        remove_tree(child)
    for _ in range(40):
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SandboxError(f"The cgroup {group} cannot be removed: another process holds it.")

import json
import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox import cgroups, state
from sandbox.errors import SandboxError
from sandbox.process import Process, start_of
from sandbox.state import Server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(state, "SERVERS", tmp_path)
    texts = ("name", "address", "host_address", "netns", "ssh_key", "known_hosts", "ssh_user", "image")
    values: dict[str, Any] = {"ram_mb": 2048, "vcpus": 2, "pid": 0, "pid_start": 0, "created": 0.5}
    values |= dict.fromkeys(texts, "x")
    return Server(**values, ready=True)


def test_a_record_comes_back_as_it_was_saved(server: Server) -> None:
    state.save(server)
    assert state.load("x") == server
    assert state.all_servers() == [server]


def test_a_server_of_another_checkout_is_refused_unless_asked_for(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.check_checkout(None)
    state.check_checkout(replace(server, checkout=str(state.CHECKOUT)))
    state.check_checkout(replace(server, checkout=str(tmp_path / "deleted since")))
    theirs = replace(server, checkout=str(tmp_path))
    with pytest.raises(SandboxError, match=f"The server x was created from {tmp_path}: choose another name"):
        state.check_checkout(theirs)
    monkeypatch.setenv("ANY_CHECKOUT", "1")
    state.check_checkout(theirs)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", json.dumps({"name": "x"})])
def test_a_damaged_record_counts_as_none(server: Server, text: str) -> None:
    state.save(server)
    (state.directory("x") / "server.json").write_text(text)
    assert state.load("x") is None
    assert state.all_servers() == []


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a/b", "..", "1a", "a" * 32])
def test_an_unfit_name_is_refused(name: str) -> None:
    with pytest.raises(SandboxError, match="does not fit"):
        state.check_name(name)


@pytest.mark.parametrize("name", ["a", "demo", "v2-host", "a" * 31])
def test_a_fit_name_is_taken(name: str) -> None:
    state.check_name(name)


def test_a_process_is_known_by_pid_and_start() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        start = start_of(sleeper.pid)
        assert start is not None
        Process(sleeper.pid, start - 1).kill()
        assert sleeper.poll() is None, "a later process with a recorded pid must not be touched"
        assert Process(sleeper.pid, start).alive()
        Process(sleeper.pid, start).kill()
        assert sleeper.wait(5) == -signal.SIGKILL
    assert not Process(sleeper.pid, start).alive()


def test_no_process_has_no_start() -> None:
    assert start_of(2**22 + 1) is None


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("cgroup2 {0}/all cgroup2 rw 0 0", {("all", 2, "cpuset memory")}),
        (
            (
                "tmpfs {0} tmpfs rw 0 0\ncgroup {0}/memory cgroup rw,memory 0 0\n"
                "cgroup {0}/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\ncgroup {0}/pids cgroup rw,pids 0 0"
            ),
            {("memory", 1, "memory"), ("cpu,cpuacct", 1, "cpu cpuacct")},
        ),
        (
            "cgroup {0}/memory cgroup rw,memory 0 0\ncgroup2 {0}/unified cgroup2 rw 0 0",
            {("memory", 1, "memory"), ("unified", 2, "")},
        ),
    ],
    ids=["v2", "v1", "hybrid"],
)
def test_every_kind_of_cgroup_host_is_understood(
    tmp_path: Path, mounts: str, expected: set[tuple[str, int, str]]
) -> None:
    for place, controllers in (("all", "cpuset memory hugetlb"), ("unified", "hugetlb")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "cgroup.controllers").write_text(controllers)
    table = tmp_path / "mounts"
    table.write_text(mounts.format(tmp_path))
    found = cgroups.hierarchies(table)
    assert {(tree.root.name, tree.version, " ".join(sorted(tree.controllers))) for tree in found} == expected


def test_servers_take_turns_with_the_processors() -> None:
    available = sorted(os.sched_getaffinity(0))
    for turn in range(5):
        chosen = cgroups.processors(2, turn)
        assert set(chosen) <= set(available)
        assert len(chosen) == len(set(chosen)) == min(2, len(available))

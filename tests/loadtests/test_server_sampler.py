import json
import subprocess
import sys
from pathlib import Path

import gevent
import msgspec
import pytest

from loadtests.errors import RefusedError
from loadtests.server import pool, redis, sampler
from loadtests.server.stream import Stream
from loadtests.server.timeline import SAMPLER, Sample, memory_peak, points, source

CAPTURED = Path(__file__).with_name("captured")
# What a process sees of itself on a sandbox whose host keeps its controllers on cgroup v1, and on v2.
CGROUP_V1 = (
    "9:name=systemd:/\n4:memory:/\n0::/system.slice/system-postgresql.slice/postgresql@17-main.service\n"
)
CGROUP_V2 = "0::/system.slice/nginx.service\n"


def test_memory_of_a_machine_is_what_its_kernel_says() -> None:
    total, used = sampler.memory_mb((CAPTURED / "meminfo-machine").read_text())

    assert (round(total), round(used)) == (24106, 4352)


def test_memory_of_a_sandbox_holds_shared_buffers_too() -> None:
    text = (CAPTURED / "meminfo-sandbox").read_text()
    fields = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()}

    total, used = sampler.memory_mb(text)

    assert total == 2048
    # lxcfs counts all of the page cache as available, and with it the shared memory.
    assert used == (fields["MemTotal"] - fields["MemAvailable"] + fields["Shmem"]) / 1024


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (CGROUP_V1, "/system.slice/system-postgresql.slice/postgresql@17-main.service"),
        (CGROUP_V2, "/system.slice/nginx.service"),
        ("", "/"),
    ],
)
def test_a_process_has_its_place_in_systemds_tree(text: str, path: str) -> None:
    assert sampler.cgroup_path(text) == path


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/system.slice/system-postgresql.slice/postgresql@17-main.service", "postgresql"),
        ("/system.slice/pgbouncer.service", "pgbouncer"),
        ("/system.slice/redis-server.service", "redis"),
        (r"/system.slice/system-bantam\x2dapp.slice/bantam-app@2.service", "app"),
        ("/system.slice/nginx.service", "edge"),
        ("/system.slice/ssh.service", "other"),
        ("/user.slice/user-0.slice/session-1.scope", "other"),
        ("/init.scope", "other"),
        ("/", "other"),
    ],
)
def test_a_place_belongs_to_a_component(path: str, service: str) -> None:
    assert sampler.service_of(path) == service


def test_shared_pages_are_divided() -> None:
    assert sampler.pss_mb((CAPTURED / "smaps_rollup").read_text()) == pytest.approx(7176 / 1024)
    assert sampler.pss_mb("") == 0


def test_cpu_time_is_in_seconds() -> None:
    assert sampler.cpu_seconds((CAPTURED / "cpu.stat").read_text()) == pytest.approx(2.624382)


def test_the_sampler_runs_on_any_linux_and_ends_with_its_reader() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", str(SAMPLER), "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        first = json.loads(process.stdout.readline())
        process.stdout.close()

        assert process.wait(10) is not None
        assert process.stderr.read() == b""
    assert 0 < first["memory_used"] < first["memory_total"]


def sample(clock: float, **cpu: float) -> Sample:
    return Sample(
        clock=clock,
        cpus=2,
        disk_free=9000,
        network=(int(1024 * clock), 0),
        memory_total=2048,
        memory_used=500 + clock,
        cpu=cpu,
    )


def test_cpu_is_percent_of_a_core_since_the_sample_before_by_the_servers_own_clock() -> None:
    seen = [(1000.0, sample(0, app=5)), (1001.2, sample(1, app=5.25)), (1004, sample(3, app=6.25, edge=1))]

    first, second = points(seen, begin=1000)

    assert (first.at, first.cpu) == (1.2, {"app": 25})
    assert (second.at, second.cpu) == (4, {"app": 50})


def test_a_restarted_service_does_not_use_negative_cpu() -> None:
    assert points([(0, sample(0, app=9)), (1, sample(1, app=0.5))], 0)[0].cpu == {"app": 0}


@pytest.mark.parametrize(("end", "peak"), [(10, 510), (14, 511), (17, None)])
def test_memory_has_a_peak_only_if_it_was_sampled_to_the_end(end: float, peak: float | None) -> None:
    seen = [(float(clock), sample(clock)) for clock in range(12)]

    assert memory_peak(points(seen, 0), end) == peak


def test_a_session_that_breaks_off_says_why() -> None:
    first = msgspec.json.encode(sample(1, server=1)).decode()
    ssh = ["sh", "-c", f"cat > /dev/null; echo '{first}'; echo connection reset >&2; exit 255"]
    stream = Stream(ssh, source(9))

    stream.start()
    stream.wait()
    gevent.sleep(0.3)
    stream.stop()

    assert len(stream.samples) == 1
    assert stream.broke_off == "connection reset"


def test_redis_has_no_sample_while_it_restarts() -> None:
    half = [b"Could not connect to Redis", b"used_memory:1", b"PONG"]
    whole = [b"keyspace_hits:3", b"keyspace_misses:1", b"evicted_keys:0", b"used_memory:1048576", b"PONG"]

    (found,) = redis.read([*half, *whole])

    assert found == redis.Sample(3, 1, 0, 1048576)


def test_pgbouncers_tables_are_one_sample() -> None:
    pools = ["database|sv_active|cl_waiting|maxwait|maxwait_us", "bantam|3|2|1|500000", "pgbouncer|1|0|0|0"]
    totals = ["database|server_assignment_count|xact_time|wait_time", "bantam|9|1000|200"]
    lines = ["name|pool_size", "bantam|20", "pgbouncer|2", *pools, *totals, ".end"]

    (found,) = pool.read(line.encode() for line in lines)

    assert found == pool.Sample(20, 3, 2, 1_500_000, 9, 1000, 200)


def test_without_samples_there_is_no_peak() -> None:
    assert memory_peak([], 10) is None


@pytest.mark.parametrize(
    ("ssh", "said"),
    [
        (["/nowhere/ssh"], "`ssh` in the target file cannot be run: No such file or directory."),
        (["sh", "-c", "exit 3"], "The server cannot be sampled by ssh: it ended with code 3."),
        (["sh", "-c", "echo no route to host >&2; exit 255"], "by ssh: no route to host."),
        (["sh", "-c", "echo Welcome!"], "The server cannot be sampled by ssh: it ended with code 0."),
    ],
)
def test_a_server_that_cannot_be_sampled_is_refused(ssh: list[str], said: str) -> None:
    def first_sample() -> None:
        stream = Stream(ssh, source(10))
        stream.start()
        stream.wait()

    with pytest.raises(RefusedError) as refused:
        first_sample()

    assert said in str(refused.value)

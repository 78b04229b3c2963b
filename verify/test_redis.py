"""Redis: a bounded cache on a unix socket, where every user has a name and few permissions."""

from collections.abc import Callable
from typing import Any

import pytest

from verify.expected import expected_size
from verify.probes.connection import Connection
from verify.probes.rediscli import redis
from verify.probes.secret import Secret
from verify.probes.units import Unit

UNIT = "redis-server.service"

# None of these would change anything that matters if Redis executed it.
FORBIDDEN_TO_THE_APP = [
    "CONFIG GET maxmemory",
    "CONFIG SET maxmemory-policy allkeys-lfu",
    "ACL LIST",
    "ACL SETUSER bantam on",
    "EVAL 'return 1' 0",
    "SCRIPT EXISTS x",
    "FUNCTION LIST",
    "FCALL x 0",
    "SHUTDOWN ABORT",
    "SAVE",
    "BGREWRITEAOF",
    "REPLICAOF NO ONE",
    "MODULE LIST",
    "CLIENT KILL ID 0",
    "CLIENT NO-EVICT off",
    "KEYS bantam:verify:none",
    "SWAPDB 14 15",
    "FLUSHDB",
    "FLUSHALL verify",
    "SLOWLOG GET 1",
    "LATENCY LATEST",
    "MONITOR",
]
FORBIDDEN_TO_THE_MONITOR = [
    "GET bantam:verify:none",
    "SET bantam:verify:none x",
    "CONFIG SET maxmemory-policy allkeys-lfu",
    "ACL LIST",
    "EVAL 'return 1' 0",
    "SHUTDOWN ABORT",
    "FLUSHDB",
    "KEYS bantam:verify:none",
    "CLIENT KILL ID 0",
    "CLIENT PAUSE 0",
    "CLIENT NO-EVICT off",
]


@pytest.fixture(scope="module")
def configuration(connection: Connection, secrets: dict[str, Secret]) -> dict[str, str]:
    """The running configuration, from CONFIG GET."""
    [flat] = redis(connection, "monitor", secrets["redis_monitor_password"], "CONFIG GET *")
    return dict(zip(flat[::2], flat[1::2], strict=True))


@pytest.fixture(scope="module")
def information(connection: Connection, secrets: dict[str, Secret]) -> dict[str, str]:
    lines = redis(connection, "monitor", secrets["redis_monitor_password"], "INFO")
    return dict(line.split(":", 1) for line in map(str, lines) if ":" in line)


@pytest.fixture(scope="module")
def users(connection: Connection) -> dict[str, list[str]]:
    """The rules of each user in Redis's file of users."""
    lines = [line.split() for line in connection.run("cat /etc/redis/users.acl").stdout.splitlines()]
    return {name: rules for _, name, *rules in lines}


@pytest.fixture(scope="module")
def refusals(connection: Connection, secrets: dict[str, Secret]) -> dict[tuple[str, str], str]:
    """The reply to each forbidden command, in an unused database."""
    tried = {("bantam", "redis_app_password"): FORBIDDEN_TO_THE_APP}
    tried["monitor", "redis_monitor_password"] = FORBIDDEN_TO_THE_MONITOR
    replies: dict[tuple[str, str], str] = {}
    for (user, secret), commands in tried.items():
        answers = redis(connection, user, secrets[secret], "SELECT 15", *commands)[1:]
        replies |= {(user, command): str(answer) for command, answer in zip(commands, answers, strict=False)}
    return replies


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ActiveState", "active"),
        ("UnitFileState", "enabled"),
        ("NeedDaemonReload", "no"),
        ("Restart", "on-failure"),
        ("StartLimitIntervalUSec", "0"),
        ("OOMScoreAdjust", "300"),
        ("UMask", "0077"),
    ],
)
def test_service(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit(UNIT).properties[name] == value


def test_service_is_bounded_in_memory(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).properties["MemoryMax"] != "infinity"


def test_kernel_enforces_the_memory_limit(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).memory_limit() == int(unit(UNIT).properties["MemoryMax"])


def test_kernel_prefers_it_when_memory_runs_out(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).oom_score_adj() == 300


def test_runs_as_its_own_user(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).process("user") == "redis"


def test_exposure(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).exposure() <= 1.5


def test_listens_on_no_tcp_port(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).tcp_listeners() == []


def test_version(information: dict[str, str]) -> None:
    assert information["redis_version"].startswith("8.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("unixsocket", "/run/redis/redis.sock"),
        ("protected-mode", "yes"),
        ("enable-debug-command", "no"),
        ("unixsocketperm", "770"),
        ("maxmemory-policy", "allkeys-lfu"),
        ("maxmemory-clients", "10%"),
        ("lazyfree-lazy-eviction", "yes"),
        ("lazyfree-lazy-expire", "yes"),
        ("save", ""),
        ("appendonly", "no"),
    ],
)
def test_configuration(configuration: dict[str, str], name: str, value: str) -> None:
    assert configuration[name] == value


def test_memory(configuration: dict[str, str], settings: dict[str, Any], machine: dict[str, int]) -> None:
    promised = expected_size("redis_maxmemory_mb", settings=settings, **machine)
    assert int(configuration["maxmemory"]) == promised * 2**20


def test_memory_is_below_the_limit_of_the_service(
    configuration: dict[str, str], unit: Callable[[str], Unit]
) -> None:
    assert 0 < int(configuration["maxmemory"]) < int(unit(UNIT).properties["MemoryMax"])


@pytest.mark.parametrize(("name", "value"), [("rdb_bgsave_in_progress", "0"), ("aof_enabled", "0")])
def test_keeps_nothing_on_disk(information: dict[str, str], name: str, value: str) -> None:
    assert information[name] == value


def test_socket_is_for_the_app_only(host: Any) -> None:
    socket = host.file("/run/redis/redis.sock")
    assert (socket.is_socket, socket.user, socket.group, oct(socket.mode)) == (
        True,
        "redis",
        "bantam",
        "0o770",
    )


def test_nobody_without_a_name_gets_in(connection: Connection) -> None:
    assert "NOAUTH" in connection.run("redis-cli -s /run/redis/redis.sock", stdin="GET bantam:x\n").stdout


@pytest.mark.parametrize("user", ["bantam", "monitor"])
def test_user_has_one_password(users: dict[str, list[str]], user: str) -> None:
    passwords = [rule for rule in users[user] if rule.startswith("#")]
    assert len(passwords) == 1, "two during a rotation of the secrets: `make rotate-secrets` finishes it"


@pytest.mark.parametrize("user", ["default", "bantam", "monitor"])
def test_wrong_password_is_refused(connection: Connection, user: str) -> None:
    reply = connection.run("redis-cli -s /run/redis/redis.sock", stdin=f"AUTH {user} wrong\n").stdout
    assert "WRONGPASS" in reply


def test_app_reads_and_writes_under_its_prefix(connection: Connection, secrets: dict[str, Secret]) -> None:
    commands = (
        "SET bantam:verify:x 1 PX 999",
        "MGET bantam:verify:x bantam:verify:none",
        "DEL bantam:verify:x",
    )
    replies = redis(connection, "bantam", secrets["redis_app_password"], *commands)
    assert replies == ["OK", ["1", None], 1]


@pytest.mark.parametrize("command", ["GET other:x", "SET other:x 1 PX 1", "DEL other:x", "PUBLISH other x"])
def test_app_is_refused_beside_its_prefix(
    connection: Connection, secrets: dict[str, Secret], command: str
) -> None:
    [reply] = redis(connection, "bantam", secrets["redis_app_password"], command)
    assert "NOPERM" in str(reply)


@pytest.mark.parametrize("command", FORBIDDEN_TO_THE_APP)
def test_app_may_not(refusals: dict[tuple[str, str], str], command: str) -> None:
    assert "NOPERM" in refusals["bantam", command]


@pytest.mark.parametrize("command", FORBIDDEN_TO_THE_MONITOR)
def test_monitor_may_not(refusals: dict[tuple[str, str], str], command: str) -> None:
    assert "NOPERM" in refusals["monitor", command]

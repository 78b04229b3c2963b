"""A load that met everything, and what a test wants to be different about it."""

from pathlib import Path

from loadtests.load_shape import Shape
from loadtests.results.figures import Answer
from loadtests.results.load_file import Generator, Load, Statement
from loadtests.results.measurements import GROUPS
from loadtests.results.slo import read_targets
from loadtests.runner.plan import Plan
from loadtests.runner.verdict import Observed, conclude
from loadtests.server import database, pool, redis, timeline
from loadtests.server.samples import ServerSamples
from loadtests.target import Seed, Target

ROOT = Path(__file__).parents[2]
SHAPE = Shape(
    users=10,
    users_per_second=10,
    seconds=20,
    warm_up_seconds=5,
    rest_seconds=1,
    think_seconds=(0, 1),
    warm_up_think_seconds=(0, 1),
)
PLAN = Plan(
    scenario="mixed",
    run_dir=Path(),
    target=Target("https://10.0.0.2", None, "key", ["ssh"], "sandbox"),
    seed=Seed(scale=1, users=10, seconds=1),
    shape=SHAPE,
    targets=read_targets(scenario="mixed"),
)
ANSWERS = [Answer(group, second, 10, cache="hit") for group in GROUPS for second in range(20)]
STATEMENT = Statement(
    text="SELECT 1",
    calls=9,
    total_ms=9,
    mean_ms=1,
    longest_ms=2,
    rows=9,
    blocks_hit=9,
    blocks_read=0,
    plan="Result",
)


def machine(second: float, memory: float = 600.0) -> timeline.Sample:
    """What the server says of itself: a tenth of a core for PostgreSQL, a quarter for the app."""
    used = {"server": 0.6 * second, "postgresql": 0.1 * second, "app": 0.25 * second}
    return timeline.Sample(
        clock=second,
        cpus=2,
        disk_free=9000,
        network=(1024 * int(second), 0),
        memory_total=2048,
        memory_used=memory,
        cpu=used,
        memory={"app": 90.0},
    )


def of_database(second: int) -> database.Sample:
    """What PostgreSQL says: ten calls a second of one statement, one of ten blocks from the disk."""
    done = database.Statement(10 * second, 10 * second, 40, 10 * second, 90 * second, 10 * second)
    return database.Sample(
        connections=9,
        active=1,
        blocks_hit=90 * second,
        blocks_read=10 * second,
        wal_bytes=1024 * second,
        written_bytes=0,
        statements={"7": done},
    )


def of_pool(second: int) -> pool.Sample:
    """What PgBouncer says: a connection of 20 is busy all the time, a transaction waits 2 ms for one."""
    return pool.Sample(
        size=20,
        active=1,
        waiting=0,
        longest_wait_us=0,
        assigned=10 * second,
        used_us=1_000_000 * second,
        waited_us=20_000 * second,
    )


def of_redis(second: int) -> redis.Sample:
    """What Redis says: 30 keys found a second, one not."""
    return redis.Sample(30 * second, second, 0, 5 * 2**20)


MACHINE = [(float(second), machine(second)) for second in range(-2, 21)]
SERVER = ServerSamples(
    machine=MACHINE,
    database=[(float(second), of_database(second)) for second in range(0, 21, 2)],
    pool=[(float(second), of_pool(second)) for second in range(21)],
    redis=[(float(second), of_redis(second)) for second in range(21)],
)


def made_load(
    *,
    answers: list[Answer] = ANSWERS,
    end: float = 20,
    server: ServerSamples = SERVER,
    broke_off: str = "",
    crashes: tuple[str, ...] = (),
    cpu: float = 20,
    unsent: int = 0,
) -> Load:
    generator = Generator(cpu_percent=cpu, at=[2.0, 10.0], users=[5, 10], cpu=[cpu, cpu])
    seen = Observed(
        begin=0,
        end=end,
        answers=answers,
        unsent=unsent,
        server=server,
        statements=[STATEMENT],
        sampling_broke_off=broke_off,
        crashes=list(crashes),
        memory_rest=400,
        generator=generator,
    )
    return conclude(PLAN, seen)

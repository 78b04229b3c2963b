"""One step of the search, and what gave out when it was too much."""

import msgspec

from loadtests.results.load_file import Load
from loadtests.results.table import miss_sentence

NOT_CAPACITY = {"cache.hit_rate", "memory.rest", "queries.per_minute"}
"""Targets that tell how warm a server is, or how its work is done, not how much of it."""

NEARLY_ALL_CPU = 85.0
NEARLY_ALL_OF_POOL = 80.0


class Step(msgspec.Struct, frozen=True):
    """
    A load of so many users; `missed` are the targets that were missed, and what makes the load invalid.

    CPU is in percent of all cores, the generator's in percent of one core.
    """

    users: int
    wanted_per_second: float
    sent_per_second: float
    p95: dict[str, float]
    server_cpu: float | None
    cpu: dict[str, float]
    generator_cpu: float
    pool_used: float | None
    memory_mb: float | None
    missed: list[str]
    gave_out: str


def step_of(load: Load, cpus: int) -> Step:
    """Return what the load tells about the server's capacity."""
    missed = [
        miss_sentence(verdict)
        for verdict in load.targets
        if not verdict.ok and verdict.metric not in NOT_CAPACITY and verdict.value is not None
    ]
    cpu = _cpu_by_service(load, cpus)
    step = Step(
        users=load.shape.users,
        wanted_per_second=load.wanted_per_second,
        sent_per_second=load.sent_per_second,
        p95={
            kind: round(value, 1)
            for kind in ("dashboards", "api", "search", "reports")
            if (value := load.measurements.get(f"{kind}.p95")) is not None
        },
        server_cpu=load.measurements.get("server.cpu"),
        cpu=cpu,
        generator_cpu=load.generator.cpu_percent,
        pool_used=load.measurements.get("pool.used"),
        memory_mb=load.measurements.get("memory.load"),
        missed=[*load.invalid, *missed],
        gave_out="",
    )
    return msgspec.structs.replace(step, gave_out=_gave_out(step, load, cpus)) if step.missed else step


def _gave_out(step: Step, load: Load, cpus: int) -> str:
    """Return what was at its limit, the most telling first."""
    if any("429" in failure.error for failure in load.failures):
        return "the edge's limit for one address (requests_per_second_per_address)"
    # On a sandbox, the generator takes its time from the same cores.
    shared = step.generator_cpu / cpus if load.kind == "sandbox" else 0.0
    whole = (step.server_cpu or 0.0) + shared
    if whole >= NEARLY_ALL_CPU:
        most = max(step.cpu, key=lambda name: step.cpu[name], default="the server")
        own = f", {shared:.0f} % by the load generator on the same cores" if shared else ""
        return f"CPU: {whole:.0f} % of all cores, {step.cpu.get(most, 0.0):.0f} % by {most}{own}"
    if (step.pool_used or 0.0) >= NEARLY_ALL_OF_POOL:
        return f"the pool: {step.pool_used:.0f} % of its connections' time"
    if any("memory" in sentence for sentence in step.missed):
        return f"memory: {step.memory_mb or 0.0:.0f} MB"
    return f"nothing that is measured (CPU {whole:.0f} %, pool {step.pool_used or 0.0:.0f} %): look at locks"


def _cpu_by_service(load: Load, cpus: int) -> dict[str, float]:
    measured = [point for point in load.server if point.at >= load.shape.warm_up_seconds]
    names = {name for point in measured for name in point.cpu} - {"server"}
    return {
        name: round(sum(point.cpu.get(name, 0.0) for point in measured) / len(measured) / cpus, 1)
        for name in sorted(names)
    }

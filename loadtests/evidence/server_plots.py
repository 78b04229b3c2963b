"""The plots of the server's own side, on the clock of the load."""

from matplotlib.axes import Axes

from loadtests.evidence.axes import Plot, finish, limit_line, target_of
from loadtests.evidence.style import HUES, figure, svg
from loadtests.results.load_file import Load
from loadtests.results.table import format_number, format_value

SERVICES = ["postgresql", "app", "redis", "pgbouncer", "edge", "other"]


def server_plots(load: Load, vcpus: int) -> list[Plot]:
    """Return the plots, in reading order."""
    return [
        _cpu_by_service(load, vcpus),
        _memory(load),
        _memory_by_service(load),
        _queries(load),
        _pool(load),
        _redis(load),
        _disk(load),
    ]


def _memory(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    axes.plot([p.at for p in load.server], [p.memory_used for p in load.server], color=HUES[0])
    axes.set_ylabel("MB")
    axes.set_ylim(bottom=0)
    limit = target_of(load, "memory.load")
    if limit:
        limit_line(axes, limit, f"target {format_number(limit)} MB")
        axes.set_ylim(0, max(limit * 1.1, axes.get_ylim()[1]))
    finish(axes, load)
    rest = load.measurements.get("memory.rest")
    note = f"What a new process could not have; {format_value(rest, 'MB')} before the load"
    return Plot("Memory of the server", note, svg(drawn, "memory"))


def _memory_by_service(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    known = [point for point in load.server if point.memory]
    values = {name: [(point.memory or {}).get(name, 0.0) for point in known] for name in SERVICES}
    _stack(axes, [point.at for point in known], values)
    axes.set_ylabel("MB")
    finish(axes, load)
    note = "PSS: shared pages are divided, file pages that could be dropped are in it"
    return Plot("Memory by service", note, svg(drawn, "memory-by-service"))


def _cpu_by_service(load: Load, vcpus: int) -> Plot:
    drawn, (axes,) = figure(1)
    values = {name: [point.cpu.get(name, 0.0) for point in load.server] for name in SERVICES[:-1]}
    whole = [point.cpu.get("server", 0.0) for point in load.server]
    known = [sum(of_one) for of_one in zip(*values.values(), strict=True)]
    values["other"] = [max(0.0, all_ - some) for all_, some in zip(whole, known, strict=True)]
    _stack(axes, [point.at for point in load.server], values)
    axes.set_ylabel("% of a core")
    finish(axes, load)
    note = f"The server has {vcpus} cores: {100 * vcpus} % is all of it"
    return Plot("CPU by service", note, svg(drawn, "cpu-by-service"))


def _stack(axes: Axes, at: list[float], values: dict[str, list[float]]) -> None:
    axes.stackplot(at, *values.values(), labels=list(values), colors=HUES, linewidth=0)
    axes.set_ylim(bottom=0)


def _queries(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    axes.plot([p.at for p in load.database], [p.queries for p in load.database], color=HUES[0])
    axes.set_ylabel("statements per second")
    axes.set_ylim(bottom=0)
    finish(axes, load)
    rate = format_value(load.measurements.get("queries.per_minute"), "a minute after the warm-up")
    return Plot("Statements of the app", f"What reaches PostgreSQL: {rate}", svg(drawn, "queries"))


def _pool(load: Load) -> Plot:
    drawn, (used, waiting) = figure(2)
    at = [point.at for point in load.pool]
    used.plot(at, [point.used_percent for point in load.pool], color=HUES[0])
    used.set_ylabel("% used")
    waiting.plot(at, [point.wait_ms for point in load.pool], color=HUES[1])
    waiting.set_ylabel("ms of waiting")
    for axes in (used, waiting):
        axes.set_ylim(bottom=0)
        finish(axes, load)
    most = format_value(load.measurements.get("pool.used"), "%")
    note = f"In the busiest five seconds, {most} of its connections' time"
    return Plot("PgBouncer's pool", note, svg(drawn, "pool"))


def _redis(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    at = [point.at for point in load.redis]
    for hue, name in zip(HUES, ("found", "missed", "evicted"), strict=False):
        axes.plot(at, [getattr(point, name) for point in load.redis], color=hue, label=name)
    axes.set_ylabel("keys per second")
    axes.set_ylim(bottom=0)
    finish(axes, load)
    memory = format_number(max((point.memory_mb for point in load.redis), default=0), "MB")
    return Plot("Redis", f"Keys of values and of their tags; at most {memory} of data", svg(drawn, "redis"))


def _disk(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    at = [point.at for point in load.database]
    for hue, name, values in (
        (HUES[0], "WAL", [point.wal_kb for point in load.database]),
        (HUES[1], "data files", [point.written_kb for point in load.database]),
        (HUES[2], "read", [8 * point.blocks_read for point in load.database]),
    ):
        axes.plot(at, values, color=hue, label=name)
    axes.set_ylabel("KB per second")
    axes.set_ylim(bottom=0)
    finish(axes, load)
    share = format_value(load.measurements.get("database.disk_reads"), "%")
    return Plot("Disk", f"{share} of the blocks were not in PostgreSQL's buffers", svg(drawn, "disk"))

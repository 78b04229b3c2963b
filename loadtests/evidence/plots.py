"""The report's plots, all on the clock of the load."""

import math
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from loadtests.evidence.style import GRID, HUES, LIMIT, MUTED, figure, svg
from loadtests.results.figures import SLICE_SECONDS
from loadtests.results.load_file import Load
from loadtests.results.measurements import GROUPS, PERCENTILES
from loadtests.results.table import format_number, format_value

SERVICES = ["postgresql", "app", "redis", "pgbouncer", "edge", "other"]


class Plot(NamedTuple):
    """One figure of the report and the sentence under its title."""

    title: str
    note: str
    svg: str


def plots(load: Load, vcpus: int) -> list[Plot]:
    """Return every plot of the report, in reading order."""
    return [
        *(_latency(load, group) for group in GROUPS if group in load.groups),
        _requests(load),
        _users(load),
        _memory(load),
        _memory_by_service(load),
        _cpu_by_service(load, vcpus),
        _hit_rate(load),
    ]


def _latency(load: Load, group: str) -> Plot:
    drawn, (axes,) = figure(1)
    at = [piece.at + SLICE_SECONDS / 2 for piece in load.slices]
    for hue, name in zip((HUES[0], HUES[1], HUES[2]), PERCENTILES, strict=True):
        values = [piece.percentiles.get(group, {}).get(name, math.nan) for piece in load.slices]
        axes.plot(at, values, color=hue, label=name)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("ms")
    limit = _target(load, f"{group}.p95")
    if limit:
        _limit(axes, limit, f"p95 target {format_number(limit)} ms")
        axes.set_ylim(top=max(2 * limit, axes.get_ylim()[1]))
    _finish(axes, load)
    figures = load.groups[group]
    return Plot(
        title=f"Latency of {group}",
        note=f"{GROUPS[group]}: p95 {format_number(figures.p95)} ms over {figures.requests} requests",
        svg=svg(drawn, f"latency-{group}"),
    )


def _requests(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    at = [piece.at + SLICE_SECONDS / 2 for piece in load.slices]
    axes.plot(at, [piece.per_second for piece in load.slices], color=HUES[0], label="all")
    axes.plot(at, [piece.failures_per_second for piece in load.slices], color=LIMIT, label="failed")
    axes.set_ylabel("requests per second")
    axes.set_ylim(bottom=0)
    _finish(axes, load)
    rate = sum(figures.per_second for figures in load.groups.values())
    return Plot(
        "Throughput", f"{format_number(rate)} requests a second after the warm-up", svg(drawn, "requests")
    )


def _users(load: Load) -> Plot:
    drawn, (users, generator) = figure(2)
    users.plot(load.generator.at, load.generator.users, color=HUES[0])
    users.set_ylabel("users")
    generator.plot(load.generator.at, load.generator.cpu, color=HUES[5])
    generator.set_ylabel("% of a core")
    for axes in (users, generator):
        axes.set_ylim(bottom=0)
        _finish(axes, load)
    note = f"Locust takes {format_number(load.generator.cpu_percent)} % of one core after the warm-up"
    return Plot("Users, and what they cost the generator", note, svg(drawn, "users"))


def _hit_rate(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    rates = [math.nan if piece.hit_rate is None else piece.hit_rate for piece in load.slices]
    axes.plot([piece.at + SLICE_SECONDS / 2 for piece in load.slices], rates, color=HUES[0])
    axes.set_ylabel("%")
    axes.set_ylim(0, 105)
    limit = _target(load, "cache.hit_rate")
    if limit:
        _limit(axes, limit, f"target {format_number(limit)} %")
    _finish(axes, load)
    return Plot(
        "Cache hit rate",
        "Reads answered from the cache, by the X-Cache header of each response",
        svg(drawn, "hits"),
    )


def _memory(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    axes.plot([p.at for p in load.server], [p.memory_used for p in load.server], color=HUES[0])
    axes.set_ylabel("MB")
    axes.set_ylim(bottom=0)
    limit = _target(load, "memory.load")
    if limit:
        _limit(axes, limit, f"target {format_number(limit)} MB")
        axes.set_ylim(0, max(limit * 1.1, axes.get_ylim()[1]))
    _finish(axes, load)
    rest = load.measurements.get("memory.rest")
    note = f"What a new process could not have; {format_value(rest, 'MB')} before the load"
    return Plot("Memory of the server", note, svg(drawn, "memory"))


def _memory_by_service(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    known = [point for point in load.server if point.memory]
    values = {name: [(point.memory or {}).get(name, 0.0) for point in known] for name in SERVICES}
    _stack(axes, [point.at for point in known], values)
    axes.set_ylabel("MB")
    _finish(axes, load)
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
    _finish(axes, load)
    note = f"The server has {vcpus} cores: {100 * vcpus} % is all of it"
    return Plot("CPU by service", note, svg(drawn, "cpu-by-service"))


def _stack(axes: Axes, at: list[float], values: dict[str, list[float]]) -> None:
    axes.stackplot(at, *values.values(), labels=list(values), colors=HUES, linewidth=0)
    axes.set_ylim(bottom=0)


def _limit(axes: Axes, value: float, text: str) -> None:
    axes.axhline(value, color=LIMIT, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        text,
        (1, value),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        color=LIMIT,
        fontsize=8,
    )


def _finish(axes: Axes, load: Load) -> None:
    """Shade the warm-up, name the lines above the plot."""
    warm_up = load.shape.warm_up_seconds
    axes.axvspan(0, warm_up, color=GRID, alpha=0.4, linewidth=0, zorder=0)
    axes.set_xlim(0, warm_up + load.measured_seconds)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 0.99),
            ncols=6,
            borderpad=0,
            handlelength=1,
            columnspacing=1.2,
            fontsize=8,
            frameon=False,
            labelcolor=MUTED,
        )


def _target(load: Load, metric: str) -> float | None:
    return next((verdict.target for verdict in load.targets if verdict.metric == metric), None)

"""The report's plots, all on the clock of the load."""

import math

from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from loadtests.evidence.axes import Plot, finish, limit_line, target_of
from loadtests.evidence.server_plots import server_plots
from loadtests.evidence.style import HUES, LIMIT, figure, svg
from loadtests.results.figures import SLICE_SECONDS
from loadtests.results.load_file import Load
from loadtests.results.measurements import KINDS, PERCENTILES
from loadtests.results.table import format_number


def plots(load: Load, vcpus: int) -> list[Plot]:
    """Return every plot of the report, in reading order."""
    return [
        *(_latency(load, kind) for kind in KINDS if f"{kind}.p95" in load.measurements),
        _requests(load),
        _users(load),
        _hit_rate(load),
        *server_plots(load, vcpus),
    ]


def _latency(load: Load, kind: str) -> Plot:
    drawn, (axes,) = figure(1)
    at = [piece.at + SLICE_SECONDS / 2 for piece in load.slices]
    for hue, name in zip((HUES[0], HUES[1], HUES[2]), PERCENTILES, strict=True):
        values = [piece.percentiles.get(kind, {}).get(name, math.nan) for piece in load.slices]
        axes.plot(at, values, color=hue, label=name)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("ms")
    limit = target_of(load, f"{kind}.p95")
    if limit:
        limit_line(axes, limit, f"p95 target {format_number(limit)} ms")
        axes.set_ylim(top=max(2 * limit, axes.get_ylim()[1]))
    finish(axes, load)
    p95 = load.measurements[f"{kind}.p95"] or 0.0
    requests = sum(load.groups[group].requests for group in KINDS[kind] if group in load.groups)
    return Plot(
        title=f"Latency of {kind.replace('_', ' ')}",
        note=f"p95 {format_number(p95)} ms over {requests:,} requests, counted from when each was due",
        svg=svg(drawn, f"latency-{kind}"),
    )


def _requests(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    at = [piece.at + SLICE_SECONDS / 2 for piece in load.slices]
    axes.plot(at, [piece.per_second for piece in load.slices], color=HUES[0], label="all")
    axes.plot(at, [piece.failures_per_second for piece in load.slices], color=LIMIT, label="failed")
    axes.set_ylabel("requests per second")
    axes.set_ylim(bottom=0)
    finish(axes, load)
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
        finish(axes, load)
    note = f"Locust takes {format_number(load.generator.cpu_percent)} % of one core after the warm-up"
    return Plot("Users, and what they cost the generator", note, svg(drawn, "users"))


def _hit_rate(load: Load) -> Plot:
    drawn, (axes,) = figure(1)
    rates = [math.nan if piece.hit_rate is None else piece.hit_rate for piece in load.slices]
    axes.plot([piece.at + SLICE_SECONDS / 2 for piece in load.slices], rates, color=HUES[0])
    axes.set_ylabel("%")
    axes.set_ylim(0, 105)
    limit = target_of(load, "cache.hit_rate")
    if limit:
        limit_line(axes, limit, f"target {format_number(limit)} %")
    finish(axes, load)
    return Plot(
        "Cache hit rate",
        "Reads answered from the cache, by the X-Cache header of each response",
        svg(drawn, "hits"),
    )

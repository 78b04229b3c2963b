"""What the report's plots have in common: a name, a limit, the shaded warm-up, the legend."""

from typing import NamedTuple

from matplotlib.axes import Axes

from loadtests.evidence.style import GRID, LIMIT, MUTED
from loadtests.results.load_file import Load


class Plot(NamedTuple):
    """One figure of the report and the sentence under its title."""

    title: str
    note: str
    svg: str


def limit_line(axes: Axes, value: float, text: str) -> None:
    """Draw a target."""
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


def finish(axes: Axes, load: Load) -> None:
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


def target_of(load: Load, metric: str) -> float | None:
    """Return the target of a measurement, None if the run has none."""
    return next((verdict.target for verdict in load.targets if verdict.metric == metric), None)

"""How plots look: thin lines, few colors, and colors by name, so that the page's theme decides."""

import io
import re
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# matplotlib needs real colors; these are placeholders for the page's CSS variables.
INK, MUTED, GRID, LIMIT = "#000001", "#000002", "#000003", "#000004"
HUES = [f"#00001{number}" for number in range(6)]
VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", LIMIT: "limit"} | {
    hue: f"hue-{number}" for number, hue in enumerate(HUES)
}

SETTINGS: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": GRID,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "svg.fonttype": "none",
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "ytick.minor.size": 0,
}


def figure(rows: int) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with `rows` plots above each other on one time axis."""
    with mpl.rc_context(SETTINGS):
        drawn = Figure(figsize=(6.4, 2.7), layout="constrained")
        axes = drawn.subplots(rows, 1, sharex=True, squeeze=False)[:, 0].tolist()
    axes[-1].set_xlabel("seconds since the load began")
    drawn.align_ylabels()
    return drawn, axes


def svg(drawn: Figure, name: str) -> str:
    """Return the figure as an SVG element; `name` keeps its ids apart from those of others on the page."""
    text = io.StringIO()
    with mpl.rc_context(SETTINGS | {"svg.hashsalt": name}):
        drawn.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    element = text.getvalue()
    element = element[element.index("<svg") :]
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r'\1 class="plot" role="img"', element, count=1)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", element, count=1)
    element = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--font)", element)
    for colour, variable in VARIABLES.items():
        element = element.replace(colour, f"var(--{variable})")
    return element

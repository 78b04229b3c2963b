"""The page as HTML: every value is escaped, and nothing is loaded from elsewhere."""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent
CHARTS_SCRIPT = (FOLDER / "uplot" / "uPlot.iife.min.js").read_bytes()
"""uPlot 1.6.32, as its package on npm has it."""

CHARTS = "/admin/charts.js"
CHARTS_VERSION = sha256(CHARTS_SCRIPT).hexdigest()[:12]
"""Part of the script's URL: a browser keeps a script for a year."""

_STYLE = (FOLDER / "uplot" / "uPlot.min.css").read_text("utf-8") + (FOLDER / "page.css").read_text("utf-8")
_SCRIPT = (FOLDER / "page.js").read_text("utf-8")
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline';"
    f" script-src 'self' 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: its own style, its own scripts, its own forms, and nothing else."""

_MB = 1024 * 1024


def number(value: float | None, digits: int = 0) -> str:
    """Return the number for people; a dash if there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """Return the percentage with its sign; a dash if there is none."""
    return number(None) if value is None else f"{number(value, 1)} %"


def share(value: float | None) -> str:
    """Return a share of one as a percentage."""
    return percent(None if value is None else 100 * value)


def megabytes(value: float) -> str:
    """Return bytes as MB."""
    return f"{value / _MB:,.1f} MB"


def ago(moment: datetime | None) -> str:
    """Return how long ago it was, in the largest unit that fits."""
    if moment is None:
        return "never"
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} seconds ago"


def data(encoded: bytes) -> Markup:
    """Return JSON as the content of a script element, which no string in it can end."""
    return Markup(encoded.decode().replace("<", "\\u003c"))  # noqa: S704  "<" is what ends an element


_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "number": number,
    "percent": percent,
    "share": share,
    "megabytes": megabytes,
    "ago": ago,
}
_environment.globals |= {
    "style": Markup(_STYLE),  # noqa: S704  ours
    "script": Markup(_SCRIPT),  # noqa: S704  ours
    "charts": f"{CHARTS}?v={CHARTS_VERSION}",
}


def render(template: str, **values: Any) -> str:
    """Return one of the templates of this folder with the values."""
    return _environment.get_template(template).render(**values)

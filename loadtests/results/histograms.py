"""Latencies as HDR histograms: three digits of every value in a few KB, and those of several runs add up."""

from collections.abc import Iterable
from typing import Any

from hdrh.histogram import HdrHistogram

LONGEST_US = 600_000_000
DIGITS = 3


def encoded(latencies_ms: Iterable[float]) -> str:
    """Return the histogram of the latencies, as text."""
    histogram = _empty()
    for ms in latencies_ms:
        histogram.record_value(min(max(round(1000 * ms), 1), LONGEST_US))
    return str(histogram.encode().decode())


def percentile_ms(histograms: Iterable[str], share: float) -> float | None:
    """Return a percentile of all histograms together, in ms; None without a value."""
    added = _empty()
    for histogram in histograms:
        added.decode_and_add(histogram)
    return added.get_value_at_percentile(100 * share) / 1000 if added.get_total_count() else None


def _empty() -> Any:
    return HdrHistogram(1, LONGEST_US, DIGITS)

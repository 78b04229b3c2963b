"""Alerts: the newest sample is judged, and somebody is told."""

from collections.abc import Callable
from typing import Any

import pytest

from verify.probes.units import Unit

CHANNELS = "/etc/bantam/credentials/alerts"


@pytest.mark.parametrize(
    ("name", "value"), [("ActiveState", "active"), ("UnitFileState", "enabled"), ("NeedDaemonReload", "no")]
)
def test_timer(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit("bantam-alerts.timer").properties[name] == value


@pytest.mark.parametrize(
    ("name", "value"), [("Result", "success"), ("ExecMainStatus", "0"), ("NeedDaemonReload", "no")]
)
def test_last_run(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit("bantam-alerts.service").properties[name] == value


def test_exposure(unit: Callable[[str], Unit]) -> None:
    assert unit("bantam-alerts.service").exposure() <= 2.0


def test_channels_are_roots_alone(host: Any) -> None:
    file = host.file(CHANNELS)
    assert (file.user, oct(file.mode)) == ("root", "0o600")

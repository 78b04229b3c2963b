"""What was done to a server, from logs of every kind and state."""

import json
from pathlib import Path

import pytest

from app.monitoring.page.done import LAST, Done, lately

AT = "2026-11-29T04:00:00+00:00"


@pytest.mark.parametrize(
    ("log", "line", "said"),
    [
        (
            "backups",
            {"kind": "full", "size_mb": 1_100, "seconds": 12},
            ("full backup", "1,100 MB in 12 s", False),
        ),
        ("backups", {"failed": "The disk is full."}, ("backup", "The disk is full.", True)),
        (
            "drills",
            {"rows": 3_298_419, "rto_s": 11.3, "lost_s": 40},
            ("restore drill", "3,298,419 rows restored in 11 s; a loss would have cost 40 s", False),
        ),
        ("drills", {"failed": "There is no backup."}, ("restore drill", "There is no backup.", True)),
        (
            "releases",
            {"release": "b", "before": "a", "seconds": 2},
            ("switch to b", "in 2.0 s, from a", False),
        ),
        (
            "releases",
            {"release": "b", "refused": "It does not start."},
            ("switch to b", "It does not start.", True),
        ),
        (
            "releases",
            {"commit": "0123456789abcdef", "ok": True},
            ("release of 0123456789ab", "succeeded", False),
        ),
        (
            "releases",
            {"commit": None, "ok": False},
            ("release of sources without a commit", "taken back", True),
        ),
    ],
)
def test_each_line_says_what_and_how_it_ended(
    tmp_path: Path, log: str, line: dict[str, object], said: tuple[str, str, bool]
) -> None:
    (tmp_path / f"{log}.jsonl").write_text(json.dumps({"at": AT, **line}) + "\n")

    [done] = lately(tmp_path)

    assert (done.what, done.result, done.is_problem) == said


def test_the_newest_come_first_and_only_the_last_of_each_kind(tmp_path: Path) -> None:
    hours = [f"2026-11-29T{hour:02}:00:00+00:00" for hour in range(9)]
    for log in ("backups", "drills"):
        (tmp_path / f"{log}.jsonl").write_text("".join(json.dumps({"at": at}) + "\n" for at in hours))

    found = [done.at.hour for done in lately(tmp_path)]

    assert found == sorted([*range(9 - LAST, 9)] * 2, reverse=True)


def test_half_a_line_and_no_log_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "backups.jsonl").write_text('{"at": "2026-11')

    assert lately(tmp_path) == []
    assert lately(tmp_path / "none") == list[Done]()

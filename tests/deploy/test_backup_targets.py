"""Which moments can be gone back to, from which backup; and when a backup is due."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.remote.bantam_backup import gaps, replaced
from deploy.remote.bantam_backup.commands import BackupError
from deploy.remote.bantam_backup.points import Point
from deploy.remote.bantam_backup.repository import Backup
from deploy.remote.bantam_backup.take import is_due
from deploy.remote.bantam_backup.targets import History, Target, parse, starting_point
from deploy.remote.bantam_backup.timelines import parents

DAY = datetime(2026, 11, 28, tzinfo=UTC)
POINTS = [
    Point("import", "0/5000060", "2026-11-28T10:00:00+00:00", 1),
    Point("elsewhere", "0/5000060", "2026-11-28T10:00:00+00:00", 3),
]


def backup(hour: int, *, timeline: int = 1, wal: int | None = None) -> Backup:
    """One that took the minute after `hour`; its WAL is numbered like the hour."""
    number = hour if wal is None else wal
    name = f"{timeline:08X}00000000{number:08X}"
    return Backup(
        label=f"at {hour} on {timeline}",
        kind="full",
        began=DAY + timedelta(hours=hour),
        ended=DAY + timedelta(hours=hour, minutes=1),
        first_wal=name,
        last_wal=name,
        last_lsn=f"0/{number:X}000100",
        size=1,
        stored=1,
        has_errors=False,
    )


FIRST, SECOND = backup(2), backup(8)
ONE_TIMELINE = History(timeline=1, parents={})


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("latest", {}),
        ("2026-11-28 14:30", {"time": datetime(2026, 11, 28, 14, 30, tzinfo=UTC)}),
        ("2026-11-28 14:30:05 UTC", {"time": datetime(2026, 11, 28, 14, 30, 5, tzinfo=UTC)}),
        ("2026-11-28T14:30Z", {"time": datetime(2026, 11, 28, 14, 30, tzinfo=UTC)}),
        ("2026-11-28 14:30+02:00", {"time": datetime(2026, 11, 28, 12, 30, tzinfo=UTC)}),
        ("1/a0", {"lsn": "1/A0"}),
        ("import", {"lsn": "0/5000060"}),
    ],
)
def test_a_target_is(asked: str, target: dict[str, Any]) -> None:
    found = parse(asked, POINTS)
    assert (found.time, found.lsn) == (target.get("time"), target.get("lsn"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("", "Back to when"),
        ("exprot", "There is no restore point exprot: `make backups` lists them"),
        ("2026-11-31 10:00", "2026-11-31 10:00 is not a time: write it as"),
        ("2026-11-28 10 o'clock", "is not a time"),
    ],
)
def test_what_is_no_target_is_refused(asked: str, message: str) -> None:
    with pytest.raises(BackupError, match=message):
        parse(asked, POINTS)


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("latest", SECOND),
        ("2026-11-28 12:00", SECOND),
        ("2026-11-28 08:00:30", FIRST),  # the second backup had not ended
        ("2026-11-28 05:00", FIRST),
        ("0/8000100", SECOND),
        ("0/80000FF", FIRST),
        ("import", FIRST),
    ],
)
def test_the_newest_backup_before_the_target_leads_there(target: str, found: Backup) -> None:
    now = DAY + timedelta(hours=20)
    assert starting_point(parse(target, POINTS), [FIRST, SECOND], ONE_TIMELINE, now) == found


@pytest.mark.parametrize(
    ("target", "backups", "message"),
    [
        ("2026-11-28 01:00", [FIRST], "is before the end of the oldest backup"),
        ("0/1", [FIRST], "is before the end of the oldest backup"),
        ("2026-11-29 01:00", [FIRST], "is in the future: it is 2026-11-28 20:00:00 UTC"),
        ("elsewhere", [FIRST], "elsewhere is of data that a restore has replaced"),
        ("latest", [], "There is no backup of this data: run `make backup`"),
        ("latest", [backup(9, timeline=7)], "There is no backup of this data"),
    ],
)
def test_a_target_out_of_reach_is_refused(target: str, backups: Sequence[Backup], message: str) -> None:
    with pytest.raises(BackupError, match=message):
        starting_point(parse(target, POINTS), backups, ONE_TIMELINE, DAY + timedelta(hours=20))


@pytest.mark.parametrize(
    ("history", "found"),
    [
        # Timeline 2 left timeline 1 at hour 5: the backup of hour 8 is of data that was replaced.
        (History(timeline=2, parents={1: "0/5000000"}), FIRST),
        (History(timeline=2, parents={1: "0/9000000"}), SECOND),
        # The restore was undone: timeline 2 leads elsewhere.
        (History(timeline=1, parents={}), SECOND),
        # The data cannot be read: the newest backup is the best there is.
        (History(timeline=None, parents={}), backup(9, timeline=2)),
    ],
)
def test_only_a_backup_of_data_that_todays_came_from_counts(history: History, found: Backup) -> None:
    backups = [FIRST, SECOND, backup(9, timeline=2)]
    if history.timeline == 2:
        backups = backups[:2]
    assert starting_point(Target(asked="latest"), backups, history, DAY + timedelta(hours=20)) == found


def test_a_timeline_was_left_where_a_later_restore_went_back_to() -> None:
    """As PostgreSQL writes it: 6 went back, that was undone, which began 8, and went back again."""
    lines = ("5 0/CDDBA238 before", "", "6 0/D30000A0 no target", "8 0/CDEEFA40 before")
    text = "\n".join(lines)
    assert parents(text) == {5: "0/CDDBA238", 6: "0/CDEEFA40", 8: "0/CDEEFA40"}


@pytest.mark.parametrize(
    ("last_hours_ago", "hour", "has_gap", "due"),
    [
        (None, 15, False, True),
        (1, 15, False, False),
        (24, 15, False, False),
        (24, 2, False, True),
        (3, 2, False, False),  # somebody took one by hand in the evening
        (26, 15, False, True),  # the night was missed
        (1, 15, True, True),
    ],
)
def test_a_backup_is_due(last_hours_ago: int | None, hour: int, has_gap: bool, due: bool) -> None:
    now = DAY + timedelta(hours=hour, minutes=3)
    last = None
    if last_hours_ago is not None:
        last = backup(0)
        last = Backup(**{**vars(last), "ended": now - timedelta(hours=last_hours_ago)})
    assert is_due(last, now=now, hour=2, has_gap=has_gap) is due


def test_a_gap_lasts_until_the_first_backup_after_it(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "OPEN", tmp_path / "open")
    monkeypatch.setattr(gaps, "ENDED", tmp_path / "ended")
    for hour in (4, 5, 9):
        wal = tmp_path / f"0000000100000000{hour:08X}"
        wal.touch()
        at = (DAY + timedelta(hours=hour)).timestamp()
        os.utime(wal, (at, at))
        gaps.add(wal)

    assert gaps.is_open()
    assert [(gap.ends, gap.files) for gap in gaps.gaps([FIRST, SECOND])] == [(SECOND.ended, 2), (None, 1)]

    gaps.end_by(SECOND, oldest=FIRST)
    assert gaps.is_open()  # what was full at 9 is still missing
    last = backup(10)
    gaps.end_by(last, oldest=FIRST)
    assert not gaps.is_open()
    assert [gap.ends for gap in gaps.gaps([FIRST, SECOND, last])] == [SECOND.ended, last.ended]

    gaps.end_by(last, oldest=SECOND)  # what was lost before the oldest backup concerns nobody
    assert [gap.files for gap in gaps.gaps([SECOND, last])] == [1]


def test_what_a_restore_has_replaced_is_gone_until_it_is_undone(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaced, "FILE", tmp_path / "replaced")
    replaced.add(DAY, timeline=2)
    gone, before = DAY + timedelta(minutes=1), DAY - timedelta(minutes=1)
    restored, undone = History(timeline=2, parents={1: "0/1"}), History(timeline=3, parents={1: "0/1"})

    with pytest.raises(BackupError, match=r"is gone: at 20.* it went back to 2026-11-28 00:00:00 UTC"):
        replaced.refuse_what_is_gone(Target(asked="then", time=gone), restored)
    replaced.refuse_what_is_gone(Target(asked="then", time=before), restored)
    replaced.refuse_what_is_gone(Target(asked="then", time=gone), undone)

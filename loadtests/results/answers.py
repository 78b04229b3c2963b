"""answers.csv.gz: every answer of a load after its warm-up, for whoever wants to count again."""

import csv
import gzip
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from loadtests.errors import RefusedError
from loadtests.results.figures import Answer

ANSWERS_FILE = "answers.csv.gz"
HEAD = ["due", "group", "cache", "ms", "error"]


class Kept(NamedTuple):
    """An answer: `due` is seconds since the epoch, `ms` from then to its last byte, `cache` its X-Cache."""

    due: float
    group: str
    cache: str
    ms: float
    error: str


def as_csv(answers: Iterable[Answer], began: float) -> bytes:
    """Return the answers as a compressed table, in the order in which they were due."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEAD)
    for answer in sorted(answers, key=lambda answer: answer.at):
        due, ms = f"{began + answer.at:.3f}", f"{answer.ms:.3f}"
        table.writerow([due, answer.group, answer.cache or "", ms, answer.error or ""])
    return gzip.compress(written.getvalue().encode(), mtime=0)


def read_answers(folder: Path) -> list[Kept]:
    """Return the answers that a load has left in the folder."""
    file = folder / ANSWERS_FILE
    try:
        rows = csv.reader(io.StringIO(gzip.decompress(file.read_bytes()).decode()))
        if next(rows, None) != HEAD:
            raise RefusedError(f"{file}: the first line is not {','.join(HEAD)}.")
        return [Kept(float(due), group, cache, float(ms), error) for due, group, cache, ms, error in rows]
    except FileNotFoundError:
        raise RefusedError(f"{file} is missing: `make load` keeps every answer there.") from None
    except (OSError, ValueError, EOFError, csv.Error) as error:
        raise RefusedError(f"{file} is damaged: {error}.") from None

"""What got worse besides latencies: failures, and what the cache no longer answers."""

import math
from collections import Counter

from loadtests.regressions.rows import ENOUGH
from loadtests.results.answers import Kept

MOST_FAILED = 0.001
"""Of the answers, as in slo.yml."""

FEWER_HITS = 0.2
CERTAINLY = 3.1
"""Standard errors; one in a thousand is beyond them by chance."""


def changes(before: list[Kept], after: list[Kept]) -> list[str]:
    """Return a sentence for each problem that the second side has and the first one has not."""
    return [*_failures(before, after), *_missing(before, after), *_fewer_hits(before, after)]


def fails_alike(before: list[Kept], after: list[Kept]) -> bool:
    """Return whether both sides fail more than they may, so that failing says nothing of the second one."""
    return min(_failed_share(before), _failed_share(after)) > MOST_FAILED


def _failed_share(answers: list[Kept]) -> float:
    return sum(bool(answer.error) for answer in answers) / max(len(answers), 1)


def _failures(before: list[Kept], after: list[Kept]) -> list[str]:
    share = _failed_share(after)
    if share <= MOST_FAILED or share <= 2 * _failed_share(before):
        return []
    failed = [answer for answer in after if answer.error]
    first = f"the first of {failed[0].group}: {failed[0].error}"
    return [f"{len(failed)} of {len(after)} requests failed, {first}"]


def _missing(before: list[Kept], after: list[Kept]) -> list[str]:
    """Groups that are no longer answered, or whose answers no longer come through the cache."""
    asked, answered = (Counter(each.group for each in side if not each.error) for side in (before, after))
    silent = [
        f"{group} was answered {count} times before, and not at all after"
        for group, count in asked.items()
        if count >= ENOUGH and not answered[group]
    ]
    cached = {each.group for each in before if each.cache} - {each.group for each in after if each.cache}
    return [*silent, *(f"{group} is not cached any more" for group in sorted(cached) if answered[group])]


def _fewer_hits(before: list[Kept], after: list[Kept]) -> list[str]:
    """Groups that the cache answers far less often, beyond what chance explains."""
    found = []
    for group in sorted({answer.group for answer in before if answer.cache}):
        first, second = (
            [each for each in side if each.group == group and each.cache] for side in (before, after)
        )
        if min(len(first), len(second)) < ENOUGH:
            continue
        was, now = (sum(each.cache == "hit" for each in side) / len(side) for side in (first, second))
        error = math.sqrt(was * (1 - was) / len(first) + now * (1 - now) / len(second))
        if was - now >= FEWER_HITS and was - now > CERTAINLY * error:
            found.append(f"the cache answers {now:.0%} of {group}, not {was:.0%} as before")
    return found

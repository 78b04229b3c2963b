"""Searching for words of what was shown, as somebody who remembers a part of a name."""

from typing import Any
from urllib.parse import urlencode

from loadtests.actions import work
from loadtests.contract import overview_checks as checks
from loadtests.contract.overviews import AllHits, FoundClient, FoundPerson, FoundProject, FoundTask, Hits
from loadtests.contract.user import SeededUser
from loadtests.randomness import CHANCE

ROWS = 20
WORDS_AT_MOST = 2
CHANCE_TO_COME_BACK = 0.3


def search_everything(user: SeededUser) -> None:
    """Search across all kinds."""
    names = {**user.seen.projects, **user.seen.tasks}
    if not names:
        work.list_projects(user)
        return
    words = _words(user, "all", names)
    user.read("search_all", f"/api/search?{urlencode({'q': words})}", AllHits, checks.finds(words))


def search_tasks(user: SeededUser) -> None:
    """Search for a task."""
    if not user.seen.tasks:
        work.list_tasks(user)
        return
    hits = _search(user, "tasks", user.seen.tasks, Hits[FoundTask])
    if hits:
        user.seen.tasks |= {hit.id: hit.title for hit in hits.items}


def search_projects(user: SeededUser) -> None:
    """Search for a project."""
    if not user.seen.projects:
        work.list_projects(user)
        return
    _search(user, "projects", user.seen.projects, Hits[FoundProject])


def search_people(user: SeededUser) -> None:
    """Search for a person."""
    if not user.seen.people:
        work.list_projects(user)
        return
    _search(user, "users", user.seen.people, Hits[FoundPerson])


def search_clients(user: SeededUser) -> None:
    """Search for a client."""
    if not user.seen.clients:
        work.list_projects(user)
        return
    _search(user, "clients", user.seen.clients, Hits[FoundClient])


def _search(user: SeededUser, kind: str, names: dict[int, str], body: type[Hits[Any]]) -> Hits[Any] | None:
    words = _words(user, kind, names)
    query = urlencode({"q": words, "limit": ROWS})
    return user.read(f"search_{kind}", f"/api/search/{kind}?{query}", body, checks.hits_of(ROWS, words))


def _words(user: SeededUser, kind: str, names: dict[int, str]) -> str:
    """
    Return one or two of the longest words of a name: short ones are often words that a search ignores.

    Now and then they are the ones of before: somebody has looked at a hit, and comes back to the list.
    """
    if kind in user.seen.searched and CHANCE.random() < CHANCE_TO_COME_BACK:
        return user.seen.searched[kind]
    name = CHANCE.choice([*names.values()])
    words = sorted((word.strip(",.:&()") for word in name.split()), key=len, reverse=True)
    user.seen.searched[kind] = " ".join(words[: CHANCE.randint(1, WORDS_AT_MOST)])
    return user.seen.searched[kind]

"""A capacity as text and as a page."""

import msgspec

from loadtests.capacity.steps import Step
from loadtests.evidence.inputs import Host
from loadtests.evidence.report import environment
from loadtests.results.table import format_number, format_value, table
from loadtests.target import Seed

HEAD = [
    "",
    "users",
    "requests/s",
    "dashboards p95",
    "API p95",
    "search p95",
    "CPU",
    "pool",
    "memory",
    "missed",
]


class Capacity(msgspec.Struct, frozen=True):
    """summary.json: the most users with whom every target was met, and what gave out with more."""

    time: str
    git_revision: str
    host: Host
    seed: Seed
    serves: str
    scenario: str
    users: int
    requests_per_second: float
    gave_out: str
    steps: list[Step]


def as_text(capacity: Capacity) -> str:
    """Return the steps and the verdict."""
    rows = [HEAD, *(cells(step) for step in capacity.steps)]
    return f"{table(rows)}\n\n{headline(capacity)}\n{_what_gave_out(capacity)}"


def render(capacity: Capacity) -> str:
    """Return the page."""
    host = capacity.host
    facts = {
        "Server": f"{host.kind}, {host.vcpus} vCPU, {host.ram_mb / 1024:.3g} GB",
        "Load": f"{capacity.scenario}, against {capacity.serves}",
        "Data": f"scale {capacity.seed.scale:g}",
        "Revision": capacity.git_revision[:12] + capacity.git_revision[40:],
        "Time": f"{capacity.time[:16].replace('T', ' ')} UTC",
    }
    return (
        environment()
        .get_template("capacity.html.j2")
        .render(
            headline=headline(capacity),
            gave_out=_what_gave_out(capacity),
            facts=facts,
            head=HEAD,
            rows=[cells(step) for step in capacity.steps],
        )
    )


def headline(capacity: Capacity) -> str:
    """Return how much the server carries, in one sentence."""
    if not capacity.users:
        return f"Not even {capacity.steps[0].users} users are carried within the targets."
    rate = format_number(capacity.requests_per_second)
    return f"{capacity.users} users, {rate} requests/s within every target."


def cells(step: Step) -> list[str]:
    """Return a step in the order of HEAD."""
    return [
        "too much" if step.missed else "carried",
        str(step.users),
        f"{step.sent_per_second:g} of {step.wanted_per_second:g}",
        *(format_value(step.p95.get(kind), "ms") for kind in ("dashboards", "api", "search")),
        format_value(step.server_cpu, "%"),
        format_value(step.pool_used, "%"),
        format_value(step.memory_mb, "MB"),
        "; ".join(step.missed),
    ]


def _what_gave_out(capacity: Capacity) -> str:
    return f"What gave out first: {capacity.gave_out}." if capacity.gave_out else "Nothing gave out."

"""The app's requests, from the metrics that its own socket gives."""

import re
import socket
from collections import defaultdict
from typing import Any

from .asking import ANSWER_S, NoAnswerError

SOCKET = "/run/bantam-app/app.sock"
METRIC = re.compile(
    r"^bantam_(request_seconds_bucket|request_seconds_sum|requests_total|cache_reads_total"
    r"|cache_inspections_total|connection_wait_seconds_sum|slow_statements_total){?(.*?)}? (\S+)$",
    re.MULTILINE,
)
LABEL = re.compile(r'(\w+)="([^"]*)"')
Figures = dict[str, Any]


def metrics() -> str:
    """What the app says; importing http.client would cost as much as the rest of the program."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_S)
        connection.connect(SOCKET)
        connection.sendall(b"GET /metrics HTTP/1.0\r\nHost: app\r\n\r\n")
        with connection.makefile("rb") as answer:
            head, _, body = answer.read().decode().partition("\r\n\r\n")
    status = head.partition(" ")[2].partition("\r")[0]
    if status.startswith("404"):
        return ""  # a release from before there were metrics
    if not status.startswith("200"):
        raise NoAnswerError(f"it answers {status or 'nothing'}")
    return body


def by_route(text: str) -> list[Figures]:
    """Requests, those that ended with 5xx and with 401, seconds; a bucket has those that took so long."""
    routes: dict[str, Figures] = defaultdict(
        lambda: {
            "requests": 0.0,
            "failures": 0.0,
            "unauthorized": 0.0,
            "seconds": 0.0,
            "buckets": defaultdict(float),
        }
    )
    for name, words, value in METRIC.findall(text):
        labels = dict(LABEL.findall(words))
        if "route" not in labels:
            continue
        route = routes[labels["route"]]
        if name == "requests_total":
            route["requests"] += float(value)
            route["failures"] += float(value) if labels["status"].startswith("5") else 0
            route["unauthorized"] += float(value) if labels["status"] == "401" else 0
        elif name == "request_seconds_sum":
            route["seconds"] += float(value)
        elif labels["le"] != "+Inf":
            route["buckets"][labels["le"]] += float(value)
    return [{"route": route, **figures} for route, figures in routes.items()]


def together(text: str, routes: list[Figures]) -> Figures:
    """The same of all routes, the cache's reads and wrong hits, waits for a connection, slow statements."""
    buckets: dict[str, float] = defaultdict(float)
    for route in routes:
        for bound, reached in route["buckets"].items():
            buckets[bound] += reached
    others = [(name, dict(LABEL.findall(words)), float(value)) for name, words, value in METRIC.findall(text)]

    def total(name: str) -> float:
        return sum(value for each, _, value in others if each == name)

    reads = [(labels["outcome"], value) for name, labels, value in others if name == "cache_reads_total"]
    found = [
        (labels["finding"], value) for name, labels, value in others if name == "cache_inspections_total"
    ]
    return {
        **{
            name: sum(route[name] for route in routes)
            for name in ("requests", "failures", "unauthorized", "seconds")
        },
        "buckets": buckets,
        "cache_hits": sum(value for outcome, value in reads if outcome == "hit"),
        "cache_reads": sum(value for outcome, value in reads if outcome != "off"),
        "cache_wrong": sum(value for finding, value in found if finding == "wrong"),
        "connection_waits_s": total("connection_wait_seconds_sum"),
        "slow_statements": total("slow_statements_total"),
    }

"""Requests that go on while something is done to the server."""

import threading
from collections import Counter
from typing import Any, Self
from uuid import uuid4

import httpx

MEMBER = 7


class Traffic:
    """Meanwhile a member follows pages by their signed cursors, reads the dashboard, and writes."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self.statuses: Counter[int] = Counter()
        self._http, self._headers = http, {"Authorization": f"Bearer {token}"}
        self._done = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._read, self._write)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        cursor: str | None = None
        while not self._done.wait(0.1):
            page = self._send(
                "GET", "/api/tasks", params={"limit": "3"} | ({"cursor": cursor} if cursor else {})
            )
            cursor = page.get("next")
            self._send("GET", "/api/dashboards/user")

    def _write(self) -> None:
        while not self._done.wait(0.2):
            once = {"Idempotency-Key": str(uuid4())}
            self._send("POST", "/api/notifications/read", json={"ids": [1]}, headers=once)

    def _send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        headers = self._headers | options.pop("headers", {})
        try:
            answer = self._http.request(method, path, headers=headers, **options)
        except httpx.HTTPError:
            self.statuses[0] += 1
            return {}
        self.statuses[answer.status_code] += 1
        return dict(answer.json()) if answer.is_success else {}

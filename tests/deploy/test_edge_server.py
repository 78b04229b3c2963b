"""nginx and the app's workers change under load, and nobody notices."""

import threading
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

pytestmark = pytest.mark.server

CHANGES = [
    "systemctl reload nginx",
    "systemctl restart bantam-app@1",
    "systemctl restart bantam-app@2",
    "systemctl reload nginx; systemctl restart bantam-app@1 bantam-app@2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_reload_or_restart_drops_no_request(
    server_http: httpx.Client, token: Callable[[int], str], run_on_server: Callable[[str], str], change: str
) -> None:
    # A connection each: an idle one that nginx closes just as a request enters it is the client's to retry.
    answers: Counter[int | str] = Counter()
    stop = threading.Event()

    def ask(user_id: int) -> None:
        headers = {"authorization": f"Bearer {token(user_id)}", "connection": "close"}
        while not stop.is_set():
            try:
                answers[server_http.get("/api/dashboards/user", headers=headers).status_code] += 1
            except httpx.HTTPError as error:
                answers[repr(error)] += 1
            stop.wait(0.05)  # each stays below the limit of one client

    people = [threading.Thread(target=ask, args=[user_id]) for user_id in range(1, 9)]
    for person in people:
        person.start()
    for _ in range(3):
        run_on_server(change)
        stop.wait(0.5)
    stop.set()
    for person in people:
        person.join()
    assert set(answers) == {200}, answers
    assert answers[200] > 20

import json
import re
import threading

import pytest

from tests.loadtests.contract_server import ContractServer
from tests.loadtests.kinds import SHAPE, Certificates, Load


def test_a_load_that_meets_every_target_ends_with_zero_and_leaves_its_figures(
    load: Load, server: ContractServer
) -> None:
    done = load(server.url)

    assert done.err == ""
    assert done.code == 0
    figures = json.loads((done.run_dir / "load.json").read_text())
    assert all(target["ok"] for target in figures["targets"])
    # A user whose first action is to open a project looks at the list of them first.
    assert figures["groups"].keys() - {"project_list"} == {"dashboard", "project", "task_page", "task_write"}
    assert figures["failures"] == []
    assert figures["measurements"]["cache.hit_rate"] == 100
    assert 300 <= figures["measurements"]["memory.rest"] < figures["measurements"]["memory.load"]
    assert len(server.statuses) > 0


def test_a_slow_answer_fails_the_load_and_is_named(load: Load, server: ContractServer) -> None:
    server.seconds["/api/dashboards"] = 0.6

    done = load(
        server.url, shape=SHAPE.replace("[0.1, 0.3]", "[0.8, 1.2]").replace("seconds: 4", "seconds: 6")
    )

    assert done.code == 1
    assert re.search(r"^missed:  Dashboards, p95 is \d+ ms, target < 500 ms$", done.err, re.MULTILINE)


def test_a_server_that_stops_for_a_while_cannot_hide_it(load: Load, server: ContractServer) -> None:
    threading.Timer(5, server.stop_for, [2.0]).start()

    done = load(
        server.url, shape=SHAPE.replace("[0.1, 0.3]", "[0.1, 0.3]").replace("seconds: 4", "seconds: 9")
    )

    figures = json.loads((done.run_dir / "load.json").read_text())
    # One request of each user hangs, which is 3 %; but a fifth was due meanwhile, and counts from then.
    assert figures["measurements"]["api.p95"] > 500
    assert figures["measurements"]["api.p99"] > 1000
    assert figures["sent_per_second"] > 0.95 * figures["wanted_per_second"]


def test_two_workers_are_one_load_with_one_verdict(load: Load, server: ContractServer) -> None:
    shape = SHAPE.replace("\nthink_seconds: [0.1, 0.3]", "\nthink_seconds: [0.8, 1.2]")
    shape = shape.replace("users: 8", "users: 30").replace("seconds: 4", "seconds: 9")
    shape = shape.replace("warm_up_seconds: 1", "warm_up_seconds: 3")

    ports = [f"--master-bind-port={server.port + 1}", f"--master-port={server.port + 1}"]
    done = load(server.url, shape=shape, options=["--processes", "2", *ports])

    figures = json.loads((done.run_dir / "load.json").read_text())
    assert (figures["invalid"], figures["failures"]) == ([], [])
    assert max(figures["generator"]["users"]) == 30
    # A request a second each, to the very end: what workers have still to tell is waited for.
    assert figures["sent_per_second"] == pytest.approx(30, abs=5)
    assert figures["slices"][-1]["per_second"] > 15


def test_a_wrong_body_with_status_200_is_an_error(load: Load, server: ContractServer) -> None:
    server.page_limit = 30

    done = load(server.url)

    assert done.code == 1
    assert "task_page: body: a short page that is not the last one" in done.err
    assert "missed:  Errors is" in done.err


def test_every_user_verifies_the_servers_certificate(
    load: Load, server: ContractServer, certificates: Certificates
) -> None:
    # The checks before the load still meet the right certificate; the users then meet another's.
    server.later_certificate = certificates.other_server

    done = load(server.url)

    assert done.code == 1
    assert "CERTIFICATE_VERIFY_FAILED" in done.err
    assert "missed:  Errors is 100 %, target < 0.1 %" in done.err

from pathlib import Path

import pytest

from tests.loadtests.contract_server import ContractServer
from tests.loadtests.kinds import SHAPE, Certificates, Load


def test_a_certificate_of_another_authority_is_refused_before_any_load(
    load: Load, server: ContractServer, certificates: Certificates
) -> None:
    done = load(server.url, ca=str(certificates.other_ca))

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"The certificate of {server.url} is not trusted by")
    assert len(done.err.splitlines()) == 1


def test_the_systems_authorities_do_not_vouch_for_a_server_of_our_own(
    load: Load, server: ContractServer
) -> None:
    done = load(server.url, ca=None)

    assert done.code == 1
    assert "is not trusted by the system CAs" in done.err


def test_a_server_that_is_not_there_is_refused(load: Load, server: ContractServer) -> None:
    server.__exit__()

    done = load(server.url)

    assert (done.code, done.out) == (1, "")
    assert done.err == f"No server answers at {server.url}: [errno 111] connection refused.\n"


def test_a_database_without_the_seeded_users_is_refused(load: Load, certificates: Certificates) -> None:
    with ContractServer(certificates.server, key=b"another key") as server:
        done = load(server.url)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{server.url} does not know the seeded users' tokens (status 401);")
    assert "a key for tests" not in done.err


def test_a_database_without_projects_is_refused(load: Load, server: ContractServer) -> None:
    server.projects = ()

    done = load(server.url)

    assert (done.code, done.out) == (1, "")
    assert done.err == f"{server.url} has no project that a seeded user sees; seed the database first.\n"


def test_a_server_that_ssh_does_not_reach_is_refused(load: Load, server: ContractServer) -> None:
    done = load(server.url, ssh=["sh", "-c", "echo 'Permission denied (publickey).' >&2; exit 255"])

    assert (done.code, done.out) == (1, "")
    assert done.err == "The server cannot be sampled by ssh: Permission denied (publickey).\n"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"url": "http://127.0.0.1"}, "Expected `str` matching regex '^https://[^/]+$' - at `$.url`"),
        ({"port": 443}, "Object contains unknown field `port`"),
        ({"ca": "/nowhere/ca.pem"}, "/nowhere/ca.pem: no certificate authority could be read"),
        ({"seed_token_key_file": "/nowhere/key"}, "/nowhere/key: no such file or directory"),
    ],
)
def test_a_wrong_target_file_is_refused(load: Load, told: dict[str, object], said: str) -> None:
    done = load("https://127.0.0.1:1", **told)

    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_load_that_is_all_warm_up_is_refused(load: Load) -> None:
    done = load("https://127.0.0.1:1", options=["-t", "1s"])

    assert (done.code, done.out) == (1, "")
    assert done.err == "The warm-up of 1 s leaves nothing of 1 s to measure.\n"


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (SHAPE + "colour: red", "Object contains unknown field `colour`"),
        (SHAPE.replace("users: 8", "users: 0"), "Expected `int` >= 1 - at `$.users`"),
        (SHAPE.replace("users: 8\n", ""), "Object missing required field `users`"),
        (SHAPE + "users: 9", "`users` is given twice"),
        (SHAPE.replace("\nthink_seconds: [0.1, 0.3]", "\nthink_seconds: [0, 0]"), "- at `$.think_seconds`"),
        (SHAPE.replace("\nthink_seconds: [0.1, 0.3]", "\nthink_seconds: [2, 1]"), "- at `$.think_seconds`"),
    ],
)
def test_a_wrong_shape_is_refused(load: Load, tmp_path: Path, shape: str, said: str) -> None:
    done = load("https://127.0.0.1:1", shape=shape)

    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert done.err.startswith(f"{tmp_path}/shape.yml: ")


@pytest.mark.parametrize("told", [{}, {"colour": "red"}])
def test_an_earlier_runs_figures_do_not_outlive_a_refused_run(
    load: Load, tmp_path: Path, told: dict[str, object]
) -> None:
    (tmp_path / "load.json").write_text("{}")

    assert load("https://127.0.0.1:1", **told).code == 1

    assert not (tmp_path / "load.json").exists()

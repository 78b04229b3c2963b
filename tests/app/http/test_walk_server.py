"""A schemathesis run over the OpenAPI page, on a deployed server: no 5xx, nothing the page leaves out."""

import copy
import json
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.agency.topics import ABOUT
from app.application import ENDPOINTS
from app.http import openapi
from tests.app.support.server import Server
from tests.app.support.walk import Walk
from tests.app.support.world import make
from tests.servers import ROOT, SandboxServer

# Blocked everywhere else (pyproject.toml): it takes seconds to load.
pytest_plugins = ["schemathesis.pytest.plugin"]
# Its tests share one name, by which those that run side by side are shared out: only one of them would run.
pytestmark = [pytest.mark.server, pytest.mark.alone, pytest.mark.last]

DOCUMENT: dict[str, Any] = json.loads(msgspec.json.encode(openapi.document(ENDPOINTS, ABOUT)))
API = schemathesis.openapi.from_dict(DOCUMENT)
KEPT = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
# Beside the edges of every type and what is just beyond, which schemathesis makes without chance.
EXAMPLES = 4


@pytest.fixture(scope="module")
def walk(server: Server, sandbox_server: SandboxServer) -> Walk:
    """With every role, in a world that no other test uses."""
    target = json.loads((sandbox_server.run_folder / "target.json").read_text())
    world = make(server)
    return Walk(world, world.projects(60), target["url"], str(ROOT / target["ca"]))


def without_phrases(document: Any) -> Any:
    """The page without the names of statuses, which differ between Python versions."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for response in operation["responses"].values():
                del response["description"]
    return document


def test_the_page_of_the_server_is_the_one_walked(walk: Walk) -> None:
    page = walk.world.server.http.get("/openapi.json").json()

    assert without_phrases(page) == without_phrases(copy.deepcopy(DOCUMENT))


@API.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_response_is_documented(case: schemathesis.Case[Any], walk: Walk) -> None:
    for response in walk.answers(case):
        case.validate_response(response, checks=KEPT)


def test_the_walk_has_seen_every_operation_do_what_it_is_for(walk: Walk) -> None:
    # No file has the name that chance gives it, and no invoice owes the sum.
    beyond_chance = ("/api/reports/generated/file", "/api/invoices/{id}/payments")
    expected = {
        (f"{each.method} {each.path}", each.status) for each in ENDPOINTS if each.path not in beyond_chance
    }

    assert expected - walk.statuses.keys() == set()

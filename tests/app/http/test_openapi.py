import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import validate
from prometheus_client import CollectorRegistry

from app.agency.topics import ABOUT
from app.application import ENDPOINTS
from app.http import api_page, openapi
from app.http.api_examples import Examples
from app.http.patterns import IN_WORDS
from app.http.routing import Endpoint, Router
from app.monitoring.asking import note_asker
from app.monitoring.requests import Requests
from app.warming.counting import count_read

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(openapi.document(ENDPOINTS, ABOUT)))


def operation(endpoint: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]
    return found


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*(references(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(references(part) for part in value))
    return set()


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate(DOCUMENT)


def test_every_reference_leads_to_a_shape_and_every_shape_is_used() -> None:
    names = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}

    assert references(DOCUMENT) == names


def test_no_shape_is_named_after_a_module() -> None:
    assert [name for name in DOCUMENT["components"]["schemas"] if not re.fullmatch("[A-Za-z_]+", name)] == []


def test_operation_ids_are_unique() -> None:
    names = [operation(endpoint)["operationId"] for endpoint in ENDPOINTS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_a_route_is_described(endpoint: Endpoint) -> None:
    found = operation(endpoint)
    in_path = {each["name"] for each in found.get("parameters", ()) if each["in"] == "path"}

    assert re.fullmatch(r"[A-Z].+[^.]", found["summary"])
    assert in_path == set(re.findall(r"{(\w+)}", endpoint.path))
    assert str(endpoint.status) in found["responses"]
    assert ("requestBody" in found) == (endpoint.body is not None)
    assert (endpoint.public and found["security"] == []) or {"401", "503"} <= found["responses"].keys()


@pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if each.query], ids=lambda each: f"{each.method} {each.path}"
)
def test_every_parameter_is_one_of_the_query_string_with_its_type(endpoint: Endpoint) -> None:
    assert endpoint.query is not None
    found = {each["name"]: each for each in operation(endpoint)["parameters"] if each["in"] == "query"}

    assert found.keys() == {field.encode_name for field in msgspec.structs.fields(endpoint.query)}
    for parameter in found.values():
        assert {"type", "enum", "anyOf", "$ref"} & parameter["schema"].keys(), parameter
        assert None not in parameter["schema"].get("enum", ())


def patterns(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["pattern"]} if isinstance(value.get("pattern"), str) else set()
        return own.union(*(patterns(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(patterns(part) for part in value))
    return set()


def test_what_each_pattern_expects_is_said_in_words() -> None:
    asked = [
        each["schema"]
        for e in ENDPOINTS
        for each in operation(e).get("parameters", ())
        if each["in"] == "query"
    ]

    assert patterns([asked, DOCUMENT["components"]["schemas"]]) == IN_WORDS.keys()


def test_the_page_shows_every_route_and_shape_and_needs_nothing_from_elsewhere() -> None:
    page = api_page.page(DOCUMENT, ABOUT.examples)

    for endpoint in ENDPOINTS:
        assert f"<code>{endpoint.path}</code>" in page
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert not re.search(r"<link|@import|url\(| (src|href|action)=\"?https?:", page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in api_page.POLICY


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_every_operation_has_an_example_that_its_own_shapes_accept(endpoint: Endpoint) -> None:
    examples = Examples(DOCUMENT, ABOUT.examples)
    found = operation(endpoint)
    if endpoint.body is not None:
        schema = found["requestBody"]["content"]["application/json"]["schema"]
        msgspec.json.decode(json.dumps(examples.value(schema)), type=endpoint.body)
    for wanted in found.get("parameters", ()):
        if wanted.get("required"):
            assert re.fullmatch(wanted["schema"].get("pattern", ".*"), str(wanted["example"]))
    answer = examples.response(found)
    if answer and endpoint.response is not None:
        msgspec.json.decode(answer, type=endpoint.response)
    assert examples.request(endpoint.method.lower(), endpoint.path, found).startswith("curl")
    assert "{" not in examples.request(endpoint.method.lower(), endpoint.path, found).splitlines()[-1]


def test_a_route_that_is_declared_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        Router((ENDPOINTS[0], ENDPOINTS[0]), note_asker, count_read, Requests(CollectorRegistry()).ended)

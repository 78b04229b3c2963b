"""The OpenAPI 3.1 document, generated from the routes' declarations and their types."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from app.http import openapi_headers
from app.http.api_examples import Examples
from app.http.problems import ProblemDocument
from app.http.routing import Endpoint

REFERENCE = "#/components/schemas/{name}"
PROBLEM = "application/problem+json"
ID = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
TOKEN_HASH = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "examples": ["0" * 64],
    "description": "SHA-256 of the token, in hex.",
}

Schema = dict[str, Any]


class About(NamedTuple):
    """The document's title and description, and an example for each name of a text field."""

    title: str
    description: str
    examples: Mapping[str, str]


def document(endpoints: Iterable[Endpoint], about: About) -> Schema:
    """Return the whole document, ready to encode."""
    endpoints = tuple(endpoints)
    types = [kind for endpoint in endpoints for kind in _types(endpoint)]
    schemas, components = msgspec.json.schema_components([*types, ProblemDocument], ref_template=REFERENCE)
    by_type = dict(zip(map(id, types), schemas, strict=False))
    queries = {
        endpoint.query: _resolved(by_type[id(endpoint.query)], components)
        for endpoint in endpoints
        if endpoint.query is not None
    }
    for query in queries:
        components.pop(query.__name__, None)
    paths: dict[str, Schema] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, by_type, queries)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "version": "1",
            "description": f"{about.description} Errors are problem documents (RFC 9457).",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(endpoint.tag for endpoint in endpoints)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    plain: Schema = _plain(whole)
    Examples(plain, about.examples).add()
    return plain


def _types(endpoint: Endpoint) -> list[Any]:
    also = [kind for _, kind in endpoint.also]
    return [kind for kind in (endpoint.query, endpoint.body, endpoint.response, *also) if kind is not None]


def _resolved(schema: Schema, components: dict[str, Schema]) -> Schema:
    return components[schema["$ref"].rsplit("/", 1)[1]]


def _operation(
    endpoint: Endpoint, by_type: dict[int, Schema], queries: dict[type[msgspec.Struct], Schema]
) -> Schema:
    parameters: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": TOKEN_HASH if name == "token" else ID}
        for name in endpoint.path_parameters
    ]
    if endpoint.query is not None:
        parameters += _query_parameters(queries[endpoint.query])
    parameters += openapi_headers.parameters(endpoint)
    operation: Schema = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "responses": _responses(endpoint, by_type),
    }
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        schema = by_type[id(endpoint.body)]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if endpoint.public:
        operation["security"] = []
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-z0-9]+", endpoint.path.removeprefix("/api"))
    return "_".join((endpoint.method.lower(), *words))


def _query_parameters(schema: Schema) -> list[Schema]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            **({"description": field["description"]} if "description" in field else {}),
            "schema": _without_null(field),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: Schema) -> Schema:
    """Return the schema of an optional parameter, which is left out rather than null."""
    field = {name: value for name, value in field.items() if (name, value) != ("default", None)}
    if "anyOf" in field:
        kinds = [kind for kind in field.pop("anyOf") if kind != {"type": "null"}]
        field |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if "enum" in field and None in field["enum"]:
        field["enum"] = [value for value in field["enum"] if value is not None]
    return field


def _responses(endpoint: Endpoint, by_type: dict[int, Schema]) -> Schema:
    responses: Schema = {}
    for status, kind in ((endpoint.status, endpoint.response), *endpoint.also):
        response = _response(endpoint, responses, status)
        if kind is not None:
            response["content"] = {
                media_type: {
                    "schema": by_type[id(kind)] if media_type == "application/json" else {"type": "string"}
                }
                for media_type in endpoint.media_types
            }
    if "If-None-Match" in endpoint.headers:
        # Not modified: the headers without the body.
        headers = openapi_headers.response_headers(endpoint, endpoint.status)
        _response(endpoint, responses, 304)["headers"] = {"ETag": headers["ETag"]}
    for status in endpoint.problems:
        content = _response(endpoint, responses, status).setdefault("content", {})
        content[PROBLEM] = {"schema": {"$ref": REFERENCE.format(name=ProblemDocument.__name__)}}
    return responses


def _response(endpoint: Endpoint, responses: Schema, status: int) -> Schema:
    """Return the response object of a status, added if missing."""
    response: Schema = responses.setdefault(str(status), {"description": HTTPStatus(status).phrase})
    headers = openapi_headers.response_headers(endpoint, status)
    if headers:
        response["headers"] = headers
    return response


def _plain(value: Any) -> Any:
    """Return the document with money as a number, as PostgreSQL writes it (msgspec would write a string)."""
    if isinstance(value, dict):
        plain = {name: _plain(part) for name, part in value.items()}
        if plain.get("format") == "decimal":
            del plain["format"]
            plain["type"] = "number"
            if "default" in plain:
                plain["default"] = float(plain["default"])
        return plain
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value

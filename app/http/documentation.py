"""GET /openapi.json and GET /docs: both made once, when the process starts."""

from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.http import openapi
from app.http.responses import JsonBytes
from app.http.routing import Endpoint

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
color: #222; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; } summary { cursor: pointer; padding: .3rem 0; }
code { font: 14px ui-monospace, monospace; } b { display: inline-block; min-width: 5rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; } td, th { text-align: left; vertical-align: top;
padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #eee; } details { margin-left: .5rem; }
"""

Schema = dict[str, Any]


# The page has its style in it, and asks for nothing else.
PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
}


def routes(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """Return the routes of the document of `endpoints` and of its page."""
    document = openapi.document(endpoints)
    encoded = msgspec.json.encode(document)
    written = page(document)

    async def openapi_json(_request: Request) -> Response:
        return JsonBytes(encoded)

    async def docs(_request: Request) -> Response:
        return HTMLResponse(written, headers=PAGE_HEADERS)

    return (
        Endpoint(
            method="GET",
            path="/openapi.json",
            serve=openapi_json,
            summary="This document",
            tag="health",
            public=True,
        ),
        Endpoint(
            method="GET",
            path="/docs",
            serve=docs,
            summary="This document as a page",
            tag="health",
            public=True,
        ),
    )


def page(document: Schema) -> str:
    """Return the document as one HTML page that needs nothing else."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bantam: the API</title>',
        f"<style>{STYLE}</style><h1>Bantam: the API</h1><p>{escape(document['info']['description'])}",
        ' As data: <a href="/openapi.json">openapi.json</a>.</p>',
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['name'])}</h2>")
        parts += [
            _operation(method, path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if tag["name"] in operation["tags"]
        ]
    parts.append("<h2>Shapes</h2>")
    parts += [_shape(name, schema) for name, schema in document["components"]["schemas"].items()]
    return "\n".join(parts)


def _operation(method: str, path: str, operation: Schema) -> str:
    title = f"<b>{method.upper()}</b> <code>{escape(path)}</code> {escape(operation['summary'])}"
    rows = [
        (parameter["name"], parameter["in"], _type(parameter["schema"]), parameter.get("description", ""))
        for parameter in operation.get("parameters", ())
    ]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        rows.append(("", "body", _type(schema), ""))
    answers = [
        (status, response["description"], _content(response), "")
        for status, response in operation["responses"].items()
    ]
    return f"<details><summary>{title}</summary>{_table(rows)}{_table(answers)}</details>"


def _content(response: Schema) -> str:
    return ", ".join(_type(content["schema"]) for content in response.get("content", {}).values())


def _shape(name: str, schema: Schema) -> str:
    rows = [
        (field, "", _type(kind), kind.get("description", ""))
        for field, kind in schema.get("properties", {}).items()
    ]
    description = escape(schema.get("description", ""))
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code> {description}</summary>'
        f"{_table(rows)}</details>"
    )


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    """Return a table; the third column is HTML already."""
    cells = "".join(
        f"<tr><td><code>{escape(a)}</code><td>{escape(b)}<td>{c}<td>{escape(d)}" for a, b, c, d in rows
    )
    return f"<table>{cells}</table>" if rows else ""


def _type(schema: Schema) -> str:
    """Return a type as HTML, in words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " or ".join(_type(kind) for kind in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "length at most"))
        if key in schema
    ]
    words = [str(schema.get("format") or schema.get("type", "anything")), *limits]
    return escape(", ".join(words))

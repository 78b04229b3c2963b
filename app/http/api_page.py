"""The OpenAPI document as one page that loads nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from app.http.api_examples import Examples

Schema = dict[str, Any]
Row = tuple[str, str, str, str]

STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline';"
    f" script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: its own style and script, and nothing else."""


def page(document: Schema, texts: Mapping[str, str]) -> str:
    """Return the document as HTML: every operation by topic, every shape, a search box, example texts."""
    examples = Examples(document, texts)
    title = f"{escape(document['info']['title'])}: the API"
    tags = [tag["name"] for tag in document["tags"]]
    links = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in [*tags, "shapes"])
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style><header><h1>{title}</h1>",
        f"<p>{escape(document['info']['description'])}",
        ' As data: <a href="/openapi.json">openapi.json</a>.</p></header><main>',
        '<div class="find"><input type="search" aria-label="Find an operation or a shape"',
        f' placeholder="Find: a path, a method, a word"><nav>{links}</nav></div>',
    ]
    for tag in tags:
        operations = [
            _operation(method, path, operation, examples)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if tag in operation["tags"]
        ]
        parts.append(f'<section><h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(operations)}</section>')
    shapes = (_shape(name, schema) for name, schema in document["components"]["schemas"].items())
    parts.append(f'<section><h2 id="shapes">Shapes</h2>{"".join(shapes)}</section>')
    return "\n".join([*parts, f"</main><script>{SCRIPT}</script>"])


def _operation(method: str, path: str, operation: Schema, examples: Examples) -> str:
    request = [
        (each["name"], f"{each['in']}, required" if each.get("required") else each["in"], *_kind(each))
        for each in operation.get("parameters", ())
    ]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        request.append(("", "body", _type(schema), ""))
    responses = [
        (status, response["description"], _content(response), ", ".join(response.get("headers", ())))
        for status, response in operation["responses"].items()
    ]
    example = examples.response(operation)
    return (
        f'<details id="{escape(operation["operationId"])}"><summary><b class="method {method}">'
        f"{method.upper()}</b><code>{escape(path)}</code><span>{escape(operation['summary'])}</span></summary>"
        f'<div class="inside">{_table("Request", ("name", "where", "type", ""), request)}'
        f"<pre>{escape(examples.request(method, path, operation))}</pre>"
        f"{_table('Response', ('status', '', 'body', 'headers'), responses)}"
        f"{f'<pre>{escape(example)}</pre>' if example else ''}</div></details>"
    )


def _shape(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (field, "required" if field in required else "", *_kind({"schema": kind}))
        for field, kind in schema.get("properties", {}).items()
    ]
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code>'
        f"<span>{escape(schema.get('description', ''))}</span></summary>"
        f'<div class="inside">{_table("", ("field", "", "type", ""), rows)}</div></details>'
    )


def _kind(described: Schema) -> tuple[str, str]:
    """Return the type as HTML, and the description and default as text."""
    schema = described["schema"]
    notes = [described.get("description") or schema.get("description", "")]
    if schema.get("default") is not None and schema["default"] != "":
        notes.append(f"default {schema['default']}")
    return _type(schema), "; ".join(filter(None, notes))


def _content(response: Schema) -> str:
    return ", ".join(dict.fromkeys(_type(each["schema"]) for each in response.get("content", {}).values()))


def _table(title: str, heads: Row, rows: list[Row]) -> str:
    """Return an HTML table; the third column already is HTML."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(each)}" for each in heads)
    cells = "".join(
        f"<tr><td><code>{escape(a)}</code><td>{escape(b)}<td>{c}<td>{escape(d)}" for a, b, c, d in rows
    )
    return f"{f'<h3>{title}</h3>' if title else ''}<table><tr>{head}{cells}</table>"


def _type(schema: Schema) -> str:
    """Return a type as HTML, like `integer, from 1` or `list of string`."""
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
        if key in schema and schema[key] != 2**63 - 1
    ]
    return escape(", ".join([str(schema.get("format") or schema.get("type", "anything")), *limits]))

"""Example values for the schemas of the OpenAPI document."""

import json
from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

MAX_DEPTH = 6
"""Nesting of objects; anything deeper is left out."""

FORMATS = {
    "date": "2026-12-01",
    "date-time": "2026-12-01T09:30:00+00:00",
    "email": "someone@example.com",
}


class Examples:
    """Examples for one document, whose schemas refer to each other; `texts` are examples by field name."""

    def __init__(self, document: Schema, texts: Mapping[str, str]) -> None:
        self._paths: Schema = document["paths"]
        self._named: Schema = document["components"]["schemas"]
        self._texts = {**FORMATS, **texts}

    def add(self) -> None:
        """Add an example to each required parameter and each request body of the document."""
        for operation in (each for methods in self._paths.values() for each in methods.values()):
            for wanted in (each for each in operation.get("parameters", ()) if each.get("required")):
                wanted["example"] = self.value(wanted["schema"], wanted["name"])
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]["application/json"]
                content["example"] = self.value(content["schema"])

    def request(self, method: str, path: str, operation: Schema) -> str:
        """Return the operation as a curl command."""
        wanted = [each for each in operation.get("parameters", ()) if each.get("required")]
        values = {each["name"]: each["example"] for each in wanted}
        for each in wanted:
            if each["in"] == "path":
                path = path.replace("{" + each["name"] + "}", str(values[each["name"]]))
        query = "&".join(f"{each['name']}={values[each['name']]}" for each in wanted if each["in"] == "query")
        lines = ["curl" if method == "get" else f"curl -X {method.upper()}"]
        if operation.get("security") != []:
            lines.append('-H "Authorization: Bearer $TOKEN"')
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]["example"]
            lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body)}'"]
        lines.append(f'"https://$SERVER{path}{"?" if query else ""}{query}"')
        return " \\\n  ".join(lines)

    def response(self, operation: Schema) -> str:
        """Return example JSON for the lowest status; empty if its response has no body."""
        status = min(operation["responses"])
        content = operation["responses"][status].get("content", {}).get("application/json")
        return "" if content is None else json.dumps(self.value(content["schema"]), indent=2)

    def value(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """Return a value that the schema allows and that fits the field name."""
        if "$ref" in schema:
            return self.value(self._named[schema["$ref"].rsplit("/", 1)[1]], name, depth)
        if "anyOf" in schema:
            kinds = [kind for kind in schema["anyOf"] if kind.get("type") != "null"]
            return self.value(kinds[0], name, depth)
        if given := schema.get("examples") or schema.get("enum"):
            return given[0]
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return [] if depth == MAX_DEPTH else [self.value(schema.get("items", {}), name, depth + 1)]
            case kind:
                return self._plain(schema, str(kind), name)

    def _object(self, schema: Schema, depth: int) -> Schema:
        fields = schema.get("properties", {}) if depth < MAX_DEPTH else {}
        if fields and all("default" in kind and kind["default"] is None for kind in fields.values()):
            # Alternatives, of which a request uses one.
            fields = dict([next(iter(fields.items()))])
        return {field: self.value(kind, field, depth + 1) for field, kind in fields.items()}

    def _plain(self, schema: Schema, kind: str, name: str) -> object:
        if kind == "string":
            named = "date-time" if name.endswith("_at") or name == "as_of" else name
            return FORMATS.get(schema.get("format", ""), self._texts.get(named, "..."))
        return {"integer": max(schema.get("minimum", 1), 1), "number": 1.5, "boolean": True}.get(kind)

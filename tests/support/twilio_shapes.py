"""Holds answers against the official description of the 2010 interface, where it is at hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).parents[3] / "shared" / "data" / "twilio-openapi" / "api_v2010.json"
_TYPES = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list,
    "object": dict,
}  # fmt: skip


@cache
def document() -> dict[str, Any]:
    if not DOCUMENT.exists():
        pytest.skip("shapes are NOT checked: the official description is not beside the checkout")
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return found


def check(operation: str, body: Any) -> None:
    """Assert that ``body`` is what ``operation`` answers when it goes well."""
    for methods in document()["paths"].values():
        for method in methods.values():
            if isinstance(method, dict) and method.get("operationId") == operation:
                good = [r for status, r in method["responses"].items() if status.startswith("2")]
                schema = good[0]["content"]["application/json"]["schema"]
                problems = list(_problems(schema, body, operation))
                assert not problems, problems
                return
    raise LookupError(operation)


def _problems(schema: dict[str, Any], value: Any, where: str) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _problems(document()["components"]["schemas"][name], value, where)
        return
    if value is None:
        if not schema.get("nullable") and "type" in schema:
            yield f"{where} is null"
        return
    wanted = schema.get("type")
    if wanted is not None and not _is(value, wanted):
        yield f"{where} is a {type(value).__name__}, not a {wanted}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, none of {schema['enum']}"
    if isinstance(value, dict):
        known = schema.get("properties")
        if known:
            for name in value.keys() - known.keys():
                yield f"{where}.{name} is not described"
            for name in known.keys() - value.keys():
                yield f"{where}.{name} is missing"
            for name, inner in known.items():
                if name in value:
                    yield from _problems(inner, value[name], f"{where}.{name}")
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _problems(schema.get("items", {}), item, f"{where}[{at}]")


def _is(value: Any, wanted: str) -> bool:
    if wanted in {"integer", "number"} and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[wanted])

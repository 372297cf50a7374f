"""Holds answers against the official description of the 2010 interface, where it is at hand.

The descriptions are never part of the project: they lie beside the checkout, or where
``RINGFENCE_TWILIO_OPENAPI`` says. Every property described must be there, nothing else may be, and
types, enumerations, patterns, lengths and formats must fit.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

Schema = Mapping[str, Any]

_BESIDE = Path(__file__).parents[3] / "shared" / "data" / "twilio-openapi"
FOLDER = Path(os.environ.get("RINGFENCE_TWILIO_OPENAPI", _BESIDE))
_TYPES: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list,
    "object": dict,
}  # fmt: skip
_METHODS = frozenset({"get", "post", "put", "delete"})


def at_hand(name: str = "api_v2010") -> bool:
    """Whether a description lies where it is looked for."""
    return (FOLDER / f"{name}.json").exists()


@cache
def document(name: str = "api_v2010") -> dict[str, Any]:
    """Return a description; the test that asks is skipped, aloud, where it is not at hand."""
    if not at_hand(name):
        pytest.skip("shapes are NOT checked: the official description is not beside the checkout")
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


@cache
def operation(name: str, of: str = "api_v2010") -> dict[str, Any]:
    """Return the description of one operation."""
    for methods in document(of)["paths"].values():
        for method, found in methods.items():
            if method in _METHODS and found.get("operationId") == name:
                return dict(found)
    raise LookupError(name)


def required(name: str) -> frozenset[str]:
    """Return the names of the fields without which an operation cannot be asked for."""
    content = operation(name).get("requestBody", {}).get("content", {})
    schema = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
    return frozenset(schema.get("required", ()))


def success(name: str, of: str = "api_v2010") -> tuple[int, Schema | None]:
    """Return the status of an operation that goes well, and the schema of its body, if any."""
    for status, response in operation(name, of)["responses"].items():
        if status.startswith("2"):
            content = response.get("content", {}).get("application/json")
            return int(status), None if content is None else content["schema"]
    raise LookupError(name)


def succeeds(name: str, status: int) -> bool:
    """Whether an operation may answer with this status when it goes well."""
    return status < 300 and str(status) in operation(name)["responses"]


def check(name: str, body: Any, *, of: str = "api_v2010") -> None:
    """Assert that ``body`` is what an operation answers when it goes well."""
    schema = success(name, of)[1]
    assert schema is not None, f"{name} answers without a body"
    problems = list(_problems(schema, body, name, of))
    assert not problems, problems


def _problems(schema: Schema, value: Any, where: str, of: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        meant = document(of)["components"]["schemas"][name]
        # The examples have null where a whole part was not asked for.
        if value is not None or meant.get("type") != "object":
            yield from _problems(meant, value, where, of)
        return
    if value is None:
        # Some say in words alone that they may be null, Lookup's description in its examples.
        said = of != "api_v2010" or "will be `null`" in schema.get("description", "")
        if not schema.get("nullable") and not said and "type" in schema:
            yield f"{where} is null"
        return
    wanted = schema.get("type")
    if wanted is not None and not _is(value, wanted):
        yield f"{where} is a {type(value).__name__}, not a {wanted}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, none of {schema['enum']}"
    if isinstance(value, str):
        yield from _text(schema, value, where)
    if isinstance(value, dict):
        known = schema.get("properties")
        if known:
            for name in value.keys() - known.keys():
                yield f"{where}.{name} is not described"
            for name in known.keys() - value.keys():
                yield f"{where}.{name} is missing"
            for name, inner in known.items():
                if name in value:
                    yield from _problems(inner, value[name], f"{where}.{name}", of)
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _problems(schema.get("items", {}), item, f"{where}[{at}]", of)


def _text(schema: Schema, value: str, where: str) -> Iterator[str]:
    """Look at a text. The empty one is what the service itself sends for "not set"."""
    if not value:
        return
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where} has {len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} does not look like {schema['pattern']}"
    if not _fits(schema.get("format", ""), value):
        yield f"{where} is no {schema['format']}"


def _fits(form: str, value: str) -> bool:
    try:
        match form:
            case "date-time-rfc-2822":
                moment = parsedate_to_datetime(value)
                return moment.tzinfo is not None and value.endswith("+0000")
            case "date":
                return bool(date.fromisoformat(value))
            case "uri":
                return value.startswith("/") or bool(urlsplit(value).scheme)
            case "phone-number":
                return re.fullmatch(r"\+?[0-9() .-]{1,24}", value) is not None
            case "http-method":
                return value in {"GET", "POST", "HEAD", "PATCH", "PUT", "DELETE"}
            case "iso-country-code":
                return re.fullmatch("[A-Z]{2}", value) is not None
            case "currency":
                return re.fullmatch("[A-Za-z]{3}", value) is not None
    except ValueError:
        return False
    return True


def _is(value: Any, wanted: str) -> bool:
    if wanted in {"integer", "number"} and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[wanted])

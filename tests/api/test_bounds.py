"""Every text, list and map of a body has a bound, which is told to clients and held to."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler

from ringfence.api.bounds import Misplaced, check, describe
from ringfence.api.http import build
from ringfence.api.openapi import document, handlers
from ringfence.api.resources import Body
from ringfence.kernel.limits import (
    API_LIST_MAX,
    API_MAP_MAX,
    API_TEXT_CHARS,
    MARKUP_DOCUMENT_BYTES,
)


class Inner(Body, frozen=True, kw_only=True):
    word: str = ""


class Outer(Body, frozen=True, kw_only=True):
    text: str | None = None
    page: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    items: list[str | int] = msgspec.field(default_factory=list)
    inner: Inner | None = None
    many: dict[str, Inner] = msgspec.field(default_factory=dict)
    free: dict[str, Any] = msgspec.field(default_factory=dict)


LONG = "x" * (API_TEXT_CHARS + 1)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"text": LONG}, "/text"),
        ({"items": ["", LONG]}, "/items/1"),
        ({"items": [""] * (API_LIST_MAX + 1)}, "/items"),
        ({"inner": {"word": LONG}}, "/inner/word"),
        ({"many": {"secret": {"word": LONG}}}, "/many/word"),
        ({"many": {LONG: {}}}, "/many"),
        ({"many": {str(n): {} for n in range(API_MAP_MAX + 1)}}, "/many"),
        ({"free": {"a": [{"b": LONG}]}}, "/free/0"),
    ],
)
def test_what_is_too_long_is_refused_by_its_place_alone(
    given: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Misplaced) as refused:
        check(msgspec.convert(given, Outer), "the body")
    assert (refused.value.code, refused.value.pointer) == ("bad_argument", pointer)
    assert "xxx" not in str(refused.value)
    assert "secret" not in refused.value.reason


def test_what_is_within_its_bounds_passes() -> None:
    text = LONG[1:]
    given = {"text": text, "page": LONG, "items": [text], "many": {"a": {"word": text}}}
    check(msgspec.convert(given, Outer), "the body")
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"page": "x" * 10_001}, Outer)


def _unbounded(schema: Any, schemas: dict[str, Any], where: str, seen: set[str]) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _unbounded(part, schemas, where, seen)]
    if not isinstance(schema, dict):
        return []
    found = []
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        seen.add(name)
        found += _unbounded(schemas[name], schemas, name, seen)
    word = {"string": "maxLength", "array": "maxItems", "object": "maxProperties"}
    wanted = word.get(schema.get("type", ""))
    if wanted and wanted not in schema and not {"enum", "properties"} & schema.keys():
        found.append(where)
    for field, part in schema.get("properties", {}).items():
        found += _unbounded(part, schemas, f"{where}.{field}", seen)
    for part in ("items", "additionalProperties", "anyOf"):
        found += _unbounded(schema.get(part), schemas, where, seen)
    return found


def test_every_body_says_its_bounds() -> None:
    resources: list[HTTPRouteHandler] = handlers(build(None))  # type: ignore[arg-type]
    made = document(resources)
    schemas, found = made["components"]["schemas"], []
    for path, verbs in made["paths"].items():
        for operation in verbs.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                found += _unbounded(content["schema"], schemas, path, set())
    assert found == []
    assert schemas["NumberLookup"]["properties"]["number"]["maxLength"] == API_TEXT_CHARS
    [markup, _] = schemas["CallsPlace"]["properties"]["twiml"]["anyOf"]
    assert markup["maxLength"] == MARKUP_DOCUMENT_BYTES


def test_a_bound_of_its_own_stays() -> None:
    schema = {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 7}}
    describe(schema, {}, set())
    assert schema == {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 7}}


def _texts(where: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every text that is asked for in a path or a query: method, path, parameter."""
    made = document(handlers(build(None)))  # type: ignore[arg-type]
    return [
        (verb, path, parameter)
        for path, verbs in made["paths"].items()
        for verb, operation in verbs.items()
        for parameter in operation["parameters"]
        if parameter["in"] == where and parameter["schema"].get("type") == "string"
    ]


@pytest.mark.parametrize("where", ["path", "query"])
def test_every_text_in_a_path_or_a_query_says_its_bound_and_is_held_to_it(
    client: Any, basic: Any, office: Any, where: str
) -> None:
    texts = _texts(where)
    assert len(texts) > 10
    for verb, path, parameter in texts:
        schema, name = parameter["schema"], parameter["name"]
        if "enum" in schema:
            continue
        assert "maxLength" in schema, (verb, path, name)
        long, query = "x" * (schema["maxLength"] + 1), {}
        if where == "path":
            path = path.replace(f"{{{name}}}", long)
        else:
            query = {name: long}
        path = path.replace("{", "").replace("}", "")
        office.asked.clear()
        for counted in ("limiters", "rates"):
            client.app.state.pop(counted, None)
        answer = client.request(verb, path, params=query, headers=basic())
        assert answer.status_code == 400, (verb, path[:60], name, answer.text)
        assert "xxx" not in answer.text
        assert {case for case, *_ in office.asked} <= {"account.authenticate"}, (verb, path[:60])

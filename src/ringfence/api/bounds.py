"""How long what is said in a body, a query or a path may be: all in them has a bound.

A field that holds more than a page says so itself (``msgspec.Meta(max_length=...)``) and is held to
that while it is read; any other is held to the bounds of ``kernel.limits`` here. `describe` writes
the same bounds into the description of the API, so that a client knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import inspect

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    API_LIST_MAX,
    API_MAP_MAX,
    API_TEXT_CHARS,
    MAIL_INTAKE_BYTES,
    MARKUP_DOCUMENT_BYTES,
    POLICY_DOCUMENT_CHARS,
    TARIFF_FILE_CHARS_MAX,
)

Markup = Annotated[str, msgspec.Meta(max_length=int(MARKUP_DOCUMENT_BYTES))]
"""A TwiML document."""
Letter = Annotated[str, msgspec.Meta(max_length=int(MAIL_INTAKE_BYTES))]
"""An e-mail with its headers."""
Pack = Annotated[str, msgspec.Meta(max_length=int(POLICY_DOCUMENT_CHARS))]
"""A policy as TOML."""
Rates = Annotated[str, msgspec.Meta(max_length=int(TARIFF_FILE_CHARS_MAX))]
"""A file of rates."""

_KEYWORD = {"string": "maxLength", "array": "maxItems", "object": "maxProperties"}
_DEFAULT = {
    "string": int(API_TEXT_CHARS),
    "array": int(API_LIST_MAX),
    "object": int(API_MAP_MAX),
}


def check(given: msgspec.Struct, what: str) -> None:
    """Hold what was read to its bounds; ``what``: the body, the query.

    Raises `Misplaced` (``bad_argument``), naming the place and the bound, never the value.
    """
    _struct(given, what, "")


def check_path(path: Mapping[str, Any]) -> None:
    """Hold the texts in a path to their bound. Raises `Misplaced`, as `check` does."""
    for name, value in path.items():
        _any(value, None, "the path", f"/{name}")


class Misplaced(Refused):
    """Something said is wrong, and where: a JSON pointer (RFC 6901), or a name in query or path."""

    __slots__ = ("pointer",)

    def __init__(self, reason: str, pointer: str) -> None:
        super().__init__("bad_argument", reason)
        self.pointer = pointer


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    info = inspect.type_info(kind)
    return {field.name: field.type for field in getattr(info, "fields", ())}


def _struct(value: msgspec.Struct, what: str, where: str) -> None:
    for name, kind in _fields(type(value)).items():
        _any(getattr(value, name), kind, what, f"{where}/{name}")


def _any(value: Any, kind: Any, what: str, where: str) -> None:
    if isinstance(value, msgspec.Struct):
        _struct(value, what, where)
    elif isinstance(value, str):
        _length(value, _member(kind, inspect.StrType), API_TEXT_CHARS, "characters", what, where)
    elif isinstance(value, list | tuple):
        own = _member(kind, inspect.ListType)
        _length(value, own, API_LIST_MAX, "items", what, where)
        for place, item in enumerate(value):
            _any(item, getattr(own, "item_type", None), what, f"{where}/{place}")
    elif isinstance(value, dict):
        own = _member(kind, inspect.DictType)
        _length(value, own, API_MAP_MAX, "entries", what, where)
        for name, item in value.items():  # keys are words of whoever asks: not told again
            _any(name, None, what, where)
            _any(item, getattr(own, "value_type", None), what, where)


def _member(kind: Any, wanted: type[Any]) -> Any:
    """Return the member of a union that a value is of; None where nothing is declared."""
    members = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return next((member for member in members if isinstance(member, wanted)), None)


def _length(value: Any, own: Any, most: int, unit: str, what: str, where: str) -> None:
    if getattr(own, "max_length", None) is None and len(value) > most:
        name = where.rpartition("/")[2]
        raise Misplaced(f"{what}: {name} is too long: at most {int(most)} {unit}", where)


def describe(schema: Any, definitions: dict[str, Any], seen: set[str]) -> None:
    """Write the bounds into a schema of something sent, and into all that it refers to."""
    if isinstance(schema, list):
        for part in schema:
            describe(part, definitions, seen)
        return
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        seen.add(name)
        describe(definitions[name], definitions, seen)
    kind = schema.get("type")
    if kind in _KEYWORD and not {"enum", "const", "properties"} & schema.keys():
        schema.setdefault(_KEYWORD[kind], _DEFAULT[kind])
    describe(list(schema.get("properties", {}).values()), definitions, seen)
    for part in ("items", "additionalProperties", "anyOf", "oneOf", "allOf"):
        describe(schema.get(part), definitions, seen)

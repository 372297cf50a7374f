"""Asks every row of a module of /v1 once, with something in every field."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args, get_origin

import msgspec


def value(kind: Any) -> Any:
    """Something of a type."""
    if hasattr(kind, "__metadata__"):
        return value(get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {field.name: value(field.type) for field in msgspec.structs.fields(kind)}
    options = [option for option in get_args(kind) if option is not type(None)]
    origin = get_origin(kind)
    if origin is Literal:
        return options[0]
    if origin is list:
        return [value(options[0])]
    if origin is dict:
        return {"voice": value(options[1])}
    if options:
        return value(options[0]) if not isinstance(options[0], str) else options[0]
    return {str: "x", int: 7, bool: True}.get(kind, "x")


def check_rows(client: Any, office: Any, basic: Any, handlers: Any) -> None:
    """Each row asks its use case with what it was given, and strangers reach none."""
    for handler in handlers:
        (path,) = handler.paths
        (method,) = handler.http_methods - {"HEAD", "OPTIONS"}
        case = handler.opt["case"]
        office.answers[case] = lambda **_: []
        where = dict(re.findall(r"{(\w+):(\w+)}", path))
        args: dict[str, Any] = {name: 7 if kind == "int" else "X1" for name, kind in where.items()}
        concrete = re.sub(
            r"{(\w+):\w+}", lambda found: "7" if found[0].endswith("int}") else "X1", path
        )
        fields = {
            part: {f.name: value(f.type) for f in msgspec.structs.fields(handler.opt[part])}
            for part in ("body", "query")
            if part in handler.opt
        }
        query = {
            name: str(given).lower() if isinstance(given, bool) else given
            for name, given in fields.get("query", {}).items()
        }
        body = fields.get("body")
        kept = {"params": query, "json": body or None}
        answer = client.request(method, concrete, headers=basic(), **kept)
        assert answer.status_code == handler.status_code, (path, answer.text)
        name, asked, actor = office.asked[-1]
        wanted = args | (body or {}) | fields.get("query", {})
        assert (name, actor) == (case, "api"), path
        assert wanted.items() <= asked.items(), path
        assert asked.keys() - wanted.keys() <= {"limit", "before"}, path
        assert client.request(method, concrete, **kept).status_code == 401, path

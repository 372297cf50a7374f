"""``/v1/openapi.json``: the resources of the API, for programs (OpenAPI 3.1).

Everything is read from the handlers: the path, ``opt["query"]`` and ``opt["body"]``, what they
return, and the use case behind them, which is the ``operationId``. Each operation declares every
answer it can give: its own, and the problems.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from ringfence import __version__
from ringfence.api import bounds, house, problems, views_flows
from ringfence.api.common import ACCOUNT_HEADER, HEADERS, Asked
from ringfence.kernel.limits import CURSOR_CHARS_MAX, PAGE_MAX

PREFIX = house.PREFIX
JSON = house.JSON
_REF = "#/components/schemas/{name}"
_CASE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
_REFUSALS = {
    "400": "The request is not understood.",
    "401": "The credentials are not valid here.",
    "403": "These credentials may not do this.",
    "404": "There is no such thing here.",
    "409": "Something stands in the way just now.",
    "413": "The body is too large.",
    "415": "The body is not sent as JSON.",
    "422": "It is refused; code and detail say why.",
    "429": "Too many requests; Retry-After says when to come back.",
    "500": "Something broke inside.",
    "503": "The server is starting or stopping.",
    "504": "It took too long.",
}
_SAYS = (
    "Cloud telephony with its privacy policy enforced in code. Sign in with HTTP Basic (the "
    "account SID and auth token, or an API key and its secret) or with an app's access token. "
    "Instants are epoch milliseconds. Lists answer in pages: send `next` back as `cursor`. Every "
    "POST takes an `Idempotency-Key`. Refusals are RFC 9457 problems; `code` is the word to decide "
    "by."
)


@get("/v1/openapi.json", opt={"plain": True, "public": True}, include_in_schema=False)
async def openapi(request: Asked) -> Response[bytes]:
    """Return the description of the API; anybody may read it."""
    return Response(written(request.app), media_type=JSON, headers=dict(HEADERS))


@lru_cache(maxsize=4)
def written(app: Litestar) -> bytes:
    """Return the document as JSON; it is made once."""
    return msgspec.json.format(msgspec.json.encode(document(handlers(app))), indent=1)


def handlers(app: Litestar) -> list[HTTPRouteHandler]:
    """Return every handler of a resource."""
    found: dict[int, HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            resource = isinstance(handler, HTTPRouteHandler) and not handler.opt.get("plain")
            if resource and any(path.startswith(PREFIX) for path in handler.paths):
                found[id(handler)] = handler
    return list(found.values())


def document(resources: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """Return the description of ``resources``."""
    rows = [
        (path, method.lower(), handler, house.style(handler))
        for handler in resources
        for path in sorted(handler.paths)
        for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"})
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    kinds = _Kinds(rows)
    paths: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for path, method, handler, style in rows:
        name = case(handler)
        while name in taken:
            name += "_again"
        taken.add(name)
        paths.setdefault(templated(path), {})[method] = _operation(
            name, path, method, handler, style, kinds
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ringfence", "version": __version__, "description": _SAYS},
        "servers": [{"url": "/"}],
        "security": [{"basic": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(kinds.definitions.items())),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


class _Kinds:
    """The schema of every type that is sent or answered."""

    def __init__(self, rows: list[tuple[str, str, HTTPRouteHandler, house.Style]]) -> None:
        wanted: list[Any] = [problems.ProblemDetails, views_flows.FlowDocument]
        for _, _, _, style in rows:
            answer = style.item if style.item is not None else style.answer
            wanted += [kind for kind in (_taken(style), answer) if _described(kind)]
            if style.query is not None:
                wanted += [field.type for field in msgspec.structs.fields(style.query)]
        distinct = list({repr(kind): kind for kind in wanted}.values())
        made = msgspec.json.schema_components(
            distinct, schema_hook=lambda _: {"description": "Anything."}, ref_template=_REF
        )
        schemas, self.definitions = _short(made)
        self._of = {repr(kind): schema for kind, schema in zip(distinct, schemas, strict=True)}
        seen: set[str] = set()
        for _, _, _, style in rows:
            if _taken(style) is not None:
                bounds.describe(self.of(style.body), self.definitions, seen)

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type, mostly a reference."""
        found: dict[str, Any] = self._of[repr(kind)]
        return found


def _short(made: Any) -> tuple[Any, dict[str, Any]]:
    """Give two shapes of one name, which msgspec names by their modules, short names again."""
    text = msgspec.json.encode(made).decode()
    names = set(made[1])
    for long in sorted(names):
        module, dot, name = long.rpartition(".")
        if not dot:
            continue
        part = module.rpartition(".")[2].removeprefix("views").removesuffix("views").strip("_")
        short = "".join(word.title() for word in part.split("_")) + name
        text = text.replace(f'"{long}"', f'"{short}"').replace(f'/{long}"', f'/{short}"')
    schemas, definitions = msgspec.json.decode(text)
    return schemas, definitions


def _taken(style: house.Style) -> Any:
    """Return the type of a body that says anything."""
    return style.body if style.body is not None and style.body.__struct_fields__ else None


def _described(kind: Any) -> bool:
    """Whether a type has a schema: files and texts have none."""
    if kind is None or kind is inspect.Signature.empty:
        return False
    return not any(
        isinstance(part, type) and issubclass(part, Response) for part in (kind, get_origin(kind))
    )


def case(handler: HTTPRouteHandler) -> str:
    """Return the use case behind a handler, or its own name where it names none."""
    said = handler.opt.get("name") or handler.opt.get("case")
    if said:
        return str(said)
    return str(getattr(handler.fn, "__name__", "handle"))


def _operation(
    name: str,
    path: str,
    method: str,
    handler: HTTPRouteHandler,
    style: house.Style,
    kinds: _Kinds,
) -> dict[str, Any]:
    says = inspect.cleandoc(handler.fn.__doc__ or "")
    made: dict[str, Any] = {
        "operationId": name,
        "tags": [_tag(path)],
        "summary": says.partition("\n")[0].rstrip("."),
        "description": says,
        "parameters": [*_path(path), *_query(style, kinds)],
        "responses": {str(handler.status_code): _success(handler, style, kinds)},
    }
    if method == "post" and not style.public:
        made["parameters"].append(_IDEMPOTENCY)
    if not style.public:
        made["parameters"].append(_ACCOUNT)
    if style.public:
        made["security"] = []
    if style.body is not None and style.body.__struct_fields__:
        required = any(field.required for field in msgspec.structs.fields(style.body))
        content = {JSON: {"schema": kinds.of(style.body)}}
        made["requestBody"] = {"required": required, "content": content}
    if method == "get" and _is_json(style):
        made["responses"]["304"] = {"description": "It has not changed (If-None-Match)."}
    problem = {problems.MEDIA_TYPE: {"schema": kinds.of(problems.ProblemDetails)}}
    for status, why in _REFUSALS.items():
        made["responses"][status] = {"description": why, "content": problem}
    return made


_ACCOUNT = {
    "name": ACCOUNT_HEADER,
    "in": "header",
    "required": False,
    "description": "The SID of an account below yours that this is about; by default your own.",
    "schema": {"type": "string", "pattern": "^AC[0-9a-f]{32}$"},
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat a request with the same key and it is carried out once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def _path(path: str) -> list[dict[str, Any]]:
    found = []
    for part in path.split("/"):
        if part.startswith("{"):
            name, _, kind = part[1:-1].partition(":")
            schema = {"type": "integer" if kind == "int" else "string"}
            bounds.describe(schema, {}, set())
            found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _query(style: house.Style, kinds: _Kinds) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for field in msgspec.structs.fields(style.query) if style.query is not None else ():
        entry = {"name": field.name, "in": "query", "required": field.required}
        schema = deepcopy(_without_null(kinds.of(field.type)))
        bounds.describe(schema, kinds.definitions, set())
        found.append({**entry, "schema": schema})
    if style.item is not None:
        limit = {"type": "integer", "minimum": 1, "maximum": int(PAGE_MAX)}
        found.append({"name": "limit", "in": "query", "required": False, "schema": limit})
        word = {"type": "string", "maxLength": int(CURSOR_CHARS_MAX)}
        found.append({"name": "cursor", "in": "query", "required": False, "schema": word})
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what is given at all: in a query nothing is null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema


def _is_json(style: house.Style) -> bool:
    return style.answer is None or style.answer is type(None) or _described(style.answer)


def _success(handler: HTTPRouteHandler, style: house.Style, kinds: _Kinds) -> dict[str, Any]:
    if style.item is not None:
        items = {"type": "array", "items": kinds.of(style.item)}
        following = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        schema = {
            "type": "object",
            "properties": {"items": items, "next": following},
            "required": ["items", "next"],
        }
        return {"description": "A page.", "content": {JSON: {"schema": schema}}}
    if style.answer is None or style.answer is type(None):
        return {"description": "Done.", "content": {JSON: {"schema": {"type": "null"}}}}
    if _described(style.answer):
        return {"description": "Done.", "content": {JSON: {"schema": kinds.of(style.answer)}}}
    kind = handler.opt.get("media", "application/octet-stream")
    if kind == "application/octet-stream" and get_args(style.answer) == (str,):
        kind = "text/plain"
    binary = issubclass(get_origin(style.answer) or style.answer, Stream)
    schema = {} if binary else {"type": "string"}
    return {"description": "The file.", "content": {kind: {"schema": schema}}}


def _tag(path: str) -> str:
    parts = path.removeprefix(PREFIX).split("/")
    return "/".join(parts[:2] if parts[0] == "privacy" else parts[:1])


def templated(path: str) -> str:
    """Return a path as the schema writes it: ``{sid:str}`` becomes ``{sid}``."""
    return "/".join(
        f"{{{part[1:-1].partition(':')[0]}}}" if part.startswith("{") else part
        for part in path.split("/")
    )

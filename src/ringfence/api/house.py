"""What every resource of ``/v1`` has, whoever wrote it.

`dress` puts this around a handler: who asks is found out before anything is read; a caller has a
rate; a body and a query have no fields but those that are declared; a list answers in pages; a
page that has not changed is not sent again; a request with a key is carried out once.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope

from ringfence.api import bounds, cursors, idempotency, rates
from ringfence.api.common import NOTES, Asked, header, notes, page_limit, require
from ringfence.api.express import Told
from ringfence.kernel.errors import Refused
from ringfence.privacy.roles import caller

PREFIX = "/v1/"
JSON = "application/json"
PAGING = frozenset({"limit", "cursor"})

_INT_MOST = 2**63 - 1
"""What a column of whole numbers holds."""

_encode = msgspec.json.Encoder().encode
_UNKNOWN = re.compile(r"unknown field `([a-z_]{1,40})`")
_MISSING = re.compile(r"missing required field `([a-z_]{1,40})`")
_PLACE = re.compile(r"- at `(?:key in )?\$((?:\.[a-z_]{1,40}|\[\d{1,6}\])*)")
"""Where something stands, as msgspec says it; an entry of a map, whose name is a value, ends it."""
_PART = re.compile(r"[a-z_]+|\d+")
_EXPECTED = re.compile(
    r"Expected (`[^`]+`(?: of length)?(?: [<>]=? -?\d+)?)(?:, got `[a-z]+`)? - at"
)
"""What was expected, where that names types and bounds alone."""


@dataclass(frozen=True, slots=True)
class Style:
    """What is declared about a handler. ``item``: what its list is of; ``rows``: their field."""

    public: bool
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    answer: Any
    item: Any = None
    rows: str = ""
    whole: frozenset[str] = frozenset()
    """Fields of the query that are numbers."""


def style(handler: HTTPRouteHandler) -> Style:
    """Read what a handler declares: ``opt`` and what it returns."""
    opt = handler.opt
    answer = get_type_hints(handler.fn, include_extras=True).get("return")
    item, rows = None, ""
    if get_origin(answer) is list:
        (item,) = get_args(answer)
    elif isinstance(answer, type) and issubclass(answer, msgspec.Struct):
        fields = {field.name: field.type for field in msgspec.structs.fields(answer)}
        if len(fields) == 2 and "next" in fields:
            (rows,) = fields.keys() - {"next"}
            (item,) = get_args(fields[rows])
    query = opt.get("query")
    taken = msgspec.structs.fields(query) if query is not None else ()
    whole = frozenset(field.name for field in taken if "int" in repr(field.type))
    return Style(bool(opt.get("public")), opt.get("body"), query, answer, item, rows, whole)


def dress(handler: HTTPRouteHandler) -> HTTPRouteHandler:
    """Return the handler as it is served."""
    how = style(handler)
    inner: Callable[..., Any] = handler.fn
    (method,) = handler.http_methods - {"HEAD", "OPTIONS"}
    status = handler.status_code
    case = str(handler.opt.get("case", ""))

    async def admit(request: Asked, path: dict[str, Any]) -> None:
        if not how.public:
            _count(request, caller(await require(request)))
        if any(isinstance(part, int) and abs(part) > _INT_MOST for part in path.values()):
            raise Refused("not_found", "nothing here has that number")
        bounds.check_path(path)
        _check_query(request, how)
        if how.body is not None:
            await _check_body(request, how.body)

    async def handle(request: Asked, **path: Any) -> Any:
        await admit(request, path)

        async def carry_out() -> Any:
            return _answer(request, how, await inner(request, **path), method, status)

        key = request.headers.get(idempotency.HEADER) if method == "POST" else None
        if key is None or how.public:
            return await carry_out()
        return await idempotency.once(request, key, case, carry_out)

    async def read(request: Asked) -> Told:
        await admit(request, {})
        return _told(request, how, await inner(request), status)

    hints = get_type_hints(inner, include_extras=True)
    given = inspect.signature(inner)
    handle.__annotations__ = hints
    handle.__signature__ = given.replace(  # type: ignore[attr-defined]
        parameters=[
            parameter.replace(annotation=hints.get(name, parameter.annotation))
            for name, parameter in given.parameters.items()
        ],
        return_annotation=hints.get("return", given.return_annotation),
    )
    handle.__name__ = getattr(inner, "__name__", "handle")
    handle.__qualname__ = handle.__name__
    handle.__doc__ = inner.__doc__
    handle.__module__ = inner.__module__
    return HTTPRouteHandler(
        sorted(handler.paths),
        http_method=[method],
        status_code=status,
        media_type=handler.media_type,
        opt=dict(handler.opt) | ({"read": read} if _is_plain(handler, how) else {}),
        include_in_schema=False,
    )(handle)


def _is_plain(handler: HTTPRouteHandler, how: Style) -> bool:
    """Whether it answers a GET of a fixed path with JSON: then it needs no framework."""
    answer = how.answer
    file = isinstance(answer, type) and issubclass(answer, Response)
    return (
        "GET" in handler.http_methods
        and not file
        and "media" not in handler.opt
        and list(inspect.signature(handler.fn).parameters) == ["request"]
        and get_origin(answer) is not Response
    )


def dressed(handler: Any) -> Any:
    """Return a handler dressed if it is a resource of ``/v1``, and else as it is."""
    resource = isinstance(handler, HTTPRouteHandler) and all(
        path.startswith(PREFIX) for path in handler.paths
    )
    return dress(handler) if resource and not handler.opt.get("plain") else handler


async def tell(message: Message, scope: Scope) -> None:
    """Put what a request was told about its rate on the answer, whatever the answer is."""
    if message["type"] == "http.response.start" and NOTES in scope:
        told = scope[NOTES]["headers"]  # type: ignore[literal-required]
        message["headers"] = [
            *message["headers"],
            *((name.lower().encode(), value.encode()) for name, value in told.items()),
        ]


def _count(request: Asked, who: str) -> None:
    """Take a token of the caller's. Raises `Refused` (``too_many_requests``)."""
    state = request.app.state
    found = state.get("rates")
    if found is None:
        found = state["rates"] = rates.Rates()
    allowed, left, seconds = found.take(who, time.monotonic())
    told = notes(request)["headers"]
    told.update(rates.headers(left, seconds))
    if not allowed:
        told["Retry-After"] = str(seconds)
        raise Refused("too_many_requests", "this caller asks too fast; Retry-After says how long")


def _check_query(request: Asked, how: Style) -> None:
    """Read the query as declared. Raises `Refused` (``bad_argument``)."""
    if how.item is not None:
        page_limit(request)
    known = set(how.query.__struct_fields__) if how.query is not None else set()
    given = {
        name: value
        for name, value in request.query_params.items()
        if how.item is None or name not in PAGING
    }
    for name, value in given.items():
        if name not in known:
            raise bounds.Misplaced(f"the query takes: {_words(known, how)}", "")
        if name in how.whole and not value.removeprefix("-").isdecimal():
            raise bounds.Misplaced(f"the query: {name} is a whole number", f"/{name}")
    if how.query is None:
        return
    try:
        notes(request)["query"] = msgspec.convert(given, how.query, strict=False)
    except msgspec.MsgspecError as error:
        raise _wrong("the query", error, how.query) from None
    _check_size(notes(request)["query"])
    bounds.check(notes(request)["query"], "the query")


def _check_size(given: msgspec.Struct) -> None:
    """Raise `Refused` where a number is larger than anything that could be meant by it."""
    for name in given.__struct_fields__:
        value = getattr(given, name)
        if isinstance(value, int) and abs(value) > _INT_MOST:
            raise bounds.Misplaced(f"{name} is too large a number", f"/{name}")


def _words(known: set[str], how: Style) -> str:
    paging = {"limit", "cursor"} if how.item is not None else set()
    return ", ".join(sorted(known | paging)) or "nothing"


async def _check_body(request: Asked, body: type[msgspec.Struct]) -> None:
    """Read the body as declared. Raises `Refused` (``bad_argument``), naming the field."""
    raw = await request.body()
    if raw:
        _check_kind(request)
    required = msgspec.NODEFAULT in body.__struct_defaults__ or len(body.__struct_defaults__) < len(
        body.__struct_fields__
    )
    try:
        notes(request)["body"] = msgspec.json.decode(raw if raw or required else b"{}", type=body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _wrong("the body", error, body) from None
    _check_size(notes(request)["body"])
    bounds.check(notes(request)["body"], "the body")


def _check_kind(request: Asked) -> None:
    """Refuse a body that says it is anything but JSON (``unsupported_media_type``, RFC 9110 8.3).

    A page of another site may have a browser send forms and plain text, never JSON unasked.
    """
    kind = (header(request, b"content-type") or JSON).partition(";")[0].strip().lower()
    encoding = header(request, b"content-encoding") or "identity"
    if (kind != JSON and not kind.endswith("+json")) or encoding.strip().lower() != "identity":
        raise Refused("unsupported_media_type", "a body is application/json, not encoded")


def _wrong(what: str, error: Exception, kind: type[msgspec.Struct]) -> bounds.Misplaced:
    """Say what is wrong and where, without repeating a value; the name of a field is not one."""
    said = str(error) if isinstance(error, msgspec.MsgspecError) else ""
    at = _PLACE.search(said)
    where = "".join(f"/{part}" for part in _PART.findall(at[1])) if at is not None else ""
    takes = ", ".join(field.name for field in msgspec.structs.fields(kind)) or "nothing"
    unknown, missing = _UNKNOWN.search(said), _MISSING.search(said)
    deep = where.count("/") > (0 if unknown or missing else 1)
    takes = "" if deep else f"; {what} takes: {takes}"
    if unknown is not None:
        place = f"{where}/{unknown[1]}"
        return bounds.Misplaced(f"{what} has no field {_said(place)}{takes}", place)
    if missing is not None:
        place = f"{where}/{missing[1]}"
        return bounds.Misplaced(f"{what}: {_said(place)} is missing{takes}", place)
    if at is not None and where:
        wanted = _EXPECTED.match(said)
        why = f"wants {wanted[1]}" if wanted is not None else "is none it takes"
        within = "" if said[at.end() :] == "`" else "something in "
        return bounds.Misplaced(f"{what}: {within}{_said(where)} {why}{takes}", where)
    return bounds.Misplaced(f"{what} is no JSON that can be read{takes}", "")


def _said(pointer: str) -> str:
    return pointer[1:].replace("/", ".")


def _answer(request: Asked, how: Style, result: Any, method: str, status: int) -> Any:
    """Return the answer as bytes; what streams or is no JSON is left as it is."""
    if isinstance(result, Response):
        return result
    if method != "GET":
        if how.item is not None:
            result = _page(request, how, result)
        return Response(_encode(result), status_code=status, media_type=JSON)
    told = _told(request, how, result, status)
    headers = {"ETag": told.headers[0][1].decode()}
    if told.status == 304:
        return Response(None, status_code=304, headers=headers)
    return Response(told.body, status_code=status, media_type=JSON, headers=headers)


def _told(request: Asked, how: Style, result: Any, status: int) -> Told:
    """Return the answer to a read with its ETag; nothing where that is known already."""
    if how.item is not None:
        result = _page(request, how, result)
    encoded = _encode(result)
    # SHA-256 because processors compute it themselves: half of what BLAKE2 costs here.
    tag = f'"{hashlib.sha256(encoded).hexdigest()[:24]}"'
    headers = ((b"etag", tag.encode()),)
    if tag in (header(request, b"if-none-match") or ""):
        return Told(304, b"", headers)
    return Told(status, encoded, headers)


def _page(request: Asked, how: Style, result: Any) -> Any:
    """Return ``{"items": [...], "next": cursor}``, whatever shape the use case gave."""
    rows = result if isinstance(result, list) else getattr(result, how.rows, None)
    if not isinstance(rows, list):
        return result
    seen = notes(request)
    limit, of = seen["limit"], seen["scope"]
    if not isinstance(result, list):
        after = result.next
        return {"items": rows, "next": None if after is None else cursors.write(of, after)}
    if seen.get("paged"):
        full = len(rows) >= limit
        return {
            "items": rows,
            "next": cursors.write(of, cursors.called(rows[-1])) if full else None,
        }
    items, position = cursors.cut(rows, limit, seen["cursor"])
    if position is None:
        return {"items": items, "next": None}
    return {"items": items, "next": cursors.write(of, cursors.called(items[-1]), position)}

"""One row, one resource: a use case at a path, with what it takes and what it answers.

::

    resource("POST /v1/phones", "phone.add", views.Device, "Let a phone register.", body=Phone)

Arguments of the use case come from the path, the query and the body under their own names; what
is not given is left to the use case. ``ringfence.api.house`` reads and checks them.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Annotated, Any, cast

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from ringfence.api import views
from ringfence.api.common import Asked, account_of, notes, page, require, use_cases
from ringfence.api.limiting import limit
from ringfence.api.use_cases import PUBLIC
from ringfence.kernel.limits import PAGE_MAX

_KINDS: Mapping[str, Any] = {"str": FromPath[str], "int": FromPath[int]}


Instant = Annotated[int, msgspec.Meta(ge=0, lt=10**15)]
"""Epoch milliseconds."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No body is taken; an empty one, or ``{}``, is let pass."""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body or a query: what the use case takes, under its own names."""


def resource(
    line: str,
    case: str,
    answer: Any,
    says: str,
    *,
    body: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    status: int = 200,
    public: bool = False,
    paged: bool = False,
    newest: bool = False,
    name: str = "",
    always: Mapping[str, Any] | None = None,
) -> HTTPRouteHandler:
    """Return the handler of one resource.

    ``line``: method and path, ``{sid:str}`` for what the use case calls ``sid``. ``public``:
    anybody may ask, counted by address. ``paged``: the use case takes ``limit`` and ``before``;
    ``newest``: it takes ``limit`` alone and the answer is cut from the newest that are kept.
    ``name``: of the operation, where another one is named after the use case already. ``always``:
    arguments that nobody chooses here.
    """
    verb, path = line.split()

    async def handle(request: Asked, **where: Any) -> Any:
        actor = await _actor(request, case, public=public)
        args = {**where, **given(request), **(always or {})}
        if paged:
            args |= page(request)
        elif newest:
            args["limit"] = int(PAGE_MAX)
        return await use_cases(request).run(case, args, actor=actor, account=account_of(request))

    made = _handler(handle, verb, path, case, answer, says, body, query, status, public=public)
    if name:
        made.opt["name"] = name
    return made


def file(
    line: str,
    case: str,
    says: str,
    *,
    body: type[msgspec.Struct] | None = None,
    public: bool = False,
    media: str = "application/octet-stream",
) -> HTTPRouteHandler:
    """Return the handler of a resource that hands out a file; ``media``: of what kind it is."""
    verb, path = line.split()

    async def handle(request: Asked, **where: Any) -> Any:
        actor = await _actor(request, case, public=public)
        return await hand_out(request, case, where | given(request), actor=actor)

    made = _handler(handle, verb, path, case, Stream, says, body, None, 200, public=public)
    made.opt["media"] = media
    return made


async def hand_out(request: Asked, case: str, args: dict[str, Any], *, actor: str) -> Stream:
    """Answer with a file that is handed out."""
    items = use_cases(request).follow(case, args, actor=actor, account=account_of(request))
    head: views.ExportHead = await anext(items)
    headers = {"Content-Disposition": f'attachment; filename="{head.filename}"'}
    if head.size is not None:
        headers["Content-Length"] = str(head.size)
    return Stream(_chunks(items), media_type=head.media_type, headers=headers)


async def _chunks(items: AsyncIterator[views.Chunk]) -> AsyncIterator[bytes]:
    async with aclosing(cast("Any", items)) as stream:
        async for chunk in stream:
            yield chunk.data


async def _actor(request: Asked, case: str, *, public: bool) -> str:
    if not public:
        return await require(request)
    limit(request, case)
    return PUBLIC


def given(request: Asked) -> dict[str, Any]:
    """Return what the query and the body said."""
    seen = notes(request)
    said: dict[str, Any] = {}
    for part in ("query", "body"):
        if part in seen:
            said |= msgspec.structs.asdict(seen[part])
    return {name: _plain(value) for name, value in said.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return a value without shapes of ours; what was not given in one is left out."""
    if isinstance(value, msgspec.Struct):
        named = msgspec.structs.asdict(value)
        return {name: _plain(part) for name, part in named.items() if part is not None}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _handler(
    handle: Any,
    verb: str,
    path: str,
    case: str,
    answer: Any,
    says: str,
    body: type[msgspec.Struct] | None,
    query: type[msgspec.Struct] | None,
    status: int,
    *,
    public: bool,
) -> HTTPRouteHandler:
    """Name a function after its use case and give it the signature of its path."""
    parameters = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    hints: dict[str, Any] = {"request": Asked, "return": answer}
    for part in path.split("/"):
        if part.startswith("{"):
            name, _, kind = part[1:-1].partition(":")
            hints[name] = _KINDS[kind]
            parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY))
    handle.__annotations__ = hints
    handle.__signature__ = inspect.Signature(
        [p.replace(annotation=hints[p.name]) for p in parameters], return_annotation=answer
    )
    handle.__name__ = handle.__qualname__ = case.replace(".", "_")
    handle.__doc__ = says
    opt: dict[str, Any] = {"case": case}
    if verb != "GET":
        opt["body"] = body or Nothing
    opt |= {"query": query} if query is not None else {}
    opt |= {"public": True} if public else {}
    return HTTPRouteHandler(path, http_method=[verb], status_code=status, opt=opt)(handle)  # type: ignore[list-item]

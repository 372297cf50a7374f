"""Where requests come in: one door for the whole interface, then the table of operations."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs

import msgspec
from litestar import HttpMethod, Response, route
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Stream

from ringfence.api import common, pictures, refusals, views
from ringfence.api.common import HEADERS, Asked, identify, use_cases
from ringfence.api.express import Told
from ringfence.api.twilio import xml
from ringfence.api.twilio.operations import methods, operations
from ringfence.api.twilio.problems import (
    BROKEN,
    NOT_FOUND,
    TOO_LARGE,
    UNAUTHORIZED,
    Problem,
    no_such_method,
    not_there,
    of,
)
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import TWILIO_FIELDS_MAX

_encode = msgspec.json.Encoder().encode
NO_SUCH_METHOD = 405
_CHALLENGE = 'Basic realm="Twilio API"'
METHODS = [
    HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.DELETE, HttpMethod.OPTIONS,
    HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.TRACE,
]  # fmt: skip
"""The last three are refused in Twilio's words, not in ours."""


@route(
    f"/{VERSION}/{{rest:path}}",
    http_method=METHODS,
    status_code=200,
    name="twilio",
    include_in_schema=False,
)
async def door(request: Asked, rest: FromPath[str]) -> Response[Any]:
    """Answer one request of Twilio's clients."""
    path = "/" + rest.lstrip("/")
    if method(request) == "GET" and path.endswith(".json"):
        told = await read(request, path)
        headers = {name.decode(): value.decode() for name, value in told.headers}
        return Response(
            told.body, status_code=told.status, media_type=MediaType.JSON,
            headers={**HEADERS, **headers},
        )  # fmt: skip
    try:
        return await _asked_for(request, path, await who(request))
    except (Refused, Problem) as error:
        return refused(request, error, as_xml=not path.endswith(".json"))
    except Exception as error:  # noqa: BLE001 - told in Twilio's words, whatever it is
        common.broke(request, error)
        return _problem(BROKEN, as_xml=not path.endswith(".json"))


@route(
    [f"/{VERSION}", f"/{VERSION}.json", "/v2"],
    http_method=METHODS,
    status_code=200,
    name="twilio_nothing",
    include_in_schema=False,
)
async def nothing(request: Asked) -> Response[Any]:
    """Answer what names a version and no resource of it, as any resource that is not there."""
    path = request.url.path.rstrip("/")
    try:
        await who(request)
        raise NOT_FOUND
    except (Refused, Problem) as error:
        return refused(request, error, as_xml=path.endswith(VERSION))


async def _asked_for(request: Asked, path: str, actor: str) -> Response[Any]:
    """Return what a path asks for, in the form its end says."""
    if request.method == "OPTIONS":
        return options(_methods(path))
    if path.endswith(".json"):
        return answered(await _answer(request, path, actor))
    if _MEDIA.fullmatch(path) and method(request) == "GET":
        return await _media(request, path, actor)
    if path.endswith(".csv"):
        raise _NO_CSV
    resource = f"{path.removesuffix('.xml')}.json"
    return in_xml(resource, await _answer(request, resource, actor))


def _methods(path: str) -> tuple[str, ...]:
    """Return what may be asked of a path below the version, whatever form its end says."""
    return operations().methods(f"{path.removesuffix('.json').removesuffix('.xml')}.json")


def options(allow: Sequence[str]) -> Response[Any]:
    """Say what may be asked of a resource (RFC 9110 9.3.7)."""
    if not allow:
        raise NOT_FOUND
    return Response(None, status_code=204, headers={**HEADERS, "Allow": ", ".join(allow)})


_MEDIA = re.compile(
    r"/Accounts/[^/]+/(Recordings/[^/.]+(\.wav|\.mp3)?|Messages/[^/]+/Media/[^/.]+)"
)
"""What is not described there but is itself: the audio of a recording, a picture of a message."""
_NO_CSV = not_there("An answer as CSV", "ask for .json, or for .xml")


async def who(request: Asked) -> str:
    """Return who asks; raises `Problem` for a stranger."""
    actor = await identify(request)
    if actor is None:
        raise UNAUTHORIZED
    return actor


def method(request: Asked) -> str:
    """Return what is asked; HEAD is GET, and the server leaves the body out (RFC 9110 9.3.2)."""
    return "GET" if request.method == "HEAD" else request.method


async def read(request: Asked, path: str) -> Told:
    """Answer one GET of a resource; ``path``: below the version."""
    try:
        actor = await who(request)
        answer = await _answer(request, path, actor)
        return Told(answer.status, _encode(answer.body))
    except (Refused, Problem) as error:
        problem = noted(request, error)
    except Exception as error:  # noqa: BLE001 - told in Twilio's words, whatever it is
        common.broke(request, error)
        problem = BROKEN
    said = _headers(problem).items()
    headers = tuple((name.lower().encode(), value.encode()) for name, value in said)
    return Told(problem.status, _encode(problem.body()), headers)


async def _answer(request: Asked, path: str, actor: str) -> Answer:
    row, fields, known = operations().find(method(request), path)
    if not known:
        raise NOT_FOUND
    if row is None:
        raise no_such_method(operations().methods(path))
    account = await _account(request, fields, actor)
    if row.handler is None:
        raise not_there(row.name, row.missing)
    return await row.handler(
        Question(
            actor=actor,
            account=account,
            office=use_cases(request),
            resource=path,
            now=time.time_ns() // 1_000_000,
            path=fields,
            params=await params_of(request),
            site=partial(_site, request),
        )
    )


def _site(request: Asked) -> str:
    """Return how the client reaches us; by https where a proxy of ours speaks it."""
    url = request.base_url
    return f"{'https' if request.app.state.secure else url.scheme}://{url.netloc}"


async def _account(request: Asked, fields: Any, actor: str) -> str:
    """Return the SID of the account that is asked, by default of whoever asks.

    Another's is not found, as if it were not there (``ringfence.office.tenancy``).
    """
    found: views.Account = await use_cases(request).run(
        "account.show", {}, actor=actor, account=fields.get("AccountSid")
    )
    return found.sid


async def params_of(request: Asked) -> dict[str, list[str]]:
    """Return the fields of the query and, for a form, of the body; unknown ones are kept."""
    found = parse_qs(
        request.scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True
    )
    if request.method == "POST":
        try:
            text = await _body(request)
            form = parse_qs(text, keep_blank_values=True, max_num_fields=int(TWILIO_FIELDS_MAX))
        except ValueError:
            raise Problem(20001, "the body is a form", status=400) from None
        for name, values in form.items():
            found[name] = found.get(name, []) + values
    return found


async def _body(request: Asked) -> str:
    """Return a form as text; one that is too long is refused before it is read."""
    try:
        return (await request.body()).decode()
    except HTTPException as error:
        if error.status_code == TOO_LARGE.status:
            raise TOO_LARGE from None
        # the framework's word for a client that hung up: theirs to mend, and nobody reads this
        raise Problem(20001, "the body ended before its end", status=400) from None


async def _media(request: Asked, path: str, actor: str) -> Response[Any]:
    """Return the audio of a recording: WAV unless the path says ``.mp3``; a part of it if asked.

    Or a picture of a message.
    """
    parts = path.strip("/").split("/")
    if parts[2] == "Messages":
        return await _picture(request, parts, actor)
    account = await _account(request, {"AccountSid": parts[1]}, actor)
    sid, _, form = parts[3].partition(".")
    wanted = parse_qs(str(request.url.query)).get("RequestedChannels", [None])[-1]
    if wanted not in {None, "1", "2"}:
        raise Problem(20001, "RequestedChannels is 1 or 2", status=400)
    office = use_cases(request)
    if wanted is None:
        # As many as were asked for when it was made.
        about: views.Recording = await office.run(
            "recording.show", {"sid": sid}, actor=actor, account=account
        )
        wanted = str(about.channels)
    args = {"sid": sid, "form": form or "wav", "channels": 1 if wanted == "1" else 2}
    items = office.follow("recording.export", args, actor=actor, account=account)
    head: views.ExportHead = await anext(items)
    headers = {**HEADERS, "Accept-Ranges": "bytes"}
    if head.size is None:
        return Stream(_chunks(items), media_type=head.media_type, headers=headers)
    first, last = 0, head.size - 1
    status = 200
    if (span := span_of(request.headers.get("range", ""), head.size)) is not None:
        first, last = span
        if first > last:
            await cast("Any", items).aclose()
            headers["Content-Range"] = f"bytes */{head.size}"
            return Response(None, status_code=416, headers=headers)
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{head.size}"
    headers["Content-Length"] = str(last - first + 1)
    return Stream(
        _chunks(items, first, last + 1),
        media_type=head.media_type,
        headers=headers,
        status_code=status,
    )


async def _picture(request: Asked, parts: list[str], actor: str) -> Response[Any]:
    """Return a picture of a message, itself: ``Accounts/AC/Messages/SM/Media/ME``."""
    account = await _account(request, {"AccountSid": parts[1]}, actor)
    args = {"sid": parts[3], "medium": parts[5]}
    found = await use_cases(request).run("message.media.bytes", args, actor=actor, account=account)
    return pictures.answered(found)


def span_of(text: str, size: int) -> tuple[int, int] | None:
    """Return the bytes a Range header asks for; None for all of them (RFC 9110 14.2).

    One range of bytes is understood; several, and other units, are answered with everything. The
    first after the last: there is nothing to give (416).
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        return max(size - int(found[2]), 0), size - 1 if int(found[2]) else -1
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None  # not a range at all (RFC 9110 14.1.1)
    return (first, last) if first < size else (1, 0)


_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


async def _chunks(
    items: AsyncIterator[views.Chunk], first: int = 0, until: int | None = None
) -> AsyncIterator[bytes]:
    at = 0
    async with aclosing(cast("Any", items)) as stream:
        async for chunk in stream:
            begin, at = at, at + len(chunk.data)
            piece = chunk.data[max(first - begin, 0) : None if until is None else until - begin]
            if piece and (until is None or begin < until):
                yield piece


def answered(answer: Answer) -> Response[Any]:
    """Return an answer as HTTP has it."""
    if answer.body is None:
        return Response(None, status_code=answer.status, headers=HEADERS)
    return Response(
        _encode(answer.body), status_code=answer.status, media_type=MediaType.JSON, headers=HEADERS
    )


def in_xml(resource: str, answer: Answer) -> Response[Any]:
    """Return an answer as XML; ``resource``: its path, with ``.json``."""
    if answer.body is None:
        return Response(None, status_code=answer.status, headers=HEADERS)
    body = xml.rendered(resource, answer.body)
    return Response(body, status_code=answer.status, media_type=xml.MEDIA_TYPE, headers=HEADERS)


def noted(request: Asked, error: Refused | Problem) -> Problem:
    """Return a refusal in Twilio's terms; there is a line about it in the log."""
    problem = of(error) if isinstance(error, Refused) else error
    code = error.code if isinstance(error, Refused) else None
    refusals.note(request.method, code=code, status=problem.status, error_code=problem.code)
    return problem


def rejected(request: Asked, error: HTTPException) -> Response[Any]:
    """Return in Twilio's terms what the framework refuses below a path of theirs."""
    path = request.url.path.removeprefix(f"/{VERSION}")
    problem = Problem(20001, "The request is not understood", status=error.status_code)
    if error.status_code == NOT_FOUND.status:
        problem = NOT_FOUND
    elif error.status_code == NO_SUCH_METHOD:
        problem = no_such_method(_methods(path) or methods(["GET"]))
    elif error.status_code == TOO_LARGE.status:
        problem = TOO_LARGE
    return refused(request, problem, as_xml=path != request.url.path and not path.endswith(".json"))


def refused(request: Asked, error: Refused | Problem, *, as_xml: bool = False) -> Response[Any]:
    """Return a refusal as HTTP has it."""
    return _problem(noted(request, error), as_xml=as_xml)


def _headers(problem: Problem) -> dict[str, str]:
    """Return what a refusal says beside its body."""
    if problem.status == UNAUTHORIZED.status:
        return {"WWW-Authenticate": _CHALLENGE}
    return {"Allow": ", ".join(problem.allow)} if problem.allow else {}


def _problem(problem: Problem, *, as_xml: bool) -> Response[Any]:
    body = problem.body()
    return Response(
        xml.refusal(body) if as_xml else body,
        status_code=problem.status,
        media_type=xml.MEDIA_TYPE if as_xml else MediaType.JSON,
        headers={**HEADERS, **_headers(problem)},
    )

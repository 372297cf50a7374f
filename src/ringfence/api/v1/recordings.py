"""``/v1/recordings``: recordings and voicemails, and their audio, as WAV or MP3."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Literal, cast

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from ringfence.api import views
from ringfence.api.common import Asked, account_of, require, use_cases
from ringfence.api.resources import Body, Instant, given, resource
from ringfence.kernel.errors import Refused

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Listed(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/recordings``: those of one call, that of one conference, of a time.

    ``removed``: those that were deleted, too, as far as anything of them is kept.
    """

    call: str | None = None
    conference: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    removed: bool | None = None


class Shown(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/recordings/SID``: whether one that was deleted is meant, too."""

    removed: bool | None = None


class Side(Body, frozen=True, kw_only=True):
    """``channel``: one side alone, ``in`` is who was heard, ``out`` what was said to them.

    ``channels``: both sides in one, or one each; unsaid, as it was asked for.
    """

    channel: Literal["in", "out"] | None = None
    form: Literal["wav", "mp3"] | None = None
    channels: Literal[1, 2] | None = None


@get(
    "/v1/recordings/{sid:str}/audio",
    opt={"case": "recording.export", "query": Side, "media": "audio/wav", "partial": True},
)
async def fetch_recording(request: Asked, sid: FromPath[str]) -> Stream:
    """Return the audio of a recording as WAV or MP3; `Range` asks for a part of it (RFC 9110 14.2).

    The audio is opened for this request only, which the audit log notes, and never rests
    anywhere in clear.
    """
    actor = await require(request)
    args = {"sid": sid} | given(request)
    account = account_of(request)
    items = use_cases(request).follow("recording.export", args, actor=actor, account=account)
    head: views.ExportHead = await anext(items)
    headers = {"Content-Disposition": f'inline; filename="{head.filename}"'}
    if head.size is None:
        return Stream(_part(items, 0, None), media_type=head.media_type, headers=headers)
    headers["Accept-Ranges"] = "bytes"
    first, last = _wanted(request.headers.get("Range", ""), head.size)
    status = 200
    if (first, last) != (0, head.size - 1):
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{head.size}"
    headers["Content-Length"] = str(last - first + 1)
    return Stream(
        _part(items, first, last + 1), media_type=head.media_type, headers=headers,
        status_code=status,
    )  # fmt: skip


def _wanted(header: str, size: int) -> tuple[int, int]:
    """Return the first and the last octet asked for: the whole where the header says no range.

    Raises `Refused` (``range_not_satisfiable``) for one that begins behind the end.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return 0, size - 1  # RFC 9110 14.2: what is not understood is ignored, several ranges too
    start, end = found.groups()
    if start == "":
        return max(0, size - int(end)), size - 1
    first = int(start)
    last = min(int(end), size - 1) if end else size - 1
    if first >= size or first > last:
        raise Refused("range_not_satisfiable", "the recording is shorter than that")
    return first, last


async def _part(
    items: AsyncIterator[views.Chunk], first: int, end: int | None
) -> AsyncIterator[bytes]:
    """Yield the octets from ``first`` up to ``end`` of a file that arrives in pieces."""
    at = 0
    async with aclosing(cast("Any", items)) as stream:
        async for chunk in stream:
            data: bytes = chunk.data
            wanted = data[max(0, first - at) : None if end is None else max(0, end - at)]
            at += len(data)
            if wanted:
                yield wanted
            if end is not None and at >= end:
                return


HANDLERS = (
    resource("GET /v1/recordings", "recording.list", list[views.Recording],
             "Recordings and voicemails, newest first.", query=Listed, paged=True,
             always={"newest": True}),
    resource("GET /v1/recordings/{sid:str}", "recording.show", views.Recording,
             "One recording; its audio is below it.", query=Shown),
    fetch_recording,
    resource("DELETE /v1/recordings/{sid:str}", "recording.remove", None,
             "Remove a recording: its keys and its sound at once."),
)  # fmt: skip

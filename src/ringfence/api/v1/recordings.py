"""``/v1/recordings``: list recordings, and their audio as WAV."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from ringfence.api import views
from ringfence.api.common import Asked, page, require, use_cases
from ringfence.kernel.errors import Refused

_CHANNELS = frozenset({"in", "out"})


@get("/v1/recordings")
async def list_recordings(request: Asked) -> list[views.Recording]:
    """Return recordings, newest first. Query: ``limit``, ``before``, ``call`` (a call SID)."""
    actor = await require(request)
    args = page(request) | {"call": request.query_params.get("call")}
    found: list[views.Recording] = await use_cases(request).run("recording.list", args, actor=actor)
    return found


@get("/v1/recordings/{name:str}")
async def fetch_recording(request: Asked, name: FromPath[str]) -> Stream:
    """Return the audio of ``SID.wav``; query ``channel``: ``in`` or ``out`` for one side alone.

    The audio is opened for this request only, which the audit log notes, and never rests
    anywhere in clear.
    """
    actor = await require(request)
    channel = request.query_params.get("channel")
    if not name.endswith(".wav") or (channel is not None and channel not in _CHANNELS):
        raise Refused("not_found", "recordings are at /v1/recordings/SID.wav")
    args = {"sid": name.removesuffix(".wav"), "channel": channel}
    items = use_cases(request).follow("recording.export", args, actor=actor)
    head: views.ExportHead = await anext(items)
    headers = {"Content-Disposition": f'inline; filename="{head.filename}"'}
    if head.size is not None:
        headers["Content-Length"] = str(head.size)
    return Stream(_chunks(items), media_type=head.media_type, headers=headers)


async def _chunks(items: AsyncIterator[views.Chunk]) -> AsyncIterator[bytes]:
    async with aclosing(cast("Any", items)) as stream:
        async for chunk in stream:
            yield chunk.data

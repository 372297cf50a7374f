"""A recogniser made of something that understands one utterance at a time.

Most do: a process that is given samples, a server that is sent a file. The line is cut into
utterances (`ringfence.speech.utterances`), and while one is being understood the next is heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from ringfence.kernel.limits import UTTERANCE_SO_FAR_MS, UTTERANCES_WAITING
from ringfence.speech.providers import Heard
from ringfence.speech.utterances import Utterance, Utterances

Understand = Callable[[bytes, Any], Awaitable[tuple[str, float]]]
"""Samples (s16le mono, 8000 Hz) and the wish → what was said and how sure that is, 0 to 1.

Raises `RemoteError` where it could not be found out."""

_Item = Utterance | BaseException | None


async def listen(
    audio: AsyncIterator[bytes], wish: Any, understand: Understand
) -> AsyncIterator[Heard]:
    """Give each utterance as a final result; what there is of one so far where that is wished.

    While somebody speaks and nothing is known yet, an empty result says so once a second.
    """
    found: asyncio.Queue[_Item] = asyncio.Queue(int(UTTERANCES_WAITING))
    reader = asyncio.create_task(_read(audio, found))
    try:
        while (item := await found.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            if not item.final and (not wish.partial or not found.empty()):
                yield Heard("")  # what is behind it is newer: understanding this would be late
                continue
            text, confidence = await understand(item.pcm, wish)
            if text or not item.final:
                yield Heard(text, confidence, item.final, item.at_ms)
    finally:
        reader.cancel()
        await asyncio.wait((reader,))


async def _read(audio: AsyncIterator[bytes], found: asyncio.Queue[_Item]) -> None:
    """Cut what is heard; nothing is lost while the other side is slow, it is only later."""
    cutter = Utterances(so_far_ms=int(UTTERANCE_SO_FAR_MS))
    try:
        async for pcm in audio:
            for item in cutter.feed(pcm):
                if item.final or not found.full():
                    await found.put(item)
        for item in cutter.end():
            await found.put(item)
    except Exception as error:  # noqa: BLE001 - whoever listens is told
        await found.put(error)
    else:
        await found.put(None)

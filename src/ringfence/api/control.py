"""The control socket: the command line's way into the running server.

One JSON document per line, over a Unix socket only its owner may open::

    -> {"do": "number.list", "args": {}}               "account": which, if not the first
    <- {"ok": [...]}                                   one result
    <- {"event": {...}} ... {"end": true}              a stream; the client closes to stop it
    <- {"refused": "not_found", "reason": "...", "clause": null}
    <- {"refused": "bad_url", "reason": "...", "clause": null, "field": "voice_url"}
    <- {"failed": "..."}                               a bug of ours, logged with its places

A stream ends early when its client goes away. No wait is without end: an idle connection, a
request that takes too long and a reader that does not read are all cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from ringfence.api.use_cases import OPERATOR, STREAMS, UseCases
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    CONTROL_CLIENTS_MAX,
    CONTROL_IDLE,
    CONTROL_LINE_MAX,
    CONTROL_WAIT,
)
from ringfence.observe.logs import get_logger

log = get_logger(__name__)


class Request(msgspec.Struct, frozen=True):
    """One line from the client."""

    do: str
    args: dict[str, Any] = {}
    account: str | None = None


_decode = msgspec.json.Decoder(Request).decode
_encode = msgspec.json.Encoder().encode


class ControlServer:
    """Serves use cases on a Unix socket until closed."""

    def __init__(self, path: Path, use_cases: UseCases) -> None:
        self._path = path
        self._use_cases = use_cases
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; a socket left behind by a dead server is replaced."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._connected, str(self._path), limit=CONTROL_LINE_MAX
        )
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        if len(self._clients) >= CONTROL_CLIENTS_MAX:
            writer.close()
            return
        self._clients.add(task)
        try:
            await self._converse(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the client went away, or we are closing
        finally:
            self._clients.discard(task)
            writer.close()
            with suppress(OSError):
                await asyncio.wait_for(writer.wait_closed(), CONTROL_WAIT)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await asyncio.wait_for(reader.readline(), CONTROL_IDLE)
            except ValueError:
                await _send(writer, _refusal("bad_request", "that line is too long"))
                return
            if not line:
                return
            try:
                request = _decode(line)
            except msgspec.MsgspecError:
                await _send(writer, _refusal("bad_request", "that line is not a request"))
                continue
            if request.do in STREAMS:
                await self._stream(request, reader, writer)
            else:
                await _send(writer, await self._result(request))

    async def _result(self, request: Request) -> dict[str, object]:
        work = self._use_cases.run(
            request.do, request.args, actor=OPERATOR, account=request.account
        )
        try:
            result = await asyncio.wait_for(work, CONTROL_WAIT)
            return {"ok": msgspec.Raw(_encode(result))}
        except Exception as error:  # noqa: BLE001 - one bad request must not end the server
            return _problem(request, error)

    async def _stream(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send items until they end or the client leaves (or speaks, which it must not)."""
        items = self._use_cases.follow(
            request.do, request.args, actor=OPERATOR, account=request.account
        )
        gone = asyncio.ensure_future(reader.read(1))
        try:
            async with aclosing(cast("Any", items)) as stream:
                while (answer := await _next(request, stream, gone)) is not None:
                    await _send(writer, answer)
                    if "event" not in answer:
                        return
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await gone


async def _next(
    request: Request, stream: AsyncIterator[Any], gone: asyncio.Future[bytes]
) -> dict[str, object] | None:
    """Return what to send next, or None when the client left. A quiet call may take for ever."""
    step = asyncio.ensure_future(anext(stream))
    try:
        await asyncio.wait({step, gone}, return_when=asyncio.FIRST_COMPLETED)
        return {"event": msgspec.Raw(_encode(step.result()))} if step.done() else None
    except StopAsyncIteration:
        return {"end": True}
    except Exception as error:  # noqa: BLE001 - likewise
        return _problem(request, error)
    finally:
        if not step.done():
            step.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await step


def _problem(request: Request, error: Exception) -> dict[str, object]:
    """Say what went wrong; only a refusal may speak for itself."""
    if isinstance(error, Refused):
        return _refusal(error.code, error.reason, error.clause, error.field)
    if isinstance(error, TimeoutError):
        return _refusal("too_slow", "that took too long and was given up")
    log.error("use_case_failed", use_case=request.do, exc_info=error)
    return {"failed": "something broke inside; the log says where (use_case_failed)"}


def _refusal(
    code: str, reason: str, clause: str | None = None, field: str | None = None
) -> dict[str, object]:
    about = {} if field is None else {"field": field}
    return {"refused": code, "reason": reason, "clause": clause, **about}


async def _send(writer: asyncio.StreamWriter, answer: object) -> None:
    writer.write(_encode(answer) + b"\n")
    await asyncio.wait_for(writer.drain(), CONTROL_WAIT)

"""`Client`: the generated operations over one connection, and the stream of events."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Sequence
from types import TracebackType

import msgspec

from ringfence.client.connection import (
    PAUSE,
    PAUSE_MOST,
    ApiError,
    Connection,
    ConnectionFailed,
    Unexpected,
)
from ringfence.client.generated.models import Event
from ringfence.client.generated.operations import Operations

QUIET = "heartbeat"
BEHIND = "behind"
ENDED = "ended"
"""What a stream says of itself."""


class Client(Operations):
    """Everything the platform has. ``user`` and ``secret``: of an API key, or of the account.

    ``token``: an app's access token instead. ``account``: one below theirs that everything is asked
    of. ``seconds``: how long an answer is waited for. Use
    one in each thread.
    """

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        secret: str = "",
        token: str = "",
        account: str = "",
        seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._connection = Connection(
            address,
            user=user,
            secret=secret,
            token=token,
            account=account,
            seconds=seconds,
            tls=tls,
        )
        super().__init__(self._connection)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def events(
        self, *, types: Sequence[str] = (), after: int | None = None, again: bool = True
    ) -> Iterator[Event]:
        """Yield what happens, from now on or after one event, without end and without a gap.

        ``again``: come back where the stream is cut off. Raises `ApiError` where it may not be
        followed, or not any more.
        """
        query = {"types": ",".join(types) or None}
        pause = PAUSE
        while True:
            try:
                stream = self._connection.stream("/v1/events/stream", query=query, after=after)
                for number, kind, data in stream:
                    if kind == ENDED:
                        raise ApiError(msgspec.json.decode(data), 401)
                    after, pause = number, PAUSE
                    if kind not in {QUIET, BEHIND}:
                        yield event_of(data)
            except ConnectionFailed:
                if not again:
                    raise
            if not again:
                return
            time.sleep(pause)
            pause = min(2 * pause, PAUSE_MOST)


def event_of(data: bytes) -> Event:
    """Read an event. Raises `Unexpected`."""
    try:
        return msgspec.json.decode(data, type=Event)
    except msgspec.MsgspecError as error:
        raise Unexpected("an event is something else") from error

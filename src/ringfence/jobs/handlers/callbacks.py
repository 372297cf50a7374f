"""``callback``: a program's status callback, kept sealed until the other side has taken it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from ringfence.jobs.queue import PATIENT, Job, NewJob, Tries
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.kernel.limits import CALLBACK_WAIT_MS
from ringfence.privacy.purposes import purpose

KIND = "callback"


class _Message(msgspec.Struct, frozen=True, array_like=True):
    url: str
    method: str
    params: list[tuple[str, str]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode

Secret = Callable[[Job], bytes]
"""Opens what a job carries sealed, under the purpose in force."""


class Send(Protocol):
    """Sends one signed request and returns the HTTP status; raises where there is no answer."""

    def __call__(
        self, call: CallId, url: str, method: str, params: Sequence[tuple[str, str]], /
    ) -> Awaitable[int]: ...


def callback_job(
    *,
    call: CallId,
    account: AccountId,
    party: PartyId | None,
    url: str,
    method: str,
    params: Sequence[tuple[str, str]],
    unique: str | None = None,
) -> NewJob:
    """Return the job that tells ``url``. URL and parameters are sealed under ``party``'s key."""
    secret = _encode(_Message(url, method, list(params)))
    return NewJob(
        kind=KIND,
        body={"call": call},
        account=account,
        secret=secret,
        party=party,
        unique=unique,
    )


class DeliverCallback:
    """Tells until the answer is a 2xx: anything else is not delivered."""

    tries: Tries = PATIENT
    timeout_ms: int = CALLBACK_WAIT_MS

    def __init__(self, send: Send, secret: Secret) -> None:
        self._send = send
        self._secret = secret

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        with purpose("deliver_content"):
            message = _decode(self._secret(job))
        try:
            call = CallId(job.body["call"])
            status = await self._send(call, message.url, message.method, message.params)
        except OSError:
            raise RemoteError("nobody answered", hint=502) from None
        if not 200 <= status < 300:
            raise RemoteError("not taken", hint=status)

"""A request of ours until its last word, whatever it takes (RFC 3261 8.1.3, 22; RFC 3263 4.3).

::

    target 1 ── silence for FAILOVER_MS, 503, broken ──▶ target 2 ──▶ ... ──▶ done(status)
        └────── 401 / 407 ──▶ the same target, signed ──▶ ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import DIGEST_TRIES, FAILOVER_MS
from ringfence.sip.auth import DigestClient
from ringfence.sip.core import Core
from ringfence.sip.events import Peer
from ringfence.sip.message import Request, Response
from ringfence.sip.timers import Alarm
from ringfence.sip.transaction import Client

Build = Callable[[str, Peer], Request]
"""Makes the request anew for a Via value and a target: each try has its own CSeq and branch."""

Done = Callable[[int, Response | None, Ms], None]
"""Hears the final status and response; 408 or 503 without a response where none came."""


class Exchange:
    """One request that is not an INVITE. Retries are invisible; ``done`` is called once."""

    __slots__ = (
        "_build",
        "_client",
        "_core",
        "_digest",
        "_done",
        "_failover_at",
        "_targets",
        "_tries",
        "alarm",
    )

    def __init__(
        self,
        core: Core,
        targets: Sequence[Peer],
        build: Build,
        done: Done | None,
        *,
        digest: DigestClient | None = None,
    ) -> None:
        self._core = core
        self._targets = list(targets)
        self._build = build
        self._done = done
        self._digest = digest
        self._tries = 0
        self._client: Client | None = None
        self._failover_at: Ms | None = None
        self.alarm: Alarm | None = None

    @property
    def peer(self) -> Peer:
        """Whom the request was sent to last."""
        return self._targets[0]

    def start(self, now: Ms) -> None:
        """Send to the first target left."""
        peer = self._targets[0]
        branch, via = self._core.via(peer)
        request = self._build(via, peer)
        if self._digest is not None:
            self._digest.sign(request)
        self._failover_at = Ms(now + FAILOVER_MS) if len(self._targets) > 1 else None
        self._client = self._core.send(request, branch, peer, self, now)
        self._core.arm(self)

    def stop(self, now: Ms) -> None:
        """Care no more; ``done`` is not called."""
        self._done = None
        client, self._client = self._client, None
        self._failover_at = None
        if client is not None:
            self._core.abandon(client, now)
        self._core.arm(self)

    def deadline(self) -> Ms | None:
        """Return when the next target gets its turn."""
        return self._failover_at

    def fire(self, now: Ms) -> None:
        """The target is silent and there is another one."""
        if self._failover_at is not None and self._failover_at <= now:
            client = self._client
            if client is not None:
                self._core.abandon(client, now)
            self._core.shunned.silent(self.peer, now)
            self._next(408, None, now)

    def on_response(self, client: Client, response: Response, now: Ms) -> None:
        """A response came."""
        if client is not self._client:
            return
        status = response.status
        if status < 200:
            self._failover_at = None
            self._core.arm(self)
        elif status in {401, 407} and self._may_sign(response):
            self._tries += 1
            self.start(now)
        elif status == 503:
            self._next(status, response, now)
        else:
            if self._digest is not None and status < 300:
                self._digest.accepted()
            self._finish(status, response, now)

    def on_failure(self, client: Client, status: int, now: Ms) -> None:
        """No response will come."""
        if client is self._client:
            self._core.shunned.silent(client.peer, now)
            self._next(status, None, now)

    def _may_sign(self, response: Response) -> bool:
        digest = self._digest
        return digest is not None and self._tries < DIGEST_TRIES and digest.take(response)

    def _next(self, status: int, response: Response | None, now: Ms) -> None:
        if len(self._targets) > 1 and self._done is not None:
            del self._targets[0]
            self.start(now)
        else:
            self._finish(status, response, now)

    def _finish(self, status: int, response: Response | None, now: Ms) -> None:
        done, self._done = self._done, None
        self._client = None
        self._failover_at = None
        self._core.arm(self)
        if done is not None:
            done(status, response, now)

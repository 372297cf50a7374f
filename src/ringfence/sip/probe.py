"""OPTIONS as a sign of life (RFC 3261 11): is anybody at home at a trunk?

Any answer but 408, 503 or silence means yes: a 404 or 405 comes from somebody who is there.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.sip import commands
from ringfence.sip.core import ALLOW, Core
from ringfence.sip.events import Peer, ProbeChanged
from ringfence.sip.headers import CSeq, Headers
from ringfence.sip.message import Request, Response
from ringfence.sip.outbound import Exchange
from ringfence.sip.timers import Alarm

_DOWN: Final = frozenset({408, 503, 504})


class Probe:
    """One watched set of targets."""

    __slots__ = ("_at", "_command", "_core", "_exchange", "_number", "_seen", "alarm", "up")

    def __init__(self, core: Core, command: commands.Probe) -> None:
        """Raises `LocalError` where there is nothing to watch."""
        if not command.targets or command.interval_ms <= 0:
            raise LocalError("a probe needs a target and an interval")
        self._core = core
        self._command = command
        self._number = 0
        self._seen = ""
        self._exchange: Exchange | None = None
        self._at: Ms | None = None
        self.up: bool | None = None
        """Whether somebody answers; None before the first outcome."""
        self.alarm: Alarm | None = None

    def start(self, now: Ms) -> None:
        """Ask now."""
        self._at = None
        self._exchange = Exchange(self._core, self._command.targets, self._build, self._done)
        self._exchange.start(now)

    def stop(self, now: Ms) -> None:
        """Ask no more."""
        self._at = None
        if self._exchange is not None:
            self._exchange.stop(now)
            self._exchange = None
        self._core.arm(self)

    def deadline(self) -> Ms | None:
        """Return when to ask again, or None while a question is open."""
        return self._at

    def fire(self, now: Ms) -> None:
        """It is time to ask again."""
        if self._at is not None and self._at <= now:
            self.start(now)

    def _build(self, via: str, peer: Peer) -> Request:
        self._number += 1
        core, uri = self._core, self._command.uri
        headers = Headers()
        headers.fields = {
            "Via": [via],
            "Max-Forwards": ["70"],
            "From": [f"{core.contact(peer.transport)};tag={core.token()}"],
            "To": [f"<{uri}>"],
            "Call-ID": [core.entropy.token(12).hex()],
            "CSeq": [f"{self._number} OPTIONS"],
            "Contact": [core.contact(peer.transport)],
            "Accept": ["application/sdp"],
            "Allow": [ALLOW],
        }
        headers.typed["CSeq"] = CSeq(self._number, "OPTIONS")
        return Request("OPTIONS", uri, headers)

    def _done(self, status: int, response: Response | None, now: Ms) -> None:
        self._exchange = None
        self._at = Ms(now + self._command.interval_ms)
        up = status not in _DOWN
        seen = self._seen if response is None else response.seen_from
        if up is not self.up or seen != self._seen:
            self.up, self._seen = up, seen
            self._core.emit(
                ProbeChanged(probe=self._command.probe, up=up, status=status, seen_from=seen)
            )
        self._core.arm(self)

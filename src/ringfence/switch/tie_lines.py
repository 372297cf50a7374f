"""Tie lines: what lets two legs hear each other whose audio different media workers carry.

A port is chosen before anybody knows whom its caller will talk to, so the two may be with two
workers. Then each worker opens a leg more, and these two talk RTP to each other on this machine:

    leg a ═bridge═ near ── RTP on this machine ── far ═bridge═ leg b
    └──── worker 0 ───┘                           └─── worker 1 ───┘

In a room ``far`` is what is mixed, and named in its place. Both ends speak the codec of leg ``a``:
where all agree packets are relayed as they are, keys too (RFC 4733), and nothing is buffered on the
way. Both take packets from the other's address alone (no latching).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ringfence.calls import effects
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import LegId
from ringfence.media.engine import protocol as media
from ringfence.observe.logs import get_logger
from ringfence.switch.live import LiveLeg
from ringfence.switch.media_link import MediaLink

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_DTMF = 101
_PAYLOAD_TYPES: dict[str, int] = {"PCMU": 0, "PCMA": 8, "G722": 9}


@dataclass(slots=True, eq=False)
class _End:
    """One end: a leg that no call knows of."""

    link: MediaLink
    name: str
    port: int = 0


@dataclass(slots=True, eq=False)
class _Tie:
    """One line. ``leg``: whose it is; ``partner``: who is bridged behind it, None in a room."""

    leg: LegId
    partner: LegId | None
    codec: media.Codec
    near: _End
    far: _End
    gone: bool = field(default=False)

    @property
    def ends(self) -> tuple[_End, _End]:
        """Both ends."""
        return self.near, self.far


class TieLines:
    """Every tie line between the workers."""

    def __init__(self) -> None:
        self._ties: dict[LegId, list[_Tie]] = {}
        """By each leg of a call that is at one of its ends."""
        self._runner: CallRunner
        self.on_room_lost: Callable[[LegId], None] = lambda _leg: None
        """Told of a leg that hears its room no more."""

    def attach(self, runner: CallRunner) -> None:
        """The runner whose legs these are."""
        self._runner = runner

    def bridge(self, a: LiveLeg, b: LiveLeg) -> None:
        """Let two legs that are with two workers hear each other."""
        self.unbridge(a.id, b.id)
        tie = self._lay(a, _link(b), b.id)
        _link(b).send(media.Bridge(a=tie.far.name, b=b.id))

    def unbridge(self, a: LegId, b: LegId) -> bool:
        """Take the line between two legs away; False where there is none."""
        found = [tie for tie in self._ties.get(a, ()) if {tie.leg, tie.partner} == {a, b}]
        for tie in found:
            self._cut(tie)
        return bool(found)

    def lead(self, leg: LiveLeg, to: MediaLink) -> LegId:
        """The name under which a leg is known to another worker: its own, or its line's end."""
        if _link(leg) is to:
            return leg.id
        for tie in self._ties.get(leg.id, ()):
            if tie.partner is None and tie.far.link is to:
                return LegId(tie.far.name)
        return LegId(self._lay(leg, to, None).far.name)

    def drop(self, leg: LegId) -> None:
        """A leg is gone, or out of its room: nobody hears it any more."""
        for tie in tuple(self._ties.get(leg, ())):
            self._cut(tie)

    def lost(self, legs: set[str]) -> None:
        """A worker died: who was heard through it is heard no more."""
        for tie in {tie for ties in self._ties.values() for tie in ties}:
            if any(end.name in legs for end in tie.ends):
                self._broken(tie, Cause.MEDIA_LOST)

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len({tie for ties in self._ties.values() for tie in ties})

    # -- one line -----------------------------------------------------------------------------

    def _lay(self, leg: LiveLeg, to: MediaLink, partner: LegId | None) -> _Tie:
        codec: media.Codec = "PCMU" if leg.session is None else leg.session.codec
        near, far = (_End(link, self._name()) for link in (_link(leg), to))
        tie = _Tie(leg.id, partner, codec, near, far)
        for one in (leg.id, partner):
            if one is not None:
                self._ties.setdefault(one, []).append(tie)
        for end in tie.ends:
            end.link.open_leg(end.name, lambda port, end=end: self._opened(tie, end, port))  # type: ignore[misc]
        # The worker carries out what it is told in order: the leg is there by then.
        near.link.send(media.Bridge(a=leg.id, b=near.name))
        return tie

    def _name(self) -> str:
        return ids.make("leg", self._runner.clock.now(), self._runner.entropy)

    def _opened(self, tie: _Tie, end: _End, outcome: int | Refused) -> None:
        if tie.gone:
            return
        if isinstance(outcome, Refused):
            log.warning("no_audio_port", leg=tie.leg, code=outcome.code)
            cause = Cause.CONGESTION if outcome.code == "no_rtp_port" else Cause.MEDIA_LOST
            self._broken(tie, cause)
            return
        end.port = outcome
        if tie.near.port and tie.far.port:
            self._connect(tie.near, tie.far, tie.codec)
            self._connect(tie.far, tie.near, tie.codec)

    def _connect(self, end: _End, other: _End, codec: media.Codec) -> None:
        hello = other.link.hello
        end.link.send(
            media.ConnectLeg(
                leg=end.name,
                host=reachable("" if hello is None else hello.host),
                port=other.port,
                codec=codec,
                payload_type=_PAYLOAD_TYPES[codec],
                dtmf_payload_type=_DTMF,
                latch_ms=0,
                timeout_ms=0,
            )
        )

    def _cut(self, tie: _Tie) -> None:
        tie.gone = True
        for one in (tie.leg, tie.partner):
            ties = self._ties.get(one) if one is not None else None
            if ties and one is not None:
                ties.remove(tie)
                if not ties:
                    del self._ties[one]
        for end in tie.ends:
            if end.name in end.link.legs:
                end.link.close_leg(end.name)

    def _broken(self, tie: _Tie, cause: Cause) -> None:
        """The line cannot be: whoever would talk to nobody is told."""
        self._cut(tie)
        if tie.partner is None:
            self.on_room_lost(tie.leg)
            return
        leg = self._runner.legs.get(tie.leg)
        live = None if leg is None else self._runner.calls.get(leg.call)
        if leg is not None and live is not None and not leg.released:
            self._runner.failed(live, effects.BridgeLegs(a=tie.leg, b=tie.partner), cause)
            self._runner.settle(live)


def _link(leg: LiveLeg) -> MediaLink:
    if leg.link is None:
        raise Refused("media_lost", "the leg has no audio")
    return leg.link


def reachable(bound: str) -> str:
    """Where on this machine a worker that listens on ``bound`` is spoken to."""
    if not bound or ip_address(bound).is_unspecified:
        return "::1" if ":" in bound else "127.0.0.1"
    return bound

"""One leg's offers and answers: keeps our last description, so that the next one follows on."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from ringfence.kernel.errors import RemoteError
from ringfence.sip.offer_answer import (
    CODECS,
    AudioStream,
    Codec,
    Local,
    NotAcceptable,
    choose,
    conclude,
    make_offer,
    reply,
)
from ringfence.sip.sdp import SessionDescription
from ringfence.switch.live import LiveLeg

_PRIVATE: Final = tuple(
    (int(network.network_address), int(network.netmask))
    for network in map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
            *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
        ),
    )
)
"""IPv4 networks that are not reached from everywhere (the special-purpose registry of IANA)."""
_ANYCAST: Final = frozenset(
    int(ipaddress.IPv4Address(host)) for host in ("192.0.0.9", "192.0.0.10")
)
"""Addresses within them that are (RFC 7723, RFC 8155)."""
_LOOPBACK: Final = 127


def address_kind(host: str) -> str:
    """Say what an address is without saying it: public, private, loopback, unspecified, unknown."""
    try:
        address = int.from_bytes(socket.inet_pton(socket.AF_INET, host), "big")
    except (OSError, ValueError):
        return _other_kind(host)
    if not address:
        return "unspecified"
    if address >> 24 == _LOOPBACK:
        return "loopback"
    for network, mask in _PRIVATE:
        if address & mask == network:
            return "public" if address in _ANYCAST else "private"
    return "public"


def _other_kind(host: str) -> str:
    """The same of an address of IPv6, and of what is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if address.is_unspecified:
        return "unspecified"
    if address.is_loopback:
        return "loopback"
    return "private" if address.is_private or address.is_link_local else "public"


class Unacceptable(RemoteError):
    """A sound offer or answer that leaves no audio. ``warning``: of RFC 3261 20.43."""

    __slots__ = ("warning",)

    def __init__(self, outcome: NotAcceptable) -> None:
        super().__init__(outcome.text, hint=outcome.status)
        self.warning = outcome.warning


class Sessions:
    """Speaks SDP for every leg. ``host``: the address others send their audio to."""

    def __init__(self, host: str, codecs: tuple[Codec, ...] = CODECS) -> None:
        self._host = host
        self.advertised = address_kind(host)
        """What kind of address that is."""
        self._codecs = codecs
        self._next = 1

    def parse(self, body: bytes) -> SessionDescription:
        """Read a description; raises `RemoteError`."""
        return SessionDescription.parse(body)

    def choose(self, offer: SessionDescription) -> AudioStream:
        """What we take of an offer; raises `Unacceptable` (488) where it has nothing for us.

        No port is needed for that, so it is asked before one is opened.
        """
        outcome = choose(offer, Local(host=self._host, port=0, session=0, codecs=self._codecs))
        if isinstance(outcome, NotAcceptable):
            raise Unacceptable(outcome)
        if outcome is None:
            raise Unacceptable(NotAcceptable(304, "no audio is offered"))
        return outcome

    def answer(self, leg: LiveLeg, offer: SessionDescription, choice: AudioStream) -> bytes:
        """Answer an offer of which we take ``choice``."""
        leg.sent = reply(offer, choice, self._local(leg, self._codecs), previous=leg.sent)
        leg.sent_bytes = leg.sent.to_bytes()
        return leg.sent_bytes

    def offer(self, leg: LiveLeg, *, like: str = "") -> bytes:
        """Make an offer; ``like``: the codec to put first, as it spares transcoding."""
        first: tuple[Codec, ...] = tuple(codec for codec in self._codecs if codec == like)
        rest = tuple(codec for codec in self._codecs if codec != like)
        leg.sent = make_offer(self._local(leg, first + rest), previous=leg.sent)
        leg.sent_bytes = leg.sent.to_bytes()
        return leg.sent_bytes

    def accepted(self, leg: LiveLeg, body: bytes) -> AudioStream:
        """Read the answer to our offer; raises `RemoteError`."""
        if leg.sent is None:
            raise RemoteError("an answer without an offer", hint=488)
        outcome = conclude(leg.sent, SessionDescription.parse(body), self._local(leg, self._codecs))
        if isinstance(outcome, NotAcceptable):
            raise Unacceptable(outcome)
        if outcome.audio is None:
            raise RemoteError("the answer leaves no audio", hint=488)
        return outcome.audio

    def _local(self, leg: LiveLeg, codecs: tuple[Codec, ...]) -> Local:
        if not leg.session_number:
            leg.session_number = self._next
            self._next += 1
        return Local(host=self._host, port=leg.port, session=leg.session_number, codecs=codecs)

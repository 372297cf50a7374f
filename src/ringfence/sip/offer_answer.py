"""Offer and answer (RFC 3264): which address, codec and direction two ends agree on.

::

    offer from them                     our answer
    m=audio 49170 RTP/AVP 8 0 101       m=audio 16384 RTP/AVP 8 101      their first codec we have
    m=video 3227 RTP/AVP 31             m=video 0 RTP/AVP 31             refused: port 0
    m=audio 5004 RTP/SAVP 0             m=audio 0 RTP/SAVP 0             no SRTP here: refused

    their direction    our answer       what we do
    sendrecv           sendrecv         talk
    sendonly           recvonly         we are on hold: they do not listen
    recvonly           sendonly         speak only
    inactive           inactive         nothing
    c=0.0.0.0          recvonly         hold as RFC 2543 had it (RFC 3264 section 8.4)

Attributes of ICE, DTLS, RTCP feedback and the like are not repeated in an answer, which is the
polite way to say no to each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from ringfence.sip.sdp import Direction, Encoding, Media, Origin, SessionDescription

Codec = Literal["PCMU", "PCMA", "G722"]
PAYLOAD_TYPES: Final[dict[Codec, int]] = {"PCMU": 0, "PCMA": 8, "G722": 9}
CODECS: Final[tuple[Codec, ...]] = ("PCMU", "PCMA", "G722")
TELEPHONE_EVENT: Final = 101
"""The payload type of telephone-event in our own offers, the one everybody uses."""

_PROTOCOLS: Final = frozenset({"RTP/AVP", "RTP/AVPF"})
_EVENTS: Final = Encoding("TELEPHONE-EVENT", 8000)
_NULL_HOSTS: Final = frozenset({"0.0.0.0", "::", "::0"})  # noqa: S104 - text, nothing binds
_PTIMES: Final = frozenset({10, 20, 30, 40, 60})
_MIRRORED: Final[dict[Direction, Direction]] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}


class Local(Struct, frozen=True, kw_only=True):
    """Our end of one session.

    ``host``, ``port``: where we receive. ``session``: a number that stays for the life of the
    session. ``codecs``: what we take, in the order we would like. ``ptime``: ms per packet unless
    the other end asks for another.
    """

    host: str
    port: int
    session: int
    codecs: tuple[Codec, ...] = CODECS
    dtmf: bool = True
    ptime: int = 20


class AudioStream(Struct, frozen=True, kw_only=True):
    """What the media engine has to know. ``direction`` is ours: what we may do.

    ``host`` is an address or a name without brackets. ``payload_type``: of what we send and
    expect. ``dtmf_payload_type``: of RFC 4733 events, None where the other end knows none;
    ``event_payload_type``: of theirs, where that may be another (RFC 3264 5.1).
    ``held``: the other end does not want to hear us now.
    """

    index: int
    host: str
    port: int
    rtcp_port: int
    codec: Codec
    payload_type: int
    dtmf_payload_type: int | None
    ptime: int
    direction: Direction
    held: bool
    event_payload_type: int | None = None


class Agreement(Struct, frozen=True, kw_only=True):
    """The outcome of an exchange.

    ``local``: our description, to be sent if we answer and to be kept for the next offer.
    ``audio``: None where the exchange is sound but leaves no audio (every port 0).
    """

    local: SessionDescription
    audio: AudioStream | None


class NotAcceptable(Struct, frozen=True):
    """Answer 488 with a Warning (RFC 3261 20.43); a session that exists stays as it was."""

    warning: int
    text: str
    status: int = 488


def negotiate(
    offer: SessionDescription,
    local: Local,
    *,
    previous: SessionDescription | None = None,
    direction: Direction = "sendrecv",
) -> Agreement | NotAcceptable:
    """Answer an offer.

    ``previous``: our last description in this session, None for its first. ``direction``: what we
    are willing to do (``sendonly`` while we hold the other end).
    """
    audio = choose(offer, local, direction=direction)
    if isinstance(audio, NotAcceptable):
        return audio
    return Agreement(local=reply(offer, audio, local, previous=previous), audio=audio)


def choose(
    offer: SessionDescription, local: Local, *, direction: Direction = "sendrecv"
) -> AudioStream | NotAcceptable | None:
    """Return the stream of an offer that we take; None where all its ports are 0.

    Of ``local`` the port and the session do not matter yet.
    """
    problem: NotAcceptable | None = None
    for index, medium in enumerate(offer.media):
        if medium.port:
            outcome = _judge(offer, medium, index, local, direction)
            if isinstance(outcome, AudioStream):
                return outcome
            # The first reason is the one to give: later lines are spares (video, SRTP).
            problem = problem or outcome
    return problem


def reply(
    offer: SessionDescription,
    audio: AudioStream | None,
    local: Local,
    *,
    previous: SessionDescription | None = None,
) -> SessionDescription:
    """Describe our answer to an offer of which `choose` took ``audio``."""
    media = [
        _answer(medium, audio, local)
        if audio is not None and index == audio.index
        else _refused(medium)
        for index, medium in enumerate(offer.media)
    ]
    return _describe(local, media, previous)


def make_offer(
    local: Local,
    *,
    previous: SessionDescription | None = None,
    direction: Direction = "sendrecv",
) -> SessionDescription:
    """Make an offer; a further one in a session keeps the places of its media (section 8)."""
    place = None if previous is None else _audio_place(previous)
    codecs, events = list(local.codecs), TELEPHONE_EVENT
    if previous is not None and place is not None:
        # The codec in use comes first, and a payload type keeps its meaning (section 8.3.2).
        before = previous.media[place].encodings()
        codecs.sort(key=lambda codec: str(PAYLOAD_TYPES[codec]) != next(iter(before), ""))
        events = _event_type(before) or TELEPHONE_EVENT
    formats = [str(PAYLOAD_TYPES[codec]) for codec in codecs]
    attributes = [f"rtpmap:{PAYLOAD_TYPES[codec]} {codec}/8000" for codec in codecs]
    if local.dtmf:
        formats.append(str(events))
        attributes += _events(events)
    attributes += [f"ptime:{local.ptime}", direction]
    audio = Media("audio", local.port, "RTP/AVP", formats, None, attributes)
    if previous is None:
        return _describe(local, [audio], None)
    media = [
        replace(audio, protocol=medium.protocol) if index == place else _refused(medium)
        for index, medium in enumerate(previous.media)
    ]
    if place is None:
        media.append(audio)
    return _describe(local, media, previous)


def conclude(
    offer: SessionDescription, answer: SessionDescription, local: Local
) -> Agreement | NotAcceptable:
    """Read the answer to an offer of ours (section 7)."""
    if len(answer.media) != len(offer.media):
        return NotAcceptable(399, "the answer has another number of media than the offer")
    for index, (mine, theirs) in enumerate(zip(offer.media, answer.media, strict=True)):
        if mine.kind == "audio" and mine.port and theirs.port:
            outcome = _judge(
                *(answer, theirs, index, local, offer.direction_of(mine)),
                offered=_event_type(mine.encodings()),
            )
            if isinstance(outcome, NotAcceptable):
                return outcome
            return Agreement(local=offer, audio=outcome)
    return Agreement(local=offer, audio=None)


def _judge(
    remote: SessionDescription,
    medium: Media,
    index: int,
    local: Local,
    wish: Direction,
    *,
    offered: int | None = None,
) -> AudioStream | NotAcceptable:
    """Say what one of their m= lines gives us. ``offered``: for events, where it is an answer."""
    if medium.kind != "audio":
        return NotAcceptable(304, "only audio is available")
    if medium.protocol not in _PROTOCOLS:
        return NotAcceptable(302, "only RTP/AVP is available")
    host = remote.host_of(medium)
    if host is None:
        return NotAcceptable(399, "a medium has no address")
    null = host in _NULL_HOSTS
    if not null and (":" in host) != (":" in local.host):
        return NotAcceptable(300, "the address is of another IP version")
    if _is_multicast(host):
        return NotAcceptable(330, "multicast is not available")
    encodings = medium.encodings()
    chosen = _format(encodings, local.codecs)
    if chosen is None:
        return NotAcceptable(305, "no codec in common")
    codec, payload_type = chosen
    theirs = remote.direction_of(medium)
    if null and theirs != "inactive":
        theirs = "sendonly"
    events = _event_type(encodings) if local.dtmf else None
    return AudioStream(
        index=index,
        host=host,
        port=medium.port,
        rtcp_port=_rtcp_port(medium),
        codec=codec,
        payload_type=payload_type,
        dtmf_payload_type=events,
        # 5.1: we send as the answer says, they may send as we have offered.
        event_payload_type=None if offered in {events, payload_type} else offered,
        ptime=_ptime(medium, local.ptime),
        direction=_both(_MIRRORED[theirs], wish),
        held=theirs in {"sendonly", "inactive"},
    )


def _format(encodings: Mapping[str, Encoding], codecs: Sequence[Codec]) -> tuple[Codec, int] | None:
    """Return the first format of theirs that we have (section 6.1: their order counts)."""
    for number, (name, rate, channels) in encodings.items():
        if name in codecs and rate == 8000 and channels == 1 and _is_payload_type(number):
            return codecs[codecs.index(name)], int(number)
    return None


def _event_type(encodings: Mapping[str, Encoding]) -> int | None:
    for number, encoding in encodings.items():
        if encoding == _EVENTS and _is_payload_type(number):
            return int(number)
    return None


def _is_payload_type(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4 and int(text) < 128


def _events(payload_type: int) -> list[str]:
    return [
        f"rtpmap:{payload_type} telephone-event/8000",
        f"fmtp:{payload_type} 0-15",  # the sixteen keys; RFC 4733 section 2.4.1
    ]


def _ptime(medium: Media, default: int) -> int:
    text = medium.attribute("ptime") or ""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else default
    text = medium.attribute("maxptime") or ""
    most = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else asked
    wanted = min(asked, most)
    return wanted if wanted in _PTIMES else default


def _rtcp_port(medium: Media) -> int:
    """Return where RTCP goes: RFC 3605, else the port above (RFC 3550 section 11)."""
    text = (medium.attribute("rtcp") or "").partition(" ")[0]
    if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536:
        return int(text)
    return min(medium.port + 1, 65535)


def _is_multicast(host: str) -> bool:
    if ":" in host:
        return host.startswith("ff")
    head = host.partition(".")[0]
    return head.isascii() and head.isdigit() and len(head) < 4 and int(head) >= 224


def _both(one: Direction, other: Direction) -> Direction:
    """Return what two wishes have in common."""
    send = one in {"sendrecv", "sendonly"} and other in {"sendrecv", "sendonly"}
    receive = one in {"sendrecv", "recvonly"} and other in {"sendrecv", "recvonly"}
    if send:
        return "sendrecv" if receive else "sendonly"
    return "recvonly" if receive else "inactive"


def _answer(medium: Media, stream: AudioStream, local: Local) -> Media:
    formats = [str(stream.payload_type)]
    attributes = [f"rtpmap:{stream.payload_type} {stream.codec}/8000"]
    if stream.dtmf_payload_type is not None:
        formats.append(str(stream.dtmf_payload_type))
        attributes += _events(stream.dtmf_payload_type)
    attributes += [f"ptime:{stream.ptime}", stream.direction]
    # Grouping and mux are theirs to offer; not repeating an attribute declines it.
    return Media("audio", local.port, medium.protocol, formats, None, attributes)


def _refused(medium: Media) -> Media:
    return Media(medium.kind, 0, medium.protocol, medium.formats[:1])


def _audio_place(previous: SessionDescription) -> int | None:
    """Return which m= line carries the audio, or could: a live one before a refused one."""
    for live in (True, False):
        for index, medium in enumerate(previous.media):
            if (
                medium.kind == "audio"
                and medium.protocol in _PROTOCOLS
                and bool(medium.port) is live
            ):
                return index
    return None


def _describe(
    local: Local, media: list[Media], previous: SessionDescription | None
) -> SessionDescription:
    """Wrap media; the version goes up by one where anything changed (section 8)."""
    version = 1
    if previous is not None:
        same = previous.media == media and previous.host == local.host
        version = previous.origin.version + (0 if same else 1)
    origin = Origin("-", str(local.session), version, local.host)
    return SessionDescription(origin, local.host, media)

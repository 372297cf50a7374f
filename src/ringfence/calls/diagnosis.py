"""Why there was no audio, one-way audio, or no call at all: a call's facts turned into sentences.

Pure: the same facts give the same findings. Nothing in a finding names a person, so it may be
printed, logged and sent to support. Used by ``ringfence doctor CALL_SID``.

    in   out   what the packets of an answered leg say
    ---  ---   -----------------------------------------------------------------------
     0    0    media never started: nothing was connected, or it ended at once
     0    >0   the far end may hear us, we do not hear it: its packets do not reach us
    >0    0    the far end sends, we did not: nothing was played, or it put us on hold
    >0   >0    audio flowed; loss, lateness, jitter and MOS say how well

Where we hear nothing of a far end whose packets do arrive, they are of another codec than agreed,
from another address than announced, or nothing but digital silence: three faults, three remedies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from ringfence.calls import events
from ringfence.calls.causes import CAUSES, Cause
from ringfence.calls.words import RecordingFault, Role
from ringfence.kernel.ids import LegId

Severity = Literal["fault", "note", "ok"]
_Kind = TypeVar("_Kind", bound=events.CallFact)

_SHORT_MS = 1_000
"""An answered leg shorter than this may well have had no packet yet."""
_LOSS_PERCENT = 3
"""ITU-T G.113: with concealment a listener notices from about here."""
_JITTER_MS = 40
"""Two packets of 20 ms: more than a small jitter buffer evens out."""
_MOS_X100 = 350
"""ITU-T G.107: below this "many users dissatisfied"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing worth saying.

    ``code``: stable. ``sentence``: what happened. ``remedy``: what mends it, ``""`` where nothing
    can or need be. ``leg``: which leg, None for the whole call.
    """

    severity: Severity
    code: str
    sentence: str
    remedy: str = ""
    leg: LegId | None = None


_WHO: dict[Role, str] = {"caller": "the caller", "callee": "the called party"}

_REMEDIES: dict[Cause, str] = {
    Cause.NOT_ACCEPTABLE: "Allow PCMU, PCMA or G.722 in the codec list of the far end.",
    Cause.UNAUTHORIZED: "Check the trunk's user name and password: ringfence trunk list",
    Cause.UNREACHABLE: "Check the trunk's address and that its port is open: ringfence doctor",
    Cause.NOT_REGISTERED: "Switch the phone on and see that it registers: ringfence phone list",
    Cause.UNALLOCATED: "Check the number that was dialled, with + and country code.",
    Cause.NUMBER_CHANGED: "Ask the called party for the new number.",
    Cause.INVALID_NUMBER: "Write the number with + and country code.",
    Cause.FORBIDDEN: "Check the allowed destinations, and that the carrier accepts the caller id.",
    Cause.CONGESTION: "Where no RTP port was free, widen --rtp; otherwise ask the carrier "
    "for more lines, or add a second trunk.",
    Cause.LOOP: "See that the trunk does not send our own calls back to us.",
    Cause.MEDIA_TIMEOUT: "The telephone or its network went away, or it sends nothing while nobody "
    "speaks: switch its silence suppression (VAD) off.",
    Cause.MEDIA_LOST: "See in the log what became of the media process: ringfence doctor",
    Cause.INTERRUPTED: "See in the log which process stopped, and why: ringfence doctor",
    Cause.SERVER_ERROR: "See the log at the time of the call.",
    Cause.DRAINING: "Call again: the server was being stopped.",
}
_FAULTY = frozenset(_REMEDIES) - {Cause.NUMBER_CHANGED}

_NO_PACKETS = (
    "Open the RTP port range for UDP in the firewall, and set --advertise to the address that the "
    "far end can reach; which one is named now, ringfence doctor says."
)
_NO_WORD = "The far end never rang: no word of ringing came from it in all the time of the dial."
_NO_WORD_REMEDY = (
    "See whether the far end or the trunk answers at all: ringfence doctor; if it is only slow, "
    "let it have longer."
)
_PAYLOAD_TYPES = {
    0: "PCMU",
    3: "GSM",
    4: "G.723",
    8: "PCMA",
    9: "G.722",
    13: "comfort noise",
    15: "G.728",
    18: "G.729",
}
"""Static payload types of audio (RFC 3551 table 4) that telephones send."""
_SILENT_PERCENT = 98
"""A click while a telephone is muted or unmuted is no speech."""
_FAULTS: dict[RecordingFault, tuple[str, str]] = {
    "not_started": ("the media process did not begin it", "See the log: ringfence doctor"),
    "disk_full": ("the disk was full", "Free some space: ringfence doctor shows how much is left."),
    "media_lost": ("the media process stopped", "See the log: ringfence doctor"),
    "empty": ("nothing was said", ""),
    "no_answer": ("the media process did not finish it", "See the log: ringfence doctor"),
    "refused": ("a policy forbids it", ""),
    "failed": ("it could not be written", "Check the disk: ringfence doctor"),
}


_OFFERS: dict[str, str] = {
    "offer_codecs": _REMEDIES[Cause.NOT_ACCEPTABLE],
    "offer_protocol": "Switch media encryption (SRTP) off at the far end, or make it optional.",
    "offer_no_audio": "Call with audio: video, fax or text alone cannot be answered here.",
    "offer_ip_version": "Let both sides use the same IP version for audio: the far end by its "
    "settings, this side by ringfence up --advertise ADDRESS",
    "offer_multicast": "Switch multicast audio off at the far end.",
    "offer_unreadable": "Bring the far end's software up to date, and switch the SIP ALG of the "
    "router in front of it off: it rewrites SDP.",
}
"""What mends a call that came with an offer of nothing that is spoken here."""

_NOTED: dict[str, str] = {
    **_OFFERS,
    "no_rtp_port": "ringfence up --rtp LOW-HIGH with more ports",
    "media_lost": "ringfence doctor",
    "media_slow": "ringfence doctor",
    "unreachable": "Check how the host is spelt, and the DNS of this machine: ringfence doctor",
    "not_sent": "Check the address, and the route to it: ip route get ADDRESS; over TLS also that "
    "the certificate is valid for the trunk's name: openssl s_client -connect HOST:5061",
    "no_trunk": "ringfence trunk add NAME --address HOST",
    "not_registered": "Switch the phone on and see that it registers: ringfence phone list",
    "destination_not_allowed": "ringfence up --allow-prefixes +PREFIX",
    "redirect_not_followed": "Forward the phone to a number or to another phone of this "
    "installation; see on the timeline which leg it was.",
    "fetch_refused": "ringfence up --fetch-private NETWORK, if that address is meant",
    "fetch_host_unknown": "Check how the host of the URL is spelt: ringfence number list",
    "clip_failed": "Open the audio file yourself, and see that it is WAV or MP3: curl -I URL",
    "speech_failed": "ringfence doctor",
    "recording_failed": "ringfence doctor",
    "no_such_flow": "ringfence flow list",
}
"""What mends what a program or a leg noted on the timeline."""
_FETCH = "Open the URL as the server would: curl -i -X POST URL"
_DOCUMENT = (
    "Correct the document; this lists every mistake with its line: "
    "ringfence number add NUMBER --twiml FILE --replace"
)
_ANSWER = (
    "Correct what the URL answers; this fetches it again, calls nobody and lists every mistake "
    "with its line: ringfence simulate {call} --url URL --fetch"
)
_READ = "document_read"
"""What is noted when a document came from a URL (`ringfence.markup.documents`)."""
_LISTENING = (
    events.LegsBridged,
    events.ConferenceJoined,
    events.StreamStarted,
    events.RecordingStarted,
)
"""Facts after which somebody or something listens; to a prompt alone nobody has to speak."""


def diagnose(facts: Iterable[events.CallFact]) -> list[Finding]:
    """Return the findings of one call's facts, the gravest first; at least one.

    ``facts``: of one call in order of time. A call that still runs may be looked at, too.
    """
    told = list(facts)
    if not told:
        return [
            Finding(severity="note", code="no_facts", sentence="Nothing is known of this call.")
        ]
    found = [*_outcome(told), *_dials(told), *_legs(told), *_prompts(told), *_recordings(told)]
    if not any(finding.severity == "fault" for finding in found):
        found.append(
            Finding(severity="ok", code="no_fault", sentence="No fault was found in this call.")
        )
    order: dict[Severity, int] = {"fault": 0, "note": 1, "ok": 2}
    return sorted(found, key=lambda finding: order[finding.severity])


def _of(facts: Sequence[events.CallFact], kind: type[_Kind]) -> list[_Kind]:
    return [fact for fact in facts if isinstance(fact, kind)]


def _outcome(facts: Sequence[events.CallFact]) -> Iterator[Finding]:
    """How the call as a whole went."""
    ends = _of(facts, events.CallEnded)
    if not ends:
        yield Finding(severity="note", code="call_runs", sentence="The call has not ended yet.")
        return
    end = ends[0]
    said = CAUSES[end.cause].sentence
    rang = bool(_of(facts, events.LegAlerted) or _of(facts, events.CallRang))
    if _of(facts, events.CallPlaced) and end.cause is Cause.NO_ANSWER and not rang:
        yield Finding(severity="fault", code="no_word", sentence=_NO_WORD, remedy=_NO_WORD_REMEDY)
    elif any(note.code in _OFFERS for note in _of(facts, events.TimelineNoted)):
        return  # the note says the same, more exactly, and what mends it
    elif end.cause in _FAULTY:
        yield Finding(
            severity="fault",
            code=f"ended_{end.cause}",
            sentence=said,
            remedy=_REMEDIES[end.cause],
        )
    elif end.answered_at is None:
        yield Finding(
            severity="note",
            code=f"not_answered_{end.cause}",
            sentence=f"The call was not answered. {said}",
        )
    if end.missed and end.answered_at is not None:
        yield Finding(
            severity="note",
            code="no_person",
            sentence="The system answered, but no person did: the call counts as missed.",
        )


def _dials(facts: Sequence[events.CallFact]) -> Iterator[Finding]:
    """Which parties could not be reached, and why."""
    ended = _of(facts, events.LegEnded)
    up = {fact.leg for fact in _of(facts, events.LegConnected)}
    up |= {fact.leg for fact in _of(facts, events.CallPlaced)}  # the call's own outcome says it
    rang = {fact.leg for fact in _of(facts, events.LegAlerted)}
    for placed in _of(facts, events.LegPlaced):
        last = next((fact for fact in ended if fact.leg == placed.leg), None)
        if last is None or placed.leg in up:
            continue
        if last.cause is Cause.NO_ANSWER and not last.status and placed.leg not in rang:
            yield Finding(
                severity="fault",
                code="leg_no_word",
                sentence=_NO_WORD,
                remedy=_NO_WORD_REMEDY,
                leg=placed.leg,
            )
            continue
        faulty = last.cause in _FAULTY
        status = f" (SIP status {last.status})" if last.status else ""
        yield Finding(
            severity="fault" if faulty else "note",
            code=f"leg_{last.cause}",
            sentence=f"A party could not be reached{status}: {CAUSES[last.cause].sentence}",
            remedy=_REMEDIES.get(last.cause, ""),
            leg=placed.leg,
        )


def _legs(facts: Sequence[events.CallFact]) -> Iterator[Finding]:
    """What the packets of every answered leg say."""
    held = {fact.leg for fact in _of(facts, events.LegHeld) if fact.on}
    listening = any(isinstance(fact, _LISTENING) for fact in facts)
    for leg in _of(facts, events.LegEnded):
        if leg.up_ms <= 0:
            continue
        if not leg.stats_known:
            yield Finding(
                severity="note",
                code="no_figures",
                sentence="The media process reported no figures for a leg.",
                leg=leg.leg,
            )
        elif leg.up_ms >= _SHORT_MS:
            yield from _flow(leg, held=leg.leg in held, listening=listening)
            yield from _quality(leg)


def _flow(leg: events.LegEnded, *, held: bool, listening: bool) -> Iterator[Finding]:
    who = _WHO[leg.role]
    if leg.packets_in == 0 and leg.packets_out == 0 and not leg.foreign_in:
        yield Finding(
            severity="fault",
            code="no_audio",
            sentence=f"No audio flowed to or from {who}, in either direction.",
            remedy="The two sides agreed on a call but not on where audio goes. " + _NO_PACKETS,
            leg=leg.leg,
        )
    elif leg.packets_in == 0:
        yield _unheard(leg, who)
    elif leg.packets_out == 0:
        reason = (
            "it had put us on hold"
            if held
            else "nothing was played and nobody was connected, or it asked for no audio"
        )
        yield Finding(
            severity="note" if held else "fault",
            code="one_way_out",
            sentence=f"Audio came from {who} but we sent none: {who} heard nothing, because "
            f"{reason}.",
            remedy=""
            if held
            else "See on the timeline whether a prompt was played or a party was connected.",
            leg=leg.leg,
        )
    elif leg.audio_after_ms is not None and leg.audio_after_ms >= 2 * _SHORT_MS:
        yield Finding(
            severity="note",
            code="audio_late",
            sentence=f"The first audio of {who} came {leg.audio_after_ms / 1000:.1f} s after the "
            "answer.",
            remedy="A firewall that opens only when we send first behaves so; a phone slow to "
            "start does, too.",
            leg=leg.leg,
        )
    if leg.packets_in and leg.silent_in * 100 >= leg.packets_in * _SILENT_PERCENT:
        yield Finding(
            severity="fault" if listening else "note",
            code="silence_in",
            sentence=f"{leg.packets_in} packets of {leg.codec or 'audio'} came from {who}, and all "
            "of them were silence: the network and the codec work, but nothing was said into it.",
            remedy=f"Check whether the microphone of {who} is muted or missing, and which sound "
            "device a softphone uses.",
            leg=leg.leg,
        )
    elif leg.foreign_in > leg.packets_in > 0:
        yield _wrong_codec(leg, who)
    if leg.latched and leg.packets_in:
        yield Finding(
            severity="note",
            code="latched",
            sentence=f"The audio of {who} came from another address than announced and was "
            "followed: there is a NAT on the way, and it works.",
            leg=leg.leg,
        )


def _unheard(leg: events.LegEnded, who: str) -> Finding:
    """Why nothing was heard of somebody we sent audio to."""
    if leg.foreign_in:
        return _wrong_codec(leg, who)
    if leg.strangers_in:
        return Finding(
            severity="fault",
            code="wrong_source",
            sentence=f"{leg.strangers_in} packets came from another address than {who} had "
            "announced, too late or from a stranger, and were dropped.",
            remedy=f"The router in front of {who} changes its port in mid-call, or rewrites SDP "
            "badly: switch its SIP ALG off.",
            leg=leg.leg,
        )
    behind = (
        f" The address {who} announced is a private one, so it sits behind a NAT."
        if leg.private_address
        else ""
    )
    return Finding(
        severity="fault",
        code="one_way_in",
        sentence=f"We sent audio to {who} but no packet of any codec came back: we could not hear "
        f"{who}.{behind}",
        remedy=_NO_PACKETS,
        leg=leg.leg,
    )


def _wrong_codec(leg: events.LegEnded, who: str) -> Finding:
    number = leg.foreign_type
    name = _PAYLOAD_TYPES.get(number, "a codec that only its SDP names" if number > 95 else "")
    said = f"payload type {number}" + (f", {name}" if name else "")
    return Finding(
        severity="fault",
        code="wrong_codec",
        sentence=f"{leg.foreign_in} packets came from {who} in another codec ({said}) than the one "
        f"agreed, {leg.codec or 'none'}: nothing of them could be heard.",
        remedy=f"Allow {leg.codec or 'PCMU or PCMA'} alone in the codec list of {who}, or switch "
        "its early or late codec change off.",
        leg=leg.leg,
    )


def _quality(leg: events.LegEnded) -> Iterator[Finding]:
    who = _WHO[leg.role]
    line = f"Look for an overloaded or wireless line between here and {who}."
    for direction, lost, got in (
        ("from", leg.lost_in, leg.packets_in),
        ("to", leg.lost_out, leg.packets_out),
    ):
        expected = lost + got
        if got and lost * 100 >= expected * _LOSS_PERCENT:
            yield Finding(
                severity="fault",
                code="loss_in" if direction == "from" else "loss_out",
                sentence=f"{lost * 100 / expected:.0f} % of the audio packets {direction} {who} "
                "were lost.",
                remedy=line,
                leg=leg.leg,
            )
    if leg.jitter_ms >= _JITTER_MS:
        yield Finding(
            severity="note",
            code="jitter",
            sentence=f"The packets from {who} came unevenly: {leg.jitter_ms} ms of jitter.",
            remedy=line,
            leg=leg.leg,
        )
    if 0 < leg.mos_x100 < _MOS_X100:
        yield Finding(
            severity="note",
            code="low_mos",
            sentence=f"What we heard of {who} is rated {leg.mos_x100 / 100:.1f} of 4.5.",
            remedy=line,
            leg=leg.leg,
        )


def _prompts(facts: Sequence[events.CallFact]) -> Iterator[Finding]:
    """Whether something that should have been heard was not."""
    failed = [fact for fact in _of(facts, events.PromptPlayed) if fact.reason == "failed"]
    if failed:
        yield Finding(
            severity="fault",
            code="prompt_failed",
            sentence=f"{len(failed)} prompt(s) could not be played.",
            remedy="See on the timeline which; a clip may be missing or not be audio.",
            leg=failed[0].leg,
        )
    document = _DOCUMENT
    for note in _of(facts, events.TimelineNoted):
        if note.code == _READ:
            document = _ANSWER.format(call=note.call)
        elif note.level in {"error", "warning"}:
            yield Finding(
                severity="fault" if note.level == "error" else "note",
                code=note.code,
                sentence=note.text or f"The program reported: {note.code}.",
                remedy=_NOTED.get(
                    note.code, _FETCH if note.code.startswith("fetch_") else document
                ),
            )


def _recordings(facts: Sequence[events.CallFact]) -> Iterator[Finding]:
    """Which recordings are missing, and why."""
    for failure in _of(facts, events.RecordingFailed):
        why, remedy = _FAULTS[failure.reason]
        yield Finding(
            severity="note" if failure.reason in {"empty", "refused"} else "fault",
            code=f"recording_{failure.reason}",
            sentence=f"There is no recording: {why}.",
            remedy=remedy,
        )
    for saved in _of(facts, events.RecordingSaved):
        if saved.reason == "disk_full":
            yield Finding(
                severity="fault",
                code="recording_cut",
                sentence="A recording ends early because the disk was full.",
                remedy=_FAULTS["disk_full"][1],
            )

"""How much of TwiML is carried out: every element and attribute with its state, and why not more.

What an element and its attributes are is `ringfence.markup.elements`; here is what the table cannot
say: what works in part, what does not and why. The reference page is drawn from `rows`.

    works     read and carried out as Twilio documents it
    partly    read and carried out, with the difference that the note names
    not       known by name, reported on the call's timeline, without effect
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ringfence.markup.attributes import Attribute
from ringfence.markup.element import Element
from ringfence.markup.elements import ELEMENTS
from ringfence.markup.spoken import CHANGES

State = Literal["works", "partly", "not"]

_CLOUD = "a service of Twilio's cloud that no exchange has"
_TASKS = "there is no TaskRouter here: who waits is taken by an agent's Queue"
_OLD = "of the published schema alone; Twilio does not document it"
_RECORDING_CONFIGURATION = "recording settings kept in Twilio's console; write them as attributes"

NOTES: Final[dict[str, str]] = {
    "Say.voice": "man, woman, alice and names of espeak-ng's voices; Polly's and Google's are "
    "reported and spoken by the voice of the language",
    "Say.rate": _OLD + "; write `<prosody rate>`",
    "Say.language": "the languages of espeak-ng or of the speech provider installed",
    "Gather.input": "speech needs a recogniser (setting recogniser); without one keys are "
    "collected, and that is reported",
    "Gather.speechModel": "told to the recogniser, which may have one model only",
    "Gather.enhanced": "told to the recogniser, which may have one model only",
    "Gather.hints": "told to the recogniser; pocketsphinx then understands nothing else",
    "Gather.profanityFilter": "of English words",
    "Gather.debug": "Twilio's own; the call's timeline always tells what was fetched and why",
    "Gather.grammar": _OLD,
    "Gather.grammarUrl": _OLD,
    "Gather.secure": _OLD + "; keys are in no log in any case",
    "Record.transcribe": "needs a recogniser (setting recogniser)",
    "Record.recordingConfigurationId": _RECORDING_CONFIGURATION,
    "Dial.callerId": "towards carriers a number of this installation or a verified one; any other, "
    "and the caller's own, is not shown but the number that was called, as without callerId; "
    "From of the dialled leg says what is shown",
    "Dial.events": "progress is told per target: statusCallback of Number, Sip and Client",
    "Dial.ifMachine": _OLD,
    "Dial.hangupOn": _OLD,
    "Dial.transcribe": _OLD,
    "Dial.transcribeCallback": _OLD,
    "Dial.newCallSid": _OLD,
    "Dial.recordingChannels": _OLD,
    "Dial.recordingConfigurationId": _RECORDING_CONFIGURATION,
    "Dial.passports": "STIR/SHAKEN passports of one's own are not signed here",
    "Dial.sim": _OLD,
    "Number.byoc": "a carrier of one's own is a trunk here",
    "Number.action": _OLD,
    "Sip.codecs": "codecs are the trunk's setting",
    "Uri.priority": "targets are rung in the order they are written",
    "Uri.weight": "targets are rung in the order they are written",
    "Conference.trim": "each voice is trimmed by itself; together they begin and end "
    "with the first and the last who is heard",
    "Conference.region": "there is one region: this installation",
    "Conference.recordingConfigurationId": _RECORDING_CONFIGURATION,
    "Conference.jitterBufferSize": "the jitter buffer sizes itself",
    "Conference.whisper": _OLD + "; see coach",
    "Conference.coachChannel": _OLD + "; see coach",
    "Conference.whisperChannel": _OLD + "; see coach",
    "Conference.WhisperChannel": _OLD + "; see coach",
    "Conference.url": _OLD,
    "Conference.method": _OLD,
    "Conference.eventCallback": _OLD + "; see eventCallbackUrl",
    "Conference.eventCallbackMethod": _OLD,
    "Queue.reservationSid": _TASKS,
    "Queue.postWorkActivitySid": _TASKS,
    "Queue.callSid": _OLD,
    "Enqueue.workflowSid": _TASKS,
    "Task": _TASKS,
    "Task.priority": _TASKS,
    "Task.timeout": _TASKS,
    "TaskAttributes": _OLD,
    "Pause.timeout": _OLD,
    "Pause.until": _OLD,
    "Annotate": _OLD,
    "Publish": _OLD,
    "Group": _OLD,
    "Group.excludeMe": _OLD,
    "Group.status": _OLD,
    "Pay.input": "keys alone: a card is not spoken",
    "Start.action": "what is started has callbacks of its own",
    "Start.method": "what is started has callbacks of its own",
    "Stream.connectorName": "connectors are Twilio's Marketplace; write url",
    "Stream.audioFormat": "the dialect decides: µ-law for Twilio's, 16-bit linear for Exotel's",
    "Stream.sampleRate": "of Exotel's dialect, like ?sample-rate= in its url; Twilio's is 8000",
    "Stream.dialect": "an attribute of ours: twilio or exotel",
    "Echo.length": "an attribute of ours: seconds, 0 for as long as the call",
    "Recording.recordingConfigurationId": _RECORDING_CONFIGURATION,
    "Transcription.transcriptionEngine": "the recogniser is this installation's setting",
    "Transcription.speechModel": "told to the recogniser, which may have one model only",
    "Transcription.hints": "told to the recogniser; pocketsphinx then understands nothing else",
    "Transcription.profanityFilter": "of English words",
    "Transcription.enableAutomaticPunctuation": "the recogniser decides",
    "Transcription.intelligenceService": _CLOUD,
    "Transcription.conversationConfiguration": _CLOUD,
    "Transcription.conversationId": _CLOUD,
    "Transcription.enableProviderData": "there is nothing more than text and confidence",
    "Sim": "SIM cards of Twilio's network",
    "WhatsApp": "calls over WhatsApp come from Meta's cloud",
    "Application.url": _OLD + "; the application's own URL answers",
    "Application.method": _OLD,
    "AiSession": _CLOUD,
    "Autopilot": _CLOUD,
    "Config": _CLOUD,
    "Conversation": _CLOUD,
    "ConversationRelay": "a server that talks in words: use Connect with Stream, or Gather",
    "ConversationRelaySession": _CLOUD,
    "Language": "part of ConversationRelay",
    "Room": "video rooms are Twilio's cloud",
    "Siprec": "no session recording protocol (RFC 7866): use Stream or Recording",
    "VirtualAgent": _CLOUD,
    "phoneme": "spoken plainly: the text, not the phonemes",
    "phoneme.alphabet": "spoken plainly",
    "phoneme.ph": "spoken plainly",
    "w": "spoken plainly: no voice here knows parts of speech",
    "w.role": "spoken plainly",
    "amazon:effect": "spoken plainly: a voice of Amazon's",
    "amazon:domain": "spoken plainly: a voice of Amazon's",
    "say-as.interpret-as": "characters, spell-out, digits, telephone and expletive; others are "
    "spoken as the voice reads them",
    "say-as.format": "dates are spoken as the voice reads them",
    "emphasis": "as much as the voice can: espeak-ng speaks it louder",
}
"""Why something works in part or not: ``Element`` or ``Element.attribute``."""

SPEECH: Final[dict[str, tuple[str, ...]]] = {
    "break": ("strength", "time"),
    "emphasis": ("level",),
    "lang": ("xml:lang",),
    "p": (),
    "phoneme": ("alphabet", "ph"),
    "prosody": ("volume", "rate", "pitch"),
    "s": (),
    "say-as": ("interpret-as", "format"),
    "sub": ("alias",),
    "w": ("role",),
    "amazon:effect": (),
    "amazon:domain": (),
}
"""Speech markup in Say, with its attributes."""
_PLAIN: Final = frozenset({"w"})
"""Markup whose text is spoken and that changes nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One element (``attribute`` empty) or attribute."""

    element: str
    attribute: str
    state: State
    note: str
    expects: str = ""
    warning: int | None = None

    @property
    def key(self) -> str:
        """The name in `NOTES`."""
        return f"{self.element}.{self.attribute}" if self.attribute else self.element


def _row(key: str, *, there: bool, expects: str = "", warning: int | None = None) -> Row:
    element, _, attribute = key.partition(".")
    note = NOTES.get(key, "")
    state: State = "not" if not there else "partly" if note and key not in _OURS else "works"
    return Row(element, attribute, state, note, expects, warning)


_OURS: Final = frozenset({"Stream.dialect", "Echo.length"})
"""Attributes that Twilio has not: their note is no lack."""


def of_element(element: Element) -> Iterator[Row]:
    """Yield the rows of one element: itself, then its attributes."""
    works = element.state == "works" and element.name != "Task"
    yield _row(element.name, there=works)
    for name, attribute in element.attributes.items():
        yield _of_attribute(element, name, attribute, there=works)


def _of_attribute(element: Element, name: str, attribute: Attribute, *, there: bool) -> Row:
    key = f"{element.name}.{name}"
    if not there and key not in NOTES:
        return Row(element.name, name, "not", NOTES.get(element.name, ""))
    expects = attribute.expects if attribute.name is not None else ""
    return _row(
        key,
        there=there and attribute.name is not None,
        expects=expects,
        warning=attribute.warning,
    )


def of_speech(name: str) -> Iterator[Row]:
    """Yield the rows of one element of speech markup."""
    there = name in CHANGES and name not in _PLAIN
    yield _row(name, there=there)
    for attribute in SPEECH[name]:
        yield _row(f"{name}.{attribute}", there=there and attribute != "format")


def rows() -> Iterator[Row]:
    """Yield every element and attribute that is known."""
    for element in ELEMENTS.values():
        yield from of_element(element)
    for name in SPEECH:
        yield from of_speech(name)

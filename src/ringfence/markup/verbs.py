"""One frozen dataclass per verb: what a document asks for, with Twilio's defaults.

A verb knows nothing of XML except ``line`` and ``column``, where it stood, counted from 1 (0 when
it was made by a flow). The
table of elements and attributes is ``markup.elements``; the machine that carries verbs out is
``markup.voice``. Seconds are seconds here, because documents speak in seconds.

A verb's text, digits, addresses and URLs may be personal data, so they stay out of its ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Method = Literal["GET", "POST"]

ALL_KEYS = "1234567890*#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """The base of all verbs. Where it stood takes no part in equality."""

    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Verb):
    """Speak ``text``; ``loop`` times, 0 until the call ends."""

    text: str = field(repr=False)
    voice: str = "default"
    language: str = ""
    loop: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Verb):
    """Play the audio at ``url`` (``loop`` times, 0 until the call ends), or send ``digits``."""

    url: str = field(default="", repr=False)
    loop: int = 1
    digits: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Verb):
    """Wait ``length`` seconds in silence, and ``millis`` more (a break inside a Say)."""

    length: int = 1
    millis: int = 0

    @property
    def total_ms(self) -> int:
        """All of it."""
        return self.length * 1_000 + self.millis


Prompt = Say | Play | Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather(Verb):
    """Collect keys while ``prompts`` play; then ask ``action`` what to do.

    ``action`` None means the document's own URL. ``num_digits`` 0: no fixed number of keys.
    ``finish_on_key``: keys that end the input and are not part of it. Speech ends after
    ``speech_timeout`` seconds of silence (0: when the recogniser thinks so; None: as ``timeout``).
    """

    prompts: tuple[Prompt, ...] = ()
    input: tuple[str, ...] = ("dtmf",)
    action: str | None = field(default=None, repr=False)
    method: Method = "POST"
    timeout: int = 5
    num_digits: int = 0
    finish_on_key: str = "#"
    action_on_empty_result: bool = False
    barge_in: bool = True
    speech_timeout: int | None = None
    max_speech_time: int = 60
    profanity_filter: bool = True
    partial_result_callback: str | None = field(default=None, repr=False)
    partial_result_callback_method: Method = "POST"
    language: str = ""
    hints: str = field(default="", repr=False)
    speech_model: str = ""
    enhanced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Verb):
    """Record the caller, then ask ``action`` what to do (None: the document's own URL).

    ``timeout`` seconds of silence end it, as do ``max_length`` seconds or a key of
    ``finish_on_key``. ``transcribe``: what was said is wanted as text, for
    ``transcribe_callback``, which alone says so, too.
    """

    action: str | None = field(default=None, repr=False)
    method: Method = "POST"
    timeout: int = 5
    max_length: int = 3600
    finish_on_key: str = ALL_KEYS
    play_beep: bool = True
    trim: Literal["trim-silence", "do-not-trim"] = "trim-silence"
    recording_status_callback: str | None = field(default=None, repr=False)
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[str, ...] = ("completed",)
    transcribe: bool = False
    transcribe_callback: str | None = field(default=None, repr=False)
    transcribe_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened(Verb):
    """Somebody to dial of whom it is found out whether they are a person; who is told of that.

    ``machine_detection`` empty: not; seconds and milliseconds as Twilio has them.
    """

    machine_detection: Literal["", "Enable", "DetectMessageEnd"] = ""
    machine_detection_timeout: int = 30
    machine_detection_speech_threshold: int = 2_400
    machine_detection_speech_end_threshold: int = 1_200
    machine_detection_silence_timeout: int = 5_000
    amd_status_callback: str | None = field(default=None, repr=False)
    amd_status_callback_method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Listened):
    """A telephone number to dial. ``url``: what its callee hears before they are connected."""

    number: str = field(repr=False)
    send_digits: str = field(default="", repr=False)
    url: str | None = field(default=None, repr=False)
    method: Method = "POST"
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    status_callback_event: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sip(Listened):
    """A SIP URI to dial, with credentials for the far side's challenge and extra headers.

    ``url``: what its callee hears before they are connected.
    """

    uri: str = field(repr=False)
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    send_digits: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    url: str | None = field(default=None, repr=False)
    method: Method = "POST"
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    status_callback_event: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client(Verb):
    """A phone of this installation, by its name; ``parameters`` go with the call as headers."""

    identity: str = field(repr=False)
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    url: str | None = field(default=None, repr=False)
    method: Method = "POST"
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    status_callback_event: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Verb):
    """An application, by its SID: its own document answers, in a call of its own.

    ``customer_id``: whom it takes us for, "" for the account's SID. ``copy_parent_to``: it is told
    whom the caller had called, not its own SID. ``parameters``: what it is told besides.
    """

    sid: str
    customer_id: str = field(default="", repr=False)
    copy_parent_to: bool = False
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    status_callback_event: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference(Verb):
    """A room to join. ``wait_url`` None: music of the house, empty: silence, until it begins.

    ``coach``: the call of the one who hears this member; ``event_callback_url``: an older name of
    ``recording_status_callback``.
    """

    room: str = field(repr=False)
    muted: bool = False
    beep: str = "true"
    start_conference_on_enter: bool = True
    end_conference_on_exit: bool = False
    max_participants: int = 250
    record: str = "do-not-record"
    trim: Literal["trim-silence", "do-not-trim"] = "trim-silence"
    wait_url: str | None = field(default=None, repr=False)
    wait_method: Method = "POST"
    coach: str = ""
    participant_label: str = field(default="", repr=False)
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    status_callback_event: tuple[str, ...] = ("start", "end")
    event_callback_url: str | None = field(default=None, repr=False)
    recording_status_callback: str | None = field(default=None, repr=False)
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Verb):
    """A queue whose first caller to take. ``url``: what the caller hears before."""

    name: str = field(repr=False)
    url: str | None = field(default=None, repr=False)
    method: Method = "POST"


Rung = Number | Sip | Client | Application
"""Targets of a dial that each are a leg to be rung."""

Target = Rung | Conference | Queue

Recorded = Literal[
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(Verb):
    """Connect the caller with ``targets``: all at once, or one after another (``sequential``).

    ``action`` None: go on with the next verb when the other side has hung up. ``refer_url``: asked
    what to do, instead, where the other side sends a REFER.
    """

    targets: tuple[Target, ...] = ()
    action: str | None = field(default=None, repr=False)
    method: Method = "POST"
    timeout: int = 30
    time_limit: int = 14_400
    caller_id: str | None = field(default=None, repr=False)
    hangup_on_star: bool = False
    answer_on_bridge: bool = False
    sequential: bool = False
    ring_tone: str = "automatic"
    record: Recorded = "do-not-record"
    trim: Literal["trim-silence", "do-not-trim"] = "do-not-trim"
    recording_track: Literal["both", "inbound", "outbound"] = "both"
    refer_url: str | None = field(default=None, repr=False)
    refer_method: Method = "POST"
    recording_status_callback: str | None = field(default=None, repr=False)
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue(Verb):
    """Wait in a queue until somebody takes the call; then ask ``action``, or the next verb.

    ``max_queue_size`` 0: the queue's own. ``wait_url`` None: music of the house, empty: silence.
    """

    name: str = field(repr=False)
    action: str | None = field(default=None, repr=False)
    method: Method = "POST"
    max_queue_size: int = 0
    wait_url: str | None = field(default=None, repr=False)
    wait_url_method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Verb):
    """Stop waiting in the queue; what follows the Enqueue goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Verb):
    """Send a text message. ``to``, ``sender`` empty: between the two whom the document is about.

    ``action`` None: go on with the next verb.
    """

    body: str = field(default="", repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)
    to: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    action: str | None = field(default=None, repr=False)
    method: Method = "POST"
    status_callback: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Verb):
    """Go on with the document at ``url``; empty is the document's own."""

    url: str = field(default="", repr=False)
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(Verb):
    """End the call; ``parameters`` go with the BYE as headers."""

    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Verb):
    """Refuse the call unanswered: ``rejected`` (not in service) or ``busy``.

    ``parameters`` go with the answer as headers.
    """

    reason: Literal["rejected", "busy"] = "rejected"
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Verb):
    """Send the caller's own audio back for ``length`` seconds; 0 until the call ends."""

    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(Verb):
    """Send the caller's side elsewhere by SIP REFER to ``target``, a SIP URI; then ``action``."""

    target: str = field(repr=False)
    action: str | None = field(default=None, repr=False)
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPrompt(Verb):
    """What is heard at one step of a Pay (``for_``); empty tuples: whatever is the case.

    ``again``: the second time, of what has to be entered twice (``requireMatchingInputs``).
    """

    prompts: tuple[Prompt, ...] = ()
    for_: str = ""
    error_type: tuple[str, ...] = ()
    card_type: tuple[str, ...] = ()
    attempt: tuple[int, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Verb):
    """Ask for a card or a bank account, have it charged or made a token, then ``action``.

    ``charge_amount``, ``currency``, ``valid_card_types`` as written: what is wrong with them is
    the result. ``postal_code``: ``true``, ``false``, or the code. ``max_attempts``: how often what
    is wrong may be entered again.
    """

    prompts: tuple[PayPrompt, ...] = ()
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    input: tuple[str, ...] = ("dtmf",)
    action: str | None = field(default=None, repr=False)
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    payment_method: Literal["credit-card", "ach-debit"] = "credit-card"
    bank_account_type: Literal["consumer-checking", "consumer-savings", "commercial-checking"] = (
        "consumer-checking"
    )
    timeout: int = 5
    max_attempts: int = 1
    security_code: bool = True
    postal_code: str = field(default="true", repr=False)
    min_postal_code_length: int = 0
    payment_connector: str = "Default"
    token_type: Literal["one-time", "reusable", "payment-method"] = "reusable"  # noqa: S105
    charge_amount: str = ""
    currency: str = "usd"
    description: str = field(default="", repr=False)
    valid_card_types: str = "visa mastercard amex"
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Verb):
    """A server that hears the call: ``url`` (ws or wss) is told ``parameters`` at the start.

    ``track``: what the caller says, hears, or both. ``dialect``: of the messages (our own
    attribute; Twilio's or Exotel's). ``sample_rate``: of Exotel's, in Hz. In a Stop only ``name``
    counts.
    """

    url: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    track: Literal["inbound_track", "outbound_track", "both_tracks"] = "inbound_track"
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    dialect: Literal["twilio", "exotel"] = "twilio"
    sample_rate: Literal[8_000, 16_000, 24_000] = 8_000
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Verb):
    """Let a server hear the caller and speak to them, until it closes; then ``action``.

    ``action`` None: go on with the next verb.
    """

    stream: Stream
    action: str | None = field(default=None, repr=False)
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription(Verb):
    """What is said on the call as text while it is said. In a Stop only ``name`` counts."""

    name: str = field(default="", repr=False)
    track: Literal["inbound_track", "outbound_track", "both_tracks"] = "both_tracks"
    status_callback: str | None = field(default=None, repr=False)
    status_callback_method: Method = "POST"
    inbound_label: str = field(default="", repr=False)
    outbound_label: str = field(default="", repr=False)
    partial_results: bool = False
    language: str = "en-US"
    profanity_filter: bool = True
    speech_model: str = ""
    hints: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording(Verb):
    """Record the whole call from here on, while the next verbs are carried out (in a Start)."""

    name: str = field(default="", repr=False)
    recording_status_callback: str | None = field(default=None, repr=False)
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[str, ...] = ("completed",)
    trim: Literal["trim-silence", "do-not-trim"] = "do-not-trim"
    track: Literal["both", "inbound", "outbound"] = "both"
    channels: Literal["mono", "dual"] = "mono"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Verb):
    """Let servers hear the call, or have it written down, while the next verbs are carried out."""

    streams: tuple[Stream | Transcription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Verb):
    """Let the servers of these names hear it no longer.

    ``recordings``: names of recordings of the whole call that end; "" is whichever runs.
    """

    names: tuple[str, ...] = field(default=(), repr=False)
    recordings: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable(Verb):
    """A verb of Twilio's that this program knows and does not carry out yet."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Verb):
    """A verb that cannot be carried out; the problems say why. Reached, it ends the call."""

    name: str

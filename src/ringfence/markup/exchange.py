"""What a program asks of the world beyond the call, and what comes back.

A program also issues commands to the call (`ringfence.calls.commands`); those are not listed here.
Each request carries a number that its answer repeats; a number is used once in a program's life.
`Callback` and `Transcribe` have no answer.

    request       answered by
    ----------    ----------------------------------------------
    Fetch         Fetched, or FetchFailed
    Speak         ClipReady, or ClipFailed
    LoadMedia     ClipReady, or ClipFailed
    LoadMusic     ClipReady, or ClipFailed
    AskRecording  RecordingMay
    AskRoom       RoomSays
    SendText      TextAsked
    OpenPayment   PaymentOpened
    MakePayment   PaymentMade

Values may be personal data and stay out of every ``repr``; a telephone number travels as `Phone`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ringfence.calls.commands import DialTarget, RuleRecording
from ringfence.calls.words import RecordingSource
from ringfence.kernel.ids import CallId, ClipId, LegId, MessageId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.verbs import Method, Verb
from ringfence.payments.charge import Charge, Outcome, Result
from ringfence.payments.order import PaymentOrder

Value = str | Phone
Params = tuple[tuple[str, Value], ...]
"""Form parameters in order; a name may repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Get the document at ``url`` (absolute http or https), signed for the account."""

    request: int
    url: str = field(repr=False)
    method: Method = "POST"
    params: Params = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Make a clip of a text. ``language`` (BCP 47) and ``voice`` as written, or ``""``."""

    request: int
    text: str = field(repr=False)
    voice: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMedia:
    """Make a clip of the audio at ``url``."""

    request: int
    url: str = field(repr=False)


CallbackKind = Literal[
    "status",
    "recording",
    "conference",
    "queue",
    "message",
    "transcription",
    "stream",
    "action",
    "payment",
    "event",
]
"""What the notification log files a callback under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Tell ``url``; the answer does not matter to the call, delivering it does.

    ``event``: its word (``participant-join``), for the log. ``subject``: the SID of what it is
    about where that is not the call: a conference, a message; what is about one subject is told to
    one server in order. ``party``: under whose key it waits; None: whoever the call is with, and
    the account's where there is no call. ``body``: JSON posted instead of a form, signed by its
    digest. ``also``: further URLs that are told the same. ``fallback_url``: told at once, with
    ErrorCode and ErrorUrl, when one of them fails. ``outcome``: the SID of what it tells
    the end of: a recording, a call, a leg. ``pledged``: it is kept and not told, but where the
    server dies before that end is, and the end is one of these words; what it says then is filled
    in (`markup.telling.outcome`, `markup.owed`). A new pledge about the same thing replaces the one
    before. ``silent``: nobody is told, as nobody asked for the outcome it had; what was pledged is
    void.
    """

    url: str = field(repr=False)
    method: Method = "POST"
    params: Params = field(default=(), repr=False)
    kind: CallbackKind = "status"
    event: str = ""
    subject: str = ""
    party: PartyId | None = None
    body: bytes = field(default=b"", repr=False)
    also: tuple[str, ...] = field(default=(), repr=False)
    fallback_url: str = field(default="", repr=False)
    fallback_method: Method = "POST"
    outcome: str = ""
    pledged: tuple[str, ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRecording:
    """May this be recorded, and who has to be told or asked first?

    ``first``: the address of whoever the program talks to; ``own``: our own address in the call;
    ``targets``: whom a dial rings; ``beep``: whether a beep is heard before; ``room``: whose
    members are parties too; ``peers``: calls whose own parties talk with the first.
    """

    request: int
    source: RecordingSource
    first: Value = field(repr=False)
    own: Value = field(repr=False)
    targets: tuple[DialTarget, ...] = ()
    beep: bool = False
    room: str = field(default="", repr=False)
    peers: tuple[CallId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRoom:
    """Is what is said in the room of this name recorded?"""

    request: int
    room: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendText:
    """Ask for a text message; it is durable when the answer comes. URLs are absolute."""

    request: int
    to: Value = field(repr=False)
    sender: Value = field(repr=False)
    body: str = field(repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)
    status_callback: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMusic:
    """Make a clip of the music of the house."""

    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPayment:
    """Is there a processor for this order? Write down that somebody is about to pay."""

    request: int
    order: PaymentOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePayment:
    """Have the processor asked, once. Whoever does it wipes what was entered."""

    request: int
    charge: Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPayment:
    """It ended before a processor was asked. No answer."""

    payment: str
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribe:
    """Have a recording read once it is saved; ``url`` (absolute) is told what was said."""

    recording: RecordingId
    url: str = field(default="", repr=False)
    method: Method = "POST"
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOn:
    """Let the leg that a dial connected go on in a call of its own, with the document at ``url``.

    ``params``: what that is told besides. No answer: the dial ends.
    """

    leg: LegId
    url: str = field(repr=False)
    method: Method = "POST"
    params: Params = field(default=(), repr=False)


Request = (
    Fetch | Speak | LoadMedia | LoadMusic | Callback | AskRecording | AskRoom | SendText
    | Transcribe | OpenPayment | MakePayment | DropPayment | SendOn
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A 2xx answer. ``url``: after redirects, the base of relative URLs in the body."""

    request: int
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    content_type: str = ""
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """No usable answer. ``code``: a ``fetch_...`` kind of `ringfence.markup.problems`."""

    request: int
    code: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipReady:
    """The clip is loaded where the call's audio is and stays there until the call is over."""

    request: int
    clip: ClipId
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFailed:
    """There is no clip. ``code`` says why: one of `ringfence.markup.clips.REASONS`.

    ``status``: what the server answered, 0 where nothing came.
    """

    request: int
    code: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMay:
    """The ruling, to be given to the call as it is, and the targets with their parties.

    ``ruling.duties``: of whoever the program talks to, then of each target.
    """

    request: int
    ruling: RuleRecording
    targets: tuple[DialTarget, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAsked:
    """The message is kept and will be sent; or ``code`` says why it will not be."""

    request: int
    message: MessageId | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSays:
    """Whether a room is recorded."""

    request: int
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOpened:
    """It can be made under this id; or ``outcome`` says why it cannot."""

    request: int
    payment: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMade:
    """What came of it; it is written down already."""

    request: int
    outcome: Outcome


Answer = (
    Fetched | FetchFailed | ClipReady | ClipFailed | RecordingMay | TextAsked | RoomSays
    | PaymentOpened | PaymentMade
)  # fmt: skip


# --- what may be asked of a program ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Start with the program's source. Given once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo:
    """Drop what is under way and go on with another document (an API request in mid-call)."""

    url: str = field(repr=False)
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Perform:
    """Drop what is under way and carry out these verbs instead."""

    verbs: tuple[Verb, ...]


Order = Begin | GoTo | Perform

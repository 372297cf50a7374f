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

from typing import Literal

from ringfence.calls.commands import DialTarget, RuleRecording
from ringfence.calls.words import RecordingSource
from ringfence.kernel import values
from ringfence.kernel.ids import CallId, ClipId, LegId, MessageId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden
from ringfence.markup.verbs import Method, Verb
from ringfence.payments.charge import Charge, Outcome, Result
from ringfence.payments.order import PaymentOrder

Value = str | Phone
Params = tuple[tuple[str, Value], ...]
"""Form parameters in order; a name may repeat."""


class Fetch(values.Value, frozen=True, kw_only=True):
    """Get the document at ``url`` (absolute http or https), signed for the account."""

    request: int
    url: Hidden[str]
    method: Method = "POST"
    params: Hidden[Params] = ()


class Speak(values.Value, frozen=True, kw_only=True):
    """Make a clip of a text. ``language`` (BCP 47) and ``voice`` as written, or ``""``."""

    request: int
    text: Hidden[str]
    voice: str = ""
    language: str = ""


class LoadMedia(values.Value, frozen=True, kw_only=True):
    """Make a clip of the audio at ``url``."""

    request: int
    url: Hidden[str]


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


class Callback(values.Value, frozen=True, kw_only=True):
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

    url: Hidden[str]
    method: Method = "POST"
    params: Hidden[Params] = ()
    kind: CallbackKind = "status"
    event: str = ""
    subject: str = ""
    party: PartyId | None = None
    body: Hidden[bytes] = b""
    also: Hidden[tuple[str, ...]] = ()
    fallback_url: Hidden[str] = ""
    fallback_method: Method = "POST"
    outcome: str = ""
    pledged: tuple[str, ...] = ()
    silent: bool = False


class AskRecording(values.Value, frozen=True, kw_only=True):
    """May this be recorded, and who has to be told or asked first?

    ``first``: the address of whoever the program talks to; ``own``: our own address in the call;
    ``targets``: whom a dial rings; ``beep``: whether a beep is heard before; ``room``: whose
    members are parties too; ``peers``: calls whose own parties talk with the first.
    """

    request: int
    source: RecordingSource
    first: Hidden[Value]
    own: Hidden[Value]
    targets: tuple[DialTarget, ...] = ()
    beep: bool = False
    room: Hidden[str] = ""
    peers: tuple[CallId, ...] = ()


class AskRoom(values.Value, frozen=True, kw_only=True):
    """Is what is said in the room of this name recorded?"""

    request: int
    room: Hidden[str]


class SendText(values.Value, frozen=True, kw_only=True):
    """Ask for a text message; it is durable when the answer comes. URLs are absolute."""

    request: int
    to: Hidden[Value]
    sender: Hidden[Value]
    body: Hidden[str]
    media: Hidden[tuple[str, ...]] = ()
    status_callback: Hidden[str | None] = None


class LoadMusic(values.Value, frozen=True, kw_only=True):
    """Make a clip of the music of the house."""

    request: int


class OpenPayment(values.Value, frozen=True, kw_only=True):
    """Is there a processor for this order? Write down that somebody is about to pay."""

    request: int
    order: PaymentOrder


class MakePayment(values.Value, frozen=True, kw_only=True):
    """Have the processor asked, once. Whoever does it wipes what was entered."""

    request: int
    charge: Charge


class DropPayment(values.Value, frozen=True, kw_only=True):
    """It ended before a processor was asked. No answer."""

    payment: str
    result: Result


class Transcribe(values.Value, frozen=True, kw_only=True):
    """Have a recording read once it is saved; ``url`` (absolute) is told what was said."""

    recording: RecordingId
    url: Hidden[str] = ""
    method: Method = "POST"
    language: str = ""


class SendOn(values.Value, frozen=True, kw_only=True):
    """Let the leg that a dial connected go on in a call of its own, with the document at ``url``.

    ``params``: what that is told besides. No answer: the dial ends.
    """

    leg: LegId
    url: Hidden[str]
    method: Method = "POST"
    params: Hidden[Params] = ()


Request = (
    Fetch | Speak | LoadMedia | LoadMusic | Callback | AskRecording | AskRoom | SendText
    | Transcribe | OpenPayment | MakePayment | DropPayment | SendOn
)  # fmt: skip


class Fetched(values.Value, frozen=True, kw_only=True):
    """A 2xx answer. ``url``: after redirects, the base of relative URLs in the body."""

    request: int
    body: Hidden[bytes]
    url: Hidden[str]
    content_type: str = ""
    elapsed_ms: int = 0


class FetchFailed(values.Value, frozen=True, kw_only=True):
    """No usable answer. ``code``: a ``fetch_...`` kind of `ringfence.markup.problems`."""

    request: int
    code: str
    status: int = 0


class ClipReady(values.Value, frozen=True, kw_only=True):
    """The clip is loaded where the call's audio is and stays there until the call is over."""

    request: int
    clip: ClipId
    duration_ms: int = 0


class ClipFailed(values.Value, frozen=True, kw_only=True):
    """There is no clip. ``code`` says why: one of `ringfence.markup.clips.REASONS`.

    ``status``: what the server answered, 0 where nothing came.
    """

    request: int
    code: str = ""
    status: int = 0


class RecordingMay(values.Value, frozen=True, kw_only=True):
    """The ruling, to be given to the call as it is, and the targets with their parties.

    ``ruling.duties``: of whoever the program talks to, then of each target.
    """

    request: int
    ruling: RuleRecording
    targets: tuple[DialTarget, ...] = ()


class TextAsked(values.Value, frozen=True, kw_only=True):
    """The message is kept and will be sent; or ``code`` says why it will not be."""

    request: int
    message: MessageId | None = None
    code: str = ""


class RoomSays(values.Value, frozen=True, kw_only=True):
    """Whether a room is recorded."""

    request: int
    recorded: bool


class PaymentOpened(values.Value, frozen=True, kw_only=True):
    """It can be made under this id; or ``outcome`` says why it cannot."""

    request: int
    payment: str = ""
    outcome: Outcome | None = None


class PaymentMade(values.Value, frozen=True, kw_only=True):
    """What came of it; it is written down already."""

    request: int
    outcome: Outcome


Answer = (
    Fetched | FetchFailed | ClipReady | ClipFailed | RecordingMay | TextAsked | RoomSays
    | PaymentOpened | PaymentMade
)  # fmt: skip


# --- what may be asked of a program ---------------------------------------------------------------


class Begin(values.Value, frozen=True, kw_only=True):
    """Start with the program's source. Given once."""


class GoTo(values.Value, frozen=True, kw_only=True):
    """Drop what is under way and go on with another document (an API request in mid-call)."""

    url: Hidden[str]
    method: Method = "POST"


class Perform(values.Value, frozen=True, kw_only=True):
    """Drop what is under way and carry out these verbs instead."""

    verbs: tuple[Verb, ...]


Order = Begin | GoTo | Perform

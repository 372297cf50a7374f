"""Whom a call rings: a number, a SIP address or a phone of ours, and what they hear before."""

from __future__ import annotations

from ringfence.calls.words import RecordingDuty
from ringfence.kernel.ids import (
    ApplicationId,
    CallId,
    ClipId,
    LegId,
    NumberId,
    PartyId,
    PhoneDeviceId,
    TrunkId,
)
from ringfence.kernel.limits import RECORDING_ANSWER_MS
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden, Value


class ToPhone(Value, frozen=True, kw_only=True):
    """A telephone number. ``trunk`` None: the switch chooses one.

    ``vouched``: the number to be shown is a caller's whose call is passed on, proved before.
    """

    phone: Phone
    trunk: TrunkId | None = None
    vouched: bool = False


class ToSip(Value, frozen=True, kw_only=True):
    """A SIP address. ``uri`` as text (``sip:`` or ``sips:``); credentials answer a challenge.

    ``client:NAME`` is the phone of ours with that name.

    ``headers``: extra header fields (``X-...``) for the INVITE.
    """

    uri: Hidden[str]
    username: Hidden[str | None] = None
    password: Hidden[str | None] = None
    headers: Hidden[tuple[tuple[str, str], ...]] = ()


class ToDevice(Value, frozen=True, kw_only=True):
    """A registered phone of ours, at every place it is registered."""

    device: PhoneDeviceId


class ToApplication(Value, frozen=True, kw_only=True):
    """An application of an account on this machine: its document answers, in a call of its own.

    ``customer``: whom the application takes us for, "" for the account's SID. ``keeps_called``:
    it is told whom the caller had called, not its own SID. ``parameters``: what it is told besides.
    """

    application: ApplicationId
    customer: Hidden[str] = ""
    keeps_called: bool = False
    parameters: Hidden[tuple[tuple[str, str], ...]] = ()


Endpoint = ToPhone | ToSip | ToDevice | ToApplication


class Screen(Value, frozen=True, kw_only=True):
    """What a callee who has answered hears next, and what comes then.

    ``clips`` are played to them. Then they are connected; where ``ends``, hung up (it counts as not
    answered); where ``asks``, waited for: up to ``max_digits`` (0: any number), ``wait_ms`` for
    each, fewer where a key of ``finish_on`` ends them. What they press is told by
    `notices.CalleeWaits`, and the program says what comes next (`commands.Screened`).
    """

    clips: tuple[ClipId, ...]
    ends: bool = False
    asks: bool = False
    wait_ms: int = 5_000
    max_digits: int = 0
    finish_on: Hidden[str] = ""


class RecordingNotice(Value, frozen=True, kw_only=True):
    """What somebody hears about a recording: a callee before they are connected.

    ``ask``: they are asked, and ``yes`` within ``wait_ms`` after the clips means that they agree;
    the call goes on either way. ``text``, ``version``, ``language``: which sentence it is.
    """

    clips: tuple[ClipId, ...]
    ask: bool
    text: str
    version: str
    language: str
    yes: str = "1"
    wait_ms: int = int(RECORDING_ANSWER_MS)

    @property
    def kind(self) -> RecordingDuty:
        """What it pays off."""
        return "ask" if self.ask else "announce"


class Owed(Value, frozen=True, kw_only=True):
    """Whose leg hears a notice before something begins.

    ``call``: the leg's, None for the call that is told so; ``party``: of a leg of another call.
    """

    leg: LegId
    notice: RecordingNotice
    call: CallId | None = None
    party: PartyId | None = None


class ListenHow(Value, frozen=True, kw_only=True):
    """How it is found out by ear who answers. Milliseconds; ``to_the_end``: of what a machine says.

    ``timeout_ms``: until it is given up; ``speech_ms``: more is no person's greeting;
    ``speech_end_ms``: of silence after which it is over; ``silence_ms``: from the start.
    """

    to_the_end: bool = False
    timeout_ms: int = 30_000
    speech_ms: int = 2_400
    speech_end_ms: int = 1_200
    silence_ms: int = 5_000


class Shown(Value, frozen=True, kw_only=True):
    """A number that a leg shows in place of whoever calls. ``number``: which of ours it is."""

    phone: Hidden[Phone]
    party: PartyId
    number: NumberId | None = None


class DialTarget(Value, frozen=True, kw_only=True):
    """One place to ring.

    ``party``: whose number or address it is, and ``shown``: the number they see, None for whoever
    calls; the runner fills both in before the command reaches the call.
    ``person``: whether an answer counts as a person (False: an IVR, a mailbox, a machine).
    ``send_digits``: played to the callee after the answer and before connecting (``0-9*#A-D``,
    ``w`` waits half a second). ``screen``: a number above 0 that `notices.CalleeWaits` repeats:
    whoever answers is connected when the program says so, 0 for at once. ``notice``: see
    `RecordingNotice`. ``subject``, ``display``: why we call and who we are, in words that the far
    end may show. ``listen``: find out who answers, while they talk. ``report``: a number above 0
    that `notices.DialProgress` and `notices.CalleeKnown` repeat, 0 for no such notices.
    """

    endpoint: Endpoint
    party: PartyId | None = None
    shown: Shown | None = None
    person: bool = True
    send_digits: Hidden[str] = ""
    screen: int = 0
    notice: RecordingNotice | None = None
    listen: ListenHow | None = None
    subject: Hidden[str] = ""
    display: Hidden[str] = ""
    report: int = 0

    @property
    def trunk(self) -> TrunkId | None:
        """The trunk it is called by; None for what is no telephone number."""
        return self.endpoint.trunk if isinstance(self.endpoint, ToPhone) else None

    @property
    def shown_phone(self) -> Phone | None:
        """The number they see in place of whoever calls; None where they see who calls."""
        return None if self.shown is None else self.shown.phone

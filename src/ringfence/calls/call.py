"""A call as the switch sees it: inputs and commands in; effects, notices and facts out.

Drive it like every machine here: `receive` or `do`, then carry out `take_output`, hand
`take_notices` to the program, store `take_events`, and arm one timer for `deadline`. ``now`` may
be handed in late but never makes the call's time run backwards.

The life of the first leg is the life of the call. See `ringfence.calls.lifecycle` for the table
of the call, `leg` for that of a leg, `recording` for that of a recording, and `dial`, `waiting`,
`rooms`, `transfer` for what the call may be about meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.calls.causes import Cause
from ringfence.calls.commands import AdoptLeg, Command, Originate
from ringfence.calls.core import CallSettings
from ringfence.calls.dial import DialActivity
from ringfence.calls.effects import Effect
from ringfence.calls.events import CallFact
from ringfence.calls.handing import may_replace, who_hears
from ringfence.calls.hear import HEAR
from ringfence.calls.inputs import Connected, Input, PartnerReplaced, PeerReplaced, TellAsked
from ringfence.calls.leg import Leg
from ringfence.calls.lifecycle import LiveCall
from ringfence.calls.notices import Notice
from ringfence.calls.obey import OBEY
from ringfence.calls.stream import Stream
from ringfence.calls.targets import DialTarget
from ringfence.calls.transfer import who_stays
from ringfence.calls.words import RecordingDuty, RecordingSource
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId, StreamId
from ringfence.kernel.limits import ANSWER_LISTEN_MS

_DEFAULTS = CallSettings()
_BEGINNINGS: tuple[type, ...] = (Originate, AdoptLeg)
_ANSWERED_ALWAYS: tuple[type, ...] = (Connected, PartnerReplaced, PeerReplaced, TellAsked)
"""Another call waits for our word, even when this one is over."""


class Call:
    """One call and all its legs."""

    __slots__ = ("_live",)

    def __init__(
        self,
        call: CallId,
        *,
        account: AccountId,
        entropy: Entropy,
        settings: CallSettings = _DEFAULTS,
    ) -> None:
        self._live = LiveCall(call, account=account, entropy=entropy, settings=settings)

    @property
    def id(self) -> CallId:
        """The call's id."""
        return self._live.call

    @property
    def over(self) -> bool:
        """Whether the last fact has been said; nothing is open any more."""
        return self._live.state == "ended"

    @property
    def ending(self) -> bool:
        """Whether the parties have parted; commands are ignored from here."""
        return self._live.state in {"ending", "ended"}

    def parting(self, leg: LegId) -> bool:
        """Whether a leg is over and its audio still open; its end is written when that closes."""
        found = self._live.legs.get(leg)
        return found is not None and found.state == "ended"

    @property
    def answered(self) -> bool:
        """Whether the first leg is, or was, answered."""
        return self._live.answered_at is not None

    def has(self, party: PartyId) -> bool:
        """Whether somebody takes part, or is being rung, or is recorded here in another's talk."""
        running = [one for one in self._live.recordings.values() if one.running]
        recorded = any(party == channel.party for one in running for channel in one.channels)
        return recorded or any(leg.party == party for leg in self._live.legs.values())

    def may_record(self, source: RecordingSource, parties: Iterable[PartyId | None]) -> bool:
        """Whether a recording of these parties was ruled on, and nobody is owed anything."""
        return self._live.permits.allow(source, parties)

    def was_told(self, source: RecordingSource, party: PartyId | None = None) -> RecordingDuty:
        """What a party, else whoever the first leg is, was told or asked about such recordings."""
        anchor = self._live.anchor
        if party is None and anchor is not None:
            party = anchor.party
        return self._live.permits.paid(source, party)

    def speaker(self, leg: LegId) -> PartyId | None:
        """Who speaks on a leg; None where that is not known."""
        found = self._live.legs.get(leg)
        return None if found is None else found.party

    def plays(self, leg: LegId, play: int) -> bool:
        """Whether a play is one whose end the call has yet to hear of."""
        found = self._live.legs.get(leg)
        return found is not None and play in found.plays

    def hears(self, leg: LegId) -> LegId | None:
        """The leg of this call that a leg is bridged with; None where it hears the exchange."""
        found = self._live.legs.get(leg)
        return None if found is None else found.peer

    def transcribed(self) -> tuple[StreamId, ...]:
        """The streams that go on by which what is said is written down."""
        running = [one for one in self._live.streams.values() if one.running]
        return tuple(one.id for one in running if one.order.words is not None)

    def stream(self, name: str) -> Stream | None:
        """The stream of that id or name, if one goes on."""
        running = [one for one in self._live.streams.values() if one.running]
        return next((one for one in running if name and name in {one.id, one.order.name}), None)

    @property
    def steps(self) -> int:
        """How many of its steps are past: that it began, rang, was answered."""
        live = self._live
        past = (live.anchor, live.rang_at, live.answered_at)
        return sum(step is not None for step in past)

    @property
    def first_leg(self) -> LegId | None:
        """The leg the program talks to, None before the call has begun."""
        anchor = self._live.anchor
        return None if anchor is None else anchor.id

    @property
    def legs(self) -> tuple[LegId, ...]:
        """The legs not yet released, oldest first."""
        return tuple(self._live.legs)

    def talks_to(self) -> Leg | None:
        """Return the leg of this call that its first leg is connected with by a dial."""
        activity = self._live.activity
        if isinstance(activity, DialActivity) and activity.partner is not None:
            return self._live.legs.get(activity.partner)
        return None

    @property
    def stranger(self) -> tuple[LegId, CallId] | None:
        """Whom of which other call the first leg hears, out of a queue."""
        anchor = self._live.anchor
        if anchor is None or anchor.peer is None or anchor.peer_call is None:
            return None
        return anchor.peer, anchor.peer_call

    def running(self, source: RecordingSource) -> RecordingId | None:
        """Return the recording of a kind that runs or rests at present."""
        for recording in self._live.recordings.values():
            if recording.source == source and recording.running:
                return recording.id
        return None

    def rests(self, recording: RecordingId) -> bool:
        """Whether a recording was paused."""
        found = self._live.recordings.get(recording)
        return found is not None and found.state == "paused"

    def decides_transfers(self, leg: LegId) -> bool:
        """Whether the program says what becomes of a REFER of this leg (`commands.Dial.refers`)."""
        activity = self._live.activity
        return isinstance(activity, DialActivity) and (
            activity.asks_about(leg) or activity.sends_partner(leg) is not None
        )

    def partner(self, leg: LegId) -> Leg | None:
        """Return a leg that talks through a dial and can be given away, None for any other."""
        activity = self._live.activity
        if isinstance(activity, DialActivity) and activity.gives(leg):
            return self._live.legs[leg]
        return None

    def stays(self, leg: LegId) -> Leg | None:
        """Return who goes on where ``leg`` hands its partner over, None where it cannot."""
        return who_stays(self._live, leg)

    def hears_elsewhere(self, leg: LegId) -> tuple[LegId, CallId] | None:
        """Return whom of which other call ``leg`` may hand over, None where it cannot."""
        return who_hears(self._live, leg)

    def elsewhere(self, leg: LegId) -> CallId | None:
        """Return the other call in which this leg's partner is, None where there is none.

        A caller from a queue with an agent, and whom an attended transfer brought together.
        """
        found = self._live.legs.get(leg)
        return None if found is None or found.peer is None else found.peer_call

    def replaceable(self, leg: LegId) -> bool:
        """Whether another leg can take the place of this one now (`inputs.LegReplaced`)."""
        live = self._live
        found = live.legs.get(leg)
        partner = None if found is None or found.peer is None else live.legs.get(found.peer)
        return found is not None and may_replace(live, found, partner)

    def target(self, leg: LegId) -> DialTarget | None:
        """Return whom a leg of this call was placed to reach."""
        found = self._live.legs.get(leg)
        return None if found is None else found.target

    def receive(self, x: Input, now: Ms) -> None:
        """Take an input. One about a leg or recording that is gone changes nothing."""
        live = self._live
        if now > live.now:
            live.now = now
        if live.state == "ended" and type(x) not in _ANSWERED_ALWAYS:
            return
        HEAR[type(x)](live, x)
        if live.end_wanted is not None or live.ended_at is not None:
            live.settle()

    def do(self, command: Command, now: Ms) -> None:
        """Carry out a command; ignored once the call is ending.

        Raises `LocalError` where the state does not allow it. What was done before the error
        stands, so whoever catches it should ``do(Hangup(cause=Cause.SERVER_ERROR))``.
        """
        live = self._live
        if now > live.now:
            live.now = now
        if live.ended_at is not None:
            return
        if live.anchor is None and type(command) not in _BEGINNINGS:
            raise LocalError("the call has not begun")
        OBEY[type(command)](live, command)
        if live.end_wanted is not None or live.ended_at is not None:
            live.settle()

    def deadline(self) -> Ms | None:
        """Return when to call `fire`, or None."""
        return self._live.timers.deadline()

    def fire(self, now: Ms) -> None:
        """It is time: do what is due. Firing early changes nothing."""
        live = self._live
        if now > live.now:
            live.now = now
        while (due := live.timers.take_due(live.now)) is not None:
            kind, subject = due
            match kind:
                case "collect":
                    live.end_collection("timeout")
                case "capture":
                    live.end_capture("timeout")
                case "unhold":
                    live.secret_faded()
                case "quiet":
                    live.heard_again(LegId(subject))
                case "activity":
                    if live.activity is not None:
                        live.activity.timer(subject)
                case "offer":
                    live.end(Cause.NO_ANSWER, "system")
                case "max":
                    live.end(Cause.MAX_DURATION, "system")
                case "listen":
                    live.answerer_known("unknown", ANSWER_LISTEN_MS)
                case "release":
                    leg = live.legs.get(LegId(subject))
                    if leg is not None:
                        live.leg_released(leg, None)
                case "telling":
                    live.unanswered(int(subject))
                case "stream":
                    live.stream_ended(StreamId(subject), "failed")
                case _:
                    live.recording_due(subject)
            live.settle()

    def take_output(self) -> list[Effect]:
        """Return and forget what is to be carried out, in order."""
        taken, self._live.effects = self._live.effects, []
        return taken

    def take_notices(self) -> list[Notice]:
        """Return and forget what the program has to be told, in order."""
        taken, self._live.notices = self._live.notices, []
        return taken

    def take_events(self) -> list[CallFact]:
        """Return and forget what happened, in order."""
        taken, self._live.facts = self._live.facts, []
        return taken

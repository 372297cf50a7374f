"""What the parts of a call share: its legs, their audio and their prompts.

`CallCore` knows how to do things to legs and what to write down about it; it decides nothing.
`ringfence.calls.hear` and `obey` decide what an input or a command means, an `Activity` what the
call is about at the moment (a dial, a room, a queue). Below it lie `streams`, `recordings` and
`outlets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ringfence.calls import effects, events, notices
from ringfence.calls.activity import Activity
from ringfence.calls.causes import Cause
from ringfence.calls.commands import DialTarget, RecordingNotice, TellRecording
from ringfence.calls.inputs import LegStats
from ringfence.calls.leg import OUR_END, Leg, Playing
from ringfence.calls.permits import Permits
from ringfence.calls.streams import Streams
from ringfence.calls.words import (
    HungUpBy,
    PlayEnd,
    RecordingAnswer,
    RecordingSource,
    Role,
)
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, ClipId, LegId, PartyId
from ringfence.kernel.limits import (
    CALL_DURATION_MS,
    CALL_OFFER_MS,
    CALL_RING_MS,
    LEG_RELEASE_MS,
    PLAYS_PER_LEG,
)
from ringfence.kernel.phone import Phone

HOUSE_MUSIC: Final = ClipId("house-music")
"""The clip that is always there."""
_RULED_FOR_A_CALL: tuple[RecordingSource, ...] = ("call", "dial")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """What an installation says about every call. Durations in milliseconds.

    ``hold_clips``: looped to a party on hold, none for silence. ``offer_ms``: how long a caller is
    kept without an answer. ``max_duration_ms``: from the answer.
    """

    hold_clips: tuple[ClipId, ...] = (HOUSE_MUSIC,)
    offer_ms: int = int(CALL_OFFER_MS)
    max_duration_ms: int = int(CALL_DURATION_MS)


class CallCore(Streams):
    """See the module.

    ``anchor``: the first leg; ``caller``: whose call it is, None before it has begun.
    ``end_wanted``: set by an activity that ends the call; carried out when the input at hand is
    done. ``farewell``: headers that the first leg is told with its end.
    """

    __slots__ = (
        "_own_play",
        "activity",
        "anchor",
        "caller",
        "end_wanted",
        "farewell",
        "last_dial_cause",
        "last_far_hangup",
        "legs",
        "permits",
        "person_at",
        "person_party",
        "rang_at",
        "settings",
        "talk_ms",
        "talk_since",
    )

    def __init__(
        self, call: CallId, *, account: AccountId, entropy: Entropy, settings: CallSettings
    ) -> None:
        super().__init__(call, account=account, entropy=entropy)
        self.settings = settings
        self.end_wanted: tuple[Cause, HungUpBy] | None = None
        self.anchor: Leg | None = None
        self.caller: PartyId | None = None
        self.activity: Activity | None = None
        self.legs: dict[LegId, Leg] = {}
        self.rang_at: Ms | None = None
        self.person_at: Ms | None = None
        self.person_party: PartyId | None = None
        self.talk_since: Ms | None = None
        self.talk_ms = 0
        self.permits = Permits()
        self.last_dial_cause: Cause | None = None
        self.last_far_hangup: Role | None = None
        self._own_play = 0
        self.farewell: tuple[tuple[str, str], ...] = ()

    def told(
        self,
        leg: LegId,
        party: PartyId | None,
        source: RecordingSource,
        said: RecordingNotice | TellRecording,
        answer: RecordingAnswer,
    ) -> None:
        """A party was told of a recording or asked about it: write down what came of it."""
        self.permits.told(source, party, answer)
        self.facts.append(
            events.RecordingTold(
                at=self.now,
                call=self.call,
                source=source,
                leg=leg,
                party=party,
                kind=said.kind,
                answer=answer,
                text=said.text,
                version=said.version,
                language=said.language,
            )
        )

    def left_room(self) -> None:
        """The first leg is in no room any more."""

    # --- legs -------------------------------------------------------------------------------------

    def first(self) -> Leg:
        """Return the first leg; a `LocalError` before there is one."""
        if self.anchor is None:
            raise LocalError("the call has not begun")
        return self.anchor

    def find(self, leg: LegId | None) -> Leg:
        """Return a leg of this call that is up, the first one for None; else `LocalError`."""
        found = self.first() if leg is None else self.legs.get(leg)
        if found is None:
            raise LocalError("no such leg in this call")
        if found.state != "up":
            raise LocalError("the leg is not answered")
        return found

    def place(
        self, target: DialTarget, *, role: Role, caller_id: Phone | None, ring_ms: int
    ) -> Leg:
        """Ring another party."""
        leg = Leg(
            LegId(ids.make("leg", self.now, self.entropy)),
            role=role,
            state="placing",
            placed_at=self.now,
            party=target.party,
            person=target.person,
            target=target,
        )
        self.legs[leg.id] = leg
        self.effects.append(
            effects.PlaceLeg(
                leg=leg.id,
                endpoint=target.endpoint,
                party=target.party,
                caller_id=caller_id,
                ring_ms=min(ring_ms, CALL_RING_MS),
                subject=target.subject,
                display=target.display,
            )
        )
        self.facts.append(
            events.LegPlaced(
                at=self.now,
                call=self.call,
                leg=leg.id,
                role=role,
                party=target.party,
                caller=self.caller,
                trunk=target.trunk,
                shown=None if target.shown is None else target.shown.party,
                number=None if target.shown is None else target.shown.number,
            )
        )
        return leg

    def ring(self, leg: Leg, *, early_media: bool = False) -> None:
        """Let a caller hear ringing, or the callee's early audio; said once each."""
        ringing = leg.state == "ringing"
        if (ringing and not early_media) or not leg.step("ring"):
            return
        self.effects.append(effects.RingLeg(leg=leg.id, early_media=early_media))
        if not ringing and leg is self.anchor:
            self.rang()

    def rang(self) -> None:
        """The first leg rings; only the first time is written down."""
        if self.rang_at is None:
            self.rang_at = self.now
            self.facts.append(events.CallRang(at=self.now, call=self.call))

    def answer(self, leg: Leg) -> None:
        """Answer a caller who is not answered yet."""
        if leg.step("answer"):
            self.effects.append(effects.AnswerLeg(leg=leg.id))

    def end_leg(self, leg: Leg, cause: Cause) -> None:
        """End a leg from our side, in whatever state it is; an ended one stays as it is."""
        trigger = OUR_END.get(leg.state)
        if trigger is None:
            return
        leg.step(trigger)
        # What is heard stops before the far end is told, and recordings close before their legs.
        self._silence(leg)
        last = self.farewell if leg is self.anchor else ()
        if trigger == "refuse":
            self.effects.append(effects.RefuseLeg(leg=leg.id, cause=cause, headers=last))
        elif trigger == "cancel":
            self.effects.append(effects.CancelLeg(leg=leg.id, cause=cause))
        else:
            self.effects.append(effects.HangUpLeg(leg=leg.id, cause=cause, headers=last))
        self._let_go(leg, cause, by_far_end=False)

    def lose_leg(self, leg: Leg, cause: Cause, *, by_far_end: bool, status: int = 0) -> None:
        """Write down that a leg has ended without our doing; ``leg.step`` was done before."""
        self._silence(leg)
        leg.status = status
        self._let_go(leg, cause, by_far_end=by_far_end)

    def _silence(self, leg: Leg) -> None:
        for recording in tuple(self.recordings.values()):
            if recording.running and recording.hears(leg.id):
                self.stop_recording(recording)
        self.stop_streams_of(leg.id)
        for play in tuple(leg.plays):
            if leg is self.anchor:
                # The call is ending: told of a prompt's end, the program would go on with the next.
                self.forget_play(leg, play)
            else:
                self.end_play(leg, play, "stopped", None)
        if leg.peer is not None:
            self._part(leg, leg.peer)

    def _let_go(self, leg: Leg, cause: Cause, *, by_far_end: bool) -> None:
        leg.cause = cause
        leg.by_far_end = by_far_end
        leg.ended_at = self.now
        self.effects.append(effects.ReleaseLeg(leg=leg.id))
        self.timers.set("release", self.now + LEG_RELEASE_MS, leg.id)

    def released(self, leg: Leg, stats: LegStats | None) -> None:
        """The audio of an ended leg is closed, or nobody confirmed it in time."""
        if not leg.step("released"):
            return
        self.timers.clear("release", leg.id)
        known = stats or LegStats()
        ended = leg.ended_at if leg.ended_at is not None else self.now
        up_at = leg.up_at
        codec = known.codec or leg.codec
        leg.codec = codec
        self.facts.append(
            events.LegEnded(
                at=self.now,
                call=self.call,
                leg=leg.id,
                role=leg.role,
                cause=leg.cause,
                by_far_end=leg.by_far_end,
                status=leg.status,
                up_ms=0 if up_at is None else ended - up_at,
                party=leg.party,
                stats_known=stats is not None,
                codec=codec,
                packets_in=known.packets_in,
                packets_out=known.packets_out,
                lost_in=known.lost_in,
                lost_out=known.lost_out,
                late_in=known.late_in,
                jitter_ms=known.jitter_ms,
                mos_x100=known.mos_x100,
                latched=known.latched,
                private_address=known.private_address,
                announced=known.announced,
                advertised=known.advertised,
                dtmf_in=known.dtmf_in,
                foreign_in=known.foreign_in,
                foreign_type=known.foreign_type,
                strangers_in=known.strangers_in,
                silent_in=known.silent_in,
                audio_after_ms=(
                    None if up_at is None or leg.audio_at is None else max(0, leg.audio_at - up_at)
                ),
            )
        )
        del self.legs[leg.id]

    # --- audio between legs -----------------------------------------------------------------------

    def bridge(self, a: Leg, b: Leg) -> None:
        """Let two legs of this call hear each other."""
        self.effects.append(effects.BridgeLegs(a=a.id, b=b.id))
        self.joined(a, b.id, None)
        b.peer = a.id

    def joined(self, a: Leg, b: LegId, b_call: CallId | None) -> None:
        """Write down that ``a`` and ``b``, maybe another call's, hear each other."""
        a.peer = b
        a.peer_call = b_call
        other = self.legs.get(b)
        self.guard_recording(None if other is None else other.party)
        self.facts.append(events.LegsBridged(at=self.now, call=self.call, a=a.id, b=b))
        self._company(a.id, b)
        self._company(b, a.id)

    def _company(self, leg: LegId, other: LegId) -> None:
        found = self.legs.get(other)
        party = None if found is None else found.party
        self.company(leg, told=party is not None and self.permits.allow("dial", (party,)))

    def guard_recording(self, party: PartyId | None) -> None:
        """Somebody joins: what is recorded of the whole call stops, unless they were ruled on too.

        None: somebody this call knows nothing of.
        """
        known = party is not None and any(
            self.permits.allow(source, [party]) for source in _RULED_FOR_A_CALL
        )
        running = [r for r in self.recordings.values() if r.source == "call" and r.running]
        for recording in [] if known else running:
            self.stop_recording(recording)
            self.note("recording_ended", "somebody joined who was not told of the recording")

    def unbridge(self, a: Leg) -> None:
        """Take a leg and its partner apart; both stay up. Not bridged is fine."""
        if a.peer is None:
            return
        self.effects.append(effects.UnbridgeLegs(a=a.id, b=a.peer))
        self._part(a, a.peer)

    def parted(self, a: Leg) -> None:
        """The partner of ``a`` is gone, and the bridge with it; ``a`` stays up."""
        if a.peer is not None:
            self._part(a, a.peer)

    def _part(self, a: Leg, b: LegId) -> None:
        self.facts.append(events.LegsUnbridged(at=self.now, call=self.call, a=a.id, b=b))
        self.company(a.id, told=True)
        self.company(b, told=True)
        a.peer = None
        a.peer_call = None
        # Whoever is parted is on nobody's hold any more.
        self.hold_music(a, on=False)
        other = self.legs.get(b)
        if other is not None and other.peer == a.id:
            other.peer = None
            self.hold_music(other, on=False)

    def leave_peer(self, leg: LegId, peer: LegId, peer_call: CallId, cause: Cause) -> None:
        """Tell another call that its partner, a leg of ours, is gone."""
        self.effects.append(effects.LeavePeer(leg=leg, peer=peer, peer_call=peer_call, cause=cause))

    def hold(self, leg: Leg, *, on: bool, clips: tuple[ClipId, ...] = ()) -> None:
        """``leg`` puts its partner on hold, or takes it back: music for the partner."""
        self.facts.append(events.LegHeld(at=self.now, call=self.call, leg=leg.id, on=on))
        if leg.peer is None:
            return
        partner = self.legs.get(leg.peer)
        if partner is not None:
            self.hold_music(partner, on=on, clips=clips)
        elif leg.peer_call is not None:
            self.effects.append(
                effects.HoldPeer(leg=leg.id, peer=leg.peer, peer_call=leg.peer_call, on=on)
            )

    def hold_music(self, leg: Leg, *, on: bool, clips: tuple[ClipId, ...] = ()) -> None:
        """Music for somebody on hold, the house's by default, or no more of it."""
        clips = clips or self.settings.hold_clips
        if leg.state != "up":
            return
        if on and clips and leg.hold_play not in leg.plays:
            leg.hold_play = self.own_play()
            self.play(leg, leg.hold_play, clips, loop=0)
        elif not on and leg.hold_play in leg.plays:
            self.stop_play(leg)

    def dial_digits(self, leg: Leg, digits: str) -> None:
        """Send keys to a leg; the fact says how many."""
        count = sum(digit not in "wW" for digit in digits)
        self.effects.append(effects.SendDigits(leg=leg.id, digits=digits))
        self.facts.append(
            events.DigitsDialled(at=self.now, call=self.call, leg=leg.id, count=count)
        )

    def person_answered(self, leg: LegId, party: PartyId | None) -> None:
        """A human being is there; only the first one is written down."""
        if self.person_at is None:
            self.person_at = self.now
            self.person_party = party
            self.facts.append(
                events.CallAnsweredByPerson(at=self.now, call=self.call, leg=leg, party=party)
            )

    def talk_begins(self) -> None:
        """A conversation with a person begins, unless one is under way."""
        if self.talk_since is None:
            self.talk_since = self.now

    def talk_stops(self) -> None:
        """The conversation is over; none being under way is fine."""
        if self.talk_since is not None:
            self.talk_ms += self.now - self.talk_since
            self.talk_since = None

    # --- prompts ----------------------------------------------------------------------------------

    def own_play(self) -> int:
        """Return a fresh number for a prompt of the call's own."""
        self._own_play -= 1
        return self._own_play

    def play(
        self,
        leg: Leg,
        play: int,
        clips: tuple[ClipId, ...],
        *,
        loop: int = 1,
        stop_on_digit: bool = False,
    ) -> None:
        """Play clips on a leg that is up."""
        self._begin_play(leg, play, len(clips), stop_on_digit=stop_on_digit)
        self.effects.append(effects.StartPlay(leg=leg.id, play=play, clips=clips, loop=loop))

    def tone(self, leg: Leg, play: int, tone: str, duration_ms: int) -> None:
        """Play a tone on a leg that is up."""
        self._begin_play(leg, play, 1, stop_on_digit=False)
        self.effects.append(
            effects.StartTone(leg=leg.id, play=play, tone=tone, duration_ms=duration_ms)
        )

    def _begin_play(self, leg: Leg, play: int, clips: int, *, stop_on_digit: bool) -> None:
        if play in leg.plays:
            raise LocalError("a prompt with this number is playing")
        if len(leg.plays) >= PLAYS_PER_LEG:
            raise LocalError("too many prompts whose end nobody has reported")
        leg.plays[play] = Playing(clips=clips, started_at=self.now, stop_on_digit=stop_on_digit)

    def stop_play(self, leg: Leg) -> None:
        """Stop what plays on a leg; its end is reported by the media worker.

        Music, ringing and questions of the call's own are over at once: whoever stops them goes
        on without that report. What somebody is being told is not, as it was not heard out.
        """
        if not leg.plays:
            return
        patient = not any(map(self.is_awaited, leg.plays))
        if patient:
            leg.plays.clear()
        self.effects.append(effects.StopPlay(leg=leg.id, patient=patient))

    def is_awaited(self, play: int) -> bool:
        """Whether somebody waits for the end of a prompt even where it is stopped."""
        return play > 0

    def end_play(self, leg: Leg, play: int, reason: PlayEnd, played_ms: int | None) -> bool:
        """Write down and report the end of a prompt; False when it is not one of ours.

        ``played_ms`` None: counted here, because the leg ends and nobody will report it.
        """
        playing = leg.plays.pop(play, None)
        if playing is None:
            return False
        if play > 0:
            heard = self.now - playing.started_at if played_ms is None else played_ms
            self.facts.append(
                events.PromptPlayed(
                    at=self.now,
                    call=self.call,
                    leg=leg.id,
                    reason=reason,
                    played_ms=heard,
                    clips=playing.clips,
                )
            )
            self.tell(notices.PlayFinished(play=play, reason=reason, played_ms=heard))
        return True

    def forget_play(self, leg: Leg, play: int) -> None:
        """Let a prompt end unheard of: whoever waited for its end does not wait any more."""
        playing = leg.plays.pop(play)
        if play < 0:
            return
        self.facts.append(
            events.PromptPlayed(
                at=self.now,
                call=self.call,
                leg=leg.id,
                reason="stopped",
                played_ms=self.now - playing.started_at,
                clips=playing.clips,
            )
        )

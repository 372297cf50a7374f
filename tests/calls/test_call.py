"""The call as a whole: whatever happens, in whatever order, it ends, and ends cleanly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.call import Call
from ringfence.calls.causes import Cause
from ringfence.calls.core import CallSettings
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import (
    AccountId,
    CallId,
    ClipId,
    ConferenceId,
    LegId,
    PartyId,
    PhoneDeviceId,
    QueueId,
)

CLIP = ClipId("CL-1")
CALLER = LegId("LG-caller")
PEER = LegId("LG-elsewhere")
PEER_CALL = CallId("CA-elsewhere")


def target(name: str, **more: Any) -> commands.DialTarget:
    return commands.DialTarget(
        endpoint=commands.ToDevice(device=PhoneDeviceId(f"PD-{name}")),
        party=PartyId(f"PA-{name}"),
        **more,
    )


class Chaos:
    """A switch, a media worker and a program that do as random numbers tell them."""

    def __init__(self, ledger: Any, *, inbound: bool) -> None:
        self.now = 1_700_000_000_000
        self.ledger = ledger
        self.call = Call(
            CallId("CA-test"),
            account=AccountId("AC-test"),
            entropy=SeededEntropy(3),
            settings=CallSettings(hold_clips=(CLIP,), max_duration_ms=600_000),
        )
        self.todo: list[effects.Effect] = []
        self.playing: list[tuple[LegId, int]] = []
        self.next_play = 0
        self.cleared = False
        if inbound:
            self.ledger.opens(CALLER)
            self.hear(
                inputs.CallArrived(leg=CALLER, caller=PartyId("PA-1"), called=PartyId("PA-2"))
            )
        else:
            self.do(
                commands.Originate(
                    target=target("first"), caller=PartyId("PA-2"), called=PartyId("PA-1")
                )
            )

    # --- plumbing ---

    def hear(self, x: inputs.Input) -> None:
        self.call.receive(x, Ms(self.now))
        self.drain()

    def do(self, command: commands.Command) -> None:
        try:
            self.call.do(command, Ms(self.now))
        except LocalError:
            pass  # the state does not allow it; whatever was done must still be clean
        self.drain()

    def drain(self) -> None:
        for effect in self.call.take_output():
            self.ledger.effect(effect)
            self.todo.append(effect)
            if isinstance(effect, effects.StartPlay | effects.StartTone):
                self.playing.append((effect.leg, effect.play))
        for notice in self.call.take_notices():
            self.ledger.notice(notice)
        for fact in self.call.take_events():
            self.ledger.fact(fact)

    def wait(self, milliseconds: int) -> None:
        until = self.now + milliseconds
        while (due := self.call.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.call.fire(Ms(self.now))
            self.drain()
        self.now = until

    # --- what may happen ---

    def leg(self, pick: int) -> LegId:
        legs = self.call.legs or (CALLER,)
        return legs[pick % len(legs)]

    def far(self, leg: LegId, x: inputs.Input) -> None:
        """Something the far end does: it happens to legs that are open only."""
        if leg in self.ledger.open:
            before = set(self.ledger.released)
            self.ledger.ended_by_them.add(leg)
            self.hear(x)
            if leg in before or leg not in self.ledger.released:
                self.ledger.ended_by_them.discard(leg)

    def step(self, action: str, pick: int) -> None:
        getattr(self, f"on_{action}")(pick)

    def on_ring(self, pick: int) -> None:
        self.hear(inputs.LegRang(leg=self.leg(pick), early_media=pick % 2 == 1))

    def on_answer(self, pick: int) -> None:
        leg = self.leg(pick)
        answering = any(isinstance(e, effects.AnswerLeg) and e.leg == leg for e in self.todo)
        if leg != CALLER or answering:
            self.hear(inputs.LegAnswered(leg=leg, codec="PCMU"))

    def on_refuse(self, pick: int) -> None:
        leg = self.leg(pick)
        cause = (Cause.BUSY, Cause.UNALLOCATED, Cause.NO_ANSWER)[pick % 3]
        if leg != CALLER:
            self.far(leg, inputs.LegRefused(leg=leg, cause=cause, status=486))

    def on_hang_up(self, pick: int) -> None:
        leg = self.leg(pick)
        self.far(leg, inputs.LegHungUp(leg=leg))

    def on_break(self, pick: int) -> None:
        leg = self.leg(pick)
        self.far(leg, inputs.LegFailed(leg=leg, cause=Cause.UNREACHABLE))

    def on_hold(self, pick: int) -> None:
        self.hear(inputs.LegHeld(leg=self.leg(pick), on=pick % 2 == 0))

    def on_release(self, pick: int) -> None:
        asked = [e for e in self.todo if isinstance(e, effects.ReleaseLeg)]
        if asked:
            chosen = asked[pick % len(asked)]
            self.todo.remove(chosen)
            self.hear(inputs.LegReleased(leg=chosen.leg, stats=inputs.LegStats(codec="PCMA")))

    def on_digit(self, pick: int) -> None:
        self.hear(inputs.DigitPressed(leg=self.leg(pick), digit="1*#5"[pick % 4]))

    def on_digits_sent(self, pick: int) -> None:
        self.hear(inputs.DigitsSent(leg=self.leg(pick)))

    def on_play_ends(self, pick: int) -> None:
        if self.playing:
            leg, play = self.playing.pop(pick % len(self.playing))
            reason = ("done", "stopped", "failed")[pick % 3]
            self.hear(inputs.PlayEnded(leg=leg, play=play, reason=reason, played_ms=5))

    def on_recording(self, pick: int) -> None:
        if not self.ledger.recordings:
            return
        names = list(self.ledger.recordings)
        recording = names[pick % len(names)]
        state = self.ledger.recordings[recording]
        if state == "done":
            return
        if pick < 3:
            self.hear(inputs.RecordingBegan(recording=recording))
        else:
            self.ledger.recordings[recording] = "done"
            if pick < 6:
                self.hear(
                    inputs.RecordingEnded(
                        recording=recording, reason="silence", duration_ms=300 * pick
                    )
                )
            else:
                self.hear(inputs.RecordingBroke(recording=recording, reason="failed"))

    def on_audio(self, pick: int) -> None:
        leg = self.leg(pick)
        if pick < 4:
            self.hear(inputs.AudioStarted(leg=leg))
        else:
            self.hear(inputs.AudioTimedOut(leg=leg))

    def on_media_lost(self, pick: int) -> None:
        legs = frozenset(self.call.legs if pick % 2 else (self.leg(pick),))
        for recording, heard in self.ledger.channels.items():
            if heard & legs and self.ledger.recordings[recording] != "done":
                self.ledger.recordings[recording] = "recovering"
        self.hear(inputs.MediaLost(legs=legs))

    def on_fail(self, pick: int) -> None:
        if self.todo:
            effect = self.todo.pop(-1 - pick % len(self.todo))
            self.ledger.failed(effect)
            self.hear(inputs.EffectFailed(effect=effect))

    def on_refer(self, pick: int) -> None:
        goal = target("third", person=pick % 2 == 0) if pick != 3 else None
        self.hear(inputs.TransferAsked(leg=self.leg(pick), refer=1, target=goal))

    def on_reported(self, pick: int) -> None:
        outcome = ("accepted", "refused", "completed", "failed")[pick % 4]
        self.hear(inputs.TransferReported(leg=self.leg(pick), outcome=outcome))

    def on_replaces(self, pick: int) -> None:
        new = LegId(f"LG-new{len(self.ledger.opened)}")
        self.ledger.opens(new)
        self.far(self.leg(pick), inputs.LegReplaced(leg=self.leg(pick), by=new))
        if new not in self.call.legs:
            self.ledger.open.discard(new)
            self.ledger.opened.remove(new)

    def on_attended(self, pick: int) -> None:
        self.hear(
            inputs.PartnerReplaced(
                leg=self.leg(pick),
                peer=PEER,
                peer_call=PEER_CALL,
                bridge=pick % 2 == 0,
                refer=pick if pick % 3 else None,
            )
        )

    def on_handed(self, pick: int) -> None:
        leg = self.leg(pick)
        if pick % 2:
            self.hear(inputs.PeerReplaced(leg=leg, peer=PEER, peer_call=PEER_CALL, bridge=True))
            return
        bridged = self.ledger.bridged
        if self.call.hears_elsewhere(leg) is not None:  # the other call has parted the two
            self.ledger.bridged = {a: b for a, b in bridged.items() if b != PEER}
        self.hear(inputs.PartnerGiven(leg=leg, refer=pick if pick % 3 else None))

    def on_room(self, pick: int) -> None:
        leg = self.leg(0)
        match pick % 4:
            case 0 | 1:
                self.hear(inputs.RoomEntered(leg=leg, members=pick))
            case 2:
                self.hear(inputs.RoomLeft(leg=leg, reason="ended"))
            case _:
                self.hear(inputs.Connected(leg=leg, peer=PEER, bridge=False))

    def on_queue(self, pick: int) -> None:
        leg = self.leg(0)
        match pick % 4:
            case 0:
                self.hear(inputs.QueueMoved(position=1, size=2))
            case 1:
                self.hear(inputs.QueueEnded(reason="removed"))
            case 2:
                self.hear(
                    inputs.Connected(
                        leg=leg, peer=PEER, peer_call=PEER_CALL, bridge=True, person=True
                    )
                )
            case _:
                # Their release, or their unbridging, comes before the word.
                bridged = self.ledger.bridged
                self.ledger.bridged = {a: b for a, b in bridged.items() if b != PEER}
                self.hear(inputs.Disconnected(leg=leg))

    def on_wait(self, pick: int) -> None:
        self.wait((10, 400, 3_000, 11_000, 31_000, 61_000, 100_000, 200_000)[pick])

    # --- what the program and the API may want ---

    def on_program(self, pick: int) -> None:
        match pick:
            case 0:
                self.do(commands.Answer())
            case 1:
                self.do(commands.Ring())
            case 2:
                self.do(commands.Reject(cause=Cause.BUSY))
            case 3:
                self.do(commands.Hangup())
            case 4:
                self.do(commands.StopPlay())
            case 5:
                self.do(commands.StopCollect())
            case 6:
                self.do(commands.Clear())
                self.ledger.plays.clear()
                self.ledger.dials = 0
            case _:
                self.do(commands.Note(code="test"))

    def on_play(self, pick: int) -> None:
        self.next_play += 1
        self.ledger.plays.add(self.next_play)
        command: commands.Command
        if pick < 6:
            command = commands.Play(
                play=self.next_play,
                clips=(CLIP,) * (pick % 3),
                loop=pick % 2,
                leg=None if pick < 4 else self.leg(pick),
                stop_on_digit=pick == 1,
            )
        else:
            command = commands.PlayTone(play=self.next_play, tone="beep")
        try:
            self.call.do(command, Ms(self.now))
        except LocalError:
            self.ledger.plays.discard(self.next_play)
        if self.call.ending:
            self.ledger.plays.discard(self.next_play)
        self.drain()

    def on_collect(self, pick: int) -> None:
        match pick:
            case 0:
                self.do(commands.PromptsDone())
            case 1:
                self.do(commands.SendDigits(digits="12w3"))
            case _:
                self.do(
                    commands.Collect(
                        max_digits=pick % 3,
                        barge_in=pick % 2 == 0,
                        prompting=pick == 5,
                        sensitive=pick > 4,
                    )
                )

    def on_record(self, pick: int) -> None:
        match pick:
            case 0:
                self.do(commands.PauseRecording())
            case 1:
                self.do(commands.ResumeRecording())
            case 2:
                self.do(commands.StopRecording())
            case 3 | 4:
                self.do(commands.StartRecording(source="voicemail", finish_on="#", silence_ms=900))
            case _:
                self.do(commands.StartRecording(source="call", min_ms=700))

    def on_dial(self, pick: int) -> None:
        said = commands.Screen(clips=(CLIP,) if pick % 2 else (), asks=pick in {3, 5})
        for leg in tuple(self.call.legs):  # whoever waits for it; the others pay no heed
            self.do(commands.Screened(leg=leg, screen=None if pick == 7 else said))
        command = commands.Dial(
            targets=(
                target("a", screen=2 if pick in {3, 4} else 0, person=pick != 2),
                target("b", send_digits="1w2" if pick == 5 else ""),
                target("c"),
            )[: 1 + pick % 3],
            sequential=pick % 2 == 0,
            answer_on_bridge=pick in {1, 3, 6},
            time_limit_ms=90_000 if pick == 6 else 0,
            hangup_on_star=pick in {2, 7},
            record=("never", "from_answer", "from_ringing")[pick % 3],
            wait_clips=(CLIP,) if pick == 7 else (),
        )
        self._activity(command)

    def on_elsewhere(self, pick: int) -> None:
        match pick:
            case 0:
                self.do(
                    commands.JoinConference(conference=ConferenceId("CF-1"), hangup_on_star=True)
                )
            case 1:
                self.do(commands.LeaveConference())
            case 2:
                self.do(
                    commands.Enqueue(
                        queue=QueueId("QU-1"), max_wait_ms=20_000, wait_clips=(CLIP,), record=True
                    )
                )
            case 3:
                self.do(commands.LeaveQueue())
            case 4:
                self._activity(commands.TakeFromQueue(queue=QueueId("QU-1"), wait_ms=5_000))
            case 5:
                self.do(commands.Transfer(target="sip:x@example.com"))
            case 6:
                self.do(commands.Mute(on=True, leg=self.leg(pick)))
                self.do(commands.Echo(on=True))
            case _:
                self.do(commands.Hold(on=True))

    def on_end_dial(self, pick: int) -> None:
        self.do(commands.EndDial())

    def _activity(self, command: commands.Command) -> None:
        if self.call.ending:
            return
        try:
            self.call.do(command, Ms(self.now))
            self.ledger.dials += 1
        except LocalError:
            pass
        self.drain()


ACTIONS = sorted(name[3:] for name in dir(Chaos) if name.startswith("on_"))
Step = tuple[str, int]
OPENINGS: dict[str, list[Step]] = {
    "nothing": [],
    "answered": [("program", 0), ("answer", 0)],
    "ringing": [("program", 0), ("answer", 0), ("dial", 7)],
    "talking": [("program", 0), ("answer", 0), ("dial", 0), ("answer", 1)],
    "recorded": [("program", 0), ("answer", 0), ("record", 5), ("dial", 6), ("answer", 1)],
    "passing on": [("dial", 3), ("ring", 1), ("answer", 1)],
    "screening": [("program", 0), ("answer", 0), ("dial", 4), ("answer", 1)],
    "transferring": [("program", 0), ("answer", 0), ("dial", 0), ("answer", 1), ("refer", 1)],
    "leaving": [("program", 0), ("answer", 0), ("dial", 0), ("answer", 1), ("refer", 0)],
    "waiting": [("program", 0), ("answer", 0), ("elsewhere", 2), ("queue", 2)],
    "taking": [("program", 0), ("answer", 0), ("elsewhere", 4), ("queue", 2)],
    "room": [("program", 0), ("answer", 0), ("elsewhere", 0), ("room", 0), ("room", 3)],
    "voicemail": [("program", 0), ("answer", 0), ("record", 3), ("recording", 0)],
}
"""Ways into the deeper states, which random steps alone would rarely find."""

STEPS = st.builds(
    lambda opening, rest: OPENINGS[opening] + rest,
    st.sampled_from(sorted(OPENINGS)),
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 7)), max_size=40),
)


def run(ledger: Any, inbound: bool, steps: list[Step]) -> Chaos:
    chaos = Chaos(ledger, inbound=inbound)
    for action, pick in steps:
        chaos.step(action, pick)
    return chaos


@settings(max_examples=1200, deadline=None)
@given(inbound=st.booleans(), steps=STEPS)
def test_any_sequence_ends_cleanly(make_ledger: Any, inbound: bool, steps: list[Step]) -> None:
    """Left alone after anything at all, a call ends by itself and has closed all it opened."""
    chaos = run(make_ledger(), inbound, steps)
    for _ in range(100):
        if chaos.call.deadline() is None:
            break
        chaos.wait(60_000)
    assert chaos.call.over
    assert chaos.call.deadline() is None
    chaos.ledger.conclude()


@settings(max_examples=120, deadline=None)
@given(inbound=st.booleans(), steps=STEPS)
def test_a_hangup_ends_any_call_within_its_closing_time(
    make_ledger: Any, inbound: bool, steps: list[Step]
) -> None:
    """From any state, one hang-up by the API ends the call, even if nothing ever answers."""
    chaos = run(make_ledger(), inbound, steps)
    chaos.do(commands.Hangup(cause=Cause.DRAINING))
    assert chaos.call.ending
    chaos.wait(80_000)
    assert chaos.call.over
    chaos.ledger.conclude()


# --- the facade, step by step ---------------------------------------------------------------------


def test_a_menu_call_from_beginning_to_end(rig: Any) -> None:
    rig.arrive()
    assert rig.call.first_leg == CALLER
    rig.wait(40)
    assert rig.do(commands.Answer()) == [effects.AnswerLeg(leg=CALLER)]
    assert not rig.call.answered
    rig.wait(60)
    rig.hear(inputs.LegAnswered(leg=CALLER, codec="PCMU"))
    assert rig.call.answered
    assert rig.told(notices.Answered) == [notices.Answered()]
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.do(commands.Collect(max_digits=1))
    rig.wait(1_500)
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="2")) == [effects.StopPlay(leg=CALLER)]
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="stopped", played_ms=1_500))
    rig.do(commands.Play(play=2, clips=(CLIP,)))
    rig.wait(2_000)
    rig.hear(inputs.PlayEnded(leg=CALLER, play=2, reason="done", played_ms=2_000))
    assert rig.do(commands.Hangup()) == [
        effects.HangUpLeg(leg=CALLER, cause=Cause.NORMAL),
        effects.ReleaseLeg(leg=CALLER),
    ]
    assert rig.call.ending
    assert not rig.call.over
    ended = rig.finish()
    assert rig.fact_names() == [
        "CallOffered",
        "CallAnswered",
        "DigitsCollected",
        "PromptPlayed",
        "PromptPlayed",
        "LegEnded",
        "CallEnded",
    ]
    assert ended.answered_at == ended.offered_at + 100
    assert ended.duration_ms == 3_500
    assert ended.talk_ms == 0
    assert ended.missed
    assert ended.hung_up_by == "system"
    assert (ended.codec, ended.mos_x100) == ("PCMU", 420)
    assert rig.call.legs == ()


def test_commands_before_the_beginning_are_our_fault(rig: Any) -> None:
    with pytest.raises(LocalError):
        rig.do(commands.Answer())


def test_commands_after_the_end_are_ignored(rig: Any) -> None:
    rig.answered()
    rig.hear(inputs.LegHungUp(leg=CALLER))
    assert rig.do(commands.Play(play=1, clips=(CLIP,))) == []
    assert rig.do(commands.Hangup()) == []
    rig.finish()
    assert rig.do(commands.Dial(targets=())) == []


def test_inputs_after_the_last_fact_change_nothing(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Hangup())
    rig.finish()
    facts = len(rig.facts)
    effect = effects.MuteLeg(leg=CALLER, on=True)
    rig.hear(inputs.EffectFailed(effect=effect))
    rig.hear(inputs.LegHungUp(leg=CALLER))
    assert len(rig.facts) == facts


def test_a_partner_that_comes_too_late_is_told(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Hangup())
    rig.finish()
    new = rig.hear(inputs.Connected(leg=CALLER, peer=PEER, peer_call=PEER_CALL))
    assert [type(effect) for effect in new] == [effects.LeavePeer]


def test_time_never_runs_backwards(rig: Any) -> None:
    rig.arrive()
    rig.wait(1_000)
    rig.call.do(commands.Answer(), Ms(5))
    rig.hear(inputs.LegAnswered(leg=CALLER))
    (answered,) = rig.wrote(events.CallAnswered)
    assert answered.at == rig.now


def test_firing_early_changes_nothing(rig: Any) -> None:
    rig.arrive()
    rig.call.fire(Ms(rig.now + 1))
    assert rig.call.take_output() == []
    assert not rig.call.ending


def test_what_was_taken_is_not_given_again(rig: Any) -> None:
    rig.answered()
    assert rig.call.take_output() == []
    assert rig.call.take_notices() == []
    assert rig.call.take_events() == []


@pytest.mark.parametrize("answered", [False, True])
def test_the_call_ends_at_its_own_deadlines(make_rig: Any, answered: bool) -> None:
    rig = make_rig(offer_ms=9_000, max_duration_ms=50_000)
    rig.arrive()
    if answered:
        rig.do(commands.Answer())
        rig.hear(inputs.LegAnswered(leg=CALLER))
    limit = 50_000 if answered else 9_000
    rig.wait(limit - 1)
    assert not rig.call.ending
    rig.wait(1)
    assert rig.call.ending
    ended = rig.finish()
    assert ended.cause is (Cause.MAX_DURATION if answered else Cause.NO_ANSWER)

"""A rig that plays switch, media worker and program around one call, in virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.call import Call
from ringfence.calls.core import CallSettings
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.ids import (
    AccountId,
    CallId,
    ClipId,
    LegId,
    NumberId,
    PartyId,
    PhoneDeviceId,
    RecordingId,
)

T = TypeVar("T")

CALLER = LegId("LG-caller")
ELSEWHERE = LegId("LG-elsewhere")
START = 1_700_000_000_000


_AFTER_OVER = (
    notices.RecordingFinished,
    notices.RecordingMissing,
    notices.DialFinished,
    notices.ConferenceFinished,
    notices.QueueFinished,
    notices.StreamFinished,
)


class Ledger:
    """Checks every promise of `ringfence.calls.effects` while a call runs."""

    def __init__(self) -> None:
        self.open: set[LegId] = set()
        self.opened: list[LegId] = []
        self.released: Counter[LegId] = Counter()
        self.ended_by_us: Counter[LegId] = Counter()
        self.ended_by_them: set[LegId] = set()
        self.bridged: dict[LegId, LegId] = {}
        self.recordings: dict[RecordingId, str] = {}
        self.channels: dict[RecordingId, set[LegId]] = {}
        self.stops: Counter[RecordingId] = Counter()
        self.plays: set[int] = set()
        self.dials = 0
        self.over = 0
        self.last_at = 0
        self.facts: list[events.CallFact] = []

    def opens(self, leg: LegId) -> None:
        assert leg not in self.opened
        self.open.add(leg)
        self.opened.append(leg)

    def effect(self, effect: effects.Effect) -> None:
        match effect:
            case effects.PlaceLeg(leg=leg):
                self.opens(leg)
            case effects.ReleaseLeg(leg=leg):
                assert leg in self.open
                self.open.discard(leg)
                self.released[leg] += 1
                other = self.bridged.pop(leg, None)
                if other is not None:
                    self.bridged.pop(other, None)
                for recording, state in self.recordings.items():
                    assert state != "running" or leg not in self.channels[recording]
            case effects.RefuseLeg() | effects.CancelLeg() | effects.HangUpLeg():
                assert effect.leg in self.open
                self.ended_by_us[effect.leg] += 1
            case effects.BridgeLegs(a=a, b=b):
                assert a in self.open
                assert b in self.open or b == ELSEWHERE
                assert a not in self.bridged
                assert b not in self.bridged or b == ELSEWHERE
                self.bridged[a] = b
                if b != ELSEWHERE:
                    self.bridged[b] = a
            case effects.UnbridgeLegs(a=a, b=b):
                assert self.bridged.pop(a, None) in {b, None if b == ELSEWHERE else b}
                if b != ELSEWHERE:
                    assert self.bridged.pop(b) == a
            case effects.StartRecording(recording=recording):
                assert recording not in self.recordings
                self.recordings[recording] = "running"
                self.channels[recording] = {channel.leg for channel in effect.channels}
                assert self.channels[recording] <= self.open
            case effects.StopRecording(recording=recording):
                self.stops[recording] += 1
                assert self.stops[recording] == 1
                assert self.recordings[recording] == "running", "stopped after its end"
                self.recordings[recording] = "stopping"
            case effects.LeavePeer() | effects.AnswerPeer() | effects.DiscardRecording():
                pass
            case effects.StopStream() | effects.HoldStream():
                pass  # of a stream, not of a leg
            case effects.LeaveRoom() | effects.LeaveQueue():
                pass  # a member that has hung up leaves after its release
            case effects.ReportRefer():
                pass  # whoever asked may have hung up and still listens
            case effects.PauseRecording() | effects.ResumeRecording() | effects.RedactDigits():
                assert self.recordings[effect.recording] == "running"
            case _:
                assert effect.leg in self.open, f"{effect} for a leg that is released"

    def failed(self, effect: effects.Effect) -> None:
        """What could not be begun is not open."""
        if isinstance(effect, effects.PlaceLeg | effects.AnswerLeg):
            self.ended_by_them.add(effect.leg)
        if isinstance(effect, effects.StartRecording | effects.StopRecording):
            self.recordings[effect.recording] = "done"

    def notice(self, notice: notices.Notice) -> None:
        if isinstance(notice, notices.CallOver):
            self.over += 1
            assert self.over == 1
        elif self.over:
            assert isinstance(notice, _AFTER_OVER)
        if isinstance(notice, notices.PlayFinished):
            self.plays.remove(notice.play)
        if isinstance(notice, notices.DialFinished):
            self.dials -= 1
            assert self.dials >= 0

    def fact(self, fact: events.CallFact) -> None:
        assert fact.at >= self.last_at
        self.last_at = fact.at
        if not self.facts:
            assert isinstance(fact, events.CallOffered | events.CallPlaced)
        else:
            assert not isinstance(fact, events.CallOffered | events.CallPlaced)
            assert not isinstance(self.facts[-1], events.CallEnded)
        self.facts.append(fact)

    def conclude(self) -> None:
        """The call is over: nothing is open, and the record is whole."""
        assert not self.open
        assert all(count == 1 for count in self.released.values())
        assert set(self.released) == set(self.opened)
        for leg in self.opened:
            assert self.ended_by_us[leg] <= 1
            assert self.ended_by_us[leg] == 1 or leg in self.ended_by_them
        ended = self.facts[-1]
        assert isinstance(ended, events.CallEnded)
        legs = [fact.leg for fact in self.facts if isinstance(fact, events.LegEnded)]
        assert sorted(legs) == sorted(self.opened)
        asked = [f.recording for f in self.facts if isinstance(f, events.RecordingRequested)]
        outcome = [
            f.recording
            for f in self.facts
            if isinstance(f, events.RecordingSaved | events.RecordingFailed)
        ]
        assert sorted(asked) == sorted(outcome)
        assert 0 <= ended.talk_ms <= ended.ended_at - ended.offered_at
        assert 0 <= ended.duration_ms <= ended.ended_at - ended.offered_at
        assert ended.missed == (
            ended.direction == "inbound" and ended.answered_by_person_at is None
        )
        if ended.answered_at is None:
            assert ended.duration_ms == 0
        assert self.over == 1
        assert self.dials == 0


class Rig:
    """Drives a call and keeps everything it said.

    ``effects``, ``notices`` and ``facts`` grow; `took` returns the effects since the last look.
    """

    def __init__(self, **settings: Any) -> None:
        self.now = START
        self.call = Call(
            CallId("CA-test"),
            account=AccountId("AC-test"),
            entropy=SeededEntropy(7),
            settings=CallSettings(**settings),
        )
        self.effects: list[effects.Effect] = []
        self.notices: list[notices.Notice] = []
        self.facts: list[events.CallFact] = []
        self._seen = 0

    # --- driving ---

    def hear(self, x: inputs.Input) -> list[effects.Effect]:
        self.call.receive(x, Ms(self.now))
        return self._collect()

    def do(self, command: commands.Command) -> list[effects.Effect]:
        self.call.do(command, Ms(self.now))
        return self._collect()

    def wait(self, milliseconds: int) -> list[effects.Effect]:
        """Let time pass, firing exactly when asked to."""
        until = self.now + milliseconds
        while (due := self.call.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.call.fire(Ms(self.now))
        self.now = until
        return self._collect()

    def _collect(self) -> list[effects.Effect]:
        new = self.call.take_output()
        self.effects += new
        self.notices += self.call.take_notices()
        self.facts += self.call.take_events()
        return new

    # --- looking ---

    def told(self, kind: type[T]) -> list[T]:
        return [notice for notice in self.notices if isinstance(notice, kind)]

    def wrote(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def wants(self, kind: type[T]) -> list[T]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def fact_names(self) -> list[str]:
        return [fact.name() for fact in self.facts]

    # --- usual beginnings and ends ---

    def arrive(self, **more: Any) -> Rig:
        self.hear(
            inputs.CallArrived(
                leg=CALLER,
                caller=PartyId("PA-caller"),
                called=PartyId("PA-called"),
                number=NumberId("PN-1"),
                **more,
            )
        )
        return self

    def answered(self, **more: Any) -> Rig:
        """An inbound call that is up."""
        self.arrive(**more)
        self.do(commands.Answer())
        self.hear(inputs.LegAnswered(leg=CALLER, codec="PCMU"))
        return self

    def originated(self, **more: Any) -> LegId:
        """An outbound call that is being placed; its leg."""
        self.do(
            commands.Originate(
                target=device("callee"),
                caller=PartyId("PA-ours"),
                called=PartyId("PA-callee"),
                **more,
            )
        )
        return self.wants(effects.PlaceLeg)[0].leg

    def dial(self, *names: str, **more: Any) -> list[LegId]:
        """Dial; the legs placed at once."""
        new = self.do(commands.Dial(targets=tuple(device(name) for name in names), **more))
        return placed(new)

    def talking(self, **more: Any) -> LegId:
        """An inbound call connected with one dialled leg; that leg."""
        self.answered()
        (leg,) = self.dial("agent", **more)
        self.hear(inputs.LegAnswered(leg=leg, codec="PCMA"))
        return leg

    def release(self, *legs: LegId) -> None:
        for leg in legs or self.call.legs:
            self.hear(
                inputs.LegReleased(leg=leg, stats=inputs.LegStats(codec="PCMU", mos_x100=420))
            )

    def finish(self) -> events.CallEnded:
        """Answer whatever is still open and return the last fact."""
        self.release()
        self.wait(120_000)
        (ended,) = self.wrote(events.CallEnded)
        assert self.call.over
        assert self.facts[-1] is ended
        return ended


def device(name: str, **more: Any) -> commands.DialTarget:
    return commands.DialTarget(
        endpoint=commands.ToDevice(device=PhoneDeviceId(f"PD-{name}")),
        party=PartyId(f"PA-{name}"),
        **more,
    )


def placed(new: list[effects.Effect]) -> list[LegId]:
    return [effect.leg for effect in new if isinstance(effect, effects.PlaceLeg)]


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture(scope="session")
def make_rig() -> Callable[..., Rig]:
    return Rig


@pytest.fixture(scope="session")
def make_ledger() -> Callable[[], Ledger]:
    return Ledger


@pytest.fixture(scope="session")
def make_device() -> Callable[..., commands.DialTarget]:
    return device


@pytest.fixture
def clip() -> ClipId:
    return ClipId("CL-1")

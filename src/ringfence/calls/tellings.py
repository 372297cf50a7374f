"""Telling people in the middle of a call what is about to be kept or heard, and asking them.

    saying ──heard, to be told──▶ heard
       │ └──heard, to be asked──▶ waiting ──the key that means yes──▶ yes
       │                             ├──another key─────────────────▶ no
       │                             └──time──────────────────────▶ nothing
       └──not to its end────────────────────────────────────────▶ not_said

A key answers a question that is still being said. Whoever is on the line in a call of their own is
told there (`effects.TellPeer`), and their call says what they answered. What was to begin begins
once everybody has heard it or agreed, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.calls import effects, notices
from ringfence.calls.commands import AskVoice
from ringfence.calls.core import CallCore, CallSettings
from ringfence.calls.ears import StartStream
from ringfence.calls.inputs import TellAsked
from ringfence.calls.leg import Leg
from ringfence.calls.recording import Recording
from ringfence.calls.stream import StreamEnd
from ringfence.calls.targets import Owed, RecordingNotice
from ringfence.calls.words import PlayEnd, RecordingAnswer
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId
from ringfence.kernel.limits import PLAYS_PER_LEG

_GOOD: frozenset[RecordingAnswer] = frozenset({"heard", "yes"})


@dataclass(frozen=True, slots=True)
class _Telling:
    """One sentence for one party. ``about``: what begins after it, or which call wants to know."""

    leg: LegId
    party: PartyId | None
    notice: RecordingNotice
    about: RecordingId | StartStream | TellAsked | AskVoice


class Tellings(CallCore):
    """See the module. ``tellings``: by the number of the prompt."""

    __slots__ = ("tellings",)

    def __init__(
        self, call: CallId, *, account: AccountId, entropy: Entropy, settings: CallSettings
    ) -> None:
        super().__init__(call, account=account, entropy=entropy, settings=settings)
        self.tellings: dict[int, _Telling] = {}

    # --- what is wanted ---------------------------------------------------------------------------

    def tell_of_recording(self, recording: Recording, owed: tuple[Owed, ...]) -> None:
        """Let parties hear of a recording that was held back, or ask them."""
        for one in owed:
            if recording.running:
                self._say(one, recording.id)

    def tell_of_stream(self, wanted: StartStream, notice: RecordingNotice) -> None:
        """Let the first leg hear that somebody is about to listen, or ask it."""
        self._say(Owed(leg=self.first().id, notice=notice), wanted)

    def tell_for(self, asked: TellAsked) -> None:
        """Another call wants somebody of this one told, or asked."""
        self._say(Owed(leg=asked.leg, notice=asked.notice), asked)

    def tell_of_voice(self, asked: AskVoice) -> None:
        """Let the first leg hear that its room is recorded, or ask it."""
        self.drop_voice()
        self._say(Owed(leg=self.first().id, notice=asked.notice), asked)

    def left_room(self) -> None:
        """Nobody waits for a word about the room any more."""
        self.drop_voice()

    def drop_voice(self) -> None:
        """Take back what the first leg is being told, or asked, about its room."""
        leg = self.first()
        for telling, told in tuple(self.tellings.items()):
            if isinstance(told.about, AskVoice):
                del self.tellings[telling]
                self.timers.clear("telling", str(telling))
                if telling in leg.plays:
                    self.stop_play(leg)

    def _say(self, owed: Owed, about: RecordingId | StartStream | TellAsked | AskVoice) -> None:
        telling = self.own_play()
        leg = self.legs.get(owed.leg)
        party = owed.party if leg is None else leg.party
        self.tellings[telling] = _Telling(owed.leg, party, owed.notice, about)
        if owed.call is not None and owed.call != self.call:
            self.effects.append(
                effects.TellPeer(
                    leg=self.first().id,
                    peer=owed.leg,
                    peer_call=owed.call,
                    notice=owed.notice,
                    telling=telling,
                )
            )
        elif leg is None or leg.state != "up" or len(leg.plays) >= PLAYS_PER_LEG:
            self._over(telling, "not_said")
        else:
            self.play(leg, telling, owed.notice.clips)

    def waits_for_word(self, recording: Recording) -> bool:
        """Whether it rests until somebody who came in was told of it."""
        source = recording.source
        unpaid = self.permits.ruled(source) and not self.permits.allow(source, recording.parties)
        return unpaid or any(told.about == recording.id for told in self.tellings.values())

    def is_awaited(self, play: int) -> bool:
        """What was not heard out was not said."""
        return play in self.tellings or super().is_awaited(play)

    # --- what comes of it -------------------------------------------------------------------------

    def notice_played(self, telling: int, reason: PlayEnd) -> None:
        """It was said, or not to its end."""
        notice = self.tellings[telling].notice
        if reason != "done":
            self._over(telling, "not_said")
        elif notice.ask:
            self.timers.set("telling", self.now + notice.wait_ms, str(telling))
        else:
            self._over(telling, "heard")

    def answers_notice(self, leg: Leg, digit: str) -> bool:
        """Whether a key is the answer to a question: yes, or anything else, which is no."""
        for telling, told in self.tellings.items():
            if told.leg == leg.id and told.notice.ask:
                if telling in leg.plays:
                    self.stop_play(leg)
                self._over(telling, "yes" if digit == told.notice.yes else "no")
                return True
        return False

    def unanswered(self, telling: int) -> None:
        """The time to press a key is over."""
        self._over(telling, "nothing")

    def peer_answered(self, telling: int, answer: RecordingAnswer) -> None:
        """Somebody of another call was told, or asked; one nobody waits for is fine."""
        if telling in self.tellings:
            self._over(telling, answer)

    def stop_telling(self) -> None:
        """The call ends: what waited for somebody's word does not begin."""
        while self.tellings:
            telling, told = self.tellings.popitem()
            self.timers.clear("telling", str(telling))
            match told.about:
                case StartStream() as wanted:
                    self._unheard(wanted, "call_over")
                case TellAsked() as asked:
                    self._report(asked, "not_said")
                case _:
                    pass  # the recording is stopped with its leg, the voice with its room

    def _over(self, telling: int, answer: RecordingAnswer) -> None:
        told = self.tellings.pop(telling)
        self.timers.clear("telling", str(telling))
        match told.about:
            case TellAsked() as asked:
                self._report(asked, answer)
            case StartStream() as wanted:
                self.told(told.leg, told.party, "stream", told.notice, answer)
                if answer in _GOOD:
                    self.let_hear(wanted)
                else:
                    self._unheard(wanted, "refused")
            case AskVoice():
                self.told(told.leg, told.party, "conference", told.notice, answer)
                if self.activity is not None:
                    self.activity.voice_answered(agreed=answer in _GOOD)
            case name:
                self._recording_told(name, told, answer)

    def _recording_told(self, name: RecordingId, told: _Telling, answer: RecordingAnswer) -> None:
        recording = self.recordings.get(name)
        if recording is None:
            return
        self.told(told.leg, told.party, recording.source, told.notice, answer)
        if answer not in _GOOD or self.permits.denied(recording.source):
            if recording.held_back is None:
                self.note("recording_ended", "somebody who came in does not let it go on")
            self.stop_recording(recording)
        elif all(other.about != name for other in self.tellings.values()):
            self.all_told(recording)

    def all_told(self, recording: Recording) -> None:
        """Begin what was held back, or go on with what rests, unless somebody came in meanwhile."""
        if recording.held_back is not None:
            self.begin_recording(recording)
        elif recording.resumes and not self.waits_for_word(recording):
            self.resume_recording(recording)

    def _report(self, asked: TellAsked, answer: RecordingAnswer) -> None:
        self.effects.append(
            effects.AnswerPeer(
                leg=asked.leg, peer_call=asked.peer_call, telling=asked.telling, answer=answer
            )
        )

    def _unheard(self, wanted: StartStream, reason: StreamEnd) -> None:
        if wanted.stream is not None:
            finished = notices.StreamFinished(
                stream=wanted.stream, order=wanted.order, reason=reason
            )
            self.tell(finished)

    def let_hear(self, wanted: StartStream) -> None:
        """Begin a stream; while others are on the line who were not told, nothing is heard."""
        first = self.first()
        self.start_stream(first, wanted.order, wanted.stream)
        if first.peer is not None or (self.activity is not None and self.activity.shared):
            self.company(first.id, told=False)

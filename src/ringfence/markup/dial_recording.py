"""The recording of a Dial's talk: who is told of it, and the one with a caller out of a queue.

Whom a queue brings is known when they are connected, so it is then that the law is asked, of both
and by the strictest:

    taken ─▶ ruled ──nobody owed anything────▶ recorded, as long as they talk
               ├──somebody to be told, asked─▶ they are, in their talk; then recorded, or not
               └──never──────────────────────▶ not recorded
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ringfence.calls import commands, notices
from ringfence.calls.words import RecordingDuty, RecordingTrack
from ringfence.markup.clips import Clip
from ringfence.markup.context import recording_params, whole_seconds
from ringfence.markup.exchange import AskRecording, RecordingMay
from ringfence.markup.following import RecordingNews, tell_fares
from ringfence.markup.stage import Stage
from ringfence.markup.verbs import Dial, Say
from ringfence.privacy.recording_law.sentences import Kind, sentence

TRACKS: Final[dict[str, RecordingTrack]] = {
    "both": "both",
    "inbound": "inbound",
    "outbound": "outbound",
}
"""``recordingTrack``: of whoever called, or of whom they reached."""


def tell_recorded(stage: Stage, dial: Dial, news: RecordingNews) -> None:
    """Tell the dial's ``recordingStatusCallback`` how its recording fares, where it asked."""
    duration = news.duration_ms if isinstance(news, notices.RecordingFinished) else 0
    two = dial.recording_track == "both" and dial.record.endswith("-dual")
    params = (
        *recording_params(stage.context, news.recording),
        ("RecordingDuration", whole_seconds(duration)),
        ("RecordingChannels", "2" if two else "1"),
        ("RecordingTrack", dial.recording_track),
        ("RecordingSource", "DialVerb"),
    )
    tell_fares(
        stage,
        news,
        params,
        url=dial.recording_status_callback,
        method=dial.recording_status_callback_method,
        words=dial.recording_status_callback_event,
    )


class SpokenNotices:
    """The sentences that some parties of a recording hear first, spoken as they are needed."""

    __slots__ = ("_clips", "_stage")

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._clips: dict[Kind, Clip] = {}

    def __bool__(self) -> bool:
        return bool(self._clips)

    def want(self, duties: Iterable[RecordingDuty]) -> None:
        """Have said what these need."""
        for duty in duties:
            if duty != "none" and duty not in self._clips:
                said = sentence(duty, self._stage.context.language)
                say = Say(text=said.text, language=said.language)
                self._clips[duty] = self._stage.clips.want(say, "", self._stage.now)

    @property
    def settled(self) -> bool:
        """Whether every sentence is there, or never will be."""
        return all(clip.settled for clip in self._clips.values())

    @property
    def failed(self) -> bool:
        """Whether one of them cannot be said."""
        return any(clip.clip is None for clip in self._clips.values())

    def of(self, duty: RecordingDuty) -> commands.RecordingNotice | None:
        """What somebody hears who has a right to that; None for nothing."""
        clip = None if duty == "none" else self._clips[duty].clip
        if duty == "none" or clip is None:
            return None
        said = sentence(duty, self._stage.context.language)
        return commands.RecordingNotice(
            clips=(clip,),
            ask=duty == "ask",
            text=said.hash,
            version=said.version,
            language=said.language,
            yes=said.yes,
        )


class QueueRecording:
    """The recording of one talk with a caller out of a queue, if it may be."""

    __slots__ = ("_dial", "_duties", "_request", "_spoken", "_stage", "_taken")

    def __init__(self, stage: Stage, dial: Dial) -> None:
        self._stage = stage
        self._dial = dial
        self._request = 0
        self._taken: notices.QueueTaken | None = None
        self._duties: tuple[RecordingDuty, ...] = ()
        self._spoken = SpokenNotices(stage)

    def taken(self, taken: notices.QueueTaken) -> None:
        """Somebody of another call talks with whoever the program is for: ask for the ruling."""
        self._taken = taken
        stage, context = self._stage, self._stage.context
        inbound = context.direction == "inbound"
        self._request = stage.next_request()
        stage.ask(
            AskRecording(
                request=self._request,
                source="dial",
                first=context.caller if inbound else context.called,
                own=context.called if inbound else context.caller,
                peers=(taken.peer_call,),
            )
        )

    def ruled(self, may: RecordingMay) -> None:
        """The ruling is here; they talk already."""
        if not self._request or may.request != self._request:
            return
        self._request = 0
        stage, ruling = self._stage, may.ruling
        stage.command(ruling)
        if ruling.outcome == "never":
            self._note("the law, a party or the account does not let it be")
        else:
            self._duties = ruling.duties
            self._spoken.want(ruling.duties)
            self.clip_settled()

    def clip_settled(self) -> None:
        """Begin once it can be said what has to be said; where it cannot, nothing is recorded."""
        stage, dial, taken = self._stage, self._dial, self._taken
        if taken is None or not self._duties or not self._spoken.settled:
            return
        (own, theirs), self._duties = self._duties, ()
        if self._spoken.failed:
            self._note("nobody could be told of it")
            return
        owed = (
            commands.Owed(leg=leg, call=call, party=taken.party, notice=notice)
            for leg, call, duty in ((taken.leg, None, own), (taken.peer, taken.peer_call, theirs))
            if (notice := self._spoken.of(duty)) is not None
        )
        if dial.recording_status_callback:
            stage.follow_recording(self._recorded)
        stage.command(
            commands.StartRecording(
                source="dial",
                dual=dial.record.endswith("-dual"),
                trim=dial.trim == "trim-silence",
                track=TRACKS[dial.recording_track],
                notices=tuple(owed),
            )
        )

    def over(self) -> None:
        """The talk is over, or there was none: a ruling comes too late."""
        self._request = 0
        self._duties = ()

    def _recorded(self, news: RecordingNews) -> None:
        tell_recorded(self._stage, self._dial, news)

    def _note(self, why: str) -> None:
        text = f"the talk with a caller out of a queue is not recorded: {why}"
        self._stage.note("recording_not_permitted", text, at=self._dial)

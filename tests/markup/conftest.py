"""A call that does what it is told: it answers, speaks and plays at once, unless told not to."""

from __future__ import annotations

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.ids import AccountId, CallId, ClipId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Context, Source
from ringfence.markup.exchange import (
    AskRecording,
    AskRoom,
    Begin,
    Callback,
    ClipFailed,
    ClipReady,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
    RecordingMay,
    RoomSays,
    Speak,
)
from ringfence.markup.voice import Program

CONTEXT = Context(
    call=CallId("CA" + "1" * 32),
    account=AccountId("AC" + "2" * 32),
    caller=Phone("+12025550123"),
    called=Phone("+12025550100"),
    public_url="https://pbx.example.com",
    sorry="sorry",
)


def ruling(source="voicemail", outcome="record", duties=("none",)):
    """A ruling as the switch gives it, of parties about whom nothing else is known."""
    count = len(duties)
    return commands.RuleRecording(
        source=source, outcome=outcome, law="announce", rules=("x",), edition="1", decided_at=1,
        beep=False, policy="law", hours=None, zone="UTC", parties=(None,) * count,
        places=("",) * count, standings=("person",) * count, consents=("unknown",) * count,
        restricted=(False,) * count, duties=duties,
    )  # fmt: skip


class Script:
    """Drives one program. ``log`` is everything it put out; ``heard`` what the caller heard."""

    def __init__(self, source, *, context=CONTEXT, applets=None, answered=False, broken=()):
        if isinstance(source, str | bytes):
            source = Source(document=source)
        self.clock = VirtualClock()
        self.program = Program(context, source, applets=applets, answered=answered)
        self.log = []
        self.heard = []
        self.notes = []
        self.broken = set(broken)
        self.hold_answer = False
        self.hold_clips = False
        self.hold_plays = False
        self.outcome = "record"
        self.room_recorded = False
        self.duties = ("none",)
        self._seen = 0

    # what the world does

    def begin(self):
        self.program.do(Begin(), self.clock.now())
        return self.run()

    def tell(self, news):
        self.program.receive(news, self.clock.now())
        return self.run()

    def order(self, order):
        self.program.do(order, self.clock.now())
        return self.run()

    def wait(self, milliseconds):
        """Let time pass, firing whatever comes due on the way."""
        end = self.clock.now() + milliseconds
        while (due := self.program.deadline()) is not None and due <= end:
            self.clock.set(max(due, self.clock.now()))
            self.program.fire(self.clock.now())
            self.run()
        self.clock.set(end)
        return self

    def fetched(self, body, **more):
        """Answer the last fetch."""
        fetch = self.last(Fetch)
        body = body.encode() if isinstance(body, str) else body
        more.setdefault("url", fetch.url)
        return self.tell(Fetched(request=fetch.request, body=body, **more))

    def fetch_failed(self, code, status=0):
        return self.tell(FetchFailed(request=self.last(Fetch).request, code=code, status=status))

    def keys(self, digits, reason="max_digits"):
        return self.tell(notices.DigitsEntered(digits=digits, reason=reason))

    def hang_up(self):
        return self.tell(notices.CallOver(cause=Cause.NORMAL, answered=True))

    def played(self, reason="done"):
        """End the last play."""
        play = self.last(commands.Play, commands.PlayTone)
        return self.tell(notices.PlayFinished(play=play.play, reason=reason))

    def run(self):
        """Carry out what comes out until nothing does."""
        while out := self.program.take_output():
            self.log += out
            for item in out:
                self._carry_out(item)
        return self

    def _carry_out(self, item):
        now = self.clock.now()
        match item:
            case commands.Answer() if not self.hold_answer:
                self.program.receive(notices.Answered(), now)
            case Speak() if not self.hold_clips:
                self.program.receive(self._clip(item.request, item.text), now)
            case LoadMedia() if not self.hold_clips:
                self.program.receive(self._clip(item.request, item.url), now)
            case commands.Play():
                self.heard += list(item.clips) * max(item.loop, 1)
                self._play_over(item.play)
            case commands.PlayTone():
                self.heard.append(f"tone {item.tone}")
                self._play_over(item.play)
            case commands.Note():
                self.notes.append(item)
            case AskRoom():
                says = RoomSays(request=item.request, recorded=self.room_recorded)
                self.program.receive(says, now)
            case AskRecording():
                others = len(item.targets) + len(item.peers)
                duties = (*self.duties, *["none"] * others)[: 1 + others]
                self.program.receive(
                    RecordingMay(
                        request=item.request,
                        ruling=ruling(item.source, self.outcome, duties),
                        targets=item.targets,
                    ),
                    now,
                )
            case _:
                pass

    def _clip(self, request, name):
        if name in self.broken:
            return ClipFailed(request=request)
        return ClipReady(request=request, clip=ClipId(name))

    def _play_over(self, play):
        if not self.hold_plays:
            self.program.receive(notices.PlayFinished(play=play, reason="done"), self.clock.now())

    # what there is to see

    def new(self):
        """What came out since the last look, without notes and clips."""
        found = self.log[self._seen :]
        self._seen = len(self.log)
        left_out = commands.Note | Speak | LoadMedia | AskRecording | commands.RuleRecording
        return [x for x in found if not isinstance(x, left_out)]

    def last(self, *kinds):
        return next(item for item in reversed(self.log) if isinstance(item, kinds))

    def all(self, *kinds):
        return [item for item in self.log if isinstance(item, kinds)]

    @property
    def codes(self):
        return [note.code for note in self.notes if note.code != "document_read"]

    @property
    def hung_up(self):
        return any(isinstance(item, commands.Hangup) for item in self.log)

    def params(self, request=None):
        """The parameters of the last fetch or callback as a dict of text."""
        request = request or self.last(Fetch, Callback)
        return {
            name: value.e164 if isinstance(value, Phone) else value
            for name, value in request.params
        }


@pytest.fixture
def script():
    return Script


@pytest.fixture
def context():
    return CONTEXT

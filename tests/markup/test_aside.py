"""A document carried out beside something else."""

from __future__ import annotations

import pytest

from ringfence.calls import commands, notices
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.ids import AccountId, CallId, ClipId
from ringfence.kernel.phone import Phone
from ringfence.markup.aside import FOR_WAITING, Aside
from ringfence.markup.context import Context, Source
from ringfence.markup.exchange import (
    Begin,
    ClipReady,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
    Speak,
)

CONTEXT = Context(
    call=CallId("CA" + "1" * 32),
    account=AccountId("AC" + "2" * 32),
    caller=Phone("+12025550123"),
    called=Phone("+12025550100"),
)
URL = "https://x.example/wait"


class Beside:
    """Drives an aside: clips are at hand and heard at once."""

    def __init__(self, **how):
        self.clock = VirtualClock()
        self.aside = Aside(CONTEXT, Source(url=URL, method="GET"), **how)
        self.log = []
        self.heard = []
        self.aside.do(Begin(), self.clock.now())
        self.run()

    def run(self):
        for _ in range(60):
            out = self.aside.take_output()
            if not out:
                return
            self.log += out
            for item in out:
                match item:
                    case Speak() | LoadMedia():
                        name = getattr(item, "text", None) or item.url
                        self.tell(ClipReady(request=item.request, clip=ClipId(name)))
                    case commands.Play():
                        self.heard += item.clips
                        self.tell(notices.PlayFinished(play=item.play, reason="done"))

    def tell(self, news):
        self.aside.receive(news, self.clock.now())

    def answer(self, body, content_type="text/xml"):
        fetch = [item for item in self.log if isinstance(item, Fetch)][-1]
        self.tell(
            Fetched(request=fetch.request, body=body, url=fetch.url, content_type=content_type)
        )
        self.run()

    @property
    def fetches(self):
        return [item for item in self.log if isinstance(item, Fetch)]


def test_it_is_heard_and_ends_without_ending_the_call():
    beside = Beside()
    beside.answer(b"<Response><Say>please wait</Say></Response>")
    assert beside.heard == ["please wait"]
    assert (beside.aside.finished, beside.aside.failed) == (True, False)
    assert not any(isinstance(item, commands.Hangup | commands.Answer) for item in beside.log)


def test_it_begins_again():
    beside = Beside(again=True, more=lambda: (("QueuePosition", "3"),))
    beside.answer(b"<Response><Say>one</Say></Response>")
    assert not beside.aside.finished
    assert len(beside.fetches) == 2
    assert ("QueuePosition", "3") in beside.fetches[-1].params
    beside.answer(b"<Response><Say>two</Say></Response>")
    assert beside.heard == ["one", "two"]


def test_a_sound_is_a_document():
    beside = Beside()
    beside.answer(b"RIFF....", content_type="audio/wav")
    assert beside.heard == [URL]


def test_a_document_in_which_nothing_is_heard_does_not_spin():
    beside = Beside(again=True)
    for _ in range(30):
        if beside.aside.finished:
            break
        beside.answer(b"<Response/>")
    assert beside.aside.failed
    assert len(beside.fetches) <= 21


@pytest.mark.parametrize("verb", ["<Dial>+12025550199</Dial>", "<Record/>", "<Hangup/>"])
def test_verbs_that_have_no_place_here(verb):
    beside = Beside()
    beside.answer(f"<Response>{verb}<Say>on</Say></Response>".encode())
    assert beside.heard == ["on"]
    assert not any(
        isinstance(item, commands.Dial | commands.StartRecording | commands.Hangup)
        for item in beside.log
    )
    assert any(isinstance(i, commands.Note) and i.code == "verb_not_here" for i in beside.log)


def test_who_waits_may_hang_up():
    beside = Beside(allowed=FOR_WAITING)
    beside.answer(b"<Response><Hangup/></Response>")
    assert any(isinstance(item, commands.Hangup) for item in beside.log)


def test_a_document_that_cannot_be_had():
    beside = Beside(again=True)
    beside.tell(FetchFailed(request=beside.fetches[-1].request, code="fetch_status", status=500))
    assert (beside.aside.finished, beside.aside.failed) == (True, True)


def test_its_numbers_are_its_own():
    beside = Beside(play_from=1_000, request_from=2_000)
    assert beside.fetches[-1].request == 2_001
    beside.answer(b"<Response><Say>x</Say></Response>")
    assert [item.play for item in beside.log if isinstance(item, commands.Play)] == [1_001]

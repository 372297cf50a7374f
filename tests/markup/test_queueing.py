"""Enqueue, Dial of a Queue, Leave."""

from __future__ import annotations

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.ids import CallId, ClipId, LegId, QueueId, RecordingId
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback, ClipReady, Fetch, Fetched, LoadMusic

QUEUE = QueueId("QU" + "1" * 32)
AGENT = CallId("CA" + "8" * 32)


def document(script, body):
    s = script(Source(url="https://x.example/voice")).begin()
    return s.fetched(f"<Response>{body}<Say>after</Say></Response>")


def enqueue(script, attributes=""):
    return document(script, f"<Enqueue {attributes}>support</Enqueue>")


def place(position=1, size=1):
    return notices.QueuePlace(
        position=position, size=size, queue=QUEUE, average_ms=61_000, max_size=100
    )


def answer(s, body):
    fetch = s.last(Fetch)
    return s.tell(Fetched(request=fetch.request, body=body.encode(), url=fetch.url))


def done(s, reason, waited_ms=9_000):
    return s.tell(notices.QueueFinished(reason=reason, waited_ms=waited_ms, queue=QUEUE))


def test_music_of_the_house_while_waiting(script):
    s = enqueue(script, "maxQueueSize='3'")
    assert s.last(commands.Enqueue) == commands.Enqueue(name="support", max_size=3)
    assert s.all(LoadMusic) == []
    s.tell(place())
    s.hold_plays = True
    s.tell(ClipReady(request=s.last(LoadMusic).request, clip=ClipId("CL-m")))
    assert (s.last(commands.Play).clips, s.last(commands.Play).loop) == (("CL-m",), 0)
    s.tell(place(position=1, size=2))
    assert len(s.all(LoadMusic)) == 1


def test_silence_while_waiting(script):
    s = enqueue(script, "waitUrl=''").tell(place())
    assert s.all(LoadMusic) == []
    assert len(s.all(Fetch)) == 1


def test_a_document_while_waiting_is_told_the_place_and_begins_again(script):
    s = enqueue(script, "waitUrl='/wait' waitUrlMethod='GET'").tell(place(2, 5))
    fetch = s.last(Fetch)
    assert (fetch.url, fetch.method) == ("https://x.example/wait", "GET")
    told = dict(fetch.params)
    assert told["QueueSid"] == QUEUE
    assert (told["QueuePosition"], told["CurrentQueueSize"], told["MaxQueueSize"]) == (
        "2", "5", "100",
    )  # fmt: skip
    assert (told["AvgQueueTime"], told["QueueTime"]) == ("61", "0")
    s.tell(place(1, 4))
    s.wait(10_000)
    answer(s, "<Response><Say>wait</Say></Response>")
    assert s.heard == ["wait"]
    told = dict(s.last(Fetch).params)
    assert (told["QueuePosition"], told["QueueTime"]) == ("1", "10")


def test_keys_while_waiting_and_a_leave(script):
    s = enqueue(script, "waitUrl='/wait'").tell(place())
    answer(s, "<Response><Gather numDigits='1' action='/key'/></Response>")
    s.keys("1")
    assert s.last(Fetch).url == "https://x.example/key"
    answer(s, "<Response><Leave/></Response>")
    assert s.all(commands.LeaveQueue)
    done(s, "left")
    assert s.heard == ["after"]


def test_what_the_agent_wants_said_comes_before_the_agent(script):
    s = enqueue(script, "waitUrl='/wait'").tell(place())
    s.tell(
        notices.QueueCalled(
            brief=commands.Heard(url="https://x.example/brief", method="POST"),
            queue=QUEUE, peer_call=AGENT, waited_ms=12_000,
        )
    )  # fmt: skip
    told = dict(s.last(Fetch).params)
    assert (told["DequeingCallSid"], told["QueueTime"]) == (AGENT, "12")
    assert s.all(commands.MeetAgent) == []
    answer(s, "<Response><Say>this call is important</Say></Response>")
    assert s.heard == ["this call is important"]
    assert len(s.all(commands.MeetAgent)) == 1
    # who wanted them has gone meanwhile: they wait on
    before = len(s.all(Fetch))
    s.tell(place())
    assert len(s.all(Fetch)) == before + 1


def test_a_late_answer_to_a_document_that_is_no_more_is_for_nobody(script):
    s = enqueue(script, "waitUrl='/wait'").tell(place())
    late = s.last(Fetch)
    s.tell(
        notices.QueueCalled(
            brief=commands.Heard(url="https://x.example/brief"), queue=QUEUE, peer_call=AGENT
        )
    )
    s.tell(Fetched(request=late.request, body=b"<Response><Say>no</Say></Response>", url=late.url))
    assert s.heard == []


@pytest.mark.parametrize(
    ("reason", "result"),
    [
        ("connected", "bridged"), ("left", "leave"), ("full", "queue-full"),
        ("timeout", "error"), ("failed", "system-error"),
    ],
)  # fmt: skip
def test_the_action_is_asked_with_the_result(script, reason, result):
    s = done(enqueue(script, "action='/after' method='GET'").tell(place()), reason)
    told = dict(s.last(Fetch).params)
    assert s.last(Fetch).url == "https://x.example/after"
    assert (told["QueueResult"], told["QueueTime"], told["QueueSid"]) == (result, "9", QUEUE)


def test_who_hangs_up_and_who_is_sent_elsewhere_have_the_action_told(script):
    s = enqueue(script, "action='/after'").tell(place()).hang_up()
    done(s, "hung_up")
    assert dict(s.last(Callback).params)["QueueResult"] == "hangup"
    s = enqueue(script, "action='/after'").tell(place())
    done(s, "redirected")
    assert dict(s.last(Callback).params)["QueueResult"] == "redirected"
    assert s.heard == []


def take(script, attributes="", dial=""):
    return document(script, f"<Dial {dial}><Queue {attributes}>support</Queue></Dial>")


def test_somebody_is_taken_out_of_a_queue(script):
    s = take(script, "url='/brief' method='GET'", "timeout='7' timeLimit='60' hangupOnStar='true'")
    assert s.last(commands.TakeFromQueue) == commands.TakeFromQueue(
        name="support",
        brief=commands.Heard(url="https://x.example/brief", method="GET"),
        wait_ms=7_000,
        time_limit_ms=60_000,
        hangup_on_star=True,
    )


def test_the_dial_s_action_hears_whom_it_was(script):
    s = take(script, dial="action='/done'")
    s.tell(
        notices.DialFinished(
            status="completed", cause=Cause.NORMAL, ring_ms=10, talk_ms=5_000, peer_call=AGENT,
            peer_waited_ms=42_000,
        )
    )  # fmt: skip
    told = dict(s.last(Fetch).params)
    assert (told["DialCallStatus"], told["DequeueResult"]) == ("completed", "bridged")
    assert (told["DequeuedCallSid"], told["DequeuedCallQueueTime"]) == (AGENT, "42")
    assert told["DequeuedCallDuration"] == "5"


def test_a_queue_that_is_not_there(script):
    s = take(script, dial="action='/done'")
    s.tell(notices.DialFinished(status="failed", cause=Cause.UNREACHABLE))
    assert dict(s.last(Fetch).params)["DequeueResult"] == "queue-not-found"


def test_nobody_waits_and_the_next_verb_follows(script):
    s = take(script)
    s.tell(notices.DialFinished(status="no_answer", cause=Cause.NO_ANSWER))
    assert s.heard == ["after"]


def test_leave_outside_of_a_queue_goes_on(script):
    s = document(script, "<Leave/>")
    assert s.heard == ["after"]


def test_a_wish_to_record_a_queue_goes_with_the_taking(script):
    assert take(script, dial="record='record-from-answer'").last(commands.TakeFromQueue).record
    assert not take(script).last(commands.TakeFromQueue).record


def test_the_action_hears_of_the_recording(script):
    s = take(script, dial="record='record-from-answer' action='/done'")
    s.tell(notices.QueueTaken(peer_call=AGENT, leg=LegId("LG-1"), peer=LegId("LG-2")))
    recording = RecordingId("RE" + "7" * 32)
    s.tell(
        notices.DialFinished(
            status="completed", cause=Cause.NORMAL, peer_call=AGENT, recording=recording
        )
    )
    told = s.params(s.last(Fetch))
    assert told["RecordingSid"] == recording
    assert told["RecordingUrl"].endswith(recording)

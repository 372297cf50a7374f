"""Messages sent from a call: to whom, what of them, and how the call goes on."""

import pytest

from ringfence.calls import commands
from ringfence.kernel.ids import MessageId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Fetch, SendText, TextAsked
from ringfence.markup.parser import parse
from ringfence.markup.verbs import Message

SID = MessageId("SM" + "3" * 32)
CALLER, OURS = Phone("+12025550123"), Phone("+12025550100")


def asked(s):
    (request,) = s.all(SendText)
    return request


def test_it_goes_between_the_two_of_the_call_and_the_call_goes_on(script):
    s = script("<Response><Message>Hello</Message><Say>sent</Say></Response>").begin()
    request = asked(s)
    assert (request.to, request.sender, request.body) == (CALLER, OURS, "Hello")
    assert s.heard == []
    s.tell(TextAsked(request=request.request, message=SID))
    assert s.heard == ["sent"]


def test_sms_is_the_same_and_names_whom_it_wants(script):
    document = "<Response><Sms to='+447700900123' from='EXAMPLE'>Hi</Sms></Response>"
    request = asked(script(document).begin())
    assert (request.to, request.sender) == (Phone("+447700900123"), "EXAMPLE")


def test_the_action_is_told_the_message(script):
    document = (
        "<Response><Message action='https://example.com/next' statusCallback='https://example.com/s'>"
        "<Body>Hi</Body><Media>https://example.com/a.png</Media></Message><Say>never</Say></Response>"
    )
    s = script(document).begin()
    request = asked(s)
    assert request.media == ("https://example.com/a.png",)
    assert request.status_callback == "https://example.com/s"
    s.tell(TextAsked(request=request.request, message=SID))
    (fetch,) = s.all(Fetch)
    assert dict(fetch.params)["MessageSid"] == SID
    assert dict(fetch.params)["MessageStatus"] == "queued"
    assert s.heard == []


@pytest.mark.parametrize("late", [True, False])
def test_a_message_that_is_refused_or_takes_too_long_does_not_hold_the_call(script, late):
    s = script("<Response><Message>Hello</Message><Say>after</Say></Response>").begin()
    request = asked(s)
    if late:
        s.wait(5_000)
        s.tell(TextAsked(request=request.request, message=SID))  # nobody waits for it
    else:
        s.tell(TextAsked(request=request.request, code="stopped"))
    assert s.heard == ["after"]
    assert [n.code for n in s.all(commands.Note)] == ["message_not_sent"]


def test_what_a_document_says_of_messages():
    document = parse(
        "<Response><Message/><Message><Media>ftp://x</Media></Message>"
        "<Message>&#160;&#x200b;</Message>"
        "<Message><Body>a</Body><Body>b</Body></Message><Body>alone</Body></Response>"
    )
    assert document.verbs == (Message(body="ab"),)
    assert [p.code for p in document.problems] == [
        "empty_message",
        "bad_media_url",
        "empty_message",
        "empty_message",
        "misplaced_element",
    ]

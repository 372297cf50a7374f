"""The requests we send inside the dialog of a call, and what their answers mean for it."""

from sip_net import ANSWER, OFFER, Script, Talk, empty, kinds, reply, request

from ringfence.sip import commands
from ringfence.sip.events import Ended, InviteReceived


def test_our_bye():
    talk = Talk()
    (bye,) = talk.do(commands.Bye, q850=16)
    assert (bye.method, bye.to_tag, bye.from_tag) == ("BYE", "a1", talk.leg)
    assert bye.headers.get("Reason") == "Q.850;cause=16"
    assert str(bye.uri) == "sip:alice@192.0.2.1"
    ended = Ended(leg=talk.leg, by="local", cause="bye", status=200, q850=16)
    assert talk.script.one(Ended) == ended
    talk.script.put(reply(bye, 200))
    assert talk.leaves_nothing()


def test_a_bye_that_nobody_answers_is_forgotten():
    talk = Talk()
    talk.do(commands.Bye)
    talk.script.run(31_999)
    assert talk.script.agent.census()["dialogs"] == 1
    talk.script.run(32_000)
    assert empty(talk.script.agent)


def test_our_info():
    talk = Talk()
    (asked,) = talk.do(
        commands.SendInfo, content_type="application/dtmf-relay", body=b"Signal=1\r\n"
    )
    assert (asked.method, asked.body) == ("INFO", b"Signal=1\r\n")
    talk.script.put(reply(asked, 415))
    assert talk.script.took(Ended) == []


def test_a_far_end_that_does_not_know_the_call_ends_it():
    talk = Talk()
    (asked,) = talk.do(commands.SendInfo, content_type="text/plain", body=b"x")
    assert kinds(talk.script.put(reply(asked, 481))) == ["BYE"]
    assert talk.script.one(Ended) == Ended(leg=talk.leg, by="failure", cause="lost", status=481)


def test_an_info_without_answer_does_not_end_the_call():
    """RFC 5057: a 408 concerns the transaction alone."""
    talk = Talk()
    talk.do(commands.SendInfo, content_type="text/plain", body=b"x")
    talk.script.run(40_000)
    assert talk.script.took(Ended) == []


def test_a_call_to_a_sips_uri_has_a_sips_contact():
    script = Script()
    script.put(request(body=OFFER, target="sips:echo@192.0.2.9"))
    leg = script.one(InviteReceived).leg
    (ok,) = script.do(commands.Answer(leg=leg, body=ANSWER))
    assert ok.contact.uri.secure

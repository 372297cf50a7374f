"""What both kinds of leg share: requests inside the dialog, INFO, BYE, and leaving nothing."""

import gc

import pytest
from sip_net import ANSWER, OFFER, Script, Talk, empty, kinds, name, reply, request, uri

from ringfence.kernel.errors import LocalError
from ringfence.sip import commands
from ringfence.sip.events import Ended, InfoReceived, InviteReceived, Peer


def test_their_bye():
    talk = Talk()
    assert kinds(talk.put("BYE", extra=[("Reason", "Q.850;cause=16")])) == [200]
    ended = Ended(leg=talk.leg, by="remote", cause="bye", status=200, q850=16)
    assert talk.script.one(Ended) == ended
    assert talk.leaves_nothing()


@pytest.mark.parametrize("param", ["%0d%0aX-Injected", "%3Ex", "%20x", "%3bmaddr%3d9.9.9.9", "%00"])
def test_a_contact_with_escapes_is_called_back_as_it_was_given(param):
    script = Script()
    contact = f"<sip:alice@192.0.2.1;{param}>"
    script.put(request(contact=contact))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=OFFER))
    script.put(request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}", contact=contact))
    (bye,) = script.do(commands.Bye(leg=leg))
    assert bye.method == "BYE"
    assert str(bye.uri) == f"sip:alice@192.0.2.1;{param.lower()}"
    script.put(reply(bye, 200))
    script.run(100_000)
    assert empty(script.agent)


def test_a_bye_that_cannot_be_written_ends_the_call_all_the_same():
    talk = Talk()
    injected = (("X-Why", "a\r\nb"),)
    with pytest.raises(LocalError):
        talk.do(commands.Bye, headers=injected)
    talk.script.collect()
    assert talk.script.one(Ended).cause == "bye"
    assert talk.leaves_nothing()


@pytest.mark.parametrize("acked", [True, False])
def test_nor_does_one_that_waits_for_the_ack_keep_it(acked):
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    script.do(commands.Bye(leg=leg, headers=(("X-Why", "a\r\nb"),)))
    assert script.one(Ended).cause == "bye"
    ack = request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}")
    with pytest.raises(LocalError):
        _ = script.put(ack) if acked else script.run(100_000)
    script.run(script.at + 100_000)
    assert empty(script.agent)


def test_byes_that_cross_are_both_answered():
    talk = Talk()
    (bye,) = talk.do(commands.Bye)
    assert kinds(talk.put("BYE")) == [200]
    assert len(talk.script.took(Ended)) == 1
    talk.script.put(reply(bye, 481))
    assert talk.leaves_nothing()


def test_after_the_end_anything_else_is_481():
    talk = Talk()
    talk.do(commands.Bye)
    assert kinds(talk.put("INFO")) == [481]
    assert kinds(talk.put("INVITE", body=OFFER)) == [481]


def test_a_request_that_is_out_of_order():
    """12.2.2"""
    talk = Talk()
    talk.put("INFO", number=5)
    assert kinds(talk.put("INFO", number=4)) == [500]


def test_options_inside_the_call():
    (ok,) = Talk().put("OPTIONS")
    assert ok.status == 200
    assert "update" in ok.allow


def test_keys_in_an_info():
    talk = Talk()
    body = b"Signal=5\r\nDuration=160\r\n"
    assert kinds(
        talk.put("INFO", body=body, extra=[("Content-Type", "application/dtmf-relay")])
    ) == [200]
    event = talk.script.one(InfoReceived)
    assert (event.digits, event.duration_ms) == ("5", 160)
    assert event.content_type == "application/dtmf-relay"


def test_an_info_of_a_type_that_we_do_not_know_is_not_taken():
    """RFC 3261 8.2.3: 415 and what would be; a 200 would say that it was understood."""
    talk = Talk()
    kind = ("Content-Type", "application/media_control+xml")
    (refusal,) = talk.put("INFO", body=b"<media_control/>", extra=[kind])
    assert refusal.status == 415
    assert refusal.headers.get("Accept") == "application/dtmf-relay, application/dtmf"
    assert talk.script.took(InfoReceived) == []
    optional = ("Content-Disposition", "signal;handling=optional")
    assert kinds(talk.put("INFO", body=b"<x/>", extra=[kind, optional])) == [200]
    assert talk.script.one(InfoReceived).digits == ""


def test_an_info_without_a_body_asks_whether_the_call_is_there():
    assert kinds(Talk().put("INFO")) == [200]


def test_an_info_package_that_we_did_not_ask_for():
    """RFC 6086 4.2.2"""
    talk = Talk()
    assert kinds(talk.put("INFO", extra=[("Info-Package", "foo")])) == [469]
    assert talk.script.took(InfoReceived) == []


def test_a_prack_inside_an_answered_call_acknowledges_nothing():
    assert kinds(Talk().put("PRACK", extra=[("RAck", "1 1 INVITE")])) == [481]


@pytest.mark.parametrize(
    "command",
    [
        commands.Answer(leg="x", body=ANSWER),
        commands.Reject(leg="x", status=486),
        commands.Provisional(leg="x"),
        commands.Acknowledge(leg="x", answer=ANSWER),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_an_answered_call_does_not_take(command):
    talk = Talk()
    fields = {name: getattr(command, name) for name in command.__slots__ if name != "leg"}
    with pytest.raises(LocalError):
        talk.do(type(command), **fields)


def test_a_caller_behind_an_address_translator_is_answered_and_called_there():
    script = Script()
    outside = script.peer._replace(host="203.0.113.9", port=31_044)
    via = "SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bKq"  # no rport
    invite = request(body=OFFER, via=via, contact="<sip:alice@192.168.1.5>")
    script.put(invite, outside)
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    script.put(request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}"), outside)
    script.do(commands.Bye(leg=leg))
    assert {peer for _, _, peer in script.sent} == {outside}


def test_what_could_overtake_our_2xx_waits_for_its_ack():
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    for key in (b"1", b"2"):
        assert script.do(commands.SendInfo(leg=leg, content_type="text/plain", body=key)) == []
    sent = script.put(request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}"))
    assert [(one.method, one.body) for one in sent] == [("INFO", b"1"), ("INFO", b"2")]


@pytest.mark.parametrize("answered", [False, True])
def test_a_call_over_a_connection_that_is_gone(answered):
    script = Script()
    flow = script.peer._replace(transport="ws", flow=17, port=40_000)
    via = "SIP/2.0/WS x.invalid;branch=z9hG4bKw"
    script.put(request(body=OFFER, via=via, contact="<sip:a@x.invalid;transport=ws>"), flow)
    leg = script.one(InviteReceived).leg
    if answered:
        script.do(commands.Answer(leg=leg, body=ANSWER))
        script.put(request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}", via=via), flow)
        script.events.clear()
    assert script.do(commands.FlowClosed(flow=18)) == []
    script.do(commands.FlowClosed(flow=17))
    ended = Ended(leg=leg, by="failure", cause="transport", status=503)
    assert script.one(Ended) == ended
    script.run(100_000)
    assert empty(script.agent)


def circles_after(call):
    """How many objects a call leaves that only a look for circles finds."""
    gc.collect()
    gc.disable()
    try:
        call()
        return gc.collect()
    finally:
        gc.enable()


def test_a_call_of_theirs_leaves_no_circle():
    """Its memory is free when the call is over: looks for circles cost milliseconds at once."""
    talk = Talk()
    talk.put("INFO", number=1)

    def end():
        talk.put("BYE")
        talk.script.run(100_000)
        talk.script.events.clear()
        talk.script.sent.clear()

    assert circles_after(end) == 0


def test_a_call_of_ours_leaves_no_circle():
    script = Script()
    invite = commands.Invite(
        leg="out",
        targets=(Peer("udp", "192.0.2.7", 5060),),
        uri=uri("sip:bob@192.0.2.7"),
        from_=name("<sip:alice@192.0.2.9>"),
        offer=OFFER,
    )

    def call():
        (asked,) = script.do(invite)
        script.put(reply(asked, 200, body=ANSWER))
        (bye,) = script.do(commands.Bye(leg="out"))
        script.put(reply(bye, 200))
        script.run(100_000)
        script.events.clear()
        script.sent.clear()

    assert circles_after(call) == 0

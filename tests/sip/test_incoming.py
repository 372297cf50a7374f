"""A call of theirs until it is answered: provisional responses, answer, refusal, CANCEL."""

import pytest
from msgspec.structs import replace
from sip_net import ANSWER, OFFER, Script, empty, request

from ringfence.kernel.errors import LocalError
from ringfence.sip import commands
from ringfence.sip.events import (
    Ended,
    Established,
    InviteReceived,
    OfferAnswered,
    OfferReceived,
)
from ringfence.sip.message import Request

REL = [("Supported", "100rel")]


class Call:
    """An INVITE that has arrived."""

    def __init__(self, body=OFFER, extra=(), **kwargs):
        self.script = Script()
        self.invite = request(body=body, extra=extra, branch="z9hG4bK-i", **kwargs)
        self.first = self.script.put(self.invite)
        self.event = self.script.one(InviteReceived)
        self.leg = self.event.leg
        self.number = 1

    def do(self, command, **kwargs):
        return self.script.do(command(leg=self.leg, **kwargs))

    def inside(self, method, *, body=b"", extra=(), number=None, branch=None):
        """A request of the caller inside the dialog."""
        if number is None:
            self.number += 1
            number = self.number
        return request(
            method,
            to=f"<sip:echo@192.0.2.9>;tag={self.leg}",
            number=number,
            body=body,
            extra=extra,
            branch=branch,
        )

    def ack(self, body=b""):
        return self.script.put(self.inside("ACK", number=1, body=body))

    def ack_refusal(self):
        ack = self.inside("ACK", number=1, branch="z9hG4bK-i")
        return self.script.put(ack)

    def cancel(self, extra=()):
        return self.script.put(request("CANCEL", branch="z9hG4bK-i", extra=extra))

    def prack(self, response, body=b""):
        rack = f"{response.headers.get('RSeq')} 1 INVITE"
        return self.script.put(self.inside("PRACK", extra=[("RAck", rack)], body=body))

    def leaves_nothing(self):
        self.script.run(self.script.at + 100_000)
        return empty(self.script.agent)


def test_100_leaves_at_once_and_the_call_is_shown():
    call = Call()
    assert [one.status for one in call.first] == [100]
    assert call.first[0].to_tag is None
    event = call.event
    assert (event.source, event.username) == ("trunk", "")
    assert event.offer == OFFER
    assert event.reliable is False
    assert event.replaces is None
    assert event.peer == call.script.peer


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (commands.Answer(leg="", body=ANSWER), 200),
        (commands.Provisional(leg=""), 180),
        (commands.Reject(leg="", status=486), 486),
    ],
)
def test_what_is_answered_before_the_output_is_taken_needs_no_100(command, status):
    """RFC 3261 17.2.1: 100 is for those who would have to wait 200 ms."""
    script = Script()
    invite = request(body=OFFER, branch="z9hG4bK-i")
    script.agent.receive(invite.to_bytes(), script.peer, script.now)
    (event,) = script.agent.take_events()
    script.agent.do(replace(command, leg=event.leg), script.now)
    assert [one.status for one in script.collect()] == [status]
    assert [one.status for one in script.put(invite)] == ([] if status == 200 else [status])


def test_a_repeated_invite_is_the_same_call():
    call = Call()
    assert [one.status for one in call.script.put(call.invite)] == [100]
    call.do(commands.Provisional)
    assert [one.status for one in call.script.put(call.invite)] == [180]
    call.do(commands.Answer, body=ANSWER)
    assert call.script.put(call.invite) == []
    assert call.script.took(InviteReceived) == []


def test_a_provisional_response():
    call = Call()
    (ringing,) = call.do(commands.Provisional, status=183, body=ANSWER, headers=(("X-Test", "1"),))
    assert ringing.status == 183
    assert ringing.to_tag == call.leg
    assert ringing.body == ANSWER
    assert ringing.content_type == "application/sdp"
    assert ringing.headers.get("X-Test") == "1"
    assert ringing.contact.uri.host == "192.0.2.9"
    assert "RSeq" not in ringing.headers


def test_ringing_shows_itself_every_minute():
    """13.3.1.1, so that no proxy on the way runs into its timer C."""
    call = Call()
    call.do(commands.Provisional)
    call.script.sent.clear()
    call.script.run(180_000)
    assert call.script.kinds() == [(60_000, 180), (120_000, 180), (180_000, 180)]


def test_answer_and_ack():
    call = Call()
    (ok,) = call.do(commands.Answer, body=ANSWER, headers=(("X-Test", "1"),))
    assert (ok.status, ok.body, ok.to_tag) == (200, ANSWER, call.leg)
    assert {"invite", "bye", "refer", "update"} <= ok.allow
    assert ok.headers.get("X-Test") == "1"
    call.ack()
    assert call.script.one(Established) == Established(leg=call.leg, answer=b"")
    assert call.script.run(40_000) == []


def test_the_2xx_is_repeated_up_to_t2_and_a_missing_ack_ends_the_call():
    """13.3.1.4"""
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    call.script.sent.clear()
    call.script.run(40_000)
    again = [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
    assert [at for at, kind in call.script.kinds() if kind == 200] == again
    assert (32_000, "BYE") in call.script.kinds()
    assert call.script.one(Ended) == Ended(leg=call.leg, by="failure", cause="no_ack", status=408)
    assert call.leaves_nothing()


def test_the_2xx_is_repeated_over_tcp_too():
    script = Script(peer=Script().peer._replace(transport="tcp", flow=17))
    script.put(request(body=OFFER, via="SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK-t"))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    script.sent.clear()
    script.run(1_500)
    assert script.kinds() == [(500, 200), (1_500, 200)]
    assert {peer for _, _, peer in script.sent} == {script.peer}


def test_an_ack_ends_the_repetitions_and_a_second_one_changes_nothing():
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    call.script.run(700)
    call.ack()
    call.ack()
    call.script.sent.clear()
    call.script.run(60_000)
    assert call.script.sent == []
    assert len(call.script.took(Established)) == 1


def test_an_ack_of_another_number_is_none():
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    call.script.put(call.inside("ACK", number=2))
    assert call.script.took(Established) == []


def test_without_an_offer_our_2xx_offers_and_the_ack_answers():
    call = Call(body=b"")
    assert call.event.offer == b""
    (ok,) = call.do(commands.Answer, body=OFFER)
    assert ok.body == OFFER
    call.ack(ANSWER)
    assert call.script.one(Established).answer == ANSWER


@pytest.mark.parametrize("body", [OFFER, b""])
def test_an_answer_without_a_description_is_a_bug(body):
    with pytest.raises(LocalError):
        Call(body=body).do(commands.Answer, body=b"")


def test_a_refusal():
    call = Call()
    (busy,) = call.do(
        commands.Reject,
        status=486,
        reason="No Time",
        q850=17,
        retry_after=60,
        headers=(("X-Test", "1"),),
    )
    assert (busy.status, busy.reason, busy.to_tag) == (486, "No Time", call.leg)
    assert busy.headers.get("Reason") == "Q.850;cause=17"
    assert busy.headers.get("Retry-After") == "60"
    assert busy.headers.get("X-Test") == "1"
    ended = Ended(leg=call.leg, by="local", cause="refused", status=486, q850=17)
    assert call.script.one(Ended) == ended
    call.ack_refusal()
    assert call.leaves_nothing()


def test_the_ack_of_a_refusal_lets_the_transaction_go_after_t4():
    call = Call()
    call.do(commands.Reject, status=486)
    call.ack_refusal()
    call.script.run(4_999)
    assert call.script.agent.census()["server_transactions"] == 1
    call.script.run(5_000)
    assert empty(call.script.agent)


def test_bye_refuses_a_ringing_call():
    call = Call()
    (gone,) = call.do(commands.Bye, status=404)
    assert gone.status == 404
    assert call.script.one(Ended).cause == "refused"


@pytest.mark.parametrize("status", [100, 200, 299, 700])
def test_a_refusal_with_a_status_that_is_none(status):
    with pytest.raises(LocalError):
        Call().do(commands.Reject, status=status)


@pytest.mark.parametrize("status", [100, 200, 486])
def test_a_provisional_response_with_a_status_that_is_none(status):
    with pytest.raises(LocalError):
        Call().do(commands.Provisional, status=status)


def test_cancel_is_for_calls_of_ours():
    with pytest.raises(LocalError):
        Call().do(commands.Cancel)


@pytest.mark.parametrize(
    "command", [commands.Reject(leg="x", status=486), commands.Provisional(leg="x")]
)
def test_after_the_answer_it_is_too_late(command):
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    with pytest.raises(LocalError):
        call.do(type(command), status=command.status)


# -- CANCEL and BYE before the answer ------------------------------------------------------------


def test_a_cancel():
    call = Call()
    ok, gone = call.cancel([("Reason", "Q.850;cause=31")])
    assert (ok.status, ok.cseq.method) == (200, "CANCEL")
    assert (gone.status, gone.cseq.method) == (487, "INVITE")
    assert ok.to_tag == gone.to_tag == call.leg  # 9.2
    ended = Ended(leg=call.leg, by="remote", cause="cancelled", status=487, q850=31)
    assert call.script.one(Ended) == ended
    (again,) = call.cancel()  # a repetition, and the leg is gone
    assert (again.status, again.to_tag) == (200, call.leg)
    call.ack_refusal()
    assert call.leaves_nothing()


def test_commands_for_a_cancelled_call_are_ignored():
    call = Call()
    call.cancel()
    assert call.do(commands.Answer, body=ANSWER) == []
    assert call.do(commands.Bye) == []


def test_a_cancel_after_the_answer_has_no_effect():
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    assert [one.status for one in call.cancel()] == [200]
    assert call.script.took(Ended) == []


def test_a_bye_before_the_answer():
    call = Call()
    call.do(commands.Provisional)
    ok, gone = call.script.put(call.inside("BYE"))
    assert (ok.status, ok.cseq.method) == (200, "BYE")
    assert (gone.status, gone.cseq.method) == (487, "INVITE")
    assert call.script.one(Ended).cause == "cancelled"
    call.ack_refusal()
    assert call.leaves_nothing()


def test_a_bye_that_overtakes_the_ack():
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    assert [one.status for one in call.script.put(call.inside("BYE"))] == [200]
    assert call.script.one(Ended).cause == "bye"
    assert call.script.run(60_000) == []
    assert call.leaves_nothing()


def test_our_bye_waits_for_the_ack():
    """RFC 3261 15: the callee must not send BYE before the ACK."""
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    assert call.do(commands.Bye, q850=16) == []
    assert call.script.one(Ended).by == "local"
    assert [one.status for one in call.script.run(500)] == [200]
    (bye,) = call.ack()
    assert bye.method == "BYE"
    assert bye.headers.get("Reason") == "Q.850;cause=16"
    assert call.script.took(Established) == []
    assert call.leaves_nothing()


def test_our_bye_leaves_without_an_ack_when_the_patience_ends():
    call = Call()
    call.do(commands.Answer, body=ANSWER)
    call.do(commands.Bye)
    call.script.run(32_000)
    assert (32_000, "BYE") in call.script.kinds()
    assert len(call.script.took(Ended)) == 1
    assert call.leaves_nothing()


def test_nobody_answers_for_half_an_hour():
    call = Call()
    call.do(commands.Provisional)
    call.script.run(1_800_000)
    assert call.script.kinds()[-1] == (1_800_000, 487)
    assert call.script.one(Ended).cause == "timeout"
    assert call.leaves_nothing()


def test_the_caller_may_set_a_limit():
    """13.3.1: the INVITE's Expires."""
    call = Call(extra=[("Expires", "30")])
    call.script.run(29_999)
    assert call.script.took(Ended) == []
    call.script.run(30_000)
    assert call.script.one(Ended).status == 487


# -- reliable provisional responses (RFC 3262) ---------------------------------------------------


def test_a_reliable_response_and_its_prack():
    call = Call(extra=REL)
    assert call.event.reliable
    (ringing,) = call.do(commands.Provisional, status=183, body=ANSWER, reliable=True)
    assert ringing.require == {"100rel"}
    assert [one.status for one in call.script.run(500)] == [183]
    (ok,) = call.prack(ringing)
    assert (ok.status, ok.cseq.method) == (200, "PRACK")
    assert call.script.run(59_000) == []


def test_a_caller_without_100rel_gets_an_unreliable_one():
    (ringing,) = Call().do(commands.Provisional, reliable=True)
    assert "RSeq" not in ringing.headers


def test_a_caller_that_requires_100rel_gets_nothing_else():
    call = Call(extra=[("Require", "100rel")])
    (ringing,) = call.do(commands.Provisional)
    assert ringing.headers.get("RSeq")


def test_the_2xx_waits_for_the_prack_of_a_response_with_an_answer():
    call = Call(extra=REL)
    (ringing,) = call.do(commands.Provisional, status=183, body=ANSWER, reliable=True)
    assert call.do(commands.Answer, body=b"") == []
    prack_ok, ok = call.prack(ringing)
    assert (prack_ok.cseq.method, ok.cseq.method, ok.status) == ("PRACK", "INVITE", 200)
    assert ok.body == b""
    call.ack()
    assert call.script.one(Established)


def test_the_2xx_does_not_wait_for_the_prack_of_a_mere_ringing():
    call = Call(extra=REL)
    call.do(commands.Provisional, reliable=True)
    (ok,) = call.do(commands.Answer, body=ANSWER)
    assert ok.status == 200
    call.ack()
    assert call.script.run(60_000) == []


def test_a_prack_that_never_comes_ends_the_call_with_504():
    call = Call(extra=REL)
    call.do(commands.Provisional, reliable=True)
    call.script.run(32_000)
    assert (32_000, 504) in call.script.kinds()
    assert call.script.one(Ended) == Ended(leg=call.leg, by="failure", cause="lost", status=504)
    call.ack_refusal()
    assert call.leaves_nothing()


def test_a_prack_for_nothing_is_481():
    call = Call(extra=REL)
    assert [
        one.status for one in call.script.put(call.inside("PRACK", extra=[("RAck", "1 1 INVITE")]))
    ] == [481]


def test_an_offer_in_a_prack_is_answered_in_its_2xx():
    call = Call(extra=REL)
    (ringing,) = call.do(commands.Provisional, status=183, body=ANSWER, reliable=True)
    assert call.prack(ringing, OFFER) == []
    event = call.script.one(OfferReceived)
    assert (event.method, event.offer) == ("PRACK", OFFER)
    (ok,) = call.do(commands.AnswerOffer, body=ANSWER)
    assert (ok.cseq.method, ok.body) == ("PRACK", ANSWER)


def test_an_offer_before_our_answer_is_refused():
    """RFC 3311 5.2"""
    call = Call(extra=REL)
    call.do(commands.Provisional, reliable=True)
    (refused,) = call.script.put(call.inside("UPDATE", body=OFFER))
    assert refused.status == 500
    assert int(refused.headers.get("Retry-After")) <= 10


INSISTS = [("Require", "100rel")]


@pytest.mark.parametrize("extra", [REL, INSISTS])
def test_to_an_invite_without_offer_the_first_reliable_response_offers(extra):
    """RFC 3262 section 5: the answer comes in the PRACK, and the 2xx has nothing to add."""
    call = Call(body=b"", extra=extra)
    (ringing,) = call.do(commands.Provisional, body=OFFER, reliable=True)
    assert (ringing.status, ringing.body, ringing.require) == (180, OFFER, {"100rel"})
    (ok,) = call.prack(ringing, ANSWER)
    assert (ok.status, ok.cseq.method) == (200, "PRACK")
    assert call.script.one(OfferAnswered) == OfferAnswered(leg=call.leg, body=ANSWER)
    (accepted,) = call.do(commands.Answer, body=OFFER)
    assert (accepted.status, accepted.body) == (200, b"")
    call.ack()
    assert call.script.one(Established).answer == b""
    (changed,) = call.do(commands.Reoffer, offer=OFFER)
    assert changed.body == OFFER  # nothing is left open that a new offer would cross


def test_an_answer_of_ours_waits_for_the_prack_that_answers_our_offer():
    call = Call(body=b"", extra=INSISTS)
    (ringing,) = call.do(commands.Provisional, body=OFFER)
    assert call.do(commands.Answer, body=OFFER) == []
    prack_ok, ok = call.prack(ringing, ANSWER)
    assert (prack_ok.cseq.method, ok.cseq.method, ok.body) == ("PRACK", "INVITE", b"")
    assert call.script.one(OfferAnswered).body == ANSWER


def test_a_prack_that_owes_an_answer_and_has_none_ends_the_call():
    call = Call(body=b"", extra=INSISTS)
    (ringing,) = call.do(commands.Provisional, body=OFFER)
    assert [one.status for one in call.prack(ringing)] == [200, 488]
    ended = Ended(leg=call.leg, by="failure", cause="refused", status=488)
    assert call.script.one(Ended) == ended
    call.ack_refusal()
    assert call.leaves_nothing()


def test_an_offer_of_theirs_crosses_ours():
    """RFC 3311 5.2"""
    call = Call(body=b"", extra=INSISTS)
    call.do(commands.Provisional, body=OFFER)
    (refused,) = call.script.put(call.inside("UPDATE", body=OFFER))
    assert refused.status == 491


@pytest.mark.parametrize(("extra", "sent"), [(REL, [(180, False)]), (INSISTS, [])])
def test_a_reliable_response_that_could_not_offer_is_none(extra, sent):
    call = Call(body=b"", extra=extra)
    rings = call.do(commands.Provisional, reliable=True)
    assert [(one.status, "RSeq" in one.headers) for one in rings] == sent
    (ok,) = call.do(commands.Answer, body=OFFER)
    assert (ok.status, ok.body) == (200, OFFER)


def test_early_media_is_repeated_with_the_ringing():
    call = Call()
    call.do(commands.Provisional, status=183, body=ANSWER)
    (again,) = call.script.run(60_000)
    assert (again.status, again.body) == (183, ANSWER)


def test_the_session_timer_of_the_2xx():
    call = Call(extra=[("Supported", "timer"), ("Session-Expires", "600;refresher=uas")])
    (ok,) = call.do(commands.Answer, body=ANSWER)
    assert ok.headers.get("Session-Expires") == "600;refresher=uas"
    assert "timer" not in ok.require
    call = Call(extra=[("Supported", "timer"), ("Session-Expires", "600")])
    (ok,) = call.do(commands.Answer, body=ANSWER)
    assert ok.headers.get("Session-Expires") == "600;refresher=uac"
    assert ok.require == {"timer"}


def test_an_invite_without_contact_is_malformed():
    script = Script()
    (bad,) = script.put(request(contact=None, body=OFFER))
    assert bad.status == 400
    assert script.took(InviteReceived) == []


def test_the_record_route_is_copied():
    call = Call(
        extra=[("Record-Route", "<sip:p1.example.com;lr>"), ("Record-Route", "<sip:p2;lr>")]
    )
    (ok,) = call.do(commands.Answer, body=ANSWER)
    assert [hop.uri.host for hop in ok.record_routes] == ["p1.example.com", "p2"]
    call.ack()
    (bye,) = call.do(commands.Bye)
    assert isinstance(bye, Request)
    assert [hop.uri.host for hop in bye.routes] == ["p1.example.com", "p2"]

"""A call of ours until it is answered: targets, challenges, forks, CANCEL (RFC 3261 13.2, 9.1)."""

import pytest
from sip_net import ANSWER, OFFER, PASSWORD, STRANGER, Script, empty, name, reply, request, uri

from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import FORKS_MAX
from ringfence.sip import commands
from ringfence.sip.commands import Credentials
from ringfence.sip.events import Answered, Ended, OfferReceived, Peer, Progress

ONE, TWO = Peer("udp", "192.0.2.1", 5060), Peer("udp", "192.0.2.3", 5060)
CHALLENGE = [("WWW-Authenticate", 'Digest realm="r", nonce="n1", qop="auth"')]
REL = [("Require", "100rel"), ("RSeq", "9")]


class Call:
    """An INVITE that has left."""

    def __init__(self, offer=OFFER, targets=(ONE,), **kwargs):
        self.script = Script()
        self.leg = "L1"
        command = commands.Invite(
            leg=self.leg,
            targets=targets,
            uri=uri("sip:bob@192.0.2.1"),
            from_=name("<sip:+12025550123@192.0.2.9>"),
            offer=offer,
            **kwargs,
        )
        (self.invite,) = self.script.do(command)

    def do(self, command, **kwargs):
        return self.script.do(command(leg=self.leg, **kwargs))

    def answer(self, status, **kwargs):
        return self.script.put(reply(self.invite, status, **kwargs))

    def establish(self):
        (ack,) = self.answer(200, body=ANSWER)
        return ack

    def inside(self, method, **kwargs):
        return request(
            method,
            to=self.invite.headers.get("From"),
            from_="<sip:bob@192.0.2.1>;tag=b1",
            call_id=self.invite.call_id,
            **kwargs,
        )

    def leaves_nothing(self):
        self.script.run(self.script.at + 100_000)
        return empty(self.script.agent)


def kinds(messages):
    return [getattr(one, "method", None) or one.status for one in messages]


def test_the_invite():
    call = Call(
        headers=(("X-Test", "1"),), route=(name("<sip:p.example.com;lr>"),), max_forwards=12
    )
    invite = call.invite
    assert invite.method == "INVITE"
    assert str(invite.uri) == str(invite.to.uri) == "sip:bob@192.0.2.1"
    assert invite.from_tag
    assert invite.to_tag is None
    assert invite.body == OFFER
    assert invite.content_type == "application/sdp"
    assert invite.max_forwards == 12
    assert invite.headers.get("X-Test") == "1"
    assert invite.supported == {"100rel", "timer", "replaces"}
    assert invite.headers.get("Session-Expires") == "1800"
    assert [hop.uri.host for hop in invite.routes] == ["p.example.com"]
    assert invite.via.wants_rport
    assert str(invite.contact.uri) == "sip:+12025550123@192.0.2.9:5060"


def test_the_to_header_may_differ():
    assert str(Call(to=name("<sip:team@example.com>")).invite.to.uri) == "sip:team@example.com"


def test_without_an_offer_100rel_is_not_supported():
    assert Call(offer=b"").invite.supported == {"timer", "replaces"}
    assert Call(reliable=False).invite.supported == {"timer", "replaces"}


def test_a_call_without_target_or_with_a_key_in_use_is_a_bug():
    with pytest.raises(LocalError):
        Call(targets=())
    call = Call()
    with pytest.raises(LocalError):
        call.script.do(
            commands.Invite(leg="L1", targets=(ONE,), uri=uri("sip:b@c"), from_=name("<sip:a@b>"))
        )


def test_progress_and_answer():
    call = Call()
    call.answer(100)
    assert call.script.took(Progress) == []
    call.answer(180)
    assert call.script.one(Progress) == Progress(leg="L1", status=180, fork="b1")
    (ack,) = call.answer(200, body=ANSWER)
    answered = call.script.one(Answered)
    assert (answered.body, answered.fork, answered.wants_answer) == (ANSWER, "b1", False)
    assert answered.peer == ONE
    assert (ack.method, ack.cseq.number, ack.to_tag) == ("ACK", 1, "b1")
    assert ack.via.branch != call.invite.via.branch  # 13.2.2.4: a transaction of its own
    assert str(ack.uri) == "sip:bob@192.0.2.1"


def test_each_copy_of_the_2xx_gets_the_same_ack():
    call = Call()
    ack = call.establish()
    for at in (500, 1_500, 31_000):
        call.script.run(at)
        (again,) = call.answer(200, body=ANSWER)
        assert again.to_bytes() == ack.to_bytes()
    assert len(call.script.took(Answered)) == 1


def test_a_copy_that_comes_after_our_bye_is_still_acknowledged():
    call = Call()
    call.establish()
    (bye,) = call.do(commands.Bye)
    assert kinds(call.answer(200, body=ANSWER)) == ["ACK"]
    call.script.put(reply(bye, 200))
    assert call.leaves_nothing()


def test_the_route_of_the_2xx_is_followed():
    call = Call()
    routes = [("Record-Route", "<sip:192.0.2.50;lr>"), ("Record-Route", "<sip:192.0.2.51;lr>")]
    (ack,) = call.answer(200, body=ANSWER, extra=routes)
    assert [hop.uri.host for hop in ack.routes] == ["192.0.2.51", "192.0.2.50"]
    assert call.script.sent[-1][2].host == "192.0.2.51"


def test_without_an_offer_the_2xx_offers_and_the_switch_answers():
    call = Call(offer=b"")
    assert call.answer(200, body=OFFER) == []
    answered = call.script.one(Answered)
    assert answered.wants_answer
    assert answered.body == OFFER
    assert call.answer(200, body=OFFER) == []  # a copy: nothing to say yet
    (ack,) = call.do(commands.Acknowledge, answer=ANSWER)
    assert (ack.method, ack.body) == ("ACK", ANSWER)
    assert [one.body for one in call.answer(200, body=OFFER)] == [ANSWER]


def test_hanging_up_before_our_answer_is_ack_and_bye():
    call = Call(offer=b"")
    call.answer(200, body=OFFER)
    assert kinds(call.do(commands.Bye)) == ["ACK", "BYE"]
    assert call.script.one(Ended).cause == "bye"


@pytest.mark.parametrize("status", [404, 480, 486, 500, 603])
def test_a_refusal(status):
    call = Call()
    extra = [("Reason", "Q.850;cause=17"), ("Retry-After", "60 (busy)")]
    (ack,) = call.answer(status, extra=extra)
    assert ack.method == "ACK"
    assert ack.via.branch == call.invite.via.branch
    ended = call.script.one(Ended)
    assert ended == Ended(
        leg="L1", by="remote", cause="refused", status=status, q850=17, retry_after=60
    )
    assert ended.response is not None
    assert ended.response.status == status
    assert call.leaves_nothing()


def test_nobody_answers():
    call = Call()
    call.script.run(32_000)
    assert call.script.one(Ended) == Ended(leg="L1", by="failure", cause="timeout", status=408)
    assert call.leaves_nothing()


def test_it_rings_for_too_long():
    """Timer C: three minutes without a sign, then CANCEL."""
    call = Call()
    call.answer(180)
    call.script.run(100_000)
    call.answer(180)
    call.script.run(279_999)
    assert call.script.took(Ended) == []
    sent = call.script.run(280_000)
    assert kinds(sent) == ["CANCEL"]
    assert call.script.one(Ended).cause == "timeout"
    assert call.leaves_nothing()


# -- targets -------------------------------------------------------------------------------------


def test_a_silent_target_is_left_after_four_seconds():
    call = Call(targets=(ONE, TWO))
    sent = call.script.run(4_000)
    assert [(at, peer.host) for at, _, peer in call.script.sent] == [
        (0, "192.0.2.1"),
        (500, "192.0.2.1"),
        (1_500, "192.0.2.1"),
        (3_500, "192.0.2.1"),
        (4_000, "192.0.2.3"),
    ]
    second = sent[-1]
    assert second.call_id == call.invite.call_id
    assert second.via.branch != call.invite.via.branch
    call.script.put(reply(second, 200, body=ANSWER))
    assert call.script.one(Answered).peer == TWO
    assert call.leaves_nothing() is False  # the call is up
    call.do(commands.Bye)
    assert call.leaves_nothing()


def test_a_late_sign_of_the_target_we_left_is_answered_with_cancel():
    call = Call(targets=(ONE, TWO))
    call.script.run(4_000)
    assert kinds(call.answer(180)) == ["CANCEL"]
    assert call.script.took(Progress) == []
    assert kinds(call.answer(487)) == ["ACK"]
    assert call.script.took(Ended) == []


def test_a_late_answer_of_the_target_we_left_is_taken():
    call = Call(targets=(ONE, TWO))
    (*_, second) = call.script.run(4_000)
    call.script.put(reply(second, 180))
    sent = call.answer(200, body=ANSWER)
    assert kinds(sent) == ["CANCEL", "ACK"]
    assert call.script.one(Answered).peer == ONE
    # The other one answers nevertheless.
    assert kinds(call.script.put(reply(second, 200, tag="b2", body=ANSWER))) == ["ACK", "BYE"]
    assert call.script.took(Ended) == []


def test_503_sends_us_to_the_next_target():
    call = Call(targets=(ONE, TWO))
    ack, second = call.answer(503)
    assert kinds([ack, second]) == ["ACK", "INVITE"]
    assert call.script.sent[-1][2] == TWO
    call.script.put(reply(second, 503))
    assert call.script.one(Ended).status == 503


def test_a_broken_transport_sends_us_to_the_next_target():
    call = Call(targets=(ONE, TWO))
    (second,) = call.script.do(commands.SendFailed(peer=ONE))
    assert second.method == "INVITE"
    call.script.do(commands.SendFailed(peer=TWO))
    assert call.script.one(Ended) == Ended(leg="L1", by="failure", cause="transport", status=503)
    assert call.leaves_nothing()


@pytest.mark.parametrize("others", [(), (TWO,)])
def test_a_connection_that_closes_before_any_answer_is_as_good_as_a_503(others):
    """17.1.4, 8.1.3.1: at once, not when the time is over."""
    far = Peer("tcp", "192.0.2.1", 5060)
    call = Call(targets=(far, *others))
    closed = commands.FlowClosed(flow=17, peer=far)
    assert kinds(call.script.do(closed)) == ["INVITE"] * len(others)
    failed = Ended(leg="L1", by="failure", cause="transport", status=503)
    assert call.script.took(Ended) == ([] if others else [failed])


def test_one_that_closes_later_or_elsewhere_is_not():
    """18.2.2: who has said that they are at it may answer over another connection."""
    far = Peer("tcp", "192.0.2.1", 5060)
    call = Call(targets=(far,))
    call.script.do(commands.FlowClosed(flow=17, peer=far._replace(port=5070)))
    call.answer(100)
    call.script.do(commands.FlowClosed(flow=17, peer=far))
    assert call.script.took(Ended) == []


def test_a_target_that_rings_is_not_left():
    call = Call(targets=(ONE, TWO))
    call.answer(100)
    call.script.run(100_000)
    assert {peer for _, _, peer in call.script.sent} == {ONE}


# -- challenges ----------------------------------------------------------------------------------


def test_a_challenge_is_answered():
    call = Call(credentials=Credentials("desk", PASSWORD))
    ack, again = call.answer(401, extra=CHALLENGE)
    assert kinds([ack, again]) == ["ACK", "INVITE"]
    assert again.cseq.number == 2
    assert again.from_tag == call.invite.from_tag
    assert again.headers.get("Authorization")
    (ack,) = call.script.put(reply(again, 200, body=ANSWER))
    # 22.1: the ACK carries the INVITE's credentials, because it cannot be challenged.
    assert ack.headers.get("Authorization") == again.headers.get("Authorization")
    (bye,) = call.do(commands.Bye)
    assert bye.headers.get("Authorization")


@pytest.mark.parametrize("status", [401, 407])
def test_refused_credentials_end_the_call(status):
    header = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    extra = [(header, CHALLENGE[0][1])]
    call = Call(credentials=Credentials("desk", "wrong"))
    _, again = call.answer(status, extra=extra)
    call.script.put(reply(again, status, extra=extra))
    assert call.script.one(Ended).status == status


def test_without_credentials_a_challenge_ends_the_call():
    call = Call()
    call.answer(401, extra=CHALLENGE)
    assert call.script.one(Ended).status == 401


def test_a_challenged_bye_is_signed():
    call = Call(credentials=Credentials("desk", PASSWORD))
    call.establish()
    (bye,) = call.do(commands.Bye)
    (again,) = call.script.put(reply(bye, 401, extra=CHALLENGE))
    assert (again.method, again.cseq.number) == ("BYE", bye.cseq.number + 1)
    call.script.put(reply(again, 200))
    assert call.leaves_nothing()


def test_too_small_a_session_interval_is_raised():
    call = Call(session_expires=90)
    _, again = call.answer(422, extra=[("Min-SE", "300")])
    assert again.headers.get("Session-Expires") == "300"
    assert again.headers.get("Min-SE") == "300"
    call.script.put(reply(again, 422, extra=[("Min-SE", "300")]))
    assert call.script.one(Ended).status == 422


# -- forks ---------------------------------------------------------------------------------------


def test_the_first_answer_is_the_call_and_any_other_gets_ack_and_bye():
    call = Call()
    call.answer(180, tag="b1")
    call.answer(180, tag="b2")
    assert [one.fork for one in call.script.took(Progress)] == ["b1", "b2"]
    assert kinds(call.answer(200, tag="b2", body=ANSWER)) == ["ACK"]
    ack, bye = call.answer(200, tag="b1", contact="<sip:bob2@192.0.2.1>", body=ANSWER)
    assert kinds([ack, bye]) == ["ACK", "BYE"]
    assert (ack.to_tag, bye.to_tag) == ("b1", "b1")
    assert str(bye.uri) == "sip:bob2@192.0.2.1"
    # A copy of the unwanted 2xx is acknowledged, not hung up again.
    assert kinds(call.answer(200, tag="b1", body=ANSWER)) == ["ACK"]
    assert len(call.script.took(Answered)) == 1
    assert call.script.took(Ended) == []


def test_the_number_of_forks_is_bounded():
    call = Call()
    for index in range(FORKS_MAX + 20):
        call.answer(180, tag=f"b{index}")
    assert len(call.script.agent._legs["L1"]._forks) == FORKS_MAX


def test_a_reliable_response_gets_a_prack():
    call = Call()
    (prack,) = call.answer(183, body=ANSWER, extra=REL)
    assert prack.method == "PRACK"
    assert prack.headers.get("RAck") == "9 1 INVITE"
    assert (prack.to_tag, prack.cseq.number) == ("b1", 2)
    assert call.script.one(Progress) == Progress(
        leg="L1", status=183, fork="b1", body=ANSWER, reliable=True
    )
    assert call.answer(183, body=ANSWER, extra=REL) == []
    assert call.script.took(Progress) == []
    call.script.put(reply(prack, 200))
    # The 2xx need not repeat the answer, and the next request counts on.
    call.answer(200)
    assert call.script.one(Answered).body == ANSWER
    (bye,) = call.do(commands.Bye)
    assert bye.cseq.number == 3


def test_each_fork_counts_its_own_reliable_responses():
    call = Call()
    (one,) = call.answer(183, tag="b1", extra=REL)
    (two,) = call.answer(183, tag="b2", extra=[("Require", "100rel"), ("RSeq", "700")])
    assert (one.to_tag, two.to_tag) == ("b1", "b2")
    assert two.headers.get("RAck") == "700 1 INVITE"


def test_an_update_in_an_early_dialog():
    call = Call()
    call.answer(183, body=ANSWER, extra=REL)
    assert call.script.put(call.inside("UPDATE", body=OFFER, number=1)) == []
    assert call.script.one(OfferReceived).method == "UPDATE"
    (ok,) = call.do(commands.AnswerOffer, body=ANSWER)
    assert (ok.status, ok.body) == (200, ANSWER)


def test_an_update_before_our_offer_is_answered_is_glare():
    call = Call()
    call.answer(180)
    assert kinds(call.script.put(call.inside("UPDATE", body=OFFER, number=1))) == [491]


def test_the_callee_must_not_hang_up_an_early_dialog():
    call = Call()
    call.answer(180)
    assert kinds(call.script.put(call.inside("BYE", number=1))) == [481]
    assert call.script.took(Ended) == []


# -- CANCEL --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [commands.Cancel, commands.Bye])
def test_a_ringing_call_is_cancelled(command):
    call = Call(headers=(("X-Test", "1"),), route=(name("<sip:p.example.com;lr>"),))
    call.answer(180)
    (cancel,) = call.do(command, q850=16)
    assert cancel.method == "CANCEL"
    assert cancel.headers.all("Via") == call.invite.headers.all("Via")
    assert cancel.headers.all("Route") == call.invite.headers.all("Route")
    assert cancel.headers.get("To") == call.invite.headers.get("To")
    assert cancel.cseq == (1, "CANCEL")
    assert cancel.headers.get("Reason") == "Q.850;cause=16"
    ended = call.script.one(Ended)
    assert (ended.by, ended.cause, ended.q850) == ("local", "cancelled", 16)
    call.script.put(reply(cancel, 200))
    assert kinds(call.answer(487)) == ["ACK"]
    assert call.leaves_nothing()


def test_a_cancel_waits_for_a_provisional_response():
    """9.1"""
    call = Call()
    assert call.do(commands.Cancel) == []
    assert call.script.one(Ended)
    assert kinds(call.script.run(600)) == ["INVITE"]
    assert kinds(call.answer(100)) == ["CANCEL"]
    assert call.answer(180) == []
    call.answer(487)
    assert call.leaves_nothing()


def test_a_2xx_that_crosses_the_cancel_is_hung_up():
    call = Call()
    call.answer(180)
    call.do(commands.Cancel, q850=31)
    ack, bye = call.answer(200, body=ANSWER)
    assert kinds([ack, bye]) == ["ACK", "BYE"]
    assert bye.headers.get("Reason") == "Q.850;cause=31"
    assert call.script.took(Answered) == []
    assert kinds(call.answer(200, body=ANSWER)) == ["ACK"]
    call.script.put(reply(bye, 200))
    assert call.leaves_nothing()


def test_an_invite_that_ignores_the_cancel_ends_after_64_t1():
    call = Call()
    call.answer(180)
    (cancel,) = call.do(commands.Cancel)
    call.script.put(reply(cancel, 200))
    call.script.run(31_999)
    assert call.script.agent.census()["client_transactions"]
    call.script.run(32_000)
    assert empty(call.script.agent)


def test_cancelling_an_answered_call_is_a_bye():
    call = Call()
    call.establish()
    assert kinds(call.do(commands.Cancel)) == ["BYE"]


def test_a_silent_target_that_was_cancelled_is_forgotten_with_timer_b():
    call = Call()
    call.do(commands.Cancel)
    call.script.run(32_000)
    assert empty(call.script.agent)


@pytest.mark.parametrize("contact", [None, "<sip:>", "<mailto:x@example.com>"])
@pytest.mark.parametrize("kind", ["application/sdp", "text/html", "/"])
def test_a_2xx_that_is_hard_to_read_is_acknowledged_all_the_same(contact, kind):
    call = Call()
    ok = reply(call.invite, 200, contact=contact, body=ANSWER)
    ok.headers.set("Content-Type", kind)
    ok.headers.set("Session-Expires", "soon")
    assert kinds(call.script.put(ok)) == ["ACK"]
    assert kinds(call.do(commands.Bye)) == ["BYE"]


def test_who_answers_is_reached_where_the_answer_came_from():
    call = Call(targets=(STRANGER._replace(host="203.0.113.9", port=31_044),))
    call.answer(200, contact="<sip:desk@192.168.1.5>", body=ANSWER)
    assert call.script.sent[-1][2] == Peer("udp", "203.0.113.9", 31_044, 1)


@pytest.mark.parametrize("early", [False, True])
def test_a_bye_that_overtakes_the_2xx(early):
    call = Call()
    if early:
        call.answer(180)
    assert kinds(call.script.put(call.inside("BYE", number=1))) == [481]
    assert call.script.took(Ended) == []
    assert kinds(call.answer(200, body=ANSWER)) == ["ACK"]
    assert call.script.took(Answered) == []
    assert call.script.one(Ended) == Ended(leg="L1", by="remote", cause="bye", status=200)
    assert call.leaves_nothing()


def test_a_redirect_is_told_and_not_followed():
    call = Call()
    assert kinds(call.answer(302, contact="<sip:+12025550199@example.com>")) == ["ACK"]
    ended = call.script.one(Ended)
    assert (ended.cause, ended.status) == ("refused", 302)
    assert [str(one.uri) for one in ended.redirect] == ["sip:+12025550199@example.com"]
    assert "2025550199" not in repr(ended)


def test_a_call_to_a_sips_uri_has_a_sips_contact():
    script = Script()
    (invite,) = script.do(
        commands.Invite(
            leg="L1",
            targets=(Peer("tls", "192.0.2.1", 5061),),
            uri=uri("sips:bob@192.0.2.1"),
            from_=name("<sips:alice@192.0.2.9>"),
            offer=OFFER,
        )
    )
    assert str(invite.contact.uri) == "sips:alice@192.0.2.9:5060"

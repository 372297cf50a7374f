"""Changing the session from either side: re-INVITE, UPDATE, glare, refresh (RFC 3261 14, 3311)."""

import pytest
from sip_net import (
    ANSWER,
    HOLD,
    OFFER,
    Net,
    Peer,
    Script,
    empty,
    make_agent,
    name,
    reply,
    request,
    uri,
)

from ringfence.kernel.errors import LocalError
from ringfence.sip import commands
from ringfence.sip.events import (
    Answered,
    Ended,
    InviteReceived,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
)


class Talk:
    """An answered call between the agent and a caller (or callee) written by hand."""

    def __init__(self, *, ours=False, extra=()):
        self.script = Script()
        self.number = 1
        if ours:
            self.leg = "L1"
            (invite,) = self.script.do(
                commands.Invite(
                    leg="L1",
                    targets=(Peer("udp", "192.0.2.1", 5060),),
                    uri=uri("sip:bob@192.0.2.1"),
                    from_=name("<sip:alice@192.0.2.9>"),
                    offer=OFFER,
                )
            )
            self.script.put(reply(invite, 200, body=ANSWER, extra=extra))
            self.to, self.call_id = invite.headers.get("From"), invite.call_id
            self.from_ = "<sip:bob@192.0.2.1>;tag=b1"
        else:
            self.script.put(request(body=OFFER, extra=extra))
            self.leg = self.script.one(InviteReceived).leg
            self.do(commands.Answer, body=ANSWER)
            self.to, self.call_id = f"<sip:echo@192.0.2.9>;tag={self.leg}", "call-1"
            self.from_ = "<sip:alice@192.0.2.1>;tag=a1"
            self.put("ACK", number=1)
        self.script.events.clear()

    def do(self, command, **kwargs):
        return self.script.do(command(leg=self.leg, **kwargs))

    def message(self, method, *, number=None, **kwargs):
        if number is None:
            self.number += 1
            number = self.number
        return request(
            method, to=self.to, from_=self.from_, call_id=self.call_id, number=number, **kwargs
        )

    def put(self, method, **kwargs):
        return self.script.put(self.message(method, **kwargs))

    def reply(self, asked, status, **kwargs):
        return self.script.put(reply(asked, status, **kwargs))


def kinds(messages):
    return [getattr(one, "method", None) or one.status for one in messages]


ALLOWS = [("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")]

# -- theirs --------------------------------------------------------------------------------------


def test_a_re_invite_with_an_offer():
    talk = Talk()
    assert kinds(talk.put("INVITE", body=HOLD)) == [100]
    offer = talk.script.one(OfferReceived)
    assert offer == OfferReceived(leg=talk.leg, method="INVITE", offer=HOLD)
    (ok,) = talk.do(commands.AnswerOffer, body=ANSWER)
    assert (ok.status, ok.body, ok.to_tag) == (200, ANSWER, talk.leg)
    talk.put("ACK", number=talk.number)
    assert talk.script.events == []
    assert talk.script.run(40_000) == []


def test_a_re_invite_without_body_asks_for_an_offer():
    talk = Talk()
    talk.put("INVITE")
    assert talk.script.one(OfferReceived).offer == b""
    (ok,) = talk.do(commands.AnswerOffer, body=OFFER)
    assert ok.body == OFFER
    talk.put("ACK", number=talk.number, body=ANSWER)
    assert talk.script.one(OfferAnswered) == OfferAnswered(leg=talk.leg, body=ANSWER)


def test_an_ack_that_brings_no_answer_leaves_the_offer_refused():
    talk = Talk()
    talk.put("INVITE")
    talk.do(commands.AnswerOffer, body=OFFER)
    talk.put("ACK", number=talk.number)
    assert talk.script.one(OfferRefused).status == 488


def test_the_2xx_to_a_re_invite_is_repeated_until_its_ack():
    talk = Talk()
    talk.put("INVITE", body=HOLD)
    talk.do(commands.AnswerOffer, body=ANSWER)
    assert kinds(talk.script.run(1_500)) == [200, 200]
    talk.put("ACK", number=1)  # of the first INVITE, late
    assert kinds(talk.script.run(3_500)) == [200]
    talk.put("ACK", number=talk.number)
    assert talk.script.run(60_000) == []


def test_a_refused_re_invite_leaves_the_call_up():
    talk = Talk()
    talk.put("INVITE", body=HOLD)
    assert kinds(talk.do(commands.RejectOffer, status=488)) == [488]
    talk.script.run(100)
    assert talk.script.took(Ended) == []
    with pytest.raises(LocalError):
        talk.do(commands.RejectOffer, status=200)


def test_a_cancelled_re_invite():
    talk = Talk()
    talk.put("INVITE", body=HOLD, branch="z9hG4bK-r")
    sent = talk.put("CANCEL", number=talk.number, branch="z9hG4bK-r")
    assert kinds(sent) == [200, 487]
    assert talk.do(commands.AnswerOffer, body=ANSWER) == []  # too late, and nobody's fault
    assert talk.script.took(Ended) == []


def test_a_second_re_invite_before_our_answer():
    talk = Talk()
    talk.put("INVITE", body=HOLD)
    (refused,) = talk.put("INVITE", body=HOLD)
    assert refused.status == 500
    assert 0 <= int(refused.headers.get("Retry-After")) <= 10


def test_a_re_invite_that_overtakes_the_ack_implies_it():
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    to = f"<sip:echo@192.0.2.9>;tag={leg}"
    script.put(request("INVITE", to=to, number=2, body=HOLD))
    assert [type(event).__name__ for event in script.events] == ["Established", "OfferReceived"]
    script.sent.clear()
    script.run(10_000)
    assert script.sent == []


def test_an_update_with_an_offer():
    talk = Talk()
    assert talk.put("UPDATE", body=HOLD) == []
    assert talk.script.one(OfferReceived).method == "UPDATE"
    (ok,) = talk.do(commands.AnswerOffer, body=ANSWER)
    assert (ok.status, ok.body) == (200, ANSWER)


def test_an_update_without_offer_is_answered_at_once():
    talk = Talk()
    (ok,) = talk.put("UPDATE", extra=[("Supported", "timer"), ("Session-Expires", "600")])
    assert (ok.status, ok.body) == (200, b"")
    assert ok.headers.get("Session-Expires") == "600;refresher=uac"
    assert talk.script.events == []


def test_a_change_with_too_small_a_session_interval():
    talk = Talk()
    (refused,) = talk.put("UPDATE", extra=[("Session-Expires", "30")])
    assert (refused.status, refused.headers.get("Min-SE")) == (422, "90")


def test_a_new_contact_is_called_from_then_on():
    talk = Talk()
    talk.put("UPDATE", contact="<sip:alice@192.0.2.44:5099>")
    (bye,) = talk.do(commands.Bye)
    assert str(bye.uri) == "sip:alice@192.0.2.44:5099"
    assert talk.script.sent[-1][2].host == "192.0.2.44"


def test_a_body_that_nobody_understands():
    talk = Talk()
    asked = talk.message("INVITE", body=b"?")
    asked.headers.set("Content-Type", "application/x-unheard-of")
    (refused,) = talk.script.put(asked)
    assert refused.status == 415
    assert "application/sdp" in refused.headers.get("Accept")


def test_their_bye_leaves_a_pending_re_invite_with_487():
    talk = Talk()
    talk.put("INVITE", body=HOLD)
    assert kinds(talk.put("BYE")) == [200, 487]


# -- ours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ours", [False, True])
def test_our_re_invite(ours):
    talk = Talk(ours=ours)
    (asked,) = talk.do(commands.Reoffer, offer=HOLD)
    assert (asked.method, asked.body) == ("INVITE", HOLD)
    assert asked.to_tag
    (ack,) = talk.reply(asked, 200, body=ANSWER)
    assert (ack.method, ack.cseq.number) == ("ACK", asked.cseq.number)
    assert talk.script.one(OfferAnswered) == OfferAnswered(leg=talk.leg, body=ANSWER)
    assert kinds(talk.reply(asked, 200, body=ANSWER)) == ["ACK"]
    assert talk.script.took(OfferAnswered) == []


def test_our_re_invite_without_offer_asks_them_to_offer():
    talk = Talk()
    (asked,) = talk.do(commands.Reoffer, offer=b"")
    assert asked.body == b""
    assert talk.reply(asked, 200, body=HOLD) == []
    offered = talk.script.one(OfferAnswered)
    assert offered.wants_answer
    assert offered.body == HOLD
    (ack,) = talk.do(commands.Acknowledge, answer=ANSWER)
    assert (ack.method, ack.body) == ("ACK", ANSWER)


def test_hanging_up_before_that_answer_is_ack_and_bye():
    talk = Talk()
    (asked,) = talk.do(commands.Reoffer, offer=b"")
    talk.reply(asked, 200, body=HOLD)
    assert sorted(kinds(talk.do(commands.Bye))) == ["ACK", "BYE"]


def test_an_acknowledge_for_nothing_is_a_bug():
    with pytest.raises(LocalError):
        Talk().do(commands.Acknowledge, answer=ANSWER)


def test_our_update():
    talk = Talk(extra=ALLOWS)
    (asked,) = talk.do(commands.Reoffer, offer=HOLD, update=True)
    assert (asked.method, asked.body) == ("UPDATE", HOLD)
    talk.reply(asked, 200, body=ANSWER)
    assert talk.script.one(OfferAnswered).body == ANSWER


def test_to_somebody_without_update_it_is_a_re_invite():
    (asked,) = Talk().do(commands.Reoffer, offer=HOLD, update=True)
    assert asked.method == "INVITE"


def test_somebody_who_does_not_know_update_after_all_gets_a_re_invite():
    talk = Talk(extra=ALLOWS)
    (asked,) = talk.do(commands.Reoffer, offer=HOLD, update=True)
    (again,) = talk.reply(asked, 405)
    assert (again.method, again.body) == ("INVITE", HOLD)


@pytest.mark.parametrize("update", [False, True])
def test_a_refused_change_leaves_the_call_up(update):
    talk = Talk(extra=ALLOWS)
    (asked,) = talk.do(commands.Reoffer, offer=HOLD, update=update)
    talk.reply(asked, 488)
    assert talk.script.one(OfferRefused) == OfferRefused(leg=talk.leg, status=488)
    assert talk.script.took(Ended) == []


@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize("status", [408, 481])
def test_a_call_that_the_far_end_does_not_know_is_over(status, update):
    """12.2.1.2"""
    talk = Talk(extra=ALLOWS)
    (asked,) = talk.do(commands.Reoffer, offer=HOLD, update=update)
    sent = talk.reply(asked, status)
    assert "BYE" in kinds(sent)
    assert talk.script.one(Ended).cause == "lost"


def test_silence_to_our_re_invite_is_the_end():
    talk = Talk()
    talk.do(commands.Reoffer, offer=HOLD)
    talk.script.run(32_000)
    assert talk.script.one(Ended).cause == "lost"
    talk.script.run(100_000)
    assert empty(talk.script.agent)


def test_a_re_invite_that_stays_at_ringing_is_given_up_after_three_minutes():
    talk = Talk()
    (asked,) = talk.do(commands.Reoffer, offer=HOLD)
    talk.reply(asked, 180)
    talk.script.run(179_999)
    assert talk.script.took(Ended) == []
    talk.script.run(180_000)
    assert talk.script.one(Ended).cause == "lost"


@pytest.mark.parametrize(("ours", "least", "most"), [(True, 2_100, 4_000), (False, 0, 2_000)])
@pytest.mark.parametrize("update", [False, True])
def test_glare_is_tried_again_after_a_pause(ours, least, most, update):
    """14.1"""
    talk = Talk(ours=ours, extra=ALLOWS)
    (asked,) = talk.do(commands.Reoffer, offer=HOLD, update=update)
    talk.reply(asked, 491)
    assert talk.script.took(OfferRefused) == []
    start = talk.script.at
    while not (sent := talk.script.run(talk.script.at + 10)):
        assert talk.script.at - start <= most
    assert least <= talk.script.at - start
    assert (talk.script.at - start) % 10 == 0
    assert sent[-1].body == HOLD
    talk.reply(sent[-1], 200, body=ANSWER)
    assert talk.script.one(OfferAnswered)


def test_glare_that_persists_is_told():
    talk = Talk()
    (asked,) = talk.do(commands.Reoffer, offer=HOLD)
    while asked is not None:
        talk.reply(asked, 491)
        sent = [
            one for one in talk.script.run(talk.script.at + 5_000) if kinds([one]) == ["INVITE"]
        ]
        asked = sent[0] if sent else None
    assert talk.script.one(OfferRefused).status == 491
    assert talk.script.took(Ended) == []


def test_a_re_invite_of_theirs_while_ours_is_under_way_is_glare():
    talk = Talk()
    talk.do(commands.Reoffer, offer=HOLD)
    assert kinds(talk.put("INVITE", body=HOLD)) == [491]


def test_an_update_of_theirs_while_ours_is_under_way_is_glare():
    talk = Talk(extra=ALLOWS)
    talk.do(commands.Reoffer, offer=HOLD, update=True)
    assert kinds(talk.put("UPDATE", body=HOLD)) == [491]


def test_a_second_change_has_to_wait_its_turn():
    talk = Talk()
    talk.do(commands.Reoffer, offer=HOLD)
    assert talk.do(commands.Reoffer, offer=OFFER) == []
    assert talk.script.one(OfferRefused).status == 491


def test_a_change_waits_for_the_ack_of_our_2xx():
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    assert script.do(commands.Reoffer(leg=leg, offer=HOLD)) == []
    (asked,) = script.put(request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}"))
    assert (asked.method, asked.body) == ("INVITE", HOLD)


def test_a_change_waits_for_the_answer_to_theirs():
    talk = Talk()
    talk.put("UPDATE", body=HOLD)
    assert talk.do(commands.Reoffer, offer=OFFER) == []
    assert kinds(talk.do(commands.AnswerOffer, body=ANSWER)) == [200, "INVITE"]


def test_both_sides_at_once_come_to_terms():
    net = Net(a=make_agent("192.0.2.1", seed=1), b=make_agent("192.0.2.2", seed=2))
    net.do(
        "a",
        commands.Invite(
            leg="L1",
            targets=(Peer("udp", "192.0.2.2", 5060),),
            uri=uri("sip:bob@192.0.2.2"),
            from_=name("<sip:alice@192.0.2.1>"),
            offer=OFFER,
        ),
    )
    net.run(50)
    theirs = net.one("b", InviteReceived).leg
    net.do("b", commands.Answer(leg=theirs, body=ANSWER))
    net.run(50)
    net.one("a", Answered)
    net.do("a", commands.Reoffer(leg="L1", offer=HOLD))
    net.do("b", commands.Reoffer(leg=theirs, offer=HOLD))
    for _ in range(100):
        net.run(100)
        for label, leg in (("a", "L1"), ("b", theirs)):
            for _ in net.took(label, OfferReceived):
                net.do(label, commands.AnswerOffer(leg=leg, body=ANSWER))
    assert net.one("a", OfferAnswered)
    assert net.one("b", OfferAnswered)
    assert 491 in [kind for _, kind in net.sent("a")]


# -- refresh (RFC 4028) --------------------------------------------------------------------------

TIMER = [("Supported", "timer"), ("Session-Expires", "600;refresher=uas")]


def test_our_refresh_is_an_update_without_offer():
    talk = Talk(extra=[*TIMER, *ALLOWS])
    (asked,) = talk.script.run(300_000)
    assert (asked.method, asked.body) == ("UPDATE", b"")
    assert asked.headers.get("Session-Expires") == "600;refresher=uac"
    talk.reply(asked, 200, extra=[("Session-Expires", "600;refresher=uac")])
    assert kinds(talk.script.run(600_000)) == ["UPDATE"]
    assert talk.script.events == []


def test_to_somebody_without_update_our_refresh_repeats_the_session():
    talk = Talk(extra=TIMER)
    (asked,) = talk.script.run(300_000)
    assert (asked.method, asked.body) == ("INVITE", ANSWER)
    talk.reply(asked, 200, body=OFFER, extra=[("Session-Expires", "600;refresher=uac")])
    assert talk.script.events == []  # nothing new
    (asked,) = [one for one in talk.script.run(600_000) if kinds([one]) == ["INVITE"]]
    talk.reply(asked, 200, body=HOLD, extra=[("Session-Expires", "600;refresher=uac")])
    assert talk.script.one(OfferAnswered).body == HOLD


def test_a_refresh_that_is_refused_lets_the_session_run_out():
    talk = Talk(extra=[*TIMER, *ALLOWS])
    (asked,) = talk.script.run(300_000)
    talk.reply(asked, 403)
    assert kinds(talk.script.run(568_000)) == ["BYE"]
    assert talk.script.one(Ended).cause == "session_expired"
    assert talk.script.at == 568_000


def test_a_refresh_without_answer_is_the_end():
    talk = Talk(extra=[*TIMER, *ALLOWS])
    talk.script.run(332_000)
    assert talk.script.one(Ended).cause == "lost"


def test_a_caller_that_stops_refreshing_is_hung_up():
    talk = Talk(extra=[("Supported", "timer"), ("Session-Expires", "600")])
    assert kinds(talk.script.run(568_000)) == ["BYE"]
    assert talk.script.one(Ended).cause == "session_expired"


def test_their_refresh_starts_the_interval_anew():
    talk = Talk(extra=[("Supported", "timer"), ("Session-Expires", "600")])
    talk.script.run(300_000)
    talk.put("UPDATE", extra=[("Supported", "timer"), ("Session-Expires", "600;refresher=uac")])
    assert talk.script.run(867_999) == []
    assert kinds(talk.script.run(868_000)) == ["BYE"]


def test_our_call_refreshes_where_the_answer_says_so():
    talk = Talk(ours=True, extra=[*ALLOWS, ("Session-Expires", "600;refresher=uac")])
    assert kinds(talk.script.run(300_000)) == ["UPDATE"]


def test_our_call_has_no_timer_where_the_answer_has_none():
    talk = Talk(ours=True)
    assert talk.script.run(10_000_000) == []


def test_too_small_a_refresh_interval_is_raised():
    talk = Talk(extra=[*TIMER, *ALLOWS])
    (asked,) = talk.script.run(300_000)
    (again,) = talk.reply(asked, 422, extra=[("Min-SE", "900")])
    assert again.headers.get("Session-Expires") == "900;refresher=uac"
    assert again.headers.get("Min-SE") == "900"


# -- in calls of either direction ----------------------------------------------------------------


@pytest.mark.parametrize("ours", [False, True])
def test_they_may_change_a_call_whoever_placed_it(ours):
    talk = Talk(ours=ours)
    assert kinds(talk.put("INVITE", body=HOLD)) == [100]
    assert kinds(talk.do(commands.AnswerOffer, body=ANSWER)) == [200]


@pytest.mark.parametrize("ours", [False, True])
def test_after_the_end_no_2xx_is_repeated(ours):
    talk = Talk(ours=ours)
    talk.put("INVITE", body=HOLD)
    talk.do(commands.AnswerOffer, body=ANSWER)
    (bye,) = talk.do(commands.Bye)
    talk.reply(bye, 200)
    assert talk.script.run(60_000) == []
    assert empty(talk.script.agent)

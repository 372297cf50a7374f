"""One INVITE that rings at several phones at once (RFC 3261 16.7, RFC 5626 7)."""

import pytest
from sip_net import ANSWER, OFFER, Net, Script, empty, make_agent, name, reply, uri

from ringfence.sip import commands
from ringfence.sip.branch import Branch, Verdict, branches, final
from ringfence.sip.commands import Way
from ringfence.sip.events import Answered, Ended, InviteReceived, Peer, Progress
from ringfence.sip.message import Response

HERE, THERE, FAR = (Peer("udp", host, 5060) for host in ("192.0.2.1", "192.0.2.3", "192.0.2.5"))


def way(peer, contact):
    return Way((peer,), uri(contact))


TWO = ((way(THERE, "sip:desk@192.0.2.3"),),)


class Call:
    """An INVITE to two phones of one account, or as many as are named."""

    def __init__(self, others=TWO, spares=(), body=OFFER):
        self.script = Script()
        self.invites = self.script.do(
            commands.Invite(
                leg="L1",
                targets=(HERE,),
                uri=uri("sip:desk@192.0.2.1"),
                to=name("<sip:desk@example.com>"),
                from_=name("<sip:+12025550123@192.0.2.9>"),
                offer=body,
                spares=spares,
                others=others,
            )
        )

    def answer(self, which, status, tag=None, **kwargs):
        return self.script.put(reply(self.invites[which], status, tag=tag or f"b{which}", **kwargs))

    def leaves_nothing(self):
        self.script.run(self.script.at + 100_000)
        return empty(self.script.agent)


def kinds(messages):
    return [getattr(one, "method", None) or one.status for one in messages]


def test_every_phone_rings_at_once_with_copies_of_one_call():
    call = Call()
    assert kinds(call.invites) == ["INVITE", "INVITE"]
    assert [peer for _, _, peer in call.script.sent] == [HERE, THERE]
    one, two = call.invites
    assert [str(each.uri) for each in call.invites] == ["sip:desk@192.0.2.1", "sip:desk@192.0.2.3"]
    assert one.via.branch != two.via.branch
    for field in ("Call-ID", "CSeq", "From", "To"):
        assert one.headers.get(field) == two.headers.get(field)
    assert str(one.to.uri) == "sip:desk@example.com"


def test_the_first_answer_is_the_call_and_the_other_phone_shows_no_missed_call():
    call = Call()
    call.answer(0, 180)
    call.answer(1, 180)
    cancel, ack = call.answer(1, 200, body=ANSWER)
    assert kinds([cancel, ack]) == ["CANCEL", "ACK"]
    assert str(cancel.uri) == "sip:desk@192.0.2.1"
    reasons = cancel.headers.all("Reason")
    assert reasons[0] == 'SIP;cause=200;text="Call completed elsewhere"'
    assert reasons[1] == "Q.850;cause=26"
    answered = call.script.one(Answered)
    assert (answered.peer, answered.fork) == (THERE, "b1")
    assert kinds(call.answer(0, 487)) == ["ACK"]
    assert call.script.took(Ended) == []


def test_a_phone_that_has_not_rung_yet_is_cancelled_at_its_first_sign():
    call = Call()
    assert kinds(call.answer(1, 200, body=ANSWER)) == ["ACK"]
    assert kinds(call.answer(0, 180)) == ["CANCEL"]


def test_two_phones_taken_up_at_once_leave_one_call():
    """16.7 step 10: the 2xx that crosses the CANCEL is acknowledged and hung up."""
    call = Call()
    call.answer(0, 180)
    call.answer(1, 180)
    call.answer(1, 200, body=ANSWER)
    ack, bye = call.answer(0, 200, contact="<sip:desk@192.0.2.1>", body=ANSWER)
    assert kinds([ack, bye]) == ["ACK", "BYE"]
    assert str(bye.uri) == "sip:desk@192.0.2.1"
    assert len(call.script.took(Answered)) == 1
    call.script.put(reply(bye, 200))
    (end,) = call.script.do(commands.Bye(leg="L1"))
    assert str(end.uri) == "sip:bob@192.0.2.1"
    call.script.put(reply(end, 200))
    assert call.leaves_nothing()


def test_a_busy_phone_does_not_stop_the_other():
    call = Call()
    call.answer(1, 180)
    assert kinds(call.answer(0, 486)) == ["ACK"]
    assert call.script.took(Ended) == []
    assert kinds(call.answer(1, 200, body=ANSWER)) == ["ACK"]
    assert call.script.one(Answered).peer == THERE


def test_one_who_declines_for_everybody_ends_it_at_once():
    """16.7 step 5: a 6xx cancels what still rings."""
    call = Call()
    call.answer(1, 180)
    assert kinds(call.answer(0, 603)) == ["ACK", "CANCEL"]
    assert call.script.one(Ended).status == 603
    call.answer(1, 487)
    assert call.leaves_nothing()


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (480, 486, 486),
        (486, 480, 486),
        (404, 500, 404),
        (500, 404, 404),
        (408, 480, 480),
        (482, 480, 480),
        (302, 486, 302),
        (484, 404, 484),
        (500, 503, 500),
    ],
)
def test_the_refusal_that_says_most_is_told(first, second, told):
    call = Call()
    call.answer(0, first)
    assert call.script.took(Ended) == []
    call.answer(1, second)
    assert call.script.one(Ended).status == told
    assert call.leaves_nothing()


def test_a_phone_that_was_unplugged_does_not_hide_that_the_other_is_busy():
    call = Call()
    call.answer(0, 180)
    call.script.run(3_999)
    call.answer(0, 486)
    assert call.script.took(Ended) == []
    call.script.run(4_000)
    assert call.script.one(Ended).status == 486
    assert call.leaves_nothing()


def test_a_phone_that_is_slow_to_wake_may_still_take_the_call():
    call = Call()
    call.answer(1, 180)
    call.script.run(5_000)
    call.answer(0, 180)
    call.answer(1, 486)
    assert call.script.took(Ended) == []
    call.answer(0, 200, body=ANSWER)
    assert call.script.one(Answered).peer == HERE


def test_nobody_answers_anywhere():
    call = Call()
    call.script.run(32_000)
    assert call.script.one(Ended) == Ended(leg="L1", by="failure", cause="timeout", status=408)
    assert call.leaves_nothing()


def test_the_caller_gives_up():
    call = Call()
    call.answer(0, 180)
    call.answer(1, 180)
    assert kinds(call.script.do(commands.Cancel(leg="L1"))) == ["CANCEL", "CANCEL"]
    call.answer(0, 487)
    call.answer(1, 487)
    assert call.leaves_nothing()


def test_two_flows_to_one_device_are_tried_one_after_the_other():
    """RFC 5626 7, 5.3.1: 430 says that a flow is gone."""
    call = Call(others=(), spares=(way(FAR, "sip:desk@192.0.2.5"),))
    assert kinds(call.invites) == ["INVITE"]
    ack, again = call.answer(0, 430)
    assert kinds([ack, again]) == ["ACK", "INVITE"]
    assert (str(again.uri), call.script.sent[-1][2]) == ("sip:desk@192.0.2.5", FAR)


def test_a_silent_flow_is_left_for_the_next_while_the_other_phone_rings_on():
    call = Call(spares=(way(FAR, "sip:desk@192.0.2.5"),))
    call.answer(1, 180)
    (again,) = [one for one in call.script.run(4_000) if str(one.uri) == "sip:desk@192.0.2.5"]
    assert again.cseq.number == 2
    assert kinds(call.script.put(reply(again, 200, tag="c", body=ANSWER))) == ["CANCEL", "ACK"]


def test_what_one_of_several_phones_plays_is_not_for_the_caller():
    call = Call()
    call.answer(0, 183, body=ANSWER)
    assert call.script.one(Progress).body == b""


def test_each_way_has_its_own_route():
    """RFC 3327 5.3: a phone behind a proxy is reached by the Path it registered with."""
    proxy = (name("<sip:edge.example.com;lr>"),)
    call = Call(others=((Way((THERE,), uri("sip:desk@10.0.0.5"), proxy),),))
    assert call.invites[0].routes == ()
    assert [str(hop.uri) for hop in call.invites[1].routes] == ["sip:edge.example.com;lr"]


def test_a_place_without_a_target_is_left_out():
    command = commands.Invite(
        leg="L",
        targets=(HERE,),
        uri=uri("sip:a@b"),
        from_=name("<sip:a@b>"),
        others=((Way((), uri("sip:a@c")),),),
    )
    assert len(branches(command)) == 1


def test_nothing_is_certain_while_somebody_may_answer():
    told, waits = Branch([way(HERE, "sip:a@b")]), Branch([way(THERE, "sip:a@c")])
    assert final([told, waits]) is None
    told.verdict = Verdict(486, Response(486))
    assert final([told, waits]) is None
    waits.silent = True
    assert final([told, waits]) == told.verdict


def test_two_agents_and_a_network_that_delays_one():
    """Both phones take the call in the same instant: one dialog is left, on both sides."""
    net = Net(
        us=make_agent("192.0.2.9"),
        a=make_agent("192.0.2.1", seed=2),
        b=make_agent("192.0.2.3", seed=3),
    )
    net.wire = lambda at, source, target, message: [40 if "b" in {source, target} else 10]
    net.do(
        "us",
        commands.Invite(
            leg="L1",
            targets=(HERE,),
            uri=uri("sip:desk@192.0.2.1"),
            from_=name("<sip:x@192.0.2.9>"),
            offer=OFFER,
            others=((way(THERE, "sip:desk@192.0.2.3"),),),
        ),
    )
    net.run(50)
    for phone in ("a", "b"):
        net.do(phone, commands.Answer(leg=net.one(phone, InviteReceived).leg, body=ANSWER))
    net.run(1_000)
    assert net.one("us", Answered).peer == HERE
    assert net.one("b", Ended).cause == "bye"
    assert net.took("a", Ended) == []
    net.do("us", commands.Bye(leg="L1"))
    net.run(100_000)
    assert all(empty(agent) for agent in net.agents.values())


def test_two_phones_that_want_the_same_longer_session_are_both_asked_again():
    call = Call()
    for which, first in enumerate(call.invites):
        _, again = call.answer(which, 422, extra=[("Min-SE", "2400")])
        assert (again.method, again.uri) == ("INVITE", first.uri)
        assert again.headers.get("Session-Expires") == "2400"
    assert call.script.took(Ended) == []


def test_what_rang_over_a_flow_that_failed_is_not_taken_for_what_answers_over_the_next():
    """A phone that gives every copy of a call one tag: its dialog is that of the copy it takes."""
    call = Call(others=(), spares=(way(FAR, "sip:desk@192.0.2.5"),))
    call.answer(0, 180, tag="t")
    *_, again = call.answer(0, 503, tag="t")
    assert (again.method, again.cseq.number) == ("INVITE", 2)
    call.script.put(reply(again, 200, tag="t", contact="<sip:desk@192.0.2.5>", body=ANSWER))
    (bye,) = call.script.do(commands.Bye(leg="L1"))
    assert (bye.method, bye.cseq.number) == ("BYE", 3)
    assert str(bye.uri) == "sip:desk@192.0.2.5"

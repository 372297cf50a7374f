"""Transfers inside a call, asked for by either side (RFC 3515, RFC 5589)."""

import pytest
from sip_net import ANSWER, OFFER, Script, empty, name, reply, request

from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import REFERS_MAX
from ringfence.sip import commands
from ringfence.sip.events import Ended, InviteReceived, ReferProgress, ReferReceived

CAROL = "<sip:carol@example.com>"


class Talk:
    """An answered call of somebody's."""

    def __init__(self, script=None, call_id="call-1"):
        self.script = script or Script()
        self.call_id = call_id
        self.script.put(request(body=OFFER, call_id=call_id))
        self.leg = self.script.one(InviteReceived).leg
        self.do(commands.Answer, body=ANSWER)
        self.number = 0
        self.put("ACK")
        self.script.events.clear()

    def do(self, command, **kwargs):
        return self.script.do(command(leg=self.leg, **kwargs))

    def put(self, method, *, body=b"", extra=()):
        self.number += 1
        asked = request(
            method,
            to=f"<sip:echo@192.0.2.9>;tag={self.leg}",
            call_id=self.call_id,
            number=self.number,
            extra=extra,
        )
        asked.body = body
        return self.script.put(asked)

    def refer(self, target=CAROL):
        sent = self.put("REFER", extra=[("Refer-To", target)])
        return sent, self.script.one(ReferReceived)

    def notify(self, status, *, event="refer", state=None, body=None):
        state = state or ("terminated;reason=noresource" if status >= 200 else "active;expires=60")
        return self.put(
            "NOTIFY",
            extra=[("Event", event), ("Subscription-State", state)],
            body=f"SIP/2.0 {status} x\r\n".encode() if body is None else body,
        )

    def progress(self):
        return [(one.status, one.final) for one in self.script.took(ReferProgress)]


def kinds(messages):
    return [getattr(one, "method", None) or one.status for one in messages]


# -- theirs --------------------------------------------------------------------------------------


def test_a_refer_is_accepted_and_reported_on():
    talk = Talk()
    sent, refer = talk.refer()
    assert sent == []
    assert str(refer.target) == CAROL
    assert refer.replaces is None
    accepted, trying = talk.do(commands.AcceptRefer, refer=refer.refer)
    assert accepted.status == 202
    assert trying.method == "NOTIFY"
    assert trying.body == b"SIP/2.0 100 Trying\r\n"
    assert trying.headers.get("Event") == f"refer;id={refer.refer}"
    assert trying.headers.get("Subscription-State").startswith("active")
    talk.script.put(reply(trying, 200))
    (ringing,) = talk.do(commands.NotifyRefer, refer=refer.refer, status=180)
    talk.script.put(reply(ringing, 200))
    (done,) = talk.do(commands.NotifyRefer, refer=refer.refer, status=200)
    assert done.headers.get("Subscription-State").startswith("terminated")
    talk.script.put(reply(done, 200))
    # The call itself goes on until somebody hangs up.
    assert talk.script.took(Ended) == []
    talk.do(commands.Bye)
    talk.script.run(100_000)
    assert empty(talk.script.agent)


def test_a_refer_is_refused():
    talk = Talk()
    _, refer = talk.refer()
    assert kinds(talk.do(commands.RejectRefer, refer=refer.refer, status=403)) == [403]
    assert talk.do(commands.RejectRefer, refer=refer.refer) == []


def test_a_refer_without_target_is_malformed():
    assert kinds(Talk().put("REFER")) == [400]


def test_an_attended_transfer_names_a_call_of_ours():
    script = Script()
    first, second = Talk(script, "call-1"), Talk(script, "call-2")
    target = f"<sip:echo@192.0.2.9?Replaces=call-2%3Bto-tag%3D{second.leg}%3Bfrom-tag%3Da1>"
    _, refer = first.refer(target)
    assert refer.replaces == second.leg


def test_an_attended_transfer_to_a_call_elsewhere():
    _, refer = Talk().refer("<sip:x@example.com?Replaces=c%3Bto-tag%3D1%3Bfrom-tag%3D2>")
    assert refer.replaces is None
    assert refer.target.uri.headers


def test_somebody_who_stops_listening_gets_no_more_reports():
    talk = Talk()
    _, refer = talk.refer()
    _, trying = talk.do(commands.AcceptRefer, refer=refer.refer)
    talk.script.put(reply(trying, 481))
    assert talk.script.took(Ended) == []  # RFC 5057: only the subscription is gone
    assert talk.do(commands.NotifyRefer, refer=refer.refer, status=200) == []


def test_commands_in_the_wrong_order_are_bugs():
    talk = Talk()
    _, refer = talk.refer()
    with pytest.raises(LocalError):
        talk.do(commands.NotifyRefer, refer=refer.refer, status=100)
    with pytest.raises(LocalError):
        talk.do(commands.RejectRefer, refer=refer.refer, status=200)
    talk.do(commands.AcceptRefer, refer=refer.refer)
    with pytest.raises(LocalError):
        talk.do(commands.AcceptRefer, refer=refer.refer)
    with pytest.raises(LocalError):
        talk.do(commands.RejectRefer, refer=refer.refer)


def test_the_end_of_the_call_declines_what_was_not_answered():
    talk = Talk()
    talk.refer()
    assert sorted(kinds(talk.put("BYE"))) == [200, 603]


def test_the_number_of_transfers_is_bounded():
    talk = Talk()
    for _ in range(REFERS_MAX):
        talk.refer()
    assert kinds(talk.put("REFER", extra=[("Refer-To", CAROL)])) == [603]


# -- ours ----------------------------------------------------------------------------------------


def test_our_refer_and_its_reports():
    talk = Talk()
    (asked,) = talk.do(
        commands.Refer, target=name(CAROL), referred_by=name("<sip:boss@example.com>")
    )
    assert asked.method == "REFER"
    assert asked.headers.get("Refer-To") == CAROL
    assert asked.headers.get("Referred-By") == "<sip:boss@example.com>"
    talk.script.put(reply(asked, 202))
    assert kinds(talk.notify(100)) == [200]
    assert kinds(talk.notify(180, event=f"refer;id={asked.cseq.number}")) == [200]
    assert kinds(talk.notify(200)) == [200]
    assert talk.progress() == [(202, False), (100, False), (180, False), (200, True)]
    assert kinds(talk.notify(200)) == [481]


def test_a_refused_refer():
    talk = Talk()
    (asked,) = talk.do(commands.Refer, target=name(CAROL))
    talk.script.put(reply(asked, 603))
    assert talk.progress() == [(603, True)]
    assert talk.script.took(Ended) == []


def test_reports_may_overtake_the_202():
    talk = Talk()
    (asked,) = talk.do(commands.Refer, target=name(CAROL))
    talk.notify(200)
    talk.script.put(reply(asked, 202))
    assert talk.progress() == [(200, True)]


def test_reports_after_our_bye_are_answered_until_the_last_one():
    talk = Talk()
    (asked,) = talk.do(commands.Refer, target=name(CAROL))
    talk.script.put(reply(asked, 202))
    assert kinds(talk.notify(100)) == [200]
    (bye,) = talk.do(commands.Bye)
    talk.script.put(reply(bye, 200))
    talk.progress()
    assert kinds(talk.notify(180)) == [200]
    assert kinds(talk.put("INFO")) == [481]
    assert kinds(talk.notify(200)) == [200]
    assert kinds(talk.notify(200)) == [481]
    assert talk.progress() == []  # `Ended` was the last word to whoever uses the leg
    talk.script.run(40_000)
    assert talk.script.agent.census()["dialogs"] == 0


def test_reports_after_our_bye_that_never_come_keep_nothing_for_ever():
    talk = Talk()
    (asked,) = talk.do(commands.Refer, target=name(CAROL))
    talk.script.put(reply(asked, 202))
    (bye,) = talk.do(commands.Bye)
    talk.script.put(reply(bye, 200))
    talk.script.run(179_999)
    assert talk.script.agent.census()["dialogs"] == 1
    talk.script.run(180_001)
    assert talk.script.agent.census()["dialogs"] == 0
    assert kinds(talk.notify(200)) == [481]


def test_reports_that_never_come_are_given_up_after_three_minutes():
    talk = Talk()
    (asked,) = talk.do(commands.Refer, target=name(CAROL))
    talk.script.put(reply(asked, 202))
    talk.script.run(179_999)
    assert talk.progress() == [(202, False)]
    talk.script.run(180_000)
    assert talk.progress() == [(408, True)]


def test_a_refer_in_place_of_another_call_of_ours():
    script = Script()
    first, second = Talk(script, "call-1"), Talk(script, "call-2")
    (asked,) = first.do(commands.Refer, target=name(CAROL), replaces=second.leg)
    ((header, value),) = asked.refer_to.uri.headers
    assert header == "Replaces"
    assert value == f"call-2;to-tag=a1;from-tag={second.leg}"


def test_a_refer_in_place_of_a_call_that_is_gone():
    talk = Talk()
    assert talk.do(commands.Refer, target=name(CAROL), replaces="gone") == []
    assert talk.progress() == [(481, True)]


def test_a_notify_of_another_package():
    (refused,) = Talk().notify(100, event="presence")
    assert refused.status == 489
    assert refused.headers.get("Allow-Events") == "refer"


@pytest.mark.parametrize(("status", "body"), [(100, b""), (100, b"hello")])
def test_a_notify_that_says_nothing_is_malformed(status, body):
    talk = Talk()
    talk.do(commands.Refer, target=name(CAROL))
    assert kinds(talk.notify(status, body=body)) == [400]


def test_too_many_refers_of_ours_are_a_bug():
    talk = Talk()
    for _ in range(REFERS_MAX):
        talk.do(commands.Refer, target=name(CAROL))
    with pytest.raises(LocalError):
        talk.do(commands.Refer, target=name(CAROL))


def hung_up_while_it_rings():
    talk = Talk()
    _, refer = talk.refer()
    _, trying = talk.do(commands.AcceptRefer, refer=refer.refer)
    talk.script.put(reply(trying, 200))
    assert kinds(talk.put("BYE")) == [200]
    assert talk.script.one(Ended).cause == "bye"
    return talk, refer.refer


def test_whoever_hangs_up_after_a_refer_still_hears_its_outcome():
    """RFC 5057 4.1: the BYE ends the session, not the subscription that the REFER made."""
    talk, number = hung_up_while_it_rings()
    (ringing,) = talk.do(commands.NotifyRefer, refer=number, status=180)
    talk.script.put(reply(ringing, 200))
    assert talk.do(commands.Bye) == []  # for everything else the call is over
    (done,) = talk.do(commands.NotifyRefer, refer=number, status=200)
    assert (done.method, done.body) == ("NOTIFY", b"SIP/2.0 200 OK\r\n")
    assert done.headers.get("Subscription-State").startswith("terminated")
    talk.script.put(reply(done, 200))
    assert talk.do(commands.NotifyRefer, refer=number, status=200) == []
    talk.script.run(100_000)
    assert empty(talk.script.agent)


@pytest.mark.parametrize("status", [404, 481])
def test_whoever_hangs_up_and_does_not_listen_is_forgotten(status):
    talk, number = hung_up_while_it_rings()
    (ringing,) = talk.do(commands.NotifyRefer, refer=number, status=180)
    talk.script.put(reply(ringing, status))
    assert talk.do(commands.NotifyRefer, refer=number, status=200) == []
    talk.script.run(100_000)
    assert empty(talk.script.agent)


def test_an_outcome_that_nobody_tells_is_not_waited_for_longer_than_it_may_take():
    talk, number = hung_up_while_it_rings()
    talk.script.run(100_000)
    assert not empty(talk.script.agent)
    talk.script.run(200_000)
    assert empty(talk.script.agent)
    assert talk.do(commands.NotifyRefer, refer=number, status=200) == []


def test_a_call_that_we_end_owes_no_report():
    talk = Talk()
    _, refer = talk.refer()
    _, trying = talk.do(commands.AcceptRefer, refer=refer.refer)
    talk.script.put(reply(trying, 200))
    (bye,) = talk.do(commands.Bye)
    talk.script.put(reply(bye, 200))
    assert talk.do(commands.NotifyRefer, refer=refer.refer, status=200) == []
    talk.script.run(100_000)
    assert empty(talk.script.agent)

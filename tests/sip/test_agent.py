"""The agent as a whole: who is served, what is answered without memory, what is never answered."""

import pytest
from sip_net import (
    ANSWER,
    CHALLENGE,
    DROP,
    OFFER,
    PASSWORD,
    STRANGER,
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

from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip import agent as agent_module
from ringfence.sip import commands
from ringfence.sip.auth import DigestClient
from ringfence.sip.commands import Credentials
from ringfence.sip.events import (
    Answered,
    AuthenticationFailed,
    BindingsChanged,
    Drained,
    Ended,
    Established,
    InviteReceived,
    Registered,
)
from ringfence.sip.parser import parse

METHODS = ["INVITE", "OPTIONS", "REGISTER", "BYE", "MESSAGE", "SUBSCRIBE", "REFER", "FOO", "CANCEL"]


def challenged():
    return Script(make_agent("192.0.2.9", verdict=CHALLENGE))


def kinds(messages):
    return [getattr(one, "method", None) or one.status for one in messages]


def signed(method="INVITE", *, password=PASSWORD, script=None, client=None, **kwargs):
    """Fetch a challenge for a request and sign it."""
    client = client or DigestClient("desk", password, SeededEntropy(7))
    (refused,) = script.put(request(method, **kwargs))
    assert refused.status == 401
    client.take(refused)
    again = request(method, **{**kwargs, "number": kwargs.get("number", 1) + 1})
    client.sign(again)
    return again


# -- admission -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tagged", [False, True])
def test_a_dropped_source_hears_nothing(method, tagged):
    script = Script(make_agent("192.0.2.9", verdict=DROP))
    to = "<sip:echo@192.0.2.9>;tag=x" if tagged else "<sip:echo@192.0.2.9>"
    assert script.put(request(method, to=to)) == []
    assert (
        script.put(request(method, to=to).to_bytes().replace(b"SIP/2.0\r\n", b"SIP/3.0\r\n")) == []
    )
    assert empty(script.agent)


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS", "REGISTER", "MESSAGE", "SUBSCRIBE", "FOO"])
def test_a_stranger_is_challenged_whatever_they_ask_and_leaves_no_trace(method):
    script = challenged()
    (refused,) = script.put(request(method))
    assert refused.status == 401
    assert refused.to_tag
    offered = refused.headers.all("WWW-Authenticate")
    assert [line.rpartition("=")[2] for line in offered] == ["MD5", "SHA-256"]
    assert script.events == []
    assert empty(script.agent)


def test_a_repetition_gets_the_same_tag():
    """8.2.7"""
    script = challenged()
    asked = request("OPTIONS")
    assert script.put(asked)[0].to_tag == script.put(asked)[0].to_tag


def test_a_phone_that_proves_itself_is_served():
    script = challenged()
    sent = script.put(signed(script=script, body=OFFER))
    assert kinds(sent) == [100]
    event = script.one(InviteReceived)
    assert (event.source, event.username) == ("", "desk")


def test_a_wrong_password_is_counted():
    script = challenged()
    (refused,) = script.put(signed(script=script, password="wrong"))
    assert refused.status == 401
    assert script.one(AuthenticationFailed) == AuthenticationFailed(peer=STRANGER, method="INVITE")


def test_an_old_nonce_is_stale_and_not_counted():
    script = challenged()
    again = signed(script=script)
    script.at += 10 * 3_600_000
    (refused,) = script.put(again)
    assert "stale=TRUE" in refused.headers.get("WWW-Authenticate")
    assert script.took(AuthenticationFailed) == []


def test_a_request_seen_once_is_not_taken_twice():
    script = challenged()
    again = signed("OPTIONS", script=script)
    assert kinds(script.put(again)) == [200]
    assert kinds(script.put(again)) == [401]  # OPTIONS keeps no transaction; the counter does


def test_a_trusted_source_still_proves_itself_to_register():
    script = Script()
    assert kinds(script.put(request("REGISTER"))) == [401]


def test_registration_and_its_repetition():
    script = challenged()
    asked = signed("REGISTER", script=script, to="<sip:desk@192.0.2.9>")
    (ok,) = script.put(asked)
    assert (ok.status, ok.headers.get("Contact")) == (200, "<sip:alice@192.0.2.1>;expires=3600")
    assert script.one(BindingsChanged) == BindingsChanged(username="desk", count=1)
    assert [one.to_bytes() for one in script.put(asked)] == [ok.to_bytes()]
    assert script.took(BindingsChanged) == []
    script.run(3_600_000)
    assert script.one(BindingsChanged).count == 0
    assert empty(script.agent)


def test_a_phone_that_is_removed_loses_its_bindings():
    script = challenged()
    script.put(signed("REGISTER", script=script, to="<sip:desk@192.0.2.9>"))
    script.agent.forget_phone("desk", script.now)
    assert script.agent.bindings("desk", script.now) == ()


def test_a_registered_phone_is_called_where_it_is():
    net = Net(
        phone=make_agent("192.0.2.1", seed=1),
        pbx=make_agent("192.0.2.2", seed=2, verdict=CHALLENGE),
    )
    net.do(
        "phone",
        commands.Register(
            registration="r",
            targets=(Peer("udp", "192.0.2.2", 5060),),
            registrar=uri("sip:192.0.2.2"),
            aor=uri("sip:desk@192.0.2.2"),
            contact_user="desk",
            credentials=Credentials("desk", PASSWORD),
        ),
    )
    net.run(100)
    assert net.one("phone", Registered)
    (binding,) = net.agents["pbx"].bindings("desk", net.now)
    net.do(
        "pbx",
        commands.Invite(
            leg="L",
            targets=(binding.peer,),
            uri=binding.uri,
            from_=name("<sip:+12025550123@192.0.2.2>"),
            offer=OFFER,
        ),
    )
    net.run(100)
    leg = net.one("phone", InviteReceived).leg
    net.do("phone", commands.Answer(leg=leg, body=ANSWER))
    net.run(100)
    assert net.one("pbx", Answered)
    assert net.one("phone", Established)


# -- what is answered without memory -------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200),
        ("MESSAGE", 405),
        ("SUBSCRIBE", 405),
        ("PUBLISH", 405),
        ("FOO", 501),
        ("invite", 501),
        ("BYE", 481),
        ("INFO", 481),
        ("UPDATE", 481),
        ("PRACK", 481),
        ("NOTIFY", 481),
        ("REFER", 481),
        ("CANCEL", 481),
    ],
)
def test_every_method_outside_a_dialog_gets_its_answer(method, status):
    script = Script()
    (answer,) = script.put(request(method))
    assert answer.status == status
    if status in {405, 501, 200}:
        assert {"invite", "ack", "bye", "cancel"} <= answer.allow
    assert empty(script.agent)


@pytest.mark.parametrize(
    "method", ["INVITE", "OPTIONS", "BYE", "INFO", "UPDATE", "REFER", "NOTIFY", "FOO"]
)
def test_a_request_inside_an_unknown_dialog(method):
    script = Script()
    (answer,) = script.put(request(method, to="<sip:echo@192.0.2.9>;tag=unknown"))
    assert answer.status == 481
    assert empty(script.agent)


@pytest.mark.parametrize("method", ["MESSAGE", "FOO", "REGISTER"])
def test_a_method_that_has_no_place_inside_a_call(method):
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    (answer,) = script.put(request(method, number=2, to=f"<sip:echo@192.0.2.9>;tag={leg}"))
    assert answer.status in {405, 501, 481}


def test_an_ack_is_never_answered():
    script = Script()
    assert script.put(request("ACK")) == []
    assert script.put(request("ACK", to="<sip:echo@192.0.2.9>;tag=unknown")) == []


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS", "REGISTER"])
def test_an_unknown_extension_is_refused(method):
    script = Script() if method != "REGISTER" else challenged()
    kwargs = {"extra": [("Require", "nothingSupportsThis, 100rel")]}
    asked = (
        request(method, **kwargs)
        if method != "REGISTER"
        else signed(method, script=script, **kwargs)
    )
    (answer,) = script.put(asked)
    assert answer.status == 420
    assert answer.headers.get("Unsupported") == "nothingsupportsthis"


def test_an_unknown_extension_inside_a_call_is_refused():
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    to = f"<sip:echo@192.0.2.9>;tag={leg}"
    assert kinds(script.put(request("INFO", to=to, number=2, extra=[("Require", "foo")]))) == [420]


@pytest.mark.parametrize("target", ["http://example.com", "nobodyKnowsThisScheme:totallyopaque"])
def test_an_unknown_uri_scheme(target):
    assert kinds(Script().put(request("OPTIONS", target=target))) == [416]


def test_a_call_to_a_tel_uri():
    script = Script()
    script.put(request(target="tel:+12025550123", body=OFFER))
    assert script.one(InviteReceived)


def test_hops_run_out_for_calls_alone():
    script = Script()
    for method, status in (("OPTIONS", 200), ("INVITE", 483)):
        asked = request(method)
        asked.headers.set("Max-Forwards", "0")
        assert kinds(script.put(asked)) == [status]


def test_a_call_that_comes_by_two_ways_is_one():
    """8.2.2.2"""
    script = Script()
    script.put(request(body=OFFER, branch="z9hG4bK-one"))
    (merged,) = script.put(request(body=OFFER, branch="z9hG4bK-two"))
    assert merged.status == 482
    leg = script.one(InviteReceived).leg
    script.do(commands.Reject(leg=leg, status=486))
    script.run(100_000)
    assert empty(script.agent)


def test_a_caller_that_would_not_understand_our_answer():
    assert kinds(Script().put(request(body=OFFER, extra=[("Accept", "text/nothing")]))) == [406]


def test_too_small_a_session_interval():
    (refused,) = Script().put(request(body=OFFER, extra=[("Session-Expires", "60")]))
    assert (refused.status, refused.headers.get("Min-SE")) == (422, "90")


# -- where answers go (18.2.2, RFC 3581) ---------------------------------------------------------


@pytest.mark.parametrize(
    ("via", "peer", "expected"),
    [
        ("192.0.2.1:5060;rport", ("192.0.2.1", 5060), ("192.0.2.1", 5060)),
        ("192.0.2.1:5060;rport", ("192.0.2.1", 40_000), ("192.0.2.1", 40_000)),
        ("192.0.2.1:5062", ("192.0.2.1", 40_000), ("192.0.2.1", 5062)),
        ("192.0.2.1", ("192.0.2.1", 40_000), ("192.0.2.1", 5060)),
        ("192.168.1.5:5060", ("192.0.2.1", 40_000), ("192.0.2.1", 40_000)),
        ("pbx.example.com:5070", ("192.0.2.1", 40_000), ("192.0.2.1", 5070)),
        ("192.0.2.1;maddr=224.2.0.1", ("192.0.2.1", 5060), ("192.0.2.1", 5060)),
    ],
)
def test_answers_over_udp(via, peer, expected):
    script = Script(peer=Peer("udp", *peer, 1))
    head, _, tail = via.partition(";")
    line = f"SIP/2.0/UDP {head};branch=z9hG4bK7" + (f";{tail}" if tail else "")
    (answer,) = script.put(request("OPTIONS", via=line))
    assert script.sent[-1][2] == Peer("udp", *expected, 1)
    if "rport" in via:
        assert (answer.via.received, answer.via.rport) == peer
    elif head.partition(":")[0] != peer[0]:
        assert answer.via.received == peer[0]


def test_answers_over_a_connection_go_back_on_it():
    flow = Peer("tls", "192.0.2.1", 40_000, 17)
    script = Script(peer=flow)
    script.put(request("OPTIONS", via="SIP/2.0/TLS pbx.example.com;branch=z9hG4bK7"))
    assert script.sent[-1][2] == flow


# -- bad bytes -----------------------------------------------------------------------------------


def test_a_malformed_header_found_late_gets_400():
    script = Script()
    assert kinds(script.put(request(body=OFFER, contact="<sip:a@b"))) == [400]
    assert kinds(script.put(request(body=OFFER, extra=[("Session-Expires", "x")]))) == [400]
    assert kinds(script.put(request(body=OFFER, extra=[("Min-SE", "x")]))) == [400]
    assert kinds(script.put(request(body=OFFER, extra=[("Replaces", "x")]))) == [400]
    assert script.took(InviteReceived) == []


@pytest.mark.parametrize("field", ["From", "To"])
def test_a_tag_without_value_is_malformed(field):
    asked = request(body=OFFER)
    asked.headers.set(field, "<sip:echo@192.0.2.9>;TAG")
    script = Script()
    script.agent.receive(asked.to_bytes(), STRANGER, script.now)
    (sent,) = script.agent.take_output()
    answer = parse(sent.data)  # with a tag of ours beside theirs it would not be understood
    assert answer.status == 400
    assert answer.headers.get(field) == asked.headers.get(field) or field == "From"


def test_an_empty_tag_names_no_dialog_and_gets_none_of_ours():
    (answer,) = Script().put(request("BYE", to="<sip:echo@192.0.2.9>;tag="))
    assert answer.status == 481
    assert answer.headers.get("To") == "<sip:echo@192.0.2.9>;tag="


def test_an_unsupported_body_gets_415():
    asked = request(body=b"?")
    asked.headers.set("Content-Type", "application/x-unheard-of")
    script = Script()
    (answer,) = script.put(asked)
    assert answer.status == 415
    assert "application/sdp" in answer.headers.get("Accept")


def test_responses_that_concern_nobody_are_dropped():
    script = Script()
    (asked,) = script.do(
        commands.Probe(probe="p", targets=(STRANGER,), uri=uri("sip:192.0.2.1"), interval_ms=1000)
    )
    stray = reply(asked, 200)
    stray.headers.add("Via", "SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKx")
    assert script.put(stray) == []
    other = reply(asked, 200)
    other.headers.set("Via", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother")
    assert script.put(other) == []
    assert script.events == []


# -- Replaces (RFC 3891) -------------------------------------------------------------------------


def talking(script, call_id="call-1"):
    script.put(request(body=OFFER, call_id=call_id))
    leg = script.one(InviteReceived).leg
    script.do(commands.Answer(leg=leg, body=ANSWER))
    script.put(request("ACK", to=f"<sip:echo@192.0.2.9>;tag={leg}", call_id=call_id))
    script.events.clear()
    return leg


def replacing(leg, call_id="call-1", tail=""):
    value = f"{call_id};to-tag={leg};from-tag=a1{tail}"
    return request(
        body=OFFER, call_id="call-9", extra=[("Replaces", value), ("Require", "replaces")]
    )


def test_a_call_takes_the_place_of_another():
    script = Script()
    old = talking(script)
    script.put(replacing(old))
    event = script.one(InviteReceived)
    assert event.replaces == old
    sent = script.do(commands.Answer(leg=event.leg, body=ANSWER))
    assert sorted(str(kind) for kind in kinds(sent)) == ["200", "BYE"]
    ended = script.one(Ended)
    assert (ended.leg, ended.by, ended.cause) == (old, "remote", "replaced")


def test_a_replacement_that_is_refused_leaves_the_old_call_up():
    script = Script()
    old = talking(script)
    script.put(replacing(old))
    script.do(commands.Reject(leg=script.one(InviteReceived).leg, status=486))
    assert [event.leg for event in script.took(Ended)] != [old]
    assert kinds(script.do(commands.Bye(leg=old))) == ["BYE"]


@pytest.mark.parametrize(
    ("leg", "call_id", "tail", "status"),
    [
        ("unknown", "call-1", "", 481),
        (None, "call-x", "", 481),
        (None, "call-1", ";early-only", 486),
    ],
)
def test_what_cannot_be_replaced(leg, call_id, tail, status):
    script = Script()
    old = talking(script)
    assert kinds(script.put(replacing(leg or old, call_id, tail))) == [status]


def test_a_call_that_is_just_ending_is_not_replaced():
    script = Script()
    old = talking(script)
    script.do(commands.Bye(leg=old))
    assert kinds(script.put(replacing(old))) == [603]


def test_a_call_of_theirs_that_still_rings_is_not_replaced():
    script = Script()
    script.put(request(body=OFFER))
    assert kinds(script.put(replacing(script.one(InviteReceived).leg))) == [481]


# -- bounds, drain, transport --------------------------------------------------------------------


def test_draining_refuses_new_calls_and_finishes_the_old():
    script = Script()
    leg = talking(script)
    script.do(commands.Drain(retry_after=45))
    assert script.took(Drained) == []
    for method in ("INVITE", "OPTIONS"):
        (refused,) = script.put(request(method, call_id="call-2"))
        assert (refused.status, refused.headers.get("Retry-After")) == (503, "45")
    (bye,) = script.do(commands.Bye(leg=leg))
    assert script.took(Drained) == []
    script.put(reply(bye, 200))
    assert script.one(Drained)


def test_draining_an_idle_agent_is_done_at_once():
    script = Script()
    script.do(commands.Drain())
    assert script.one(Drained)


def test_the_number_of_calls_is_bounded(monkeypatch):
    monkeypatch.setattr(agent_module, "LEGS_MAX", 3)
    script = Script()
    for index in range(3):
        assert kinds(script.put(request(body=OFFER, call_id=f"call-{index}"))) == [100]
    (refused,) = script.put(request(body=OFFER, call_id="call-x"))
    assert refused.status == 503
    assert refused.headers.get("Retry-After")


def test_the_number_of_transactions_is_bounded(monkeypatch):
    monkeypatch.setattr(agent_module, "TRANSACTIONS_MAX", 1)
    script = Script()
    script.put(request(body=OFFER))
    leg = script.one(InviteReceived).leg
    to = f"<sip:echo@192.0.2.9>;tag={leg}"
    assert kinds(script.put(request("INFO", to=to, number=2))) == [503]
    assert kinds(script.put(request(body=OFFER, call_id="call-x"))) == [503]


def test_a_closed_connection_takes_bindings_and_open_requests_along():
    script = challenged()
    flow = Peer("tcp", "192.0.2.1", 40_000, 17)
    via = "SIP/2.0/TCP 192.0.2.1:40000;branch=z9hG4bK{}"
    script.peer = flow
    client = DigestClient("desk", PASSWORD, SeededEntropy(7))
    fields = {"to": "<sip:desk@192.0.2.9>", "contact": "<sip:desk@192.0.2.1:40000;transport=tcp>"}
    (refused,) = script.put(request("REGISTER", via=via.format(1), **fields))
    client.take(refused)
    again = request("REGISTER", via=via.format(2), number=2, **fields)
    client.sign(again)
    assert kinds(script.put(again)) == [200]
    script.took(BindingsChanged)
    invite = commands.Invite(
        leg="L",
        targets=script.agent.bindings("desk", script.now)[:1] and (flow,),
        uri=uri("sip:desk@192.0.2.1:40000;transport=tcp"),
        from_=name("<sip:a@192.0.2.9>"),
        offer=OFFER,
    )
    assert kinds(script.do(invite)) == ["INVITE"]
    script.do(commands.FlowClosed(flow=17))
    assert script.one(BindingsChanged).count == 0
    assert script.one(Ended).cause == "transport"


def test_commands_for_nobody_are_ignored():
    script = Script()
    assert script.do(commands.Bye(leg="unknown")) == []
    assert script.do(commands.SendFailed(peer=STRANGER)) == []
    assert script.do(commands.FlowClosed(flow=99)) == []


def test_events_name_nobody():
    """What is printed or logged by mistake shows no number, name or body."""
    script = Script()
    script.put(
        request(
            body=OFFER,
            from_="<sip:+12025550123@192.0.2.1>;tag=a1",
            contact="<sip:+12025550123@192.0.2.1>",
        )
    )
    leg = script.one(InviteReceived)
    script.do(commands.Answer(leg=leg.leg, body=ANSWER))
    text = repr(leg) + repr(script.events) + repr(commands.Answer(leg="x", body=OFFER))
    assert "2025550123" not in text
    assert "v=0" not in text


def test_what_still_waits_for_an_answer_is_counted_until_it_comes():
    script = Script()
    invite = commands.Invite(
        leg="out-1",
        targets=(STRANGER,),
        uri=uri("sip:bob@192.0.2.1"),
        from_=name("<sip:alice@192.0.2.9>"),
        offer=OFFER,
    )
    (asked,) = script.do(invite)
    assert script.agent.unanswered() == 0  # it may ring for minutes
    script.put(reply(asked, 200, body=ANSWER))
    (bye,) = script.do(commands.Bye(leg="out-1"))
    assert bye.method == "BYE"
    assert script.one(Answered)
    assert script.agent.unanswered() == 1
    script.put(reply(bye, 200))
    assert script.agent.unanswered() == 0

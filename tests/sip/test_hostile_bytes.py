"""Hostile bytes through the whole agent: the torture corpus and damaged conversations."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sip_net import (
    ANSWER,
    CHALLENGE,
    OFFER,
    STRANGER,
    TRUST,
    Script,
    empty,
    make_agent,
    reply,
    request,
)

from ringfence.sip import commands, stun
from ringfence.sip.events import InviteReceived, MalformedReceived, ReferReceived
from ringfence.sip.parser import parse

CORPUS = sorted((Path(__file__).parents[1] / "vectors" / "sip").rglob("*.dat"))
CORPUS += sorted((Path(__file__).parents[1] / "vectors" / "sip").rglob("*.sip"))


@pytest.mark.parametrize("verdict", [TRUST, CHALLENGE], ids=["trusted", "challenged"])
def test_the_torture_corpus_is_answered_or_met_with_silence(verdict):
    """Invariant: no message of RFC 4475 or RFC 5118 raises, and each request that can be
    answered is, ACK excepted, and what a stranger says of a call that is not."""
    assert len(CORPUS) > 50
    for path in CORPUS:
        script = Script(make_agent("192.0.2.9", verdict=verdict))
        data = path.read_bytes()
        sent = script.put(data)
        if not sent:
            request_line = data.lstrip().split(b"\r\n", 1)[0]
            silent = not request_line or request_line.startswith((b"SIP/", b"ACK "))
            silent = silent or stun.is_request(data)  # a keep-alive, and from no phone of ours
            silent = silent or bool(script.took(MalformedReceived))
            assert silent or (verdict is CHALLENGE and "tag" in parse(data).to.params), path.name
        for leg in script.took(InviteReceived):
            script.do(commands.Reject(leg=leg.leg, status=486))
        script.run(2_000_000)
        assert empty(script.agent), path.name


def conversation():
    """What a caller sends in a call, and a telephone in its registration."""
    yield request(body=OFFER, extra=[("Supported", "100rel, timer"), ("Session-Expires", "600")])
    for method, body in (("ACK", b""), ("INFO", b"1"), ("UPDATE", OFFER), ("INVITE", b"")):
        yield request(method, to="<sip:echo@192.0.2.9>;tag=TAG", number=2, body=body)
    for name_, value in (
        ("RAck", "1 1 INVITE"),
        ("Refer-To", "<sip:c@d?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>"),
        ("Event", "refer;id=1"),
    ):
        method = {"RAck": "PRACK", "Refer-To": "REFER", "Event": "NOTIFY"}[name_]
        extra = [(name_, value), ("Subscription-State", "active"), ("Require", "foo")]
        yield request(method, to="<sip:echo@192.0.2.9>;tag=TAG", number=3, extra=extra[:2])
        yield request(method, to="<sip:echo@192.0.2.9>;tag=TAG", number=4, extra=extra)
    yield request("BYE", to="<sip:echo@192.0.2.9>;tag=TAG", number=9)
    yield request("CANCEL")
    path = [("Path", "<sip:edge@192.0.2.3;lr>"), ("Expires", "60")]
    yield request("REGISTER", to="<sip:desk@192.0.2.9>", extra=path)
    yield reply(request(), 200, body=ANSWER, extra=[("Record-Route", "<sip:p;lr>")])


SEEDS = [message.to_bytes() for message in conversation()]
PIECES = [b"", b"\r\n", b"\0", b";", b",", b"<", b'"', b"=", b" ", b"\xff", b"%", b":", b"9" * 30]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SEEDS),
            st.lists(
                st.tuples(st.integers(0, 600), st.integers(0, 8), st.sampled_from(PIECES)),
                max_size=2,
            ),
        ),
        max_size=12,
    )
)
def test_no_bytes_make_the_agent_raise(messages):
    """Invariant: whatever arrives in whatever order, the agent does not raise, and when the
    calls are hung up it holds nothing."""
    script = Script()
    script.agent._registrar.receive(
        request("REGISTER", to="<sip:desk@192.0.2.9>"), "desk", STRANGER, script.now
    )
    script.agent._registrar_spoke()
    tag = b"TAG"
    for seed, changes in messages:
        data = seed.replace(b"TAG", tag)
        for at, length, piece in changes:
            data = data[:at] + piece + data[at + length :]
        script.put(data)
        script.run(script.at + 40)
        for event in script.took(InviteReceived):
            tag = event.leg.encode()
            script.do(commands.Provisional(leg=event.leg, reliable=True, body=ANSWER))
            script.do(commands.Answer(leg=event.leg, body=ANSWER))
        for event in script.took(ReferReceived):
            script.do(commands.AcceptRefer(leg=event.leg, refer=event.refer))
    for leg in list(script.agent._legs):
        script.do(commands.Bye(leg=leg))
    script.run(script.at + 8_000_000)
    assert empty(script.agent)

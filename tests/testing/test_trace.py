"""The trace of a world: SIP and facts to read, everything in the digest."""

from __future__ import annotations

from ringfence.calls.events import CallAnswered
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId
from ringfence.testing.trace import Trace
from ringfence.testing.virtual_time import START

HERE, THERE = ("192.0.2.1", 5060), ("192.0.2.2", 5060)
INVITE = b"INVITE sip:+12025550100@192.0.2.1 SIP/2.0\r\nVia: x\r\n\r\n"
SOUND = b"\x80\x00" + bytes(170)


def test_messages_and_facts_are_lines_and_sound_is_not() -> None:
    trace = Trace()
    trace.datagram(INVITE, HERE, THERE, Ms(START + 5))
    trace.datagram(SOUND, HERE, THERE, Ms(START + 6))
    trace.datagram(b"", HERE, THERE, Ms(START + 7))
    trace.facts([CallAnswered(at=Ms(START + 20), call=CallId("CA0123456789"), codec="PCMU")])
    assert trace.lines == [
        "      5 192.0.2.1 > 192.0.2.2 INVITE sip:+12025550100@192.0.2.1 SIP/2.0",
        "     20 456789 CallAnswered",
    ]
    assert str(trace) == "\n".join(trace.lines)
    assert trace.datagrams == 3


def test_the_digest_is_of_every_byte_and_every_instant() -> None:
    def digest(data: bytes, instant: int) -> str:
        trace = Trace()
        trace.datagram(data, HERE, THERE, Ms(START + instant))
        return trace.digest

    assert digest(SOUND, 1) == digest(SOUND, 1)
    assert len({digest(SOUND, 1), digest(SOUND, 2), digest(SOUND[:-1] + b"\1", 1)}) == 3

"""What of SIP's messages is told: X- headers within bounds, and nothing else of them."""

from __future__ import annotations

import pytest
from switch_bench import Bench

from ringfence.kernel.limits import MARKUP_SIP_HEADERS, SIP_HEADER_TOLD_CHARS
from ringfence.sip.headers import Headers
from ringfence.sip.message import Response
from ringfence.switch.sip_words import extra_headers, reply_of


def test_extra_headers_as_they_were_sent_once_each_and_no_other() -> None:
    headers = Headers([("X-Ticket", "1"), ("x-other", "2"), ("Subject", "3"), ("X-Ticket", "4")])
    assert extra_headers(headers) == (("X-Ticket", "1"), ("x-other", "2"))


def test_bounds() -> None:
    many = Headers([(f"X-{n}", "1") for n in range(MARKUP_SIP_HEADERS + 5)])
    assert len(extra_headers(many)) == MARKUP_SIP_HEADERS
    long = Headers([("X-A", "a" * (SIP_HEADER_TOLD_CHARS + 1)), ("X-B", "b")])
    assert extra_headers(long) == (("X-B", "b"),)


def test_a_reply_has_the_status_the_call_id_and_the_headers() -> None:
    response = Response(486, "Busy Here", Headers([("Call-ID", "abc"), ("X-A", "1")]))
    reply = reply_of(response)
    assert (reply.status, reply.call_id, reply.headers) == (486, "abc", (("X-A", "1"),))


@pytest.mark.anyio
async def test_an_invite_is_told_to_the_document_and_to_no_status_callback(bench: Bench) -> None:
    bench.number("+12025550100", "<Response><Pause length='60'/></Response>")
    bench.invite("+12025550100", extra="X-Ticket: 4711\r\n")
    (live,) = bench.runner.calls.values()
    assert live.program is not None
    besides = dict(live.program.context.besides)
    assert dict(live.program.context.told())["CallToken"].startswith("CA")
    assert besides == {
        "SipCallId": "x",
        "SipSourceIp": "192.0.2.50",
        "SipDomain": "192.0.2.1",
        "SipHeader_X-Ticket": "4711",
    }
    assert "CallToken" not in dict(live.program.context.besides)  # made for those who ask
    assert "4711" not in repr(live.program.context)

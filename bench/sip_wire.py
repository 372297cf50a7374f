"""CPU time of the SIP wire: microseconds per message, the best of several rounds.

    python bench/sip_wire.py [--json] [--quick]

The best round is the one least disturbed by whatever else the machine does; nothing is asserted
here. The targets are the share of the wire in the figures of whole calls.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.sip.auth import Authenticator, DigestClient, make_ha1
from ringfence.sip.message import Response, response_to
from ringfence.sip.offer_answer import Local, negotiate
from ringfence.sip.parser import parse
from ringfence.sip.sdp import SessionDescription
from ringfence.sip.stream import Framer

SDP = b"""v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 49170 RTP/AVP 0 8 9 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:9 G722/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv
""".replace(b"\n", b"\r\n")

INVITE = (
    b"""INVITE sip:+12025550123@example.com;transport=udp SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKnashds8
Max-Forwards: 70
From: "Alice" <sip:+12025550100@example.net>;tag=1928301774
To: <sip:+12025550123@example.com>
Call-ID: a84b4c76e66710@192.0.2.1
CSeq: 314159 INVITE
Contact: <sip:+12025550100@192.0.2.1:5060>
User-Agent: trunk 1.0
Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, REFER, INFO
Supported: 100rel, timer, replaces
Session-Expires: 1800;refresher=uac
P-Asserted-Identity: <sip:+12025550100@example.net>
Content-Type: application/sdp
Content-Length: %d

""".replace(b"\n", b"\r\n")
    % len(SDP)
    + SDP
)

REGISTER = b"""REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKnashds9
Max-Forwards: 70
From: <sip:alice@example.com>;tag=19283
To: <sip:alice@example.com>
Call-ID: r84b4c76e66710@192.0.2.1
CSeq: 7 REGISTER
Contact: <sip:alice@192.0.2.1:5060>;expires=3600
Content-Length: 0

""".replace(b"\n", b"\r\n")

NOW = Ms(1_700_000_000_000)


def microseconds(work: Callable[[], object], rounds: int, repeat: int = 3_000) -> float:
    """Return CPU microseconds of one call in the best round."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time_ns()
        for _ in range(repeat):
            work()
        best = min(best, (time.process_time_ns() - began) / repeat / 1_000)
    return round(best, 2)


def measure(rounds: int) -> list[dict[str, Any]]:
    """Return one row per piece of work."""
    invite, offer = parse(INVITE), SessionDescription.parse(SDP)
    local = Local(host="192.0.2.50", port=16384, session=7)
    answer = negotiate(offer, local).local
    server = Authenticator("ringfence", b"s" * 32, SeededEntropy(1))
    client = DigestClient("alice", "secret", SeededEntropy(2))
    client.take(Response(401, None, server.challenges(NOW)))
    kept = {name: make_ha1("alice", "ringfence", "secret", name) for name in ("MD5", "SHA-256")}

    def digest() -> None:
        request = parse(REGISTER)
        client.sign(request)
        server.verify(request, lambda _user, _realm, algorithm: kept[algorithm], NOW)

    def reply() -> None:
        response_to(invite, 200, to_tag="t1", body=SDP).to_bytes()

    work: list[tuple[str, int | None, Callable[[], object]]] = [
        ("SIP: read an INVITE with SDP", 40, lambda: parse(INVITE)),
        ("SIP: write an INVITE with SDP", 20, invite.to_bytes),
        ("SIP: make and write a 200 with SDP", 20, reply),
        ("SIP: read a REGISTER", None, lambda: parse(REGISTER)),
        ("SIP: read, sign and verify a REGISTER, SHA-256", None, digest),
        ("SIP: frame an INVITE from a stream", None, lambda: Framer().feed(INVITE)),
        ("SDP: read an offer", None, lambda: SessionDescription.parse(SDP)),
        ("SDP: negotiate an answer", None, lambda: negotiate(offer, local)),
        ("SDP: write an answer", None, answer.to_bytes),
    ]
    rows = []
    for name, target, call in work:
        row: dict[str, Any] = {"work": name, "value": microseconds(call, rounds), "unit": "µs"}
        if target is not None:
            row["target"] = target
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU time of the SIP wire.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rows = measure(2 if options.quick else 7)
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(f"{row['work']:48} {row['value']:8} µs  target {row.get('target', '-')}")


if __name__ == "__main__":
    main()

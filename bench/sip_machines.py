"""CPU time of the SIP agent: microseconds per whole call or registration, steady state.

    python bench/sip_machines.py [--json] [--quick]

Bytes go in, bytes come out, nothing is sent: parsing, admission, transactions, dialog, timers and
serialising, without sockets and without what the switch does with a call. Virtual time runs at 50
calls a second, so the transactions of the last 32 seconds are there and their timers go off
within the figure. What the far end says is prepared outside of it. The best of several rounds is
the one least disturbed by whatever else the machine does.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy, SystemEntropy
from ringfence.sip import commands
from ringfence.sip.admission import Challenge, Trusted, Verdict
from ringfence.sip.agent import Agent
from ringfence.sip.auth import DigestClient, make_ha1
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import Answered, InviteReceived, LegKey, Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request, Response
from ringfence.sip.parser import parse
from ringfence.sip.uri import Uri

PEER = Peer("udp", "192.0.2.1", 5060, 1)
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    b"m=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
)
GAP_MS = 20
WARM_UP = 1_800
"""Calls before the first figure: more than 32 seconds of them."""


class Guard:
    """Trusts a trunk, challenges telephones."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.known = {
            algorithm: make_ha1("desk", "example.com", "secret", algorithm)
            for algorithm in ("MD5", "SHA-256")
        }

    def admit(self, request: Request, peer: Peer, now: Ms, /) -> Verdict:  # noqa: ARG002
        return self.verdict

    def proved(self, peer: Peer, /) -> None:
        """Nobody is counted here."""

    def ha1(self, username: str, realm: str, algorithm: str, /) -> str | None:  # noqa: ARG002
        return self.known.get(algorithm)


def make_agent(verdict: Verdict) -> Agent:
    config = AgentConfig(
        addresses={"udp": ("192.0.2.9", 5060)}, realm="example.com", secret=b"s" * 32
    )
    return Agent(config, SystemEntropy(), Guard(verdict))


def message(method: str, index: int, number: int, to_tag: str = "", body: bytes = b"") -> bytes:
    tag = f";tag={to_tag}" if to_tag else ""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"{method} sip:+12025550123@192.0.2.9:5060 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{method}{index};rport\r\n"
        "Max-Forwards: 70\r\n"
        f'From: "Alice" <sip:+12025550100@192.0.2.1>;tag=a{index}\r\n'
        f"To: <sip:+12025550123@192.0.2.9>{tag}\r\n"
        f"Call-ID: {index:016x}@192.0.2.1\r\n"
        f"CSeq: {number} {method}\r\n"
        "Contact: <sip:+12025550100@192.0.2.1:5060>\r\n"
        "User-Agent: trunk 1.0\r\n"
        "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY\r\n"
        "Supported: replaces, timer\r\n"
        f"{kind}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Stopwatch:
    """CPU time of one thread, in pieces."""

    def __init__(self) -> None:
        self.spent = 0
        self.began = 0

    def __enter__(self) -> None:
        self.began = time.thread_time_ns()

    def __exit__(self, *_: object) -> None:
        self.spent += time.thread_time_ns() - self.began


class Inbound:
    """INVITE, 100, 200, ACK, BYE, 200."""

    work = "inbound call through the agent"
    target = 350

    def __init__(self) -> None:
        self.agent = make_agent(Trusted("trunk"))
        self.now = Ms(1_700_000_000_000)
        self.index = 0

    def once(self, watch: Stopwatch) -> None:
        agent, now = self.agent, self.now
        self.index += 1
        invite = message("INVITE", self.index, 1, body=SDP)
        with watch:
            agent.fire(now)
            agent.receive(invite, PEER, now)
            agent.take_output()
            (event,) = agent.take_events()
            assert isinstance(event, InviteReceived)
            agent.do(commands.Answer(leg=event.leg, body=SDP), now)
            agent.take_output()
            agent.deadline()
        ack = message("ACK", self.index, 1, event.leg)
        bye = message("BYE", self.index, 2, event.leg)
        with watch:
            agent.receive(ack, PEER, now)
            agent.take_events()
            agent.deadline()
            agent.receive(bye, PEER, now)
            agent.take_output()
            agent.take_events()
            agent.deadline()
        self.now = Ms(now + GAP_MS)


class Outbound:
    """INVITE, 180, 200, ACK, BYE, 200."""

    work = "outbound call through the agent"
    target = 350

    def __init__(self) -> None:
        self.agent = make_agent(Trusted("trunk"))
        self.now = Ms(1_700_000_000_000)
        self.index = 0

    def answer(self, data: bytes, status: str, body: bytes = b"") -> bytes:
        head = data.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        kept = [
            line
            for line in head
            if line.partition(":")[0] in {"Via", "From", "To", "Call-ID", "CSeq"}
        ]
        kept = [
            f"{line};tag=b{self.index}" if line.startswith("To:") and ";tag" not in line else line
            for line in kept
        ]
        kind = ["Content-Type: application/sdp"] if body else []
        lines = [
            f"SIP/2.0 {status}",
            *kept,
            "Contact: <sip:bob@192.0.2.1:5060>",
            *kind,
            f"Content-Length: {len(body)}\r\n\r\n",
        ]
        return "\r\n".join(lines).encode() + body

    def once(self, watch: Stopwatch) -> None:
        agent, now = self.agent, self.now
        self.index += 1
        command = commands.Invite(
            leg=LegKey(str(self.index)),
            targets=(PEER,),
            uri=Uri.sip("+12025550123", "192.0.2.1"),
            from_=NameAddr("", Uri.sip("+12025550100", "192.0.2.9")),
            offer=SDP,
        )
        with watch:
            agent.fire(now)
            agent.do(command, now)
            (sent,) = agent.take_output()
            agent.deadline()
        ringing = self.answer(sent.data, "180 Ringing")
        ok = self.answer(sent.data, "200 OK", SDP)
        with watch:
            agent.receive(ringing, PEER, now)
            agent.take_events()
            agent.deadline()
            agent.receive(ok, PEER, now)
            agent.take_output()
            (event,) = agent.take_events()
            assert isinstance(event, Answered)
            agent.do(commands.Bye(leg=event.leg), now)
            (bye,) = agent.take_output()
            agent.take_events()
            agent.deadline()
        done = self.answer(bye.data, "200 OK")
        with watch:
            agent.receive(done, PEER, now)
            agent.deadline()
        self.now = Ms(now + GAP_MS)


class Refresh:
    """REGISTER signed with a nonce in use, 200. MD5, as most telephones sign."""

    work = "REGISTER refresh with digest"
    target = 250

    def __init__(self) -> None:
        self.agent = make_agent(Challenge())
        self.now = Ms(1_700_000_000_000)
        self.index = 0
        self.client = DigestClient("desk", "secret", SeededEntropy(1))
        self.agent.receive(self.register().to_bytes(), PEER, self.now)
        refused = parse(self.agent.take_output()[0].data)
        assert isinstance(refused, Response)
        first = [line for line in refused.headers.all("WWW-Authenticate") if "MD5" in line]
        refused.headers.set("WWW-Authenticate", first[0])
        self.client.take(refused)

    def register(self) -> Request:
        self.index += 1
        text = message("REGISTER", self.index, self.index).decode()
        text = text.replace("sip:+12025550123@192.0.2.9>", "sip:desk@192.0.2.9>")
        text = text.replace("sip:+12025550123@192.0.2.9:5060 ", "sip:192.0.2.9 ")
        text = text.replace(f"Call-ID: {self.index:016x}", "Call-ID: desk")
        parsed = parse(text.encode())
        assert isinstance(parsed, Request)
        return parsed

    def once(self, watch: Stopwatch) -> None:
        agent, now = self.agent, self.now
        request = self.register()
        self.client.sign(request)
        data = request.to_bytes()
        with watch:
            agent.fire(now)
            agent.receive(data, PEER, now)
            output = agent.take_output()
            agent.take_events()
            agent.deadline()
        assert output[0].data.startswith(b"SIP/2.0 200")
        self.now = Ms(now + GAP_MS)


class Stranger:
    """An INVITE that gets a challenge and leaves no trace."""

    work = "INVITE challenged"
    target = None

    def __init__(self) -> None:
        self.agent = make_agent(Challenge())
        self.now = Ms(1_700_000_000_000)
        self.index = 0

    def once(self, watch: Stopwatch) -> None:
        self.index += 1
        data = message("INVITE", self.index, 1, body=SDP)
        with watch:
            self.agent.receive(data, PEER, self.now)
            self.agent.take_output()


def measure(kind: type[Any], rounds: int, calls: int) -> dict[str, Any]:
    case = kind()
    for _ in range(WARM_UP):
        case.once(Stopwatch())
    best = None
    for _ in range(rounds):
        watch = Stopwatch()
        for _ in range(calls):
            case.once(watch)
        figure = watch.spent / calls / 1_000
        best = figure if best is None or figure < best else best
    row = {"work": case.work, "value": round(best or 0.0, 1), "unit": "µs", "note": case.__doc__}
    if case.target is not None:
        row["target"] = case.target
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rounds, calls = (3, 200) if options.quick else (12, 500)
    rows = [measure(kind, rounds, calls) for kind in (Inbound, Outbound, Refresh, Stranger)]
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(f"{row['work']:34} {row['value']:8.1f} µs   (reach {row.get('target', '-')})")


if __name__ == "__main__":
    main()

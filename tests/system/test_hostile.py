"""Garbage at every port of a running platform: an answer or silence, and the calls go on.

Invariant: whatever bytes arrive, no process ends, no traceback is logged, a call under way keeps
its sound and its record, and the next call is taken.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform

from ringfence.testing.phone import Phone

MENU = "+12025550100"
CALLER = "+12025550123"
VECTORS = sorted((Path(__file__).parents[1] / "vectors").rglob("*.dat"))
DATAGRAMS = 1_000


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("hostile") / "data") as running:
        running.number(
            MENU,
            "<Response><Say>Welcome to the hostile test.</Say><Pause length='60'/></Response>",
        )
        yield running
        # Garbage that became a call waits for an ACK that never comes; a stop would wait with it.
        for record in running.calls():
            if record["status"] != "ended":
                running.do("call.hangup", sid=record["sid"])


def invite(call: int, *, sdp: str = "", head: str = "") -> bytes:
    return (
        f"INVITE sip:{MENU}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{call}\r\n"
        f"From: <sip:x@127.0.0.1>;tag={call}\r\nTo: <sip:{MENU}@127.0.0.1>\r\n"
        f"Call-ID: hostile-{call}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@127.0.0.1:9>\r\n{head}"
        f"Max-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n"
        f"{sdp}"
    ).encode()


def damaged(dice: random.Random) -> bytes:
    """A torture message or an INVITE with some bytes changed, cut, doubled or thrown in."""
    data = bytearray(dice.choice(VECTORS).read_bytes() if dice.random() < 0.7 else invite(1))
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0:
                data[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del data[at : at + dice.randrange(40)]
            case 2:
                data[at:at] = data[at : at + dice.randrange(40)]
            case _:
                data[at:at] = dice.randbytes(dice.randrange(20))
    return bytes(data[:60_000])


def wrong_sdp() -> list[bytes]:
    whole = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 9 RTP/AVP 0\r\n"
    )
    return [
        whole.replace("m=audio 9 ", "m=audio 99999 ").encode(),
        whole.replace("RTP/AVP 0", "RTP/AVP 18").encode(),
        whole.replace("v=0", "v=x").encode(),
        whole[: len(whole) // 2].encode(),
        b"\0" * 500,
        bytes(range(256)),
    ]


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def ask(platform: Platform, data: bytes) -> int:
    """Send one datagram; the status of the final answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(30)
        data = data.replace(b"127.0.0.1:9;", b"127.0.0.1:%d;" % sock.getsockname()[1])
        sock.sendto(data, ("127.0.0.1", platform.sip_port))
        while True:
            found = status(sock.recv(65_535))
            if found >= 200:
                return found


@pytest.mark.parametrize("sdp", wrong_sdp(), ids=range(len(wrong_sdp())))
def test_sdp_that_makes_no_sense_is_refused(platform: Platform, sdp: bytes) -> None:
    number = random.getrandbits(40)
    head, _, _ = invite(number).partition(b"Content-Length")
    data = head + b"Content-Length: %d\r\n\r\n" % len(sdp) + sdp
    assert ask(platform, data) in {400, 488}


def test_a_malformed_request_is_answered_400_and_noted_once(platform: Platform) -> None:
    before = platform.log().count("sip_malformed")
    data = invite(7).replace(b"CSeq: 1 INVITE", b"CSeq: one INVITE")
    assert ask(platform, data) == 400
    assert platform.log().count("sip_malformed") == before + 1
    for _ in range(5):
        assert ask(platform, data) == 400
    assert platform.log().count("sip_malformed") == before + 1, "of one source within ten seconds"


def shower(platform: Platform, ports: list[int], dice: random.Random) -> None:
    """Everything at once: SIP over UDP and TCP, RTP and RTCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.3", 0))
        for _ in range(DATAGRAMS):
            sock.sendto(damaged(dice), ("127.0.0.1", platform.sip_port))
            for port in ports:
                noise = dice.randbytes(dice.randrange(1, 300))
                shape = dice.choice((b"", b"\x80\x00", b"\x80\xc8", b"\x81\xc9", b"\xbf\xff"))
                sock.sendto(shape + noise, ("127.0.0.1", port))
    for data in (
        b"\r\n" * 50_000,
        dice.randbytes(100_000),
        invite(8).replace(b"Content-Length: 0", b"Content-Length: 4294967295"),
        b"INVITE sip:x SIP/2.0\r\n" + b"X: " + b"y" * 200_000,
        invite(9)[:100],
    ):
        with socket.create_connection(("127.0.0.1", platform.sip_port), timeout=30) as stream:
            try:
                stream.sendall(data)
                stream.shutdown(socket.SHUT_WR)
                while stream.recv(65_535):
                    pass
            except OSError:
                pass  # they may close as soon as they have seen enough


def ours(platform: Platform) -> list[dict[str, Any]]:
    """The records of the phone's calls; garbage may have made some of its own."""
    return [record for record in platform.calls() if record["caller"] == CALLER]


def test_a_call_goes_on_under_a_shower_of_garbage(platform: Platform) -> None:
    servers = platform.pids("ringfence.app"), platform.pids("engine.worker")

    async def scene() -> None:
        async with Phone(username=CALLER) as phone:
            call = await phone.call(f"sip:{MENU}@{platform.sip}")
            await asyncio.wait_for(call.audio.talking.wait(), 30)
            assert call.stream is not None
            port = call.stream.port
            await asyncio.to_thread(shower, platform, [port, port + 1], random.Random(9))
            assert not call.over.is_set()
            heard = call.audio.received
            async with asyncio.timeout(30):
                while call.audio.received < heard + 25:  # noqa: ASYNC110 - nobody tells of sound
                    await asyncio.sleep(0.05)
            await call.hang_up()
            again = await phone.call(f"sip:{MENU}@{platform.sip}")
            await asyncio.wait_for(again.audio.talking.wait(), 30)
            await again.hang_up()

    asyncio.run(scene())
    assert (platform.pids("ringfence.app"), platform.pids("engine.worker")) == servers
    deadline = time.monotonic() + 20
    while [record["cause"] for record in ours(platform)] != ["normal", "normal"]:
        assert time.monotonic() < deadline, ours(platform)
        time.sleep(0.05)
    log = platform.log()
    assert "Traceback" not in log
    assert "arrival_failed" not in log
    assert "effect_failed" not in log
    assert "media_notice_failed" not in log

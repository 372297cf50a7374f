"""Nothing is lost: kill -9 of either process, a graceful stop, a restart."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from array import array
from pathlib import Path

import pytest
from platform_run import Platform

from ringfence.kernel.entropy import SystemEntropy
from ringfence.sip.auth import DigestClient
from ringfence.sip.message import Response
from ringfence.sip.parser import parse
from ringfence.testing.phone import Phone, PhoneCall

CALLER = "+12025550123"
VOICEMAIL = "+12025550101"
TALK = "<Response><Record maxLength='60' timeout='30' playBeep='false'/></Response>"


def tone(seconds: float) -> array[int]:
    return array(
        "h",
        (int(9000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds))),
    )


async def talking(platform: Platform, phone: Phone, seconds: float) -> PhoneCall:
    call = await phone.call(f"sip:{VOICEMAIL}@{platform.sip}")
    await asyncio.sleep(0.5)
    call.audio.say(tone(seconds))
    await asyncio.sleep(min(seconds, 4.0))
    return call


SECOND_BYTES = 8_000
"""A second of a recording takes a little more."""


def on_disk(platform: Platform) -> int:
    """How much is written of the recordings in the making."""
    return sum(path.stat().st_size for path in (platform.data / "spool").iterdir())


async def waited_for(check, seconds: float = 30.0) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(check):
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.2)


def heard(platform: Platform) -> bool:
    """Whether the server answers and has its media process."""
    try:
        engines = platform.do("system.status")["engines"]
    except (OSError, RuntimeError, ValueError):
        return False
    return all(engine["connected"] for engine in engines)


def recording_seconds(platform: Platform, call: str) -> float:
    found = [r for r in platform.ask("recording", "list", "--call", call) if r["status"] == "saved"]
    return max((r["duration_ms"] / 1000 for r in found), default=0.0)


def test_kill_of_the_server_loses_no_call_and_at_most_the_last_second_of_sound(
    tmp_path: Path,
) -> None:
    with Platform(tmp_path / "data") as platform:
        platform.number(VOICEMAIL, TALK)

        async def scenario() -> None:
            async with Phone(username=CALLER) as phone:
                first = await talking(platform, phone, 1.0)
                await first.hang_up()
                await waited_for(lambda: platform.calls()[0]["status"] == "ended")
                await talking(platform, phone, 60.0)
                await waited_for(lambda: on_disk(platform) > 4 * SECOND_BYTES)
                old = platform.pids("ringfence.app")
                platform.kill("ringfence.app")
                await waited_for(lambda: set(platform.pids("ringfence.app")) - set(old))
                await waited_for(lambda: heard(platform))
                # The restarted server takes calls again.
                again = await talking(platform, phone, 0.5)
                await again.hang_up()

        asyncio.run(scenario())
        newest, interrupted, finished = platform.calls(ended=3)
        assert (finished["cause"], newest["cause"]) == ("normal", "normal")
        assert interrupted["cause"] == "interrupted"
        assert recording_seconds(platform, interrupted["sid"]) > 3.0
        told = platform.do("call.timeline", sid=interrupted["sid"])
        at = {line["name"]: line["at"] for line in told}
        assert [line["name"] for line in told][-4:] == [
            "RecordingSaved",
            "VoicemailLeft",
            "LegEnded",
            "CallEnded",
        ]
        # Where its sound ended, not where it began.
        assert at["VoicemailLeft"] == at["RecordingSaved"] > at["RecordingStarted"]


def test_kill_of_the_media_process_ends_its_calls_with_that_cause_and_keeps_their_sound(
    tmp_path: Path,
) -> None:
    with Platform(tmp_path / "data") as platform:
        platform.number(VOICEMAIL, TALK)

        async def scenario() -> None:
            async with Phone(username=CALLER) as phone:
                call = await talking(platform, phone, 60.0)
                await waited_for(lambda: on_disk(platform) > 4 * SECOND_BYTES)
                old = platform.pids("engine.worker")
                platform.kill("engine.worker")
                await call.wait_over(30)
                await waited_for(lambda: set(platform.pids("engine.worker")) - set(old))
                await waited_for(lambda: heard(platform))
                again = await talking(platform, phone, 0.5)
                await again.hang_up()

        asyncio.run(scenario())
        after, lost = platform.calls(ended=2)
        assert after["cause"] == "normal"
        assert lost["cause"] == "interrupted"
        assert recording_seconds(platform, lost["sid"]) > 3.0


def test_a_graceful_stop_lets_the_open_call_finish_and_refuses_new_ones(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "data")
    platform.start()
    platform.number(VOICEMAIL, TALK)

    async def scenario() -> int:
        async with Phone(username=CALLER) as phone, Phone(username=CALLER) as late:
            call = await talking(platform, phone, 0.5)
            stopping = asyncio.create_task(asyncio.to_thread(platform.stop))
            await waited_for(lambda: platform.do("system.status")["draining"])
            refused = late.dial(f"sip:{VOICEMAIL}@{platform.sip}")
            await refused.wait_over(30)
            assert refused.end is not None
            assert refused.end.status == 503
            assert not call.over.is_set()
            await call.hang_up()
            return await stopping

    assert asyncio.run(scenario()) == 0
    with Platform(tmp_path / "data") as again:
        (only,) = again.calls()
        assert (only["status"], only["cause"]) == ("ended", "normal")


def test_a_second_start_on_the_same_folder_is_refused_in_words(tmp_path: Path) -> None:
    with Platform(tmp_path / "data"), pytest.raises(RuntimeError, match="already"):
        Platform(tmp_path / "data").start()


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_registered_phone_is_found_after_a_restart_of_the_server(
    tmp_path: Path, how: str
) -> None:
    platform = Platform(tmp_path / "data")
    platform.start()
    secret = platform.do("phone.add", name="desk")["secret"]

    def restart() -> None:
        old = platform.pids("ringfence.app")
        if how == "stop":
            assert platform.stop() == 0
            platform.start()
            return
        platform.kill("ringfence.app")
        deadline = time.monotonic() + 30
        while not set(platform.pids("ringfence.app")) - set(old) or not heard(platform):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    async def scenario() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username=CALLER) as phone:
            await desk.register(f"sip:{platform.sip}")
            kept = platform.data / "bindings.sealed"
            await waited_for(kept.exists)
            assert b"desk" not in kept.read_bytes()
            await asyncio.to_thread(restart)
            # It does not register again: it is called where it was.
            call = phone.dial(f"sip:desk@{platform.sip}")
            taken = await desk.next_call(20)
            await taken.answer()
            await phone.answered(call, 20)
            await call.hang_up()
            await taken.wait_over()
            await desk.unregister()

    try:
        asyncio.run(scenario())
        assert platform.calls(ended=1)[0]["cause"] == "normal"
    finally:
        platform.stop()


def test_credentials_copied_before_a_restart_are_worth_nothing_after_it(tmp_path: Path) -> None:
    """RFC 3261 22.4: a counter proves that nobody plays a request again, also to a new process."""
    platform = Platform(tmp_path / "data")
    platform.start()

    def register(number: int, wire: socket.socket, client: DigestClient | None) -> Response:
        host, port = wire.getsockname()
        request = parse(
            f"REGISTER sip:{platform.sip} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bKreplay{number}\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:desk@127.0.0.1>;tag=1\r\n"
            "To: <sip:desk@127.0.0.1>\r\nCall-ID: replay\r\n"
            f"CSeq: {number} REGISTER\r\nContact: <sip:desk@{host}:{port}>\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        if client is not None:
            client.sign(request)
            copied[:] = request.headers.fields["Authorization"]
        elif copied:
            request.headers.add("Authorization", copied[0])
        where, _, to = platform.sip.rpartition(":")
        wire.sendto(request.to_bytes(), (where, int(to)))
        answer = parse(wire.recv(4096))
        assert isinstance(answer, Response)
        return answer

    copied: list[str] = []
    try:
        secret = platform.do("phone.add", name="desk")["secret"]
        client = DigestClient("desk", secret, SystemEntropy())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.bind(("127.0.0.1", 0))
            wire.settimeout(30)
            assert client.take(register(1, wire, None))
            assert register(2, wire, client).status == 200
            assert register(3, wire, None).status == 401
            assert platform.stop() == 0
            platform.start()
            assert register(4, wire, None).status == 401
    finally:
        platform.stop()

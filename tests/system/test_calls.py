"""Whole calls: real processes, SIP and RTP over sockets, the built-in test phone."""

from __future__ import annotations

import asyncio
import io
import math
import time
import urllib.request
from array import array
from base64 import b32encode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from platform_run import Platform
from tones import until

from ringfence.media import wav
from ringfence.testing.phone import CallFailed, Phone

CALLER = "+12025550123"
MENU = "+12025550100"
VOICEMAIL = "+12025550101"
DIAL = "+12025550102"


def tone(seconds: float, hertz: int = 440) -> array[int]:
    return array(
        "h",
        (int(9000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(int(8000 * seconds))),
    )


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    tmp = tmp_path_factory.mktemp("calls")
    with Platform(tmp / "data") as running:
        running.number(
            MENU,
            "<Response><Gather numDigits='1' timeout='3'><Say>Press one now.</Say></Gather>"
            "<Say>You pressed nothing.</Say></Response>",
        )
        running.number(
            VOICEMAIL,
            "<Response><Record maxLength='20' timeout='2' finishOnKey='#' action='flow:nobody'/>"
            "</Response>",
        )
        running.number(
            DIAL,
            "<Response><Dial timeout='10' record='record-from-answer-dual'>"
            "<Sip>sip:desk@127.0.0.1</Sip></Dial></Response>",
        )
        running.secret = running.ask("phone", "add", "desk")["secret"]  # type: ignore[attr-defined]
        yield running


def uri(platform: Platform, user: str) -> str:
    return f"sip:{user}@{platform.sip}"


def recording(platform: Platform, call: str) -> tuple[int, array[int]]:
    """Channels and samples of a call's only saved recording, over HTTP."""
    listed = platform.ask("recording", "list", "--call", call)
    (found,) = (item for item in listed if item["status"] == "saved")
    url = f"{platform.ready['http']}/v1/recordings/{found['sid']}/audio"
    key = f"{platform.ready['account_sid']}:{platform.ready['auth_token']}"
    request = urllib.request.Request(
        url, headers={"Authorization": "Basic " + b64encode(key.encode()).decode()}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        form, pcm = wav.read(io.BytesIO(answer.read()).getvalue())
    return form.channels, pcm


def test_a_menu_is_heard_and_a_key_ends_it(platform: Platform) -> None:
    before = len(platform.calls())

    async def call() -> None:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(uri(platform, MENU))
            await asyncio.wait_for(talk.audio.talking.wait(), 30)
            await until(lambda: talk.audio.received > 30)
            await talk.press("1")
            await talk.wait_over(30)
            assert talk.end is not None
            assert talk.end.by == "remote"

    asyncio.run(call())
    record = platform.calls(ended=before + 1)[0]
    assert record["caller"] == CALLER
    assert record["called"] == MENU
    assert (record["cause"], record["hung_up_by"], record["missed"]) == ("normal", "system", True)
    assert record["mos"] > 4
    names = [line["name"] for line in platform.ask("call", "timeline", record["sid"])]
    assert names[0] == "CallOffered"
    assert names[-1] == "CallEnded"
    assert "DigitsCollected" in names


def test_a_voicemail_is_kept_sealed_and_played_back(platform: Platform) -> None:
    before = len(platform.calls())
    lasted: list[float] = []

    async def call() -> None:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(uri(platform, VOICEMAIL))
            await asyncio.wait_for(talk.audio.talking.wait(), 30)  # the beep
            began = time.monotonic()
            await asyncio.sleep(0.3)
            talk.audio.say(tone(2.0))
            await talk.audio.said()
            await talk.press("#")
            await talk.wait_over(30)
            lasted.append(time.monotonic() - began)

    asyncio.run(call())
    record = platform.calls(ended=before + 1)[0]
    channels, pcm = recording(platform, record["sid"])
    assert channels == 1
    assert 1.8 < len(pcm) / 8000 < lasted[0] + 0.5
    loud = [abs(sample) for sample in pcm]
    assert max(loud) > 7000
    # The sound is nowhere in clear: not as samples, not as u-law.
    piece = wav.to_little_endian(pcm)[8000:8064]
    for path in platform.data.rglob("*"):
        if path.is_file():
            assert piece not in path.read_bytes()


def test_a_registered_phone_is_dialled_recorded_on_two_channels_and_bridged(
    platform: Platform,
) -> None:
    before = len(platform.calls())
    lasted: list[float] = []

    async def call() -> None:
        secret = platform.secret  # type: ignore[attr-defined]
        async with Phone(username="desk", password=secret) as desk, Phone(username=CALLER) as phone:
            await desk.register(f"sip:{platform.sip}")
            talk = phone.dial(uri(platform, DIAL))
            ringing = await desk.next_call()
            await asyncio.sleep(0.5)
            began = time.monotonic()
            await ringing.answer()
            await asyncio.wait_for(talk.answered.wait(), 30)
            await asyncio.sleep(0.4)
            talk.audio.say(tone(1.5, 440))
            ringing.audio.say(tone(1.5, 880))
            await asyncio.sleep(2)
            await until(lambda: ringing.audio.loudness() > 500 < talk.audio.loudness())
            await talk.press("5")
            await until(lambda: ringing.audio.digits != "")
            assert ringing.audio.digits == "5"
            await ringing.hang_up()
            await talk.wait_over(30)
            lasted.append((time.monotonic() - began) * 1000)

    asyncio.run(call())
    record = platform.calls(ended=before + 1)[0]
    assert (record["missed"], record["hung_up_by"]) == (False, "callee")
    assert 2000 < record["talk_ms"] < lasted[0] + 500
    channels, pcm = recording(platform, record["sid"])
    assert channels == 2
    left, right = pcm[0::2], pcm[1::2]
    assert max(map(abs, left)) > 7000
    assert max(map(abs, right)) > 7000
    assert left != right


def test_a_phone_with_a_wrong_password_does_not_register(platform: Platform) -> None:
    async def register() -> None:
        async with Phone(username="desk", password="not the password") as desk:
            with pytest.raises(CallFailed) as failed:
                await desk.register(f"sip:{platform.sip}")
            assert failed.value.status in {401, 403}

    asyncio.run(register())


def test_an_unknown_number_and_a_foreign_codec_are_refused(platform: Platform) -> None:
    async def call() -> None:
        async with Phone(username=CALLER) as phone:
            with pytest.raises(CallFailed) as failed:
                await phone.call(uri(platform, "+12025550177"))
            assert failed.value.status == 404

    asyncio.run(call())


def test_a_call_is_placed_and_its_program_runs_when_it_is_answered(platform: Platform) -> None:
    before = len(platform.calls())

    async def call() -> None:
        async with Phone(username="desk") as phone:
            target = f"sip:someone@127.0.0.1:{phone.port}"
            placing = asyncio.create_task(
                asyncio.to_thread(platform.cli, "call", target, "--twiml", str(say))
            )
            ringing = await phone.next_call()
            await ringing.answer()
            await asyncio.wait_for(ringing.audio.talking.wait(), 30)
            await ringing.wait_over(30)
            await placing

    say = platform.data.parent / "say.xml"
    say.write_text("<Response><Say>Hello there</Say></Response>")
    asyncio.run(call())
    record = platform.calls(ended=before + 1)[0]
    assert (record["direction"], record["cause"]) == ("outbound", "normal")


@pytest.mark.promise("CLS-06")
def test_nobodys_number_is_in_the_data_folder_in_any_usual_encoding(platform: Platform) -> None:
    digits = CALLER.lstrip("+")
    platform.calls(ended=1)
    needles = {
        digits.encode(),
        digits.encode("utf-16-le"),
        digits.encode("utf-16-be"),
        digits.encode().hex().encode(),
        digits.encode().hex().upper().encode(),
        b64encode(digits.encode())[:-2],
        b64encode(b"+" + digits.encode())[:-4],
        b64encode(b"sip:+" + digits.encode())[:-4],
        b32encode(digits.encode())[:-8],
        digits[::-1].encode(),
        bytes(int(digits[i : i + 2][::-1], 16) for i in range(0, len(digits) - 1, 2)),
    }
    for path in platform.data.rglob("*"):
        if path.is_file() and not path.is_socket():
            data = path.read_bytes()
            for needle in needles:
                assert needle not in data, path.name


def test_a_bad_number_is_explained_on_the_command_line(platform: Platform, tmp_path: Path) -> None:
    done = platform.cli("number", "add", "hello", "--flow", "welcome", check=False)
    assert done.returncode == 2
    assert "digits" in done.stderr
    file = tmp_path / "bad.xml"
    file.write_text("<Response>\n<Say>Hi</Say>\n<Dance/>\n<Gather numDigits='x'/></Response")
    done = platform.cli("number", "add", "+12025550140", "--twiml", str(file), check=False)
    assert done.returncode == 2
    assert "line" in done.stderr

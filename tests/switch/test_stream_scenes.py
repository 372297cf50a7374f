"""Connect, Start and Stop as callers and servers see them: the whole switch in virtual time."""

from __future__ import annotations

import asyncio
import base64
import json
from array import array
from pathlib import Path
from typing import Any

import pytest
from tones import hears, until
from verb_scene import CALLER, LINE, NEXT, TOLD, Scene, run, stretches, tone

from ringfence.media.g711 import decode_ulaw, encode_ulaw
from ringfence.media.wav import to_little_endian
from ringfence.testing.memory import FarSocket

# --- Start, Stop, Connect -------------------------------------------------------------------------


def test_the_whole_call_is_recorded_between_start_and_stop(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.audio("https://example.com/a.wav", 660, 3.0)
        s.answers(
            f"<Start><Recording channels='dual' name='all' recordingStatusCallback='{TOLD}'/>"
            "</Start><Play>https://example.com/a.wav</Play><Stop><Recording name='all'/></Stop>"
            "<Play>https://example.com/a.wav</Play>"
        )
        call = await s.call()
        await until(lambda: hears(call, 660))
        call.audio.say(tone(440, 1.0))
        await call.wait_over(60)
        await until(lambda: bool(s.told()))
        (told,) = s.told()
        assert told["RecordingStatus"] == "completed"
        said, heard = s.recorded()
        assert stretches(said, 440) == [1.0]
        assert stretches(heard, 660) == [3.0]  # and not the one after the Stop
        assert sum(stretches(call.audio.heard, 660)) > 5.5

    run(scene, tmp_path)


URL = "wss://media.example.com/a"


def far(s: Scene) -> FarSocket:
    return s.board.sockets.opened[-1]


def messages(s: Scene, event: str = "") -> list[dict[str, Any]]:
    found = [json.loads(text) for text in far(s).heard]
    return [one for one in found if not event or one["event"] == event]


@pytest.mark.parametrize(
    ("dialect", "rate"),
    [("twilio", 8_000), ("exotel", 8_000), ("exotel", 16_000), ("exotel", 24_000)],
)
def test_a_server_hears_and_speaks(tmp_path: Path, dialect: str, rate: int) -> None:
    async def scene(s: Scene) -> None:
        s.board.sockets.answers.add(URL)
        s.page(NEXT, "<Play digits='3'/>")
        s.answers(
            f"<Connect action='{NEXT}'><Stream url='{URL}' name='bot' dialect='{dialect}' "
            f"sampleRate='{rate}' "
            f"statusCallback='{TOLD}'><Parameter name='who' value='Ann'/></Stream></Connect>"
        )
        call = await s.call()
        await until(lambda: bool(s.board.sockets.opened) and bool(messages(s, "media")))
        call.audio.say(tone(440, 1.0))
        await asyncio.sleep(1.5)
        await call.press("7")
        (start,) = messages(s, "start")
        about = start["start"]
        key = "customParameters" if dialect == "twilio" else "custom_parameters"
        assert about[key] == {"who": "Ann"}
        sound = b"".join(base64.b64decode(m["media"]["payload"]) for m in messages(s, "media"))
        pcm = array("h")
        if dialect == "twilio":
            pcm = decode_ulaw(sound)
        else:
            pcm.frombytes(sound)
            assert about["media_format"]["sample_rate"] == str(rate)
            pcm = pcm[:: rate // 8_000]  # nothing above 4 kHz is in it
            assert (about["from"], about["to"]) == (CALLER, LINE)
        assert max(stretches(pcm, 440)) >= 0.9
        assert messages(s, "dtmf")[0]["dtmf"]["digit"] == "7"
        times = rate // 8_000
        said = tone(880 / times, 2.0 * times)  # the same tone, more finely cut
        payload = encode_ulaw(said) if dialect == "twilio" else to_little_endian(said)
        spoken = {"event": "media", "media": {"payload": base64.b64encode(payload).decode()}}
        far(s).tell(json.dumps(spoken))
        far(s).tell(json.dumps({"event": "mark", "mark": {"name": "end"}}))
        await until(lambda: hears(call, 880))
        await until(lambda: bool(messages(s, "mark")))
        assert stretches(call.audio.heard, 880) == [2.0]
        far(s).hang_up()
        await call.wait_over(30)
        assert call.audio.digits == "3"
        assert [one["StreamEvent"] for one in s.told()] == ["stream-started", "stream-stopped"]
        assert s.told()[0]["StreamName"] == "bot"

    run(scene, tmp_path)


def test_what_is_said_is_written_down_between_start_and_stop(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.board.streams.words.recogniser = s.recogniser
        s.audio("https://example.com/a.wav", 600, 1.0)
        s.answers(
            f"<Start><Transcription name='notes' statusCallbackUrl='{TOLD}' "
            "inboundTrackLabel='caller' outboundTrackLabel='us' languageCode='en-GB'/></Start>"
            "<Pause length='3'/><Play>https://example.com/a.wav</Play><Pause length='2'/>"
            "<Stop><Transcription name='notes'/></Stop><Pause length='20'/>"
        )
        call = await s.call()
        await until(lambda: bool(s.told()))
        call.audio.say(tone(400, 1.0))
        await until(lambda: len(s.told()) == 4, seconds=60)
        call.audio.say(tone(800, 1.0))
        await asyncio.sleep(5)
        await call.hang_up()
        told = s.told()
        assert [one["TranscriptionEvent"].partition("-")[2] for one in told] == [
            "started", "content", "content", "stopped",
        ]  # fmt: skip
        said = {
            one["Track"]: json.loads(one["TranscriptionData"])["transcript"] for one in told[1:3]
        }
        assert said == {"inbound_track": "400 hertz", "outbound_track": "600 hertz"}
        assert {one["CallStatus"] for one in told} == {"in-progress"}
        assert told[0]["OutboundTrackLabel"] == "us"

    run(scene, tmp_path)

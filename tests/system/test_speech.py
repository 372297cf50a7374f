"""Speech and clips by the real helper processes."""

from __future__ import annotations

import array
import asyncio
import math
import os
import random
import signal
import socket
import subprocess
import sys
import time
import wave
from io import BytesIO
from pathlib import Path

import pytest
import uvloop

from ringfence.kernel.errors import RemoteError
from ringfence.speech.clips import Decoder
from ringfence.speech.espeak import Espeak
from ringfence.speech.framing import request

MP3 = Path(__file__).parents[1] / "vectors" / "audio" / "tone-440.mp3"


def speaking(scenario):
    async def run():
        provider = Espeak(default="en-gb")
        try:
            return await scenario(provider)
        finally:
            await provider.close()

    return asyncio.run(run())


def decoding(scenario):
    async def run():
        decoder = Decoder()
        try:
            return await scenario(decoder)
        finally:
            await decoder.close()

    return asyncio.run(run())


def say(provider, text, **how):
    how = {"voice": "", "language": "", "rate": 8000, **how}
    return provider.speak(text, **how)


def wav(seconds, rate=8000):
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(
            array.array(
                "h", [int(9000 * math.sin(i / 3)) for i in range(int(rate * seconds))]
            ).tobytes()
        )
    return file.getvalue()


def alike(one, other):
    """Whether two clips are the same sentence: espeak-ng adds a little noise of its own."""
    return abs(len(one) - len(other)) <= len(one) // 30


def loudness(pcm):
    samples = array.array("h", pcm)
    return math.sqrt(sum(x * x for x in samples) / len(samples))


def test_a_sentence_is_audible_and_about_as_long_as_a_person_needs():
    pcm = speaking(lambda p: say(p, "Hello, and welcome to Ringfence."))
    assert 1.0 < len(pcm) / 16_000 < 4.0
    assert loudness(pcm) > 500


def test_rates_voices_and_languages_differ():
    async def scenario(p):
        return [
            await say(p, "Good morning"),
            await say(p, "Good morning", rate=16_000),
            await say(p, "Good morning", voice="woman"),
            await say(p, "Guten Morgen", language="de-DE"),
            await say(p, "Good morning", language="xx-YY"),
        ]

    plain, wide, woman, german, unknown = speaking(scenario)
    assert abs(len(wide) - 2 * len(plain)) < 200
    assert woman != plain
    assert german
    assert alike(unknown, plain)


def test_what_cannot_be_spoken_is_none():
    assert speaking(lambda p: say(p, "   ")) is None


def test_many_at_once_each_get_their_own():
    texts = ["again and " * n + "over." for n in range(12)]

    async def scenario(p):
        alone = [await say(p, text) for text in texts]
        return alone, await asyncio.gather(*(say(p, text) for text in texts))

    alone, together = speaking(scenario)
    assert all(map(alike, together, alone))
    assert sorted(map(len, alone)) == list(map(len, alone))


def test_a_helper_that_is_killed_is_replaced():
    async def scenario(p):
        before = await say(p, "Hello")
        os.kill(p._helper._process.pid, signal.SIGKILL)
        return before, await say(p, "Hello"), p._helper.started

    before, after, started = speaking(scenario)
    assert alike(before, after)
    assert started == 2


def test_a_caller_who_hangs_up_in_mid_sentence_leaves_nothing_behind():
    async def scenario(p):
        expected = await say(p, "Goodbye")
        for _ in range(20):
            task = asyncio.create_task(say(p, "A long sentence that nobody waits for. " * 20))
            await asyncio.sleep(0.002)
            task.cancel()
        return expected, await say(p, "Goodbye")

    expected, found = speaking(scenario)
    assert alike(found, expected)


def test_the_helper_does_not_see_our_environment(monkeypatch):
    monkeypatch.setenv("RINGFENCE_SECRET", "x")

    async def scenario(p):
        await say(p, "Hello")
        environment = Path(f"/proc/{p._helper._process.pid}/environ")
        return await asyncio.to_thread(environment.read_bytes)

    assert b"RINGFENCE_SECRET" not in speaking(scenario)


def held(process):
    """The sockets and files a process holds, but for its three standard ones."""
    folder = Path(f"/proc/{process.pid}/fd")
    return {str(file.readlink()) for file in folder.iterdir() if int(file.name) > 2}


def test_a_helper_inherits_nothing_from_the_loop_that_starts_it():
    """The server's loop hands on descriptors that are not marked; a listener is such a one."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.set_inheritable(True)

    async def scenario():
        provider, decoder = Espeak(default="en-gb"), Decoder()
        try:
            assert await say(provider, "Hello")
            assert await decoder.decode(wav(0.1), rate=8000)
            return await asyncio.to_thread(
                lambda: [held(provider._helper._process), held(decoder._helpers[0]._process)]
            )
        finally:
            await provider.close()
            await decoder.close()

    with listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ours = str(Path(f"/proc/self/fd/{listener.fileno()}").readlink())
        for files in runner.run(scenario()):
            assert ours not in files
            assert not {file for file in files if file.startswith(("socket:", "pipe:"))}


def test_clips():
    async def scenario(d):
        return await d.decode(wav(1.0), rate=8000), await d.decode(MP3.read_bytes(), rate=16_000)

    pcm, mp3 = decoding(scenario)
    assert len(pcm) == 16_000
    assert loudness(mp3) > 1_000


@pytest.mark.parametrize(
    ("data", "hint"),
    [(b"<html>404</html>", 415), (b"", 415), (random.Random(1).randbytes(5000), 415)],
)
def test_clips_that_are_not_audio(data, hint):
    with pytest.raises(RemoteError) as error:
        decoding(lambda d: d.decode(data, rate=8000))
    assert error.value.hint == hint


def test_a_clip_that_is_too_long():
    with pytest.raises(RemoteError) as error:
        decoding(lambda d: d.decode(wav(1_300, rate=4_000), rate=8000))
    assert error.value.hint == 413


def test_a_decoder_that_is_killed_is_replaced():
    async def scenario(d):
        await d.decode(wav(0.1), rate=8000)
        for helper in d._helpers:
            if helper._process is not None:
                os.kill(helper._process.pid, signal.SIGKILL)
        return await d.decode(wav(0.1), rate=8000)

    assert len(decoding(scenario)) == 1_600


def test_helpers_end_when_they_are_closed():
    async def scenario(p):
        await say(p, "Hello")
        process = p._helper._process
        await p.close()
        return process.returncode

    assert speaking(scenario) is not None


def test_a_slow_sentence_takes_longer() -> None:
    async def lengths() -> list[int]:
        espeak = Espeak()
        texts = ("one two three", '<speak><prosody rate="x-slow">one two three</prosody></speak>')
        found = [await espeak.speak(t, voice="", language="en", rate=8000) for t in texts]
        await espeak.close()
        return [len(pcm or b"") for pcm in found]

    plain, slow = asyncio.run(lengths())
    assert 0 < 1.5 * plain < slow


def test_another_helper_says_the_same():
    """By a voice with breath in it, which the library draws otherwise in another second."""

    def said():
        asked = {"text": "Good day", "voice": "en+f3", "speed": 165, "rate": 8000}
        return subprocess.run(
            [sys.executable, "-m", "ringfence.speech.espeak_helper"],
            input=b"".join(request(asked, b"")), stdout=subprocess.PIPE, check=True, timeout=60,
        ).stdout  # fmt: skip

    first = said()
    assert len(first) > 8_000
    time.sleep(1.1)
    assert said() == first

"""A phone's sound in time: fifty packets a second, what was said, what was pressed."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable
from pathlib import Path

from ringfence.media import wav
from ringfence.testing.audio import Audio
from ringfence.testing.network import Quality


def connected(hosts, quality: Quality) -> tuple[Audio, Audio]:
    one = Audio(hosts.at(1))
    other = Audio(hosts.at(2), quality=quality)
    for end, host, port in ((one, "192.0.2.2", other.port), (other, "192.0.2.1", one.port)):
        end.connect(host, port, codec="PCMU", payload_type=0, dtmf_type=101)
    return one, other


def test_fifty_packets_a_second_go_both_ways(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        one, other = connected(hosts, Quality())
        await asyncio.sleep(2)
        assert {one.sent, other.sent} <= {100, 101}
        assert {one.received, other.received} <= {100, 101}
        one.close()
        other.close()

    play(scene)


def test_said_and_pressed_return_when_it_is_over(play: Callable[..., None], tmp_path: Path) -> None:
    async def scene(hosts) -> None:
        one, other = connected(hosts, Quality())
        file = tmp_path / "voice.wav"
        file.write_bytes(wav.write(array("h", [8000] * 16_000), wav.Format(16_000, 1, "s16")))
        one.say_file(str(file))
        began = hosts.clock.now()
        await one.said()
        assert 960 <= hosts.clock.now() - began <= 1_020
        await one.press("7*")
        assert 960 <= hosts.clock.now() - began <= 1_600
        await asyncio.sleep(0.1)
        assert other.digits == "7*"
        assert other.talking.is_set()
        assert not one.talking.is_set()
        assert other.loudness(100, 900) > 7_000
        other.save(str(tmp_path / "heard.wav"))
        form, pcm = wav.read((tmp_path / "heard.wav").read_bytes())
        assert (form.rate, pcm) == (8_000, other.heard)
        one.close()
        other.close()

    play(scene)


def test_a_bad_line_loses_and_delays_in_both_directions(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        one, other = connected(hosts, Quality(loss=200, delay_ms=50))
        await asyncio.sleep(10)
        for end in (one, other):
            assert 350 < end.received < 450
            assert abs(end.sound.missing - (498 - end.received)) <= 8
        one.close()
        other.close()
        await asyncio.sleep(1)

    play(scene)


def test_nothing_is_sent_before_it_is_connected_nor_after_its_end(
    play: Callable[..., None],
) -> None:
    async def scene(hosts) -> None:
        one = Audio(hosts.at(1))
        await asyncio.sleep(1)
        assert one.sent == 0
        one.close()
        await asyncio.sleep(1)

    play(scene)


def test_closing_twice_closes_once(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        one = Audio(hosts.at(1))
        one.close()
        taken = hosts.ether.bind(("192.0.2.1", one.port), lambda *_: None)
        one.close()
        assert hosts.ether.bound == [taken], "the port is somebody else's by now"
        one.connect("192.0.2.2", 4_000, codec="PCMU", payload_type=0, dtmf_type=101)
        await asyncio.sleep(1)
        assert one.sent == 0
        hosts.ether.release(taken)

    play(scene)


def test_nobody_waits_for_the_sound_of_a_call_that_is_over(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        one, other = connected(hosts, Quality())
        one.say_tone(440, seconds=60)
        saying = asyncio.create_task(one.said())
        pressing = asyncio.create_task(one.press("1"))
        await asyncio.sleep(0.02)
        one.close()
        async with asyncio.timeout(1):
            await saying
            await pressing
            one.say_tone(440, seconds=1)
            await one.said()
            await one.press("2")
        other.close()

    play(scene)

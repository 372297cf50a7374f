"""A call written down: taps to the recogniser, utterances to a callback in order, and an end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from switch_bench import Bench

from ringfence.calls.hearing import Wish
from ringfence.kernel.errors import RemoteError
from ringfence.media.engine import protocol as media
from ringfence.speech.providers import Heard

pytestmark = pytest.mark.anyio

URL = "https://example.com/t"
DOCUMENT = (
    "<Response><Start><Transcription name='notes' track='{track}' statusCallbackUrl='"
    + URL
    + "' inboundTrackLabel='caller' partialResults='{partial}'/></Start><Pause length='20'/>"
    "</Response>"
)


class Counter:
    """Understands how many frames there were; every second one is the end of an utterance."""

    broken = False

    async def listen(self, audio: AsyncIterator[bytes], wish: Wish) -> AsyncIterator[Heard]:
        count = 0
        async for _ in audio:
            count += 1
            if self.broken:
                raise RemoteError("away", hint=503)
            yield Heard(f"{count} frames", 0.75, final=count % 2 == 0)


async def turn() -> None:
    for _ in range(40):
        await asyncio.sleep(0)


async def begun(
    bench: Bench,
    recogniser: Counter | None,
    *,
    track: str = "inbound_track",
    partial: str = "false",
) -> None:
    bench.streams.words.recogniser = recogniser
    bench.number("+12025550100", DOCUMENT.format(track=track, partial=partial))
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()


def told(bench: Bench) -> list[dict[str, str]]:
    return [dict(one.params) for one in bench.world.callbacks if one.url == URL]


async def speak(bench: Bench, frames: int, channel: int = 0) -> str:
    tap = bench.wire.last(media.StartTap)
    for _ in range(frames):
        bench.link.heard(media.TapAudio(tap.tap, channel, bytes(320)))
    await turn()
    return str(tap.tap)


async def test_what_is_said_is_told_in_order(bench: Bench) -> None:
    await begun(bench, Counter())
    tap = await speak(bench, 4)
    bench.link.heard(media.TapEnded(tap, "leg_closed"))
    await turn()
    found = told(bench)
    assert [one["TranscriptionEvent"] for one in found] == [
        "transcription-started", "transcription-content", "transcription-content",
        "transcription-stopped",
    ]  # fmt: skip
    assert [one["SequenceId"] for one in found] == ["1", "2", "3", "4"]
    assert {one["TranscriptionSid"][:2] for one in found} == {"GT"}
    started, content = found[:2]
    assert (started["Name"], started["InboundTrackLabel"]) == ("notes", "caller")
    assert (content["Track"], content["Final"]) == ("inbound_track", "true")
    assert content["TranscriptionData"] == '{"transcript": "2 frames", "confidence": 0.75}'


async def test_partial_results_where_they_are_wished(bench: Bench) -> None:
    await begun(bench, Counter(), partial="true")
    await speak(bench, 2)
    assert [one.get("Final") for one in told(bench)] == [None, "false", "true"]


async def test_both_sides_are_told_apart(bench: Bench) -> None:
    await begun(bench, Counter(), track="both_tracks")
    assert bench.wire.last(media.StartTap).directions == ["in", "out"]
    await speak(bench, 2, channel=1)
    assert told(bench)[-1]["Track"] == "outbound_track"


async def test_nobody_to_listen_is_an_error_and_the_call_goes_on(bench: Bench) -> None:
    await begun(bench, None)
    (error,) = told(bench)
    assert error["TranscriptionEvent"] == "transcription-error"
    assert bench.wire.sent(media.StartTap) == []


async def test_a_recogniser_that_breaks_is_told_and_the_tap_is_closed(bench: Bench) -> None:
    counter = Counter()
    counter.broken = True
    await begun(bench, counter)
    await speak(bench, 1)
    assert told(bench)[-1]["TranscriptionEvent"] == "transcription-error"
    assert bench.wire.sent(media.StopTap)

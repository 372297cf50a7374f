"""A call written down: taps to the recogniser, utterances to a callback in order, and an end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from switch_bench import PEER, Bench

from ringfence.calls.hearing import Wish
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.media.engine import protocol as media
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.message import Response
from ringfence.speech.providers import Heard
from ringfence.switch.program_host import ProgramHost

pytestmark = pytest.mark.anyio

URL = "https://example.com/t"
ANSWER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.60\r\ns=-\r\nc=IN IP4 192.0.2.60\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
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


def caller(bench: Bench) -> PartyId:
    return bench.world.resolve(Phone("+12025550123"), bench.clock.now())


async def test_who_said_no_is_not_written_down(bench: Bench) -> None:
    bench.world.written[caller(bench)] = "refused"
    await begun(bench, Counter())
    (error,) = told(bench)
    assert error["TranscriptionEvent"] == "transcription-error"
    assert "does not let" in error["TranscriptionError"]
    assert bench.wire.sent(media.StartTap) == []


async def test_where_nothing_is_written_down_the_exchange_is_not_either(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProgramHost, "writes", False)
    await begun(bench, Counter(), track="both_tracks")
    (error,) = told(bench)
    assert error["TranscriptionEvent"] == "transcription-error"
    assert bench.wire.sent(media.StartTap) == []


async def test_of_two_sides_who_said_no_is_left_out(bench: Bench) -> None:
    bench.world.written[caller(bench)] = "refused"
    await begun(bench, Counter(), track="both_tracks")
    await speak(bench, 4)
    assert [one["TranscriptionEvent"] for one in told(bench)] == ["transcription-started"]
    await speak(bench, 4, channel=1)  # the exchange itself
    assert {one["Track"] for one in told(bench)[1:]} == {"outbound_track"}


async def test_a_consent_taken_back_silences_it_within_a_second(bench: Bench) -> None:
    await begun(bench, Counter())
    await speak(bench, 2)
    bench.world.written[caller(bench)] = "refused"
    bench.clock.advance(1_000)
    before = told(bench)
    await speak(bench, 4)
    assert told(bench) == before
    bench.world.written[caller(bench)] = "given"
    bench.clock.advance(1_000)
    await speak(bench, 4)
    assert len(told(bench)) > len(before)


async def test_whom_the_leg_talks_with_is_left_out_where_they_said_no(bench: Bench) -> None:
    partner = bench.world.resolve(Phone("+447700900177"), bench.clock.now())
    bench.world.written[partner] = "refused"
    bench.streams.words.recogniser = Counter()
    bench.number(
        "+12025550100",
        DOCUMENT.format(track="both_tracks", partial="false").replace(
            "<Pause length='20'/>", "<Dial>+447700900177</Dial>"
        ),
    )
    bench.invite("+12025550100")
    bench.open_ports()
    await turn()
    bench.open_ports()
    await turn()
    invite = bench.wire.last(sip.Invite)
    await speak(bench, 4, channel=1)  # ringing is the exchange's own
    heard = len(told(bench))
    assert heard > 1
    bench.runner.sip_event(
        wire.Answered(leg=invite.leg, peer=PEER, response=Response(200), body=ANSWER)
    )
    await turn()
    assert bench.wire.sent(media.Bridge)
    await speak(bench, 4, channel=1)
    assert len(told(bench)) == heard
    await speak(bench, 4)
    assert {one["Track"] for one in told(bench)[heard:]} == {"inbound_track"}

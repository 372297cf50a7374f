"""A stricter law comes into a recorded room: nobody's voice is kept before they agreed to that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from switch_bench import Bench

from ringfence.calls import conference
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import LegId
from ringfence.kernel.phone import Phone
from ringfence.media.engine import protocol as media
from ringfence.switch.live import LiveCall

pytestmark = pytest.mark.anyio

BRITON, GERMAN, FREE = "+447700900123", "+4930231250", "+12025550124"
ROOM = (
    "<Response><Dial><Conference beep='false' record='record-from-start'>team</Conference></Dial>"
    "</Response>"
)


async def turn() -> None:
    for _ in range(16):
        await asyncio.sleep(0)


def plays_to(bench: Bench, leg: str) -> list[media.Play]:
    """What a leg hears once, music apart."""
    return [play for play in bench.wire.sent(media.Play) if play.leg == leg and play.loop != 0]


async def press(bench: Bench, leg: str, key: str) -> None:
    bench.link.heard(media.DtmfReceived(leg, key, 100, False))
    await turn()


async def hears(bench: Bench, leg: str) -> None:
    """A leg hears out what is said to it."""
    play = plays_to(bench, leg)[-1]
    bench.link.heard(media.PlayFinished(leg=leg, play=play.play, reason="done", played_ms=9))
    await turn()


async def enter(bench: Bench, caller: str, key: str = "") -> tuple[LiveCall, str]:
    """Somebody calls, is told of the recording or asked, and is in the room; their call and leg."""
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(number, ROOM)
    extra = f"P-Asserted-Identity: <sip:{caller}@192.0.2.50>\r\n"
    bench.invite(number, key=f"in-{count}", extra=extra)
    bench.open_ports()
    await turn()
    leg = str(bench.wire.last(media.OpenLeg).leg)
    if key:
        await press(bench, leg, key)
    elif plays_to(bench, leg):
        await hears(bench, leg)
    for start in bench.wire.sent(media.StartRecording):
        bench.link.heard(media.RecordingStarted(recording=start.recording))
    await turn()
    return [*bench.runner.calls.values()][-1], leg


def kinds(bench: Bench, leg: str) -> list[type]:
    """What became of the recordings of a leg's voice."""
    mine = {
        start.recording
        for start in bench.wire.sent(media.StartRecording)
        if start.channels[0].leg == leg
    }
    return [
        type(one)
        for one in bench.wire.media
        if isinstance(
            one,
            media.StartRecording
            | media.PauseRecording
            | media.ResumeRecording
            | media.StopRecording,
        )
        and one.recording in mine
    ]


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("key", ["1", "2"])
async def test_whoever_is_in_is_asked_and_nothing_is_kept_meanwhile(bench: Bench, key: str) -> None:
    _, briton = await enter(bench, BRITON)
    assert kinds(bench, briton) == [media.StartRecording], "being told is enough among Britons"
    _, german = await enter(bench, GERMAN, "1")
    sent = [type(one) for one in bench.wire.media]
    mixed = max(n for n, kind in enumerate(sent) if kind is media.JoinConference)
    assert sent.index(media.PauseRecording) < mixed, "it rests before the newcomer is heard"
    assert kinds(bench, briton) == [media.StartRecording, media.PauseRecording]
    assert kinds(bench, german) == [media.StartRecording]
    assert len(plays_to(bench, briton)) == 2, "told when they came, asked now"
    await press(bench, briton, key)
    last = media.ResumeRecording if key == "1" else media.StopRecording
    assert kinds(bench, briton) == [media.StartRecording, media.PauseRecording, last]
    assert kinds(bench, german) == [media.StartRecording], "the others' word changes nothing here"
    notes = [getattr(fact, "code", "") for fact in bench.world.facts]
    assert notes.count("recording_not_permitted") == int(key == "2")
    assert bench.names().count("RecordingTold") == 3


@pytest.mark.promise("TEL-07")
async def test_whoever_was_asked_is_not_asked_again(bench: Bench) -> None:
    _, briton = await enter(bench, BRITON)
    await enter(bench, GERMAN, "1")
    await enter(bench, "+4930231251", "1")
    assert len(plays_to(bench, briton)) == 2, "one question for both"
    await press(bench, briton, "2")
    await enter(bench, "+4930231252", "1")
    assert len(plays_to(bench, briton)) == 2, "a no stays one"
    assert kinds(bench, briton)[-1] is media.StopRecording


@pytest.mark.promise("TEL-07")
async def test_who_has_refused_leaves_everybody_out_by_coming(bench: Bench) -> None:
    _, briton = await enter(bench, BRITON)
    party = bench.world.resolve(Phone(FREE), bench.clock.now())
    bench.world.consents[party] = "refused"
    await enter(bench, FREE)
    assert media.StopRecording in kinds(bench, briton)
    assert media.ResumeRecording not in kinds(bench, briton)


@pytest.mark.promise("TEL-07")
async def test_who_cannot_be_asked_is_left_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, briton = await enter(bench, BRITON)
    _, german = await _asked_before(bench)

    monkeypatch.setattr(bench.world, "ready", lambda *_: None)  # no voice for the sentence
    await press(bench, german, "1")
    assert kinds(bench, briton)[-1] is media.StopRecording
    assert "recording_not_permitted" in [getattr(f, "code", "") for f in bench.world.facts]


async def _asked_before(bench: Bench) -> tuple[LiveCall, str]:
    """Somebody of the stricter law who hears the question and is not in yet."""
    bench.number("+12025550150", ROOM)
    extra = f"P-Asserted-Identity: <sip:{GERMAN}@192.0.2.50>\r\n"
    bench.invite("+12025550150", key="in-asked", extra=extra)
    bench.open_ports()
    await turn()
    return [*bench.runner.calls.values()][-1], str(bench.wire.last(media.OpenLeg).leg)


async def test_a_room_that_nobody_records_asks_nobody(bench: Bench) -> None:
    document = "<Response><Dial><Conference beep='false'>team</Conference></Dial></Response>"
    for place, caller in enumerate((BRITON, GERMAN)):
        bench.number(f"+120255501{place:02d}", document)
        extra = f"P-Asserted-Identity: <sip:{caller}@192.0.2.50>\r\n"
        bench.invite(f"+120255501{place:02d}", key=f"in-{place}", extra=extra)
        bench.open_ports()
        await turn()
    assert "RecordingRuled" not in bench.names()


# --- what is asked for of the whole room ----------------------------------------------------------


def control(bench: Bench, to: Any, *, skip: bool = False) -> None:
    (opened,) = bench.rooms.open_rooms()
    bench.rooms.control_recording(opened, to, skip=skip)


def mute(bench: Bench, leg: str, *, on: bool) -> None:
    (opened,) = bench.rooms.open_rooms()
    bench.rooms.do(opened, conference.Mute(leg=LegId(leg), on=on))


async def test_a_pause_holds_whoever_is_muted_and_heard_again_and_whoever_comes_in(
    bench: Bench,
) -> None:
    _, one = await enter(bench, BRITON)
    control(bench, "paused", skip=True)
    assert bench.wire.last(media.PauseRecording).keep_time is False
    for on in (True, False):
        mute(bench, one, on=on)
        await turn()
    assert kinds(bench, one) == [media.StartRecording, media.PauseRecording]
    _, two = await enter(bench, "+447700900124")
    assert kinds(bench, two) == []
    mute(bench, one, on=True)
    await turn()
    control(bench, "in-progress")
    await turn()
    assert kinds(bench, two) == [media.StartRecording]
    assert media.ResumeRecording not in kinds(bench, one), "nobody hears them at present"
    mute(bench, one, on=False)
    await turn()
    assert kinds(bench, one)[-1] is media.ResumeRecording


async def test_what_was_stopped_keeps_nobody_who_comes_in(bench: Bench) -> None:
    _, one = await enter(bench, BRITON)
    control(bench, "stopped")
    assert kinds(bench, one) == [media.StartRecording, media.StopRecording]
    _, two = await enter(bench, "+447700900124")
    mute(bench, two, on=True)
    mute(bench, two, on=False)
    await turn()
    assert kinds(bench, two) == []
    with pytest.raises(Refused, match="not_found"):
        control(bench, "in-progress")

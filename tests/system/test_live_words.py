"""A real call written down while it goes on: by pocketsphinx, and by a server asked over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from listening_web import CALLER, NUMBER, Web, spoken, wait_for
from platform_run import Platform
from twilio_here import client_of

from ringfence.testing.phone import Phone

SPEECH = "please call me back tomorrow morning"
TIMES = 4


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


def events(web: Web) -> list[str]:
    return [one["TranscriptionEvent"] for one in web.told]


def heard(web: Web) -> int:
    return events(web).count("transcription-content")


def said(web: Web) -> str:
    found = [one for one in web.told if one["TranscriptionEvent"] == "transcription-content"]
    return " ".join(json.loads(one["TranscriptionData"])["transcript"] for one in found)


@pytest.mark.skipif(find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed")
def test_a_document_has_the_caller_written_down(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    monkeypatch.setenv("RINGFENCE_RECOGNISER", "sphinx")
    with Platform(tmp_path / "data") as platform:
        platform.number(
            NUMBER,
            "<Response><Start><Transcription name='notes' track='inbound_track' "
            f"inboundTrackLabel='caller' statusCallbackUrl='{web.url}/told'/></Start>"
            "<Pause length='120'/></Response>",
        )

        async def call() -> None:
            pcm = await spoken(SPEECH)
            async with Phone(username=CALLER) as phone:
                talk = await phone.call(f"sip:{NUMBER}@{platform.sip}", wait=30)
                await asyncio.to_thread(wait_for, lambda: web.told)
                for time in range(1, TIMES + 1):
                    talk.audio.say(pcm)
                    await talk.audio.said()
                    await asyncio.to_thread(wait_for, lambda time=time: heard(web) >= time)
                    if "tomorrow morning" in said(web):
                        break  # a machine that is busy loses frames: people say it again
                await talk.hang_up()

        asyncio.run(call())
        wait_for(lambda: events(web)[-1] == "transcription-stopped")
        (record,) = platform.calls(ended=1)
        assert "please" not in platform.log()
        assert "tomorrow" not in platform.log()
    # the model is small and the line narrow: not every word, but the sense of it
    assert "tomorrow morning" in said(web)
    started, content, *_, stopped = web.told
    assert [int(one["SequenceId"]) for one in web.told] == list(range(1, len(web.told) + 1))
    assert {one["CallSid"] for one in web.told} == {record["sid"]}
    assert {one["TranscriptionSid"] for one in web.told} == {started["TranscriptionSid"]}
    assert (started["CallStatus"], stopped["CallStatus"]) == ("in-progress", "completed")
    assert (started["Name"], started["InboundTrackLabel"]) == ("notes", "caller")
    assert (content["Track"], content["Final"]) == ("inbound_track", "true")
    assert content["LanguageCode"] == "en-US"
    assert 0 <= json.loads(content["TranscriptionData"])["confidence"] <= 1


def test_the_official_client_begins_and_stops_it(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    monkeypatch.setenv("RINGFENCE_RECOGNISER", "http")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_URL", f"{web.url}/read")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_ANSWER", "result.said")
    with Platform(tmp_path / "data") as platform:
        platform.number(NUMBER, "<Response><Say>Hello</Say><Pause length='120'/></Response>")
        # before its notice is in force nobody outside is told what is said
        wait_for(lambda: httpx.get(platform.ready["http"] + "/privacy").status_code == 200)
        client = client_of(platform)

        async def call() -> None:
            pcm = await spoken(SPEECH)
            async with Phone(username=CALLER) as phone:
                talk = await phone.call(f"sip:{NUMBER}@{platform.sip}", wait=30)
                (going,) = await asyncio.to_thread(
                    wait_for, lambda: client.calls.list(status="in-progress")
                )
                transcriptions = client.calls(going.sid).transcriptions
                made = await asyncio.to_thread(
                    transcriptions.create,
                    name="asked",
                    track="inbound_track",
                    status_callback_url=f"{web.url}/told",
                    language_code="en-GB",
                )
                assert (made.status, made.call_sid) == ("in-progress", going.sid)
                await asyncio.to_thread(wait_for, lambda: web.told)
                talk.audio.say(pcm)
                await talk.audio.said()
                await asyncio.to_thread(wait_for, lambda: "transcription-content" in events(web))
                stopped = await asyncio.to_thread(transcriptions(made.sid).update, status="stopped")
                assert stopped.status == "stopped"
                await asyncio.to_thread(
                    wait_for, lambda: events(web)[-1] == "transcription-stopped"
                )
                count = len(web.told)
                talk.audio.say(pcm)  # nobody listens any more
                await talk.audio.said()
                await talk.hang_up()
                assert len(web.told) == count

        asyncio.run(call())
    assert said(web) == "somebody spoke"
    assert events(web) == [f"transcription-{word}" for word in ("started", "content", "stopped")]
    assert {one["CallStatus"] for one in web.told} == {"in-progress"}
    assert web.told[0]["Name"] == "asked"
    (heard,) = {len(body) for _, body in web.read}
    assert heard > 16_000  # a second at least, as a file


def test_who_took_it_back_is_written_down_no_more_and_not_again(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    monkeypatch.setenv("RINGFENCE_RECOGNISER", "http")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_URL", f"{web.url}/read")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_ANSWER", "result.said")
    with Platform(tmp_path / "data") as platform:
        platform.number(
            NUMBER,
            "<Response><Start><Transcription track='inbound_track' "
            f"statusCallbackUrl='{web.url}/told'/></Start><Pause length='120'/></Response>",
        )
        platform.number(
            "+12025550101",
            f"<Response><Gather input='speech' action='{web.url}/said'/></Response>",
        )
        wait_for(lambda: httpx.get(platform.ready["http"] + "/privacy").status_code == 200)

        async def call() -> None:
            pcm = await spoken(SPEECH)
            async with Phone(username=CALLER) as phone:
                talk = await phone.call(f"sip:{NUMBER}@{platform.sip}", wait=30)
                await asyncio.to_thread(wait_for, lambda: web.told)
                talk.audio.say(pcm)
                await talk.audio.said()
                await asyncio.to_thread(wait_for, lambda: "transcription-content" in events(web))
                await asyncio.to_thread(
                    platform.cli, "privacy", "consent", "withdraw", CALLER,
                    "--purpose", "transcription",
                )  # fmt: skip
                await asyncio.to_thread(
                    wait_for, lambda: events(web)[-1] == "transcription-stopped"
                )
                await talk.hang_up()
                before = len(web.read)
                for number in (NUMBER, "+12025550101"):
                    talk = await phone.call(f"sip:{number}@{platform.sip}", wait=30)
                    talk.audio.say(pcm)
                    await talk.audio.said()
                    if number == NUMBER:
                        await asyncio.to_thread(
                            wait_for, lambda: events(web)[-1] == "transcription-error"
                        )
                        await talk.hang_up()
                assert len(web.read) == before

        asyncio.run(call())
        (_, second, first) = platform.calls(ended=3)
        timeline = platform.cli("call", "timeline", second["sid"]).stdout
        assert "not permitted" in timeline
        assert first["sid"] == web.told[0]["CallSid"]
    assert not any("SpeechResult" in one for one in web.told)

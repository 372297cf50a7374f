"""What each verb of a document does, as the caller hears it: the whole switch in virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tones import hears, level, until
from verb_scene import NEXT, TOLD, Scene, run, stretches, tone

from ringfence.calls.hearing import Wish
from ringfence.testing.phone import CallFailed

# --- Say, Play, Pause -----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["<Say loop='0'>Hello</Say>", "<Play loop='0'>{}</Play>"])
def test_loop_0_goes_on_until_the_call_ends(tmp_path: Path, verb: str) -> None:
    async def scene(s: Scene) -> None:
        s.audio("https://example.com/a.wav", 440, 0.5)
        s.answers(verb.format("https://example.com/a.wav") + "<Hangup/>")
        call = await s.call()
        await asyncio.sleep(120)
        assert not call.over.is_set()
        assert max(map(abs, call.audio.heard[-4_000:])) > 3_000
        await call.hang_up()

    run(scene, tmp_path)


def test_a_clip_is_played_as_often_as_it_says_with_pauses_between(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.audio("https://example.com/a.wav", 440, 1.0)
        s.answers(
            "<Play loop='3'>https://example.com/a.wav</Play><Pause length='2'/>"
            "<Play>https://example.com/a.wav</Play>"
        )
        call = await s.call()
        await call.wait_over(30)
        assert stretches(call.audio.heard, 440) == [3.0, 1.0]
        heard = call.audio.heard
        frames = [level(heard[n : n + 160], 440) > 2_000 for n in range(0, len(heard) - 159, 160)]
        first_end = frames.index(False, frames.index(True))
        silence = frames.index(True, first_end) - first_end
        assert 95 <= silence <= 130  # two seconds

    run(scene, tmp_path)


def test_keys_are_sent_with_their_waits(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Play digits='1wwww2W3'/><Pause length='9'/>")
        call = await s.call()
        times: dict[str, int] = {}

        async def watch() -> None:
            while len(times) < 3:
                for digit in call.audio.digits:
                    times.setdefault(digit, s.world.clock.now())
                await asyncio.sleep(0.02)

        await asyncio.wait_for(watch(), 20)
        assert call.audio.digits == "123"
        assert 2_000 <= times["2"] - times["1"] <= 2_500  # four halves of a second
        assert 1_000 <= times["3"] - times["2"] <= 1_500
        await call.hang_up()

    run(scene, tmp_path)


def test_breaks_and_bleeps_are_silence(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        bleep = "<say-as interpret-as='expletive'>darn</say-as>"
        s.answers(f"<Say>one <break time='3s'/> two {bleep} three</Say>")
        call = await s.call()
        await call.wait_over(30)
        loud = [max(map(abs, call.audio.heard[n : n + 160])) > 3_000
                for n in range(0, len(call.audio.heard) - 159, 160)]  # fmt: skip
        text = "".join("x" if on else "." for on in loud)
        gaps = [len(gap) for gap in text.strip(".").split("x") if gap]
        assert len(gaps) == 2
        assert 145 <= gaps[0] <= 165
        assert 25 <= gaps[1] <= 45

    run(scene, tmp_path)


# --- Gather ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "pressed", "digits", "key"),
    [
        ("numDigits='3'", "1234", "123", None),
        ("finishOnKey='*'", "12#4*", "12#4", "*"),
        ("finishOnKey='' timeout='3'", "1#*2", "1#*2", None),
        ("finishOnKey='90' timeout='3'", "12945", "12", None),
        ("timeout='2'", "45", "45", None),
    ],
)
def test_keys_are_gathered(
    tmp_path: Path, attributes: str, pressed: str, digits: str, key: str | None
) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Hangup/>")
        s.answers(f"<Gather action='{NEXT}' {attributes}/>")
        call = await s.call()
        await call.press(pressed)
        await call.wait_over(30)
        (asked,) = s.asked()
        assert asked["Digits"] == digits
        assert asked.get("FinishedOnKey") == key

    run(scene, tmp_path)


@pytest.mark.parametrize("empty", ["true", "false"])
def test_nothing_pressed_goes_on_or_asks(tmp_path: Path, empty: str) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Play digits='7'/>")
        s.answers(
            f"<Gather action='{NEXT}' timeout='2' actionOnEmptyResult='{empty}'/><Play digits='8'/>"
        )
        call = await s.call()
        await call.wait_over(30)
        assert call.audio.digits == ("7" if empty == "true" else "8")
        assert [one["Digits"] for one in s.asked()] == ([""] if empty == "true" else [])

    run(scene, tmp_path)


@pytest.mark.parametrize("barge", ["true", "false"])
def test_a_key_cuts_the_prompt_short_where_it_may(tmp_path: Path, barge: str) -> None:
    async def scene(s: Scene) -> None:
        s.audio("https://example.com/a.wav", 440, 3.0)
        s.page(NEXT, "<Hangup/>")
        s.answers(
            f"<Gather action='{NEXT}' numDigits='2' bargeIn='{barge}' timeout='4'>"
            "<Play>https://example.com/a.wav</Play></Gather>"
        )
        call = await s.call()
        await until(lambda: hears(call, 440))
        await call.press("5")
        if barge == "false":
            await asyncio.sleep(3)  # the prompt is heard to its end
        await call.press("6")
        await call.wait_over(30)
        (whole,) = stretches(call.audio.heard, 440)
        assert (whole < 2) == (barge == "true")
        (asked,) = s.asked()
        assert asked["Digits"] == "56"

    run(scene, tmp_path)


SPEECH = (
    "input='speech' speechTimeout='auto' language='en-GB' hints='red, green' enhanced='true' "
    "speechModel='phone_call' profanityFilter='false' timeout='20'"
)


def test_words_are_understood_as_the_document_wishes(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.board.hearing.recogniser = s.recogniser
        s.page(NEXT, "<Hangup/>")
        s.answers(f"<Gather action='{NEXT}' {SPEECH}/>")
        call = await s.call()
        call.audio.say(tone(400, 1.0))
        await call.wait_over(30)
        (asked,) = s.asked()
        assert asked["SpeechResult"] == "400 hertz"
        assert asked["Confidence"] == "0.90000000"
        assert asked["Language"] == "en-GB"
        assert s.recogniser.wishes == [
            Wish(language="en-GB", hints=("red", "green"), profanity_filter=False,
                 model="phone_call", enhanced=True)
        ]  # fmt: skip

    run(scene, tmp_path)


def test_what_is_understood_so_far_is_told_meanwhile(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.board.hearing.recogniser = s.recogniser
        s.page(NEXT, "<Hangup/>")
        s.answers(
            f"<Gather action='{NEXT}' {SPEECH} partialResultCallback='{TOLD}' "
            "partialResultCallbackMethod='GET'/>"
        )
        call = await s.call()
        call.audio.say(tone(600, 1.2))
        await call.wait_over(30)
        told = s.told()
        assert [one["SequenceNumber"] for one in told] == ["0", "1", "2"]
        assert told[0]["UnstableSpeechResult"] == "a tone"
        assert told[-1]["StableSpeechResult"] == "600 hertz"
        assert s.board.web.callbacks[0].method == "GET"

    run(scene, tmp_path)


@pytest.mark.parametrize("first", ["keys", "words"])
def test_of_keys_and_words_the_first_counts(tmp_path: Path, first: str) -> None:
    async def scene(s: Scene) -> None:
        s.board.hearing.recogniser = s.recogniser
        s.page(NEXT, "<Hangup/>")
        s.answers(
            f"<Gather action='{NEXT}' input='dtmf speech' speechTimeout='2' numDigits='2' "
            "timeout='9'><Say loop='0'>Say or press something</Say></Gather>"
        )
        call = await s.call()
        await asyncio.sleep(2)
        if first == "keys":
            await call.press("42")
        else:
            call.audio.say(tone(400, 1.0))
            await asyncio.sleep(2)
            call.audio.say(tone(800, 1.0))  # within two seconds of silence
        await call.wait_over(60)
        (asked,) = s.asked()
        if first == "keys":
            assert (asked["Digits"], asked.get("SpeechResult")) == ("42", None)
        else:
            assert asked["SpeechResult"] == "400 hertz 800 hertz"

    run(scene, tmp_path)


def test_whoever_goes_on_and_on_is_cut_off(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.board.hearing.recogniser = s.recogniser
        s.page(NEXT, "<Hangup/>")
        s.answers(f"<Gather action='{NEXT}' input='speech' speechTimeout='5' maxSpeechTime='6'/>")
        call = await s.call()
        for _ in range(10):
            call.audio.say(tone(400, 1.0))
            await asyncio.sleep(1.5)
            if call.over.is_set():
                break
        (asked,) = s.asked()
        assert 3 <= asked["SpeechResult"].count("400 hertz") <= 5
        await call.wait_over(10)

    run(scene, tmp_path)


# --- Record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("beep", ["true", "false"])
def test_a_message_is_taken_with_or_without_a_beep(tmp_path: Path, beep: str) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Hangup/>")
        s.answers(
            f"<Record action='{NEXT}' playBeep='{beep}' finishOnKey='#' maxLength='20' "
            f"recordingStatusCallback='{TOLD}' recordingStatusCallbackMethod='GET' "
            "recordingStatusCallbackEvent='in-progress completed'/>"
        )
        call = await s.call()
        await until(lambda: len(s.told()) == 1)
        call.audio.say(tone(440, 3.0))
        await call.audio.said()
        await call.press("#")
        await call.wait_over(30)
        begun, kept = s.told()
        assert (begun["RecordingStatus"], kept["RecordingStatus"]) == ("in-progress", "completed")
        assert kept["RecordingSource"] == "RecordVerb"
        (asked,) = s.asked()
        assert asked["Digits"] == "#"
        assert asked["RecordingSid"] == begun["RecordingSid"]
        assert 3 <= int(asked["RecordingDuration"]) <= 4
        (sound,) = s.recorded()
        assert stretches(sound, 440) == [3.0]
        beeped = max(map(abs, call.audio.heard), default=0) > 1_000
        if beep == "true":
            assert beeped
            assert not stretches(sound, 1_000)  # it is not in the recording

    run(scene, tmp_path)


@pytest.mark.parametrize(
    ("attributes", "spoken", "least", "most"),
    [("maxLength='4'", 9.0, 3.8, 4.3), ("timeout='3'", 2.0, 4.5, 5.9)],
)
def test_a_message_ends_by_time_and_by_silence(
    tmp_path: Path, attributes: str, spoken: float, least: float, most: float
) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Hangup/>")
        s.answers(f"<Record action='{NEXT}' trim='do-not-trim' {attributes}/>")
        call = await s.call()
        await asyncio.sleep(1)
        call.audio.say(tone(440, spoken))
        await call.wait_over(60)
        (asked,) = s.asked()
        assert asked["Digits"] == ""
        (sound,) = s.recorded()
        assert least <= len(sound) / 8_000 <= most

    run(scene, tmp_path)


def test_nobody_who_says_nothing_leaves_a_message(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Hangup/>")
        s.answers(f"<Record action='{NEXT}' timeout='2'/><Play digits='9'/>")
        call = await s.call()
        await call.wait_over(60)
        assert s.asked() == []
        assert call.audio.digits == "9"

    run(scene, tmp_path)


# --- Enqueue, Leave, Redirect, Reject -------------------------------------------------------------


def test_who_waits_hears_the_wait_document_and_may_leave(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        wait = "https://example.com/wait"
        s.audio("https://example.com/a.wav", 440, 2.0)
        s.page(
            wait,
            "<Gather numDigits='1' action='https://example.com/key'>"
            "<Play>https://example.com/a.wav</Play></Gather>",
        )
        s.page("https://example.com/key", "<Leave/>")
        s.page(NEXT, "<Play digits='4'/>")
        s.answers(f"<Enqueue waitUrl='{wait}' action='{NEXT}' maxQueueSize='5'>help</Enqueue>")
        call = await s.call()
        await until(lambda: hears(call, 440))
        assert s.asked(wait)[0]["QueuePosition"] == "1"
        assert s.asked(wait)[0]["MaxQueueSize"] == "5"
        await call.press("1")
        await call.wait_over(30)
        (asked,) = s.asked()
        assert asked["QueueResult"] == "leave"
        assert asked["QueueSid"].startswith("QU")
        assert call.audio.digits == "4"

    run(scene, tmp_path)


def test_a_full_queue_takes_nobody(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Hangup/>")
        s.answers(f"<Enqueue maxQueueSize='1' waitUrl='' action='{NEXT}'>help</Enqueue>")
        first = await s.call()
        await asyncio.sleep(1)
        second = await s.call()
        await second.wait_over(30)
        assert [one["QueueResult"] for one in s.asked()] == ["queue-full"]
        await first.hang_up()

    run(scene, tmp_path)


@pytest.mark.parametrize(("reason", "status"), [("busy", 486), ("rejected", 603)])
def test_a_call_is_refused_in_two_ways(tmp_path: Path, reason: str, status: int) -> None:
    async def scene(s: Scene) -> None:
        s.answers(f"<Reject reason='{reason}'/>")
        with pytest.raises(CallFailed) as failed:
            await s.call()
        assert failed.value.status == status

    run(scene, tmp_path)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_goes_on_elsewhere(tmp_path: Path, method: str) -> None:
    async def scene(s: Scene) -> None:
        s.page(NEXT, "<Play digits='5'/>")
        s.answers(f"<Redirect method='{method}'>{NEXT}</Redirect><Play digits='6'/>")
        call = await s.call()
        await call.wait_over(30)
        assert call.audio.digits == "5"
        (asked,) = [one for one in s.board.web.asked if one.url == NEXT]
        assert asked.method == method

    run(scene, tmp_path)


def test_what_nobody_knows_is_reported_and_passed(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Sing key='c'>la</Sing><Play colour='red' digits='1'/><Play digits='2'/>")
        call = await s.call()
        await call.wait_over(30)
        assert call.audio.digits == "12"
        assert {"unknown_verb", "unknown_attribute"} <= set(s.notes())

    run(scene, tmp_path)

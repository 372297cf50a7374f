"""Who answers a call of ours, by what the line sounds like: each outcome on a running platform.

People and machines speak with espeak-ng; the machine's beep and the fax are tones.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from listening_web import Web, spoken, wait_for
from platform_run import Platform
from twilio.rest import Client
from twilio_here import client_of
from verb_scene import tone

from ringfence.testing.phone import Phone

OURS = "+12025550100"
GREETING = (
    "You have reached the office of nobody in particular. We cannot take your call at the moment. "
    "Please leave a message after the tone."
)
SILENCE = array("h", bytes(2 * 8_000))


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("answering") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.number(OURS, "<Response/>")
        yield running


async def line(kind: str) -> array[int]:
    """What is heard of whoever answers."""
    match kind:
        case "person":
            return await spoken("Hello?")
        case "machine":
            return await spoken(GREETING)
        case "beep":
            return await spoken(GREETING) + tone(1_000, 0.6)
        case "talker":
            return (await spoken(GREETING)) * 3
        case "fax":
            return tone(1_100, 3.0)
    return SILENCE


async def answer(platform: Platform, kind: str, **how: Any) -> tuple[Any, dict[str, Any]]:
    """Place a call to somebody of that kind; the call once it is known who they are."""
    client: Client = client_of(platform)
    user = f"+120255501{random.randrange(10, 99)}"
    sound = await line(kind)
    async with Phone(username=user) as phone:
        made = await asyncio.to_thread(
            client.calls.create, to=f"sip:{user}@127.0.0.1:{phone.port}", from_=OURS, **how
        )
        talk = await phone.next_call(30)
        await talk.answer()
        talk.audio.say(sound)

        def known() -> Any:
            found = client.calls(made.sid).fetch()
            return found if found.answered_by else None

        found = await asyncio.to_thread(wait_for, known)
        await talk.hang_up()
        return found, {"sid": made.sid}


OUTCOMES = [
    ("person", "human", {}),
    ("machine", "machine_start", {}),
    ("beep", "machine_end_beep", {"machine_detection": "DetectMessageEnd"}),
    ("machine", "machine_end_silence", {"machine_detection": "DetectMessageEnd"}),
    ("talker", "machine_end_other",
     {"machine_detection": "DetectMessageEnd", "machine_detection_timeout": 6}),
    ("fax", "fax", {}),
    ("nobody", "unknown", {"machine_detection_silence_timeout": 2_000}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "outcome", "how"), OUTCOMES, ids=[one[1] for one in OUTCOMES])
def test_the_document_is_asked_once_it_is_known(
    platform: Platform, web: Web, kind: str, outcome: str, how: dict[str, Any]
) -> None:
    web.told.clear()
    found, about = asyncio.run(
        answer(platform, kind, url=f"{web.url}/voice", **({"machine_detection": "Enable"} | how))
    )
    assert found.answered_by == outcome
    (asked,) = wait_for(lambda: [one for one in web.told if one["CallSid"] == about["sid"]])
    assert asked["AnsweredBy"] == outcome
    assert asked["CallStatus"] == "in-progress"
    assert 0 < int(asked["MachineDetectionDuration"]) < 20_000
    if outcome == "machine_end_other":
        assert 5_500 <= int(asked["MachineDetectionDuration"]) <= 6_500
    if outcome == "unknown":
        assert 1_900 <= int(asked["MachineDetectionDuration"]) <= 2_500


@pytest.mark.parametrize(
    ("kind", "outcome"), [("person", "human"), ("machine", "machine_start"), ("fax", "fax")]
)
def test_beside_the_document_a_callback_says_it(
    platform: Platform, web: Web, kind: str, outcome: str
) -> None:
    web.told.clear()
    _, about = asyncio.run(
        answer(
            platform,
            kind,
            url=f"{web.url}/voice",
            machine_detection="Enable",
            async_amd="true",
            async_amd_status_callback=f"{web.url}/who",
            async_amd_status_callback_method="POST",
        )
    )
    voice, told = wait_for(lambda: len(web.told) >= 2 and web.told)
    assert "AnsweredBy" not in voice  # the document did not wait for it
    assert set(told) == {"AccountSid", "CallSid", "AnsweredBy", "MachineDetectionDuration"}
    assert (told["CallSid"], told["AnsweredBy"]) == (about["sid"], outcome)

"""What the URLs of a dial's targets are told of real calls: steps, in order, and who answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from asked_web import AskedWeb
from listening_web import spoken, wait_for
from platform_run import Platform
from tones import until
from twilio_here import client_of

from ringfence.testing.phone import Phone

BY_NUMBER, BY_SIP, BY_CLIENT, LISTENED, ROOM = (f"+1202555010{n}" for n in range(5))
CALLER, CALLEE = "+12025550123", "+12025550124"
EVENTS = "statusCallbackEvent='initiated ringing answered completed'"
STEPS = ["initiated", "ringing", "in-progress", "completed"]
DEADLINE = 40
GREETING = (
    "You have reached the office of nobody in particular. We cannot take your call at the moment. "
    "Please leave a message after the tone."
)


def dial(noun: str) -> str:
    return f"<Response><Dial action='/after'>{noun}</Dial></Response>"


@pytest.fixture(scope="module")
def web() -> Iterator[AskedWeb]:
    made = AskedWeb(
        {
            "/number": dial(f"<Number statusCallback='/told/number' {EVENTS}>{CALLEE}</Number>"),
            "/sip": dial(
                f"<Sip statusCallback='/told/sip' statusCallbackMethod='GET' {EVENTS}>"
                "sip:desk@127.0.0.1</Sip>"
            ),
            "/client": dial(f"<Client statusCallback='/told/client' {EVENTS}>desk</Client>"),
            "/listened": dial(
                "<Number machineDetection='Enable' amdStatusCallback='/who' "
                f"statusCallback='/told/listened' {EVENTS}>{CALLEE}</Number>"
            ),
            "/room": dial(
                "<Conference beep='false' statusCallback='/told/room' statusCallbackMethod='GET' "
                "statusCallbackEvent='start end join leave mute hold modify speaker announcement'>"
                "news</Conference>"
            ),
            "/words": "<Response><Say>The meeting ends.</Say></Response>",
            "/after": "<Response><Hangup/></Response>",
            "/elsewhere": "<Response><Say>You are somewhere else now.</Say></Response>",
        }
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(web: AskedWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("dial-news") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        ways = {BY_NUMBER: "number", BY_SIP: "sip", BY_CLIENT: "client", LISTENED: "listened"}
        ways[ROOM] = "room"
        for number, path in ways.items():
            running.do("number.add", number=number, voice_url=f"{web.url}/{path}")
        running.secret = running.do("phone.add", name="desk")["secret"]  # type: ignore[attr-defined]
        yield running


def told(web: AskedWeb, path: str, shown: str) -> list[dict[str, str]]:
    """The four steps, in the order of their numbers; ``shown``: the number that the callee sees."""
    forms = sorted(web.wait(path, len(STEPS)), key=lambda form: int(form["SequenceNumber"]))
    (after,) = web.wait("/after")[-1:]
    assert [form["CallStatus"] for form in forms] == STEPS
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    assert {form["CallSid"] for form in forms} == {after["DialCallSid"]}
    assert {form["ParentCallSid"] for form in forms} == {after["CallSid"]}
    for form in forms:
        assert form["Direction"] == "outbound-dial"
        assert form["CallbackSource"] == "call-progress-events"
        assert form["From"] == shown
        assert abs(parsedate_to_datetime(form["Timestamp"]).timestamp() - time.time()) < 300
        assert ("CallDuration" in form) == (form["CallStatus"] == "completed")
    assert int(forms[-1]["CallDuration"]) >= 1
    return forms


async def talk_and_end(platform: Platform, callee: Phone, caller: Phone, number: str) -> None:
    """Two talk for more than half a second, which is told as one; then the callee hangs up."""
    talk = caller.dial(f"sip:{number}@{platform.sip}", caller=CALLER)
    rung = await callee.next_call(DEADLINE)
    await rung.answer()
    await asyncio.wait_for(talk.answered.wait(), DEADLINE)
    rung.audio.say_tone(440, seconds=30)
    got = talk.audio.received
    async with asyncio.timeout(DEADLINE):
        while talk.audio.received < got + 60:  # noqa: ASYNC110 - 20 ms each
            await asyncio.sleep(0.05)
    await rung.hang_up()
    await talk.wait_over(DEADLINE)


def test_a_number_is_told_of_step_by_step(platform: Platform, web: AskedWeb) -> None:
    async def converse() -> None:
        async with Phone(username="carrier") as carrier, Phone(username="out") as caller:
            address = f"127.0.0.1:{carrier.port}"
            await asyncio.to_thread(platform.do, "trunk.add", name="number", address=address)
            await talk_and_end(platform, carrier, caller, BY_NUMBER)
        await asyncio.to_thread(platform.do, "trunk.remove", name="number")

    asyncio.run(converse())
    forms = told(web, "/told/number", BY_NUMBER)
    assert {form["To"] for form in forms} == {CALLEE}
    assert "/told/number" not in web.gets
    child = client_of(platform).calls(forms[0]["CallSid"]).fetch()
    assert (child.parent_call_sid, child.status) == (forms[0]["ParentCallSid"], "completed")
    assert child.direction == "outbound-dial"


@pytest.mark.parametrize("who", ["callee", "caller"])
def test_the_end_is_told_though_the_client_sends_one_of_the_two_elsewhere(
    platform: Platform, web: AskedWeb, who: str
) -> None:
    client = client_of(platform)
    before = len(web.at("/told/number"))

    async def converse() -> None:
        async with Phone(username="carrier") as carrier, Phone(username="out") as caller:
            address = f"127.0.0.1:{carrier.port}"
            await asyncio.to_thread(platform.do, "trunk.add", name="sent", address=address)
            talk = caller.dial(f"sip:{BY_NUMBER}@{platform.sip}", caller=CALLER)
            rung = await carrier.next_call(DEADLINE)
            await rung.answer()
            answered = await asyncio.to_thread(web.wait, "/told/number", before + 3)
            await asyncio.sleep(1.5)
            sent = answered[-1]["CallSid" if who == "callee" else "ParentCallSid"]
            await asyncio.to_thread(client.calls(sent).update, url=f"{web.url}/elsewhere")
            await rung.wait_over(DEADLINE)
            await talk.wait_over(DEADLINE)
        await asyncio.to_thread(platform.do, "trunk.remove", name="sent")

    asyncio.run(converse())
    forms = web.wait("/told/number", before + 4)[before:]
    assert [form["CallStatus"] for form in forms] == STEPS
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    (child,) = {form["CallSid"] for form in forms}
    ended = client.calls(child).fetch()
    assert ended.status == "completed"
    assert int(ended.duration) >= 1, "from its answer on, whoever it talked with"
    assert forms[-1]["CallDuration"] == ended.duration
    ours = {one.phone_number: one.sid for one in client.incoming_phone_numbers.list()}
    assert client.calls(ended.parent_call_sid).fetch().phone_number_sid == ours[BY_NUMBER]


@pytest.mark.parametrize(
    ("number", "path", "to"),
    [
        (BY_SIP, "/told/sip", "sip:desk@127.0.0.1"),
        (BY_CLIENT, "/told/client", "client:desk"),
    ],
)
def test_a_phone_of_ours_is_told_of_by_either_name(
    platform: Platform, web: AskedWeb, number: str, path: str, to: str
) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username="out") as caller:
            await desk.register(f"sip:{platform.sip}")
            await talk_and_end(platform, desk, caller, number)
            await desk.unregister()

    asyncio.run(converse())
    forms = told(web, path, CALLER)
    assert {form["To"] for form in forms} == {to}
    assert web.gets.count(path) == (len(STEPS) if number == BY_SIP else 0)


def test_the_sdk_calls_a_client_which_is_a_phone_of_ours(platform: Platform) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk:
            await desk.register(f"sip:{platform.sip}")
            made = await asyncio.to_thread(
                client_of(platform).calls.create,
                to="client:desk",
                from_=BY_NUMBER,
                twiml="<Response><Hangup/></Response>",
            )
            ringing = await desk.next_call(DEADLINE)
            await ringing.answer()
            await ringing.wait_over(DEADLINE)
            await desk.unregister()
        assert made.direction == "outbound-api"

    asyncio.run(converse())


@pytest.mark.parametrize(("words", "outcome"), [("Hello?", "human"), (GREETING, "machine_start")])
def test_who_answers_a_dialled_number_is_found_out(
    platform: Platform, web: AskedWeb, words: str, outcome: str
) -> None:
    web.asked.clear()

    async def converse() -> None:
        sound = await spoken(words)
        async with Phone(username="carrier") as carrier, Phone(username="out") as caller:
            address = f"127.0.0.1:{carrier.port}"
            await asyncio.to_thread(platform.do, "trunk.add", name=outcome, address=address)
            talk = caller.dial(f"sip:{LISTENED}@{platform.sip}", caller=CALLER)
            rung = await carrier.next_call(DEADLINE)
            await rung.answer()
            rung.audio.say(sound)
            await asyncio.to_thread(web.wait, "/who")
            await rung.hang_up()
            await talk.wait_over(DEADLINE)
        await asyncio.to_thread(platform.do, "trunk.remove", name=outcome)

    asyncio.run(converse())
    (who,) = web.at("/who")
    (after,) = web.wait("/after")
    assert (who["AnsweredBy"], who["CallSid"]) == (outcome, after["DialCallSid"])
    assert who["ParentCallSid"] == after["CallSid"]
    assert 0 < int(who["MachineDetectionDuration"]) < 20_000
    end = next(f for f in web.wait("/told/listened", 4) if f["CallStatus"] == "completed")
    assert end["AnsweredBy"] == outcome
    client = client_of(platform)
    child = wait_for(lambda: client.calls(who["CallSid"]).fetch())
    assert (child.answered_by, child.parent_call_sid) == (outcome, after["CallSid"])


def test_a_room_is_told_of_by_get(platform: Platform, web: AskedWeb) -> None:
    path = "/told/room"

    def events() -> list[str]:
        forms = sorted(web.at(path), key=lambda form: int(form["SequenceNumber"]))
        return [form["StatusCallbackEvent"] for form in forms]

    async def scene() -> None:
        async with Phone(username="one") as one, Phone(username="two") as two:
            first = await one.call(f"sip:{ROOM}@{platform.sip}", caller=CALLER)
            second = await two.call(f"sip:{ROOM}@{platform.sip}", caller=CALLEE)
            await until(lambda: events().count("participant-join") == 2)
            second.audio.say_tone(440, seconds=1)
            await until(lambda: "participant-speech-stop" in events())

            async def do(use_case: str, **args: object) -> None:
                await asyncio.to_thread(platform.do, use_case, **args)

            (room,) = platform.do("conference.list", name="news")["conferences"]
            await do("conference.announce", sid=room["sid"], url=f"{web.url}/words")
            await until(lambda: "announcement-end" in events())
            who = platform.do("participant.list", conference=room["sid"])[0]
            change = {"conference": room["sid"], "call": who["call"]}
            for what in ("muted", "held"):
                await do("participant.update", **change, **{what: True})
                await do("participant.update", **change, **{what: False})
            await do("participant.update", **change, end_on_exit=True)
            await until(lambda: "participant-modify" in events())
            for call in (first, second):
                if not call.over.is_set():
                    await call.hang_up()
            await until(lambda: "conference-end" in events())

    asyncio.run(scene())
    forms = web.at(path)
    assert web.gets.count(path) == len(forms)
    assert sorted(int(form["SequenceNumber"]) for form in forms) == [*range(1, len(forms) + 1)]
    assert set(events()) == {
        "conference-start", "conference-end", "participant-join", "participant-leave",
        "participant-mute", "participant-unmute", "participant-hold", "participant-unhold",
        "participant-modify", "participant-speech-start", "participant-speech-stop",
        "announcement-start", "announcement-end",
    }  # fmt: skip
    assert {form["FriendlyName"] for form in forms} == {"news"}
    for form in forms:
        assert abs(parsedate_to_datetime(form["Timestamp"]).timestamp() - time.time()) < 300
    changed = next(form for form in forms if form["StatusCallbackEvent"] == "participant-modify")
    assert changed["EndConferenceOnExit"] == "true"

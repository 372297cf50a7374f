"""What documents ask of a Dial, as phones see it: the whole switch in virtual time."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tones import hears, level, until

from ringfence.calls.conference import Mute
from ringfence.calls.events import CallEnded, DialEnded, TimelineNoted
from ringfence.kernel.entropy import SeededEntropy
from ringfence.markup.context import Source
from ringfence.switch.directory import DomainEntry, TwimlRoute
from ringfence.switch.outgoing import Wishes
from ringfence.testing.phone import CallFailed, Phone
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.world import World, simulate

LINE = "+12025550130"


class Scene:
    """A caller, phones called ``one`` and ``two``, and a document at `LINE`."""

    def __init__(self, world: World, caller: Phone, one: Phone, two: Phone) -> None:
        self.world, self.caller, self.one, self.two = world, caller, one, two
        self.sent: list[bytes] = []
        watch = world.ether.watch

        def both(data: bytes, *more: object) -> None:
            self.sent.append(data)
            watch(data, *more)  # type: ignore[misc,arg-type]

        world.ether.watch = both  # type: ignore[assignment]

    def answers(self, dial: str, after: str = "<Pause length='60'/>") -> None:
        self.world.board.number(LINE, twiml=f"<Response>{dial}{after}</Response>")

    async def call(self) -> PhoneCall:
        return await self.caller.call(self.world.address(LINE), wait=60)

    def messages(self, method: str) -> list[str]:
        found = [d.decode() for d in self.sent if d.startswith(method.encode())]
        return list(dict.fromkeys(found))

    def facts(self, kind: type) -> list[object]:
        return [fact for fact in self.world.board.facts.facts if isinstance(fact, kind)]


def run(scene: Callable[[Scene], Awaitable[None]], folder: Path) -> None:
    async def whole(world: World) -> None:
        async with (
            world.phone(username="caller") as caller,
            world.phone(username="one", password="1") as one,
            world.phone(username="two", password="2") as two,
        ):
            for phone in (one, two):
                world.board.phone(phone.username, "1" if phone is one else "2")
                await phone.register(world.registrar)
            await scene(Scene(world, caller, one, two))

    simulate(whole, seed=11, folder=folder)


def test_the_caller_hears_how_it_rings_where_they_call(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Dial ringTone='uk'><Client>one</Client></Dial>")
        call = await s.call()
        ringing = await s.one.next_call()
        await until(lambda: hears(call, 400) and hears(call, 450))
        await asyncio.sleep(1.2)
        assert level(call.audio.heard[-800:], 400) < 50  # between the double rings
        ringing.reject()
        await call.hang_up()

    run(scene, tmp_path)


def test_the_star_parts_them_and_the_document_goes_on(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Dial hangupOnStar='true'><Client>one</Client></Dial>")
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        await call.press("1")
        assert not callee.over.is_set()
        await call.press("*")
        await callee.wait_over(5)
        assert not call.over.is_set()
        await call.hang_up()

    run(scene, tmp_path)


def test_the_caller_is_answered_with_the_callee(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Dial answerOnBridge='true'><Client>one</Client></Dial>")
        calling = asyncio.create_task(s.call())
        callee = await s.one.next_call()
        await asyncio.sleep(5)
        assert not calling.done()
        await callee.answer()
        call = await calling
        await callee.hang_up()
        await call.hang_up()

    run(scene, tmp_path)


def test_a_conversation_is_over_when_its_time_is(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Dial timeLimit='3'><Client>one</Client></Dial>")
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        began = s.world.clock.now()
        await callee.wait_over(20)
        assert 2_900 <= s.world.clock.now() - began <= 3_300
        await call.hang_up()

    run(scene, tmp_path)


def test_one_after_the_other_and_all_at_once(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        both = "<Client>one</Client><Client>two</Client>"
        s.answers(f"<Dial sequential='true' timeout='4'>{both}</Dial>")
        call = await s.call()
        first = await s.one.next_call()
        try:
            await s.two.next_call(wait=2)
        except TimeoutError:
            pass
        else:
            raise AssertionError("the second was rung beside the first")
        second = await s.two.next_call(wait=10)  # four seconds later
        assert first.over.is_set()
        await second.answer()
        await second.hang_up()
        await call.hang_up()
        s.answers(f"<Dial>{both}</Dial>")
        call = await s.call()
        first, second = await s.one.next_call(), await s.two.next_call()
        await second.answer()
        await first.wait_over(5)
        await second.hang_up()
        await call.hang_up()

    run(scene, tmp_path)


@pytest.mark.parametrize(
    ("wish", "shown", "refused"),
    [("", LINE, False), ("+12025550100", "+12025550100", False), ("+12025550199", LINE, True)],
)
def test_who_is_called_sees_a_number_of_ours(
    tmp_path: Path, wish: str, shown: str, refused: bool
) -> None:
    """The one that was dialled, of all we have; another where the document says so and may."""

    async def scene(s: Scene) -> None:
        s.world.board.number("+12025550100", twiml="<Response/>")
        async with s.world.carrier(username="office", password="secret") as carrier:
            trunk = s.world.board.register_at(
                carrier.place.host, carrier.port, username="office", password="secret"
            )
            await carrier.registered()
            caller_id = f" callerId='{wish}'" if wish else ""
            s.answers(f"<Dial{caller_id}>+12025550177</Dial>")
            call = await s.call()
            ringing = await carrier.next_call()
            assert ringing.invite is not None
            assert ringing.invite.from_.uri.user == shown
            await call.hang_up()
            s.world.board.leave(trunk)
            await carrier.unregistered()
        said = [note.code for note in s.facts(TimelineNoted)]
        assert ("caller_id_refused" in said) is refused

    run(scene, tmp_path)


def test_keys_follow_the_answer(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers(f"<Dial><Sip sendDigits='w1W2#'>sip:one@{s.one.host}:{s.one.port}</Sip></Dial>")
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        await until(lambda: callee.audio.digits == "12#")
        await callee.hang_up()
        await call.hang_up()

    run(scene, tmp_path)


def test_headers_of_ours_go_with_the_call_and_nothing_else(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers(
            f"<Dial><Sip>sip:one@{s.one.host}:{s.one.port}?X-Desk=7&amp;hatch=a%20b"
            "&amp;X-Bad=%0d%0aRoute:x</Sip></Dial>"
        )
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        await callee.hang_up()
        await call.hang_up()
        invite = s.messages(f"INVITE sip:one@{s.one.host}")[0]
        assert "\r\nX-Desk: 7\r\n" in invite
        assert "\r\nX-hatch: a b\r\n" in invite
        assert "Route:x" not in invite
        assert "?" not in invite.partition("\r\n")[0]

    run(scene, tmp_path)


def test_a_client_is_told_its_parameters(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers(
            "<Dial><Client><Identity>one</Identity><Parameter name='order' value='12'/></Client>"
            "</Dial>"
        )
        call = await s.call()
        callee = await s.one.next_call()
        callee.reject()
        await call.hang_up()
        assert "\r\nX-order: 12\r\n" in s.messages("INVITE sip:one@")[0]

    run(scene, tmp_path)


def test_parameters_of_a_refusal_and_of_a_farewell_arrive(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        told = "<Parameter name='why' value='closed'/>"
        s.answers(f"<Reject reason='busy'>{told}</Reject>")
        with pytest.raises(CallFailed) as failed:
            await s.call()
        assert failed.value.status == 486
        assert "\r\nX-why: closed\r\n" in s.messages("SIP/2.0 486")[0]
        s.answers("<Say>bye</Say>", f"<Hangup>{told}</Hangup>")
        call = await s.call()
        await call.wait_over(10)
        assert "\r\nX-why: closed\r\n" in s.messages("BYE")[-1]

    run(scene, tmp_path)


def test_everything_is_over_at_the_end(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers("<Dial><Client>one</Client><Client>two</Client></Dial>", "")
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        await callee.hang_up()
        await call.wait_over(10)
        (ended,) = s.facts(DialEnded)
        assert isinstance(ended, DialEnded)
        assert ended.status == "completed"
        assert len(s.facts(CallEnded)) == 1

    run(scene, tmp_path)


def test_a_phone_of_a_list_registers_where_the_list_counts(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        board, directory = s.world.board, s.world.board.directory

        def counts(*users: str) -> None:
            directory.domains["calls.example.com"] = DomainEntry(
                id="SD1", route=TwimlRoute(document=""), registrars=frozenset(users)
            )

        await s.one.unregister()
        await s.two.unregister()
        await asyncio.sleep(1)  # until the server knows
        directory.domain_users.update({"one", "two"})
        counts("one")
        await s.one.register(s.world.registrar)
        with pytest.raises(CallFailed) as refused:
            await s.two.register(s.world.registrar)
        assert refused.value.status == 403
        assert not board.agent.bindings("two", s.world.clock.now())
        assert board.agent.bindings("one", s.world.clock.now())

    run(scene, tmp_path)


def test_a_far_end_may_show_who_calls_and_why(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.world.board.outgoing.place(
            f"sip:one@{s.one.host}:{s.one.port}",
            source=Source(document="<Response><Pause length='9'/></Response>"),
            wishes=Wishes(subject="Your order", display="Bakery"),
        )
        callee = await s.one.next_call()
        await callee.answer()
        await callee.hang_up()
        invite = s.messages(f"INVITE sip:one@{s.one.host}")[0]
        assert "\r\nSubject: Your order\r\n" in invite
        assert '\r\nFrom: "Bakery" <' in invite or "\r\nFrom: Bakery <" in invite

    run(scene, tmp_path)


def test_a_url_decides_what_becomes_of_a_refer(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.world.board.web.documents["https://example.com/refer"] = (
            b"<Response><Dial><Client>two</Client></Dial></Response>"
        )
        s.answers("<Dial referUrl='https://example.com/refer'><Client>one</Client></Dial>", "")
        call = await s.call()
        call.audio.say_tone(440, seconds=60, level=6_000)
        callee = await s.one.next_call()
        await callee.answer()
        await until(lambda: hears(callee, 440))
        callee.refer("sip:sales@elsewhere.example.com")
        await callee.wait_over(10)
        other = await s.two.next_call()
        await other.answer()
        await until(lambda: hears(other, 440))
        (asked,) = [one for one in s.world.board.web.asked if one.url.endswith("/refer")]
        assert ("ReferTransferTarget", "sip:sales@elsewhere.example.com") in asked.params
        assert ("DialCallStatus", "completed") in asked.params
        await other.hang_up()
        await call.wait_over(10)

    run(scene, tmp_path)


def test_a_callers_refer_sends_the_callee_to_the_url_alone(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.world.board.web.documents["https://example.com/refer"] = (
            b"<Response><Dial><Client>two</Client></Dial></Response>"
        )
        s.answers("<Dial referUrl='https://example.com/refer'><Client>one</Client></Dial>", "")
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        callee.audio.say_tone(660, seconds=60, level=6_000)
        await until(lambda: hears(call, 660))
        call.refer("sip:sales@elsewhere.example.com")
        other = await s.two.next_call()
        await other.answer()
        await until(lambda: hears(other, 660))
        assert not callee.over.is_set(), "the callee goes on"
        (asked,) = [one for one in s.world.board.web.asked if one.url.endswith("/refer")]
        assert ("ReferTransferTarget", "sip:sales@elsewhere.example.com") in asked.params
        notify = s.messages("NOTIFY ")[-1]
        assert "SIP/2.0 200 OK" in notify
        assert "Subscription-State: terminated" in notify
        await call.wait_over(10)  # its own document is over
        assert not other.over.is_set()
        await other.hang_up()
        await callee.wait_over(10)

    run(scene, tmp_path)


def test_it_is_found_out_who_answers_a_dialled_leg(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers(
            "<Dial><Sip machineDetection='Enable' amdStatusCallback='https://example.com/amd'>"
            f"sip:one@{s.one.host}:{s.one.port}</Sip></Dial>"
        )
        call = await s.call()
        callee = await s.one.next_call()
        await callee.answer()
        callee.audio.say(array("h", SeededEntropy(3).token(2 * 8_000 * 5)))  # a machine talks on
        web = s.world.board.web
        await until(lambda: any(one.url.endswith("/amd") for one in web.callbacks))
        (told,) = [one for one in web.callbacks if one.url.endswith("/amd")]
        params = dict(told.params)
        assert params["AnsweredBy"] == "machine_start"
        assert int(str(params["MachineDetectionDuration"])) > 2_000
        assert not callee.over.is_set()  # they talk meanwhile
        await callee.hang_up()
        await call.hang_up()

    run(scene, tmp_path)


def test_who_speaks_in_a_room_is_told(tmp_path: Path) -> None:
    async def scene(s: Scene) -> None:
        s.answers(
            "<Dial><Conference beep='false' participantLabel='ann' statusCallbackEvent='speaker'"
            " statusCallback='https://example.com/room'>r</Conference></Dial>"
        )
        ann = await s.call()
        s.answers("<Dial><Conference beep='false'>r</Conference></Dial>")  # a label is one's own
        ben = await s.one.call(s.world.address(LINE))
        room = s.world.board.web.callbacks

        def events() -> list[str]:
            return [str(dict(one.params)["StatusCallbackEvent"]) for one in room]

        await asyncio.sleep(2)
        assert events() == []
        ann.audio.say_tone(440, seconds=2)
        await until(lambda: events() == ["participant-speech-start"])
        await until(lambda: events()[1:] == ["participant-speech-stop"])
        told = dict(room[0].params)
        assert (told["ParticipantLabel"], told["Muted"]) == ("ann", "false")
        (opened,) = s.world.board.rooms.open_rooms()
        calls = {str(dict(one.params)["CallSid"]) for one in room}
        (seat,) = [one for one in opened.seats.values() if one.live.id in calls]
        s.world.board.rooms.do(opened, Mute(leg=seat.leg, on=True))
        ann.audio.say_tone(440, seconds=1)  # nobody hears it, so it is no news
        ben.audio.say_tone(660, seconds=1)
        await until(lambda: len(events()) == 4)
        assert calls.isdisjoint(str(dict(one.params)["CallSid"]) for one in room[2:])
        await ann.hang_up()
        await ben.hang_up()

    run(scene, tmp_path)

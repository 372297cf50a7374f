"""Recordings are read: by whom it may be, once, and with what comes of it told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import CallId, LegId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Transcribe
from ringfence.media.engine.sealing import ChannelWriter
from ringfence.office import Office
from ringfence.office.recognising import Ears
from ringfence.office.transcribing import Scribe
from ringfence.privacy.consent.ledger import State
from ringfence.speech.providers import Heard
from ringfence.storage.deliveries import Message

pytestmark = pytest.mark.anyio

URL = "https://example.com/said"


@dataclass
class Job:
    """A job as the worker hands it out."""

    body: dict[str, Any]
    id: Any = "JB1"
    kind: str = "transcribe"
    account: Any = None
    attempts: int = 1
    created_at: Any = 0
    sealed: bytes | None = None
    key_serial: int | None = None


class Listener:
    """Understands how long somebody was heard; ``fails`` as often as it is told."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.heard = 0

    async def listen(self, audio: AsyncIterator[bytes], _wish: Any) -> AsyncIterator[Heard]:
        self.heard += 1
        size = sum([len(piece) async for piece in audio])
        if self.fails:
            self.fails -= 1
            raise RemoteError("away", hint=503)
        yield Heard("unfinished", 0.1)
        yield Heard(f"{size // 16} ms", 0.5, True, 100)


@dataclass(frozen=True)
class Channel:
    leg: LegId
    incoming: bool
    party: PartyId | None


@dataclass
class Scene:
    """An office with one call and its recording of two voices: a caller and the exchange."""

    office: Office
    listener: Listener = field(default_factory=Listener)
    call: CallId = field(init=False)
    recording: RecordingId = field(init=False)
    caller: PartyId = field(init=False)
    told: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office.settings = replace(self.office.settings, recogniser="sphinx")
        keep = self.office.postbox.add

        def add(tx: Any, wanted: Any, now: Ms) -> Any:
            self.told.append(wanted.message)
            return keep(tx, wanted, now)

        self.office.postbox.add = add  # type: ignore[method-assign]
        self.scribe = Scribe(self.office, Ears(self.office, "sphinx", self.listener))

    async def record(self, *, saved: bool = True, alone: bool = False) -> None:
        office, now = self.office, self.office.clock.now()
        made = (ids.make(kind, now, office.entropy) for kind in ("call", "recording"))
        self.call, self.recording = CallId(next(made)), RecordingId(next(made))
        self.caller = office.store.party_room.resolve(Phone("+12025550123"), now)
        called = office.store.party_room.resolve(Phone("+12025550100"), now)
        about: Any = {"call": self.call, "recording": self.recording, "source": "voicemail"}
        channels = [
            Channel(LegId("LG1"), True, self.caller),
            Channel(LegId("LG1"), False, None),
        ][: 1 if alone else 2]
        files = office.store.recordings.begin(self.recording, self.call, "voicemail", channels, now)
        for number, file in enumerate(files):
            writer = ChannelWriter(file.path, file.key, rate=8_000, salt=bytes(4))
            writer.append(bytes(16_000 * (number + 1)))
            writer.finish()
        office.store.calls.record(
            [
                events.CallOffered(
                    at=now, call=self.call, account=office.account.id, leg=LegId("LG1"),
                    caller=self.caller, called=called,
                ),
                events.RecordingRequested(at=now, legs=(), parties=(), **about),
            ],
            now,
        )  # fmt: skip
        await office.settled()
        if saved:
            self.facts(self.saved())
            await office.store.recordings.finish(self.recording, keep=True)
            await office.settled()

    def saved(self) -> events.RecordingSaved:
        return events.RecordingSaved(
            at=self.office.clock.now(), call=self.call, recording=self.recording,
            source="voicemail", reason="stopped", duration_ms=2_000, size=1, sha256=(),
        )  # fmt: skip

    def facts(self, *facts: Any) -> None:
        self.office.store.calls.record(list(facts), self.office.clock.now())
        self.scribe.watch(facts)

    async def wanted(self, url: str = URL) -> Any:
        assert self.scribe.wanted(self.call, Transcribe(recording=self.recording, url=url))
        await self.office.settled()
        return (await self.shown())[0]

    async def shown(self) -> Any:
        return await self.office.run("transcription.list", {}, actor="operator")

    def jobs(self) -> list[Any]:
        rows = self.office.store.db.reading._cursor.execute(
            "SELECT body FROM jobs WHERE kind = 'transcribe' ORDER BY id"
        )
        return [row[0] for row in rows]

    async def carry_out(self, sid: str, *, last: bool = False, turn: int = 0) -> None:
        job = Job({"transcription": sid, "turn": turn})
        await self.scribe.carry_out(job, self.office.clock.now(), last=last)
        await self.office.settled()

    async def say(self, state: State) -> None:
        office = self.office
        await office.write(lambda tx: office.store.rooms.consents.record(
            tx, self.caller, state, purpose="transcription", channel="any", how="letter",
            actor="operator", text=None, now=office.clock.now()))  # fmt: skip


@pytest.fixture
async def scene(office: Office) -> Scene:
    return Scene(office)


async def test_a_message_is_read_when_it_is_saved_and_its_callback_told(scene: Scene) -> None:
    await scene.record(saved=False)
    asked = await scene.wanted()
    assert (asked.status, asked.text, scene.jobs()) == ("waiting", None, [])
    await scene.office.store.recordings.finish(scene.recording, keep=True)
    scene.facts(scene.saved())
    await scene.office.settled()
    assert len(scene.jobs()) == 1
    await scene.carry_out(asked.sid)
    (found,) = await scene.shown()
    assert (found.status, found.made_by, found.duration_ms) == ("completed", "sphinx", 2_000)
    assert found.text == "1000 ms 2000 ms"
    assert [(one.voice, one.at_ms) for one in found.said] == [(0, 100), (1, 100)]
    (message,) = scene.told
    params = dict(message.params)
    assert message.url == URL
    assert params["TranscriptionText"] == found.text
    assert params["TranscriptionStatus"] == "completed"
    assert params["RecordingSid"] == scene.recording
    assert (params["From"], params["To"]) == ("+12025550123", "+12025550100")
    assert params["TranscriptionUrl"].endswith(f"/Transcriptions/{found.sid}")


async def test_doing_it_again_changes_nothing(scene: Scene) -> None:
    await scene.record(saved=False)
    asked = await scene.wanted()
    scene.facts(scene.saved())
    await scene.office.settled()
    await scene.carry_out(asked.sid)
    await scene.carry_out(asked.sid)
    assert scene.listener.heard == 2
    assert len(scene.told) == 1


async def test_what_a_killed_server_left_waiting_is_found(scene: Scene) -> None:
    await scene.record(saved=False)
    asked = await scene.wanted()
    scene.office.store.calls.record([scene.saved()], scene.office.clock.now())
    await scene.office.settled()
    fresh = Scribe(scene.office, None)
    fresh.restore()
    await scene.office.settled()
    assert len(scene.jobs()) == 1
    assert (await scene.shown())[0].status == "queued"
    assert asked.sid in scene.jobs()[0]


async def test_no_message_is_no_transcription_and_nobody_is_told(scene: Scene) -> None:
    await scene.record(saved=False)
    await scene.wanted()
    scene.facts(events.RecordingFailed(
        at=scene.office.clock.now(), call=scene.call, recording=scene.recording,
        source="voicemail", reason="empty"))  # fmt: skip
    await scene.office.settled()
    (found,) = await scene.shown()
    assert (found.status, found.reason) == ("failed", "no_recording")
    assert scene.told == []


async def test_a_recogniser_that_is_away_is_tried_again_and_then_given_up(scene: Scene) -> None:
    scene.listener.fails = 2
    await scene.record(saved=False)
    asked = await scene.wanted()
    scene.facts(scene.saved())
    await scene.office.settled()
    with pytest.raises(RemoteError):
        await scene.carry_out(asked.sid)
    assert (await scene.shown())[0].status == "queued"
    await scene.carry_out(asked.sid, last=True)
    (found,) = await scene.shown()
    assert (found.status, found.reason) == ("failed", "remote_503")
    (message,) = scene.told
    assert dict(message.params)["TranscriptionStatus"] == "failed"


@pytest.mark.promise("TEL-08")
@pytest.mark.parametrize("state", ["refused", "withdrawn"])
async def test_who_refused_is_not_read(scene: Scene, state: State) -> None:
    await scene.record(saved=False)
    asked = await scene.wanted()
    await scene.say(state)
    scene.facts(scene.saved())
    await scene.office.settled()
    await scene.carry_out(asked.sid)
    (found,) = await scene.shown()
    assert "1000 ms" not in (found.text or "")
    assert [one.voice for one in found.said] == [1]


@pytest.mark.promise("TEL-08")
async def test_an_opt_in_house_reads_those_alone_who_agreed(scene: Scene) -> None:
    scene.office.settings = replace(scene.office.settings, transcription="agreed")
    await scene.record(saved=False)
    first = await scene.wanted()
    scene.facts(scene.saved())
    await scene.office.settled()
    await scene.carry_out(first.sid)
    assert [one.voice for one in (await scene.shown())[0].said] == [1]
    await scene.say("given")
    second = await scene.wanted()
    scene.scribe.restore()
    await scene.office.settled()
    await scene.carry_out(second.sid)
    assert [one.voice for one in (await scene.shown())[0].said] == [0, 1]


async def test_where_it_is_off_nothing_is_asked(scene: Scene) -> None:
    await scene.record()
    asked = Transcribe(recording=scene.recording)
    for change in ({"recogniser": ""}, {"recogniser": "sphinx", "transcription": "never"}):
        scene.office.settings = replace(scene.office.settings, **change)
        assert not scene.scribe.wanted(scene.call, asked)
    await scene.office.settled()
    assert await scene.shown() == []


async def test_one_is_shown_removed_and_then_unknown(scene: Scene) -> None:
    await scene.record(saved=False)
    asked = await scene.wanted("")
    run = scene.office.run
    assert (await run("transcription.show", {"sid": asked.sid}, actor="operator")) == asked
    await run("transcription.remove", {"sid": asked.sid}, actor="operator")
    for sid in (asked.sid, "TR1", "TR" + "0" * 32):
        with pytest.raises(Refused, match="not_found"):
            await run("transcription.show", {"sid": sid}, actor="operator")
    with pytest.raises(Refused, match="not_found"):
        await run("transcription.list", {"recording": "RE" + "0" * 32}, actor="operator")


async def test_one_who_is_restricted_hides_nobody_else(scene: Scene) -> None:
    await scene.record(saved=False)
    asked, run = await scene.wanted(""), scene.office.run
    scene.facts(scene.saved())
    await scene.office.store.recordings.finish(scene.recording, keep=True)
    await scene.office.settled()
    await scene.carry_out(asked.sid)
    (before,) = await scene.shown()
    assert before.text
    number = {"number": "+12025550123"}
    await run("privacy.restrict", number, actor="operator")
    (shown,) = await scene.shown()
    assert (shown.sid, shown.status, shown.text, shown.said) == (asked.sid, "completed", None, [])
    with pytest.raises(Refused, match="restricted"):
        await run("transcription.show", {"sid": asked.sid}, actor="operator")
    await run("privacy.unrestrict", number, actor="operator")
    assert await scene.shown() == [before]


async def test_what_is_on_hold_is_not_removed(scene: Scene) -> None:
    await scene.record(saved=False)
    asked, office = await scene.wanted(""), scene.office
    now = office.clock.now()
    await office.write(
        lambda tx: office.store.rooms.holds.place(
            tx, scene.recording, reason="legal_claim", by="operator", now=now
        )
    )
    with pytest.raises(Refused, match="held"):
        await office.run("transcription.remove", {"sid": asked.sid}, actor="operator")


@pytest.mark.promise("CON-03")
@pytest.mark.parametrize("when", ["while it is read", "after it was read"])
async def test_a_consent_taken_back_while_it_is_read_leaves_the_voice_out(
    scene: Scene, when: str
) -> None:
    class Slow(Listener):
        async def listen(self, audio: AsyncIterator[bytes], wish: Any) -> AsyncIterator[Heard]:
            self.heard += 1
            first = await anext(audio)
            if when == "while it is read" and self.heard == 1:
                await scene.say("withdrawn")
            size = len(first) + sum([len(piece) async for piece in audio])
            if when == "after it was read":
                await scene.say("withdrawn")
            yield Heard(f"{size // 16} ms", 0.5, True, 100)

    scene.listener = Slow()
    scene.scribe = Scribe(scene.office, Ears(scene.office, "sphinx", scene.listener))
    await scene.record(saved=False)
    made = await scene.wanted()
    scene.facts(scene.saved())
    await scene.office.settled()
    await scene.carry_out(made.sid)
    (found,) = await scene.shown()
    assert found.status == "completed"
    assert {one.voice for one in found.said} == {1}  # the exchange itself


async def test_where_everybody_took_it_back_meanwhile_it_has_failed(scene: Scene) -> None:
    class Slow(Listener):
        async def listen(self, audio: AsyncIterator[bytes], wish: Any) -> AsyncIterator[Heard]:
            scene.office.settings = replace(scene.office.settings, transcription="never")
            async for heard in super().listen(audio, wish):
                yield heard

    scene.scribe = Scribe(scene.office, Ears(scene.office, "sphinx", Slow()))
    await scene.record(saved=False, alone=True)
    made = await scene.wanted()
    scene.facts(scene.saved())
    await scene.office.settled()
    await scene.carry_out(made.sid)
    (found,) = await scene.shown()
    assert (found.status, found.reason) == ("failed", "not_agreed")
    assert "ms" not in str(scene.told)

"""What stands for storage, the web and speech in a world, and how each of them fails."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from ringfence.calls.effects import Channel
from ringfence.calls.events import CallAnswered
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback, ClipFailed, Fetch, Fetched, FetchFailed, LoadMedia
from ringfence.sip.uri import Uri
from ringfence.switch.ports import Clip
from ringfence.testing.ladder import Ladder
from ringfence.testing.memory import (
    Addresses,
    ClipTable,
    FactBook,
    PartyRoom,
    RecordingShelf,
    Speaker,
    Web,
    hum,
)
from ringfence.testing.virtual_time import START

CALL, RECORDING = CallId("CA1"), RecordingId("RE1")
CHANNELS = (
    Channel(leg=LegId("LG1"), incoming=True, party=None),
    Channel(leg=LegId("LG1"), incoming=False, party=None),
)
ENTROPY = SeededEntropy(1)


# --- parties and facts --------------------------------------------------------------------------


def room(hosts, writes: Ladder) -> PartyRoom:
    return PartyRoom(hosts.clock, SeededEntropy(1), writes)


def test_a_party_is_one_however_often_it_calls_and_nobody_is_always_somebody_else(
    play: Callable[..., None],
) -> None:
    async def scene(hosts) -> None:
        parties = room(hosts, Ladder())
        caller = Phone("+12025550123")
        assert parties.resolve(caller, START) == parties.resolve(caller, START)
        assert parties.resolve("", START) != parties.resolve("", START)

    play(scene)


def test_only_a_new_party_is_a_write_that_can_fail(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        parties = room(hosts, Ladder(2))
        known = parties.resolve("sip:desk@example.com", START)
        with pytest.raises(Refused) as refused:
            parties.resolve("sip:other@example.com", START)
        assert refused.value.code == "storage_busy"
        assert parties.resolve("sip:desk@example.com", START) == known

    play(scene)


def test_facts_are_kept_in_order_and_those_that_fail_are_not() -> None:
    class Behind:
        def __init__(self) -> None:
            self.seen: list[object] = []

        def record(self, facts, now, /) -> None:
            self.seen += [*facts, now]

    behind = Behind()
    book = FactBook(Ladder(2), behind)
    facts = [CallAnswered(at=START, call=CALL, codec=codec) for codec in ("PCMU", "PCMA", "G722")]
    book.record(facts[:1], START)
    with pytest.raises(Refused):
        book.record(facts[1:2], START)
    book.record(facts[2:], START)
    assert book.facts == [facts[0], facts[2]]
    assert behind.seen == [facts[0], START, facts[2], START]


# --- recordings ---------------------------------------------------------------------------------


def test_a_recording_is_kept_or_leaves_nothing(tmp_path: Path) -> None:
    shelf = RecordingShelf(tmp_path, SeededEntropy(1), Ladder())

    def whole(*, keep: bool) -> int:
        for item in shelf.begin(RECORDING, CALL, "voicemail", CHANNELS, START):
            assert len(item.key) == 32
            Path(item.path).write_bytes(b"abc")
        assert shelf.begun == [RECORDING]
        assert len(shelf.strays) == 2
        return asyncio.run(shelf.finish(RECORDING, keep=keep))

    assert whole(keep=False) == 0
    assert (shelf.begun, shelf.strays, list(tmp_path.iterdir())) == ([], [], [])
    assert whole(keep=True) == 6
    assert (shelf.strays, len(list(tmp_path.iterdir()))) == ([], 2)
    shelf.discard(RECORDING)
    assert (shelf.kept, list(tmp_path.iterdir())) == ({}, [])


def test_a_recording_that_never_began_is_given_back(tmp_path: Path) -> None:
    shelf = RecordingShelf(tmp_path, SeededEntropy(1), Ladder())
    shelf.begin(RECORDING, CALL, "voicemail", CHANNELS, START)
    shelf.discard(RECORDING)
    assert (shelf.begun, shelf.dropped) == ([], {RECORDING})


def test_a_full_disk_refuses_a_recording_and_a_broken_one_loses_it(tmp_path: Path) -> None:
    writes = Ladder(1)
    shelf = RecordingShelf(tmp_path, SeededEntropy(1), writes)
    with pytest.raises(Refused) as refused:
        shelf.begin(RECORDING, CALL, "voicemail", CHANNELS, START)
    assert refused.value.code == "disk_full"
    writes.start(2)
    (first, _) = shelf.begin(RECORDING, CALL, "voicemail", CHANNELS, START)
    Path(first.path).write_bytes(b"abc")
    with pytest.raises(OSError, match="disk fails"):
        asyncio.run(shelf.finish(RECORDING, keep=True))
    assert (shelf.begun, shelf.strays, list(tmp_path.iterdir())) == ([], [], [])


# --- sound --------------------------------------------------------------------------------------


def test_a_hum_is_as_long_as_asked_for_and_nowhere_silent(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        clip = hum(hosts.clock, ENTROPY, 20)
        samples = array("h", clip.pcm)
        assert (clip.rate, len(samples)) == (8_000, 160)
        assert min(map(abs, samples)) > 1_000
        table = ClipTable()
        assert table.get(clip.id) is None
        table.keep(clip)
        assert table.get(clip.id) is clip

    play(scene)


def test_speech_takes_a_while_the_first_time_and_may_fail(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        speaker = Speaker(hosts.clock, ENTROPY, Ladder(1))
        assert await speaker.speak("Hello", "en", "") is None
        assert speaker.ready("Hello", "en", "") is None
        began = hosts.clock.now()
        spoken = await speaker.speak("Hello", "en", "")
        assert hosts.clock.now() - began == speaker.delay_ms
        assert spoken is not None
        assert speaker.ready("Hello", "en", "") is spoken
        assert speaker.ready("Hello", "de", "") is None

    play(scene)


# --- the web and names --------------------------------------------------------------------------


def asked(url: str) -> Fetch:
    return Fetch(request=1, url=url, method="POST", params=())


def test_the_web_has_what_it_was_given(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        web = Web(hosts.clock, ENTROPY, Ladder())
        web.documents["https://example.com/a"] = b"<Response/>"
        web.clips["https://example.com/b"] = hum(hosts.clock, ENTROPY, 20)
        found = await web.fetch(CALL, asked("https://example.com/a"))
        assert isinstance(found, Fetched)
        assert found.body == b"<Response/>"
        missing = await web.fetch(CALL, asked("https://example.com/none"))
        assert isinstance(missing, FetchFailed)
        assert (missing.code, missing.status) == ("fetch_status", 404)
        clip = await web.load(CALL, LoadMedia(request=2, url="https://example.com/b"))
        assert isinstance(clip, Clip)
        assert clip.pcm == web.clips["https://example.com/b"].pcm
        none = await web.load(CALL, LoadMedia(request=2, url="https://example.com/none"))
        assert isinstance(none, ClipFailed)
        assert web.fetched == 2
        callback = Callback(url="https://example.com/c", method="POST", params=())
        web.callback(CALL, callback)
        assert web.callbacks == [callback]

    play(scene)


def test_the_web_fails_where_the_ladder_says_so(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        web = Web(hosts.clock, ENTROPY, Ladder(1, more=True))
        web.documents["https://example.com/a"] = b"<Response/>"
        web.clips["https://example.com/b"] = hum(hosts.clock, ENTROPY, 20)
        failed = await web.fetch(CALL, asked("https://example.com/a"))
        assert isinstance(failed, FetchFailed)
        assert failed.code == "fetch_timed_out"
        clip = await web.load(CALL, LoadMedia(request=2, url="https://example.com/b"))
        assert isinstance(clip, ClipFailed)

    play(scene)


def test_an_address_leads_where_it_says_and_a_name_nowhere() -> None:
    found: list[object] = []
    addresses = Addresses(ENTROPY)
    addresses.locate(Uri.parse("sip:a@192.0.2.9:5070"), found.append)
    addresses.locate(Uri.parse("sip:a@example.com"), found.append)
    (peer,) = found[0]  # type: ignore[misc]
    assert (peer.host, peer.port) == ("192.0.2.9", 5070)
    assert found[1] == ()

"""Recordings: keys per channel, files moved whole, erasing one voice leaves the other."""

import asyncio
import hashlib
from dataclasses import dataclass

import apsw
import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.recordings import Salvaged, channel_name


@dataclass
class Asked:
    leg: str
    incoming: bool
    party: str | None = None


@pytest.fixture
def people(rooms, clock, settle):
    made = [rooms.parties.resolve(Phone(f"+120255501{n:02d}"), clock.now()) for n in (23, 24)]
    settle()
    return made


def begin(rooms, story, people, clock):
    one = story()
    asked = [
        Asked("LG1", True, people[0]),
        Asked("LG2", True, people[1]),
        Asked("LG1", False),
    ]
    files = rooms.recordings.begin(one.recording, one.call, "call", asked, clock.now())
    return one, files


def channels(store, rooms, recording):
    with purpose("deliver_content"):
        return rooms.recordings.channels(store.db.reading, recording)


def test_every_channel_has_a_key_and_a_file_of_its_own(store, rooms, story, people, clock, settle):
    one, files = begin(rooms, story, people, clock)
    settle()
    assert len({file.key for file in files}) == 3
    assert [file.path for file in files] == [
        str(store.folder.spool / channel_name(one.recording, n)) for n in range(3)
    ]
    stored = channels(store, rooms, one.recording)
    assert [channel.key for channel in stored] == [file.key for file in files]
    assert [channel.party for channel in stored] == [*people, None]
    assert [channel.incoming for channel in stored] == [True, True, False]
    assert rooms.recordings.channel_count(one.recording) == 3
    several = rooms.recordings.channel_counts([one.recording, "RE-none"])
    assert several == {one.recording: 3}
    assert rooms.recordings.get(one.recording).state == "requested"
    assert "key=" not in repr(files[0])


def test_the_facts_and_the_keys_may_come_in_either_order(
    store, rooms, story, people, clock, settle
):
    one = story()
    store.calls.record([one.offered(), one.requested()], clock.now())
    rooms.recordings.begin(one.recording, one.call, "voicemail", [Asked("LG", True)], clock.now())
    store.calls.record([one.started(), one.saved()], clock.now())
    settle()
    [recording] = rooms.recordings.of_call(one.call)
    assert recording.state == "saved"
    assert recording.sha256 == ("aa",)
    assert len(channels(store, rooms, one.recording)) == 1


@pytest.mark.promise("CLS-07")
def test_erasing_the_caller_leaves_the_others_channel(store, rooms, story, people, clock, settle):
    one, files = begin(rooms, story, people, clock)
    settle()
    store.keystore.destroy([store.parties.key_serial(store.db.reading, people[0])])
    stored = channels(store, rooms, one.recording)
    assert stored[0].key is None
    assert [channel.key for channel in stored[1:]] == [file.key for file in files[1:]]


@pytest.mark.promise("CLS-07")
def test_keys_are_opened_under_a_purpose(store, rooms, story, people, clock, settle):
    one, _ = begin(rooms, story, people, clock)
    settle()
    with pytest.raises(Refused):
        rooms.recordings.channels(store.db.reading, one.recording)


def write(files, content=b"frames"):
    from pathlib import Path

    for n, file in enumerate(files):
        Path(file.path).write_bytes(content * (n + 1))


def test_finished_files_are_moved_whole(store, rooms, story, people, clock, settle):
    one, files = begin(rooms, story, people, clock)
    write(files)
    assert asyncio.run(rooms.recordings.finish(one.recording, keep=True)) == 36
    assert list(store.folder.spool.iterdir()) == []
    assert [path.name for path in sorted(store.folder.recordings.iterdir())] == [
        channel_name(one.recording, n) for n in range(3)
    ]
    # once more, as after a crash between moving and recording it
    assert rooms.recordings.finish_now(one.recording, keep=True) == 36
    settle()
    assert channels(store, rooms, one.recording)[0].file.parent == store.folder.recordings
    rooms.recordings.discard(one.recording)
    assert list(store.folder.recordings.iterdir()) == []


def test_unwanted_files_are_removed(store, rooms, story, people, clock):
    one, files = begin(rooms, story, people, clock)
    write(files)
    assert rooms.recordings.finish_now(one.recording, keep=False) == 0
    assert list(store.folder.spool.iterdir()) == []
    assert list(store.folder.recordings.iterdir()) == []


def test_what_a_dead_writer_left_is_kept_or_removed(store, rooms, story, people, clock, settle):
    one, files = begin(rooms, story, people, clock)
    write(files)
    settle()
    keys = {file.key: n for n, file in enumerate(files)}
    with purpose("deliver_content"):
        found = rooms.recordings.salvage(
            store.db.reading, one.recording, lambda path, key: 1000 * keys[key]
        )
    assert found == Salvaged(
        duration_ms=2000,
        size=36,
        sha256=tuple(hashlib.sha256(b"frames" * n).hexdigest() for n in (1, 2, 3)),
    )
    other, files = begin(rooms, story, people, clock)
    write(files, b"")
    settle()
    with purpose("deliver_content"):
        nothing = rooms.recordings.salvage(store.db.reading, other.recording, lambda *_: 0)
    assert nothing is None
    assert list(store.folder.spool.iterdir()) == []


def test_a_full_disk_refuses_recordings_with_a_reason(rooms, story, people, clock, monkeypatch):
    monkeypatch.setattr(type(rooms.recordings), "free_bytes", lambda _self: 1000)
    with pytest.raises(Refused) as refused:
        begin(rooms, story, people, clock)
    assert refused.value.code == "disk_full"


def test_a_database_that_cannot_be_written_refuses_recordings(
    open_store, tmp_path, disk, make_story, clock
):
    store = open_store(tmp_path / "failing", vfs=disk.name)
    one = make_story(store)
    store.db.submit(lambda tx: None).result(5)
    rooms = store.of(one.account)
    disk.fail_after(1, apsw.FullError)
    store.calls.record([one.offered()], clock.now())
    with pytest.raises(Refused):
        store.db.submit(lambda tx: None).result(5)
    with pytest.raises(Refused) as refused:
        rooms.recordings.begin(one.recording, one.call, "call", [Asked("LG", True)], clock.now())
    assert refused.value.code == "disk_full"
    disk.mend()


def test_pages_and_open_recordings(store, rooms, story, clock, settle):
    stories = []
    for n in range(5):
        clock.advance(1000)
        one = story()
        facts = [one.offered(), one.requested(), one.started()]
        store.calls.record([*facts, one.saved()] if n % 2 else facts, clock.now())
        stories.append(one)
    settle()
    page = rooms.recordings.page(count=3)
    assert [r.id for r in page] == [one.recording for one in stories[:1:-1]]
    rest = rooms.recordings.page(count=3, before=page[-1].id)
    assert [r.id for r in rest] == [one.recording for one in stories[1::-1]]
    open_ones = rooms.recordings.open_ones([one.call for one in stories])
    assert [r.id for r in open_ones] == [stories[n].recording for n in (0, 2, 4)]
    assert rooms.recordings.open_ones([]) == []
    assert rooms.recordings.get("RE-none") is None
    assert rooms.recordings.channel_count("RE-none") == 0


def test_files_in_the_spool_show_what_is_open_and_what_is_nobodys(
    store, rooms, story, people, clock, settle
):
    one, files = begin(rooms, story, people, clock)
    write(files)
    ended, files = begin(rooms, story, people, clock)
    write(files)
    store.calls.record([ended.offered(), ended.requested(), ended.failed()], clock.now())
    (store.folder.spool / "stray").write_bytes(b"x")
    settle()
    assert [r.id for r in rooms.recordings.open_ones([])] == [one.recording]
    left = [path.name for path in sorted(store.folder.spool.iterdir())]
    assert left == [channel_name(one.recording, n) for n in range(3)]


def test_a_file_name_is_an_id_and_a_number():
    assert channel_name("RE" + "0" * 32, 1) == "RE" + "0" * 32 + "-1.rfr"

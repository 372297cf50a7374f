"""Archives: sealed while written, whole or not at all, taken once and in time."""

import pytest

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ARCHIVE_CHUNK_BYTES
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose

CASE = "CS" + "1" * 32
BODY = b"what is held about somebody " * 40_000  # five pieces


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def party(store, rooms, clock):
    found = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    store.db.submit(lambda tx: None).result(5)
    return found


@pytest.fixture
def archive(store, rooms, clock, party):
    key = rooms.archives.new_key()
    with rooms.archives.begin(CASE, key, entropy=SystemEntropy()) as writer:
        writer.write(BODY)
        writer.close()
    write(
        store,
        lambda tx: rooms.archives.add(
            tx, CASE, writer, key, party=party, token="t", now=clock.now(),
            expires_at=clock.now() + 100,
        ),
    )  # fmt: skip
    return rooms.archives.get(store.db.reading, CASE)


def read(rooms, archive):
    with purpose("answer_rights"):
        return b"".join(rooms.archives.read(archive))


def test_what_was_written_comes_back_and_rests_sealed(rooms, archive):
    assert archive.size == len(BODY)
    assert archive.pieces == -(-len(BODY) // ARCHIVE_CHUNK_BYTES)
    assert read(rooms, archive) == BODY
    assert b"somebody" not in rooms.archives.path(CASE).read_bytes()
    assert rooms.archives.path(CASE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_archive_does_not_open(rooms, archive, damage):
    path = rooms.archives.path(CASE)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    else:
        path.unlink()
    with pytest.raises(Refused) as refused:
        read(rooms, archive)
    assert refused.value.code == "unreadable"


def test_it_is_taken_once_with_the_token_and_in_time(store, rooms, archive, clock):
    def take(token, now):
        return write(store, lambda tx: rooms.archives.take(tx, CASE, token, now=now))

    assert not take("guess", clock.now())
    assert not take("t", archive.expires_at)
    assert take("t", clock.now())
    assert not take("t", clock.now())


def test_it_opens_for_rights_and_not_after_an_erasure(store, rooms, archive, party):
    with pytest.raises(Refused), purpose("billing"):
        next(rooms.archives.read(archive))
    store.keystore.destroy([store.parties.key_serial(store.db.reading, party)])
    with pytest.raises(Refused) as refused:
        read(rooms, archive)
    assert refused.value.code == "erased"


def test_stale_archives_are_found_and_dropped(store, rooms, archive):
    assert rooms.archives.stale(store.db.reading, archive.expires_at - 1) == []
    assert rooms.archives.stale(store.db.reading, archive.expires_at) == [CASE]
    write(store, lambda tx: rooms.archives.drop(tx, CASE))
    assert rooms.archives.get(store.db.reading, CASE) is None
    assert not rooms.archives.path(CASE).exists()


def test_an_archive_that_could_not_be_finished_leaves_nothing(rooms):
    def fail():
        with rooms.archives.begin(CASE, bytes(32), entropy=SystemEntropy()) as writer:
            writer.write(b"x")
            raise OSError

    with pytest.raises(OSError):
        fail()
    assert not rooms.archives.path(CASE).exists()

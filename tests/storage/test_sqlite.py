"""The writer: order, group commit, who is told what when something fails."""

import asyncio
import threading
from concurrent.futures import Future

import apsw
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, select

from ringfence.kernel.errors import LocalError, Refused
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, insert_row

TABLE = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("word", Text))
ADD = insert_row(TABLE)
ALL = Statement(select(TABLE.c.id, TABLE.c.word).order_by(TABLE.c.id))
CREATE = "CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, word TEXT)"


def make(path, **options):
    setup = apsw.Connection(str(path))
    setup.execute(CREATE)
    setup.close()
    return Database(path, **options)


@pytest.fixture
def db(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=0)
    yield db
    db.close()


def add(number, word="a"):
    return lambda tx: tx.run(ADD, (number, word))


def ids(db):
    return [row[0] for row in db.reading.rows(ALL)]


def test_a_unit_is_durable_when_its_future_is_done(db):
    assert db.submit(lambda tx: tx.changed(ADD, (1, "a"))).result(5) == 1
    assert db.reading.rows(ALL) == [(1, "a")]
    assert db.waiting == 0


def test_units_come_in_the_order_they_were_given(db):
    order = []
    for n in range(100):
        db.submit(lambda tx, n=n: order.append(n), patient=True)
    db.submit(lambda tx: None).result(5)
    assert order == list(range(100))


def test_patient_units_share_a_commit(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=100)
    futures = [db.submit(add(n), patient=True) for n in range(50)]
    for future in futures:
        future.result(5)
    assert db.commits == 1
    db.close()


def test_who_asks_about_what_is_being_written_waits_for_it_and_no_longer(tmp_path):
    """80 ms are company's; a server that was just told of a call finds it at once."""
    db = make(tmp_path / "x.db", gather_ms=60_000)

    async def scene():
        db.give(add(1), asked_about=True)
        await asyncio.wait_for(db.catch_up(), 10)
        assert ids(db) == [1]
        db.give(add(2))
        await asyncio.wait_for(db.catch_up(), 10)
        assert ids(db) == [1], "nobody asks about that: it goes on waiting for company"
        await asyncio.wait_for(db.written(), 10)
        assert ids(db) == [1, 2]

    asyncio.run(scene())
    db.close()


def test_nobody_waits_for_a_disk_that_does_not_take_it(db):
    db._trouble = "storage_full"

    async def scene():
        db._asked_about += 1
        await asyncio.wait_for(db.catch_up(), 10)

    asyncio.run(scene())


def test_an_impatient_unit_does_not_wait_for_company(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=60_000)
    db.submit(add(1)).result(5)
    db.close()


def test_an_impatient_unit_takes_those_along_that_wait_for_company(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=60_000)
    db.give(add(1))
    db.submit(add(2)).result(5)
    assert ids(db) == [1, 2]
    db.give(add(3))  # the writer looks for more by itself now, and may be hurried all the same
    db.submit(add(4)).result(5)
    assert ids(db) == [1, 2, 3, 4]
    db.give(add(5))
    db.close()
    again = make(tmp_path / "x.db")
    assert ids(again) == [1, 2, 3, 4, 5]
    again.close()


def test_facts_are_written_while_more_keep_coming(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=10)
    for number in range(5):
        db.submit(add(number), patient=True).result(5)
    assert (ids(db), db.commits) == ([0, 1, 2, 3, 4], 5)
    db.close()


def test_a_unit_that_fails_takes_nobody_with_it(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=50)
    good = [db.submit(add(n), patient=True) for n in (1, 2)]
    twice = db.submit(add(1), patient=True)
    refused = db.submit(lambda tx: (add(9)(tx), (_ for _ in ()).throw(Refused("no", "no"))))
    last = db.submit(add(3), patient=True)
    for future in (*good, last):
        future.result(5)
    with pytest.raises(apsw.ConstraintError):
        twice.result(5)
    with pytest.raises(Refused):
        refused.result(5)
    assert ids(db) == [1, 2, 3]
    db.close()


def test_actions_follow_the_commit_and_only_the_commit(db):
    done = []

    def work(tx):
        tx.after(lambda: done.append(ids(db.reader_for_test)))
        tx.run(ADD, (1, "a"))

    db.reader_for_test = type("R", (), {"reading": db.reader()})()
    db.submit(work).result(5)
    assert done == [[1]]

    def fails(tx):
        tx.after(lambda: done.append("never"))
        raise Refused("no", "no")

    with pytest.raises(Refused):
        db.submit(fails).result(5)
    assert done == [[1]]


def test_an_action_that_fails_is_logged_and_harms_nobody(db, logged):
    def work(tx):
        tx.run(ADD, (1, "a"))
        tx.after(lambda: 1 // 0)

    db.submit(work).result(5)
    assert ids(db) == [1]
    assert [line["event"] for line in logged] == ["after_commit_failed"]


class Counter:
    """A participant that counts what it is told."""

    def __init__(self):
        self.value = 0
        self.history = []

    def begin(self):
        self.history.append("begin")
        self.before = self.value

    def prepare(self, tx):
        self.history.append("prepare")

    def committed(self):
        self.history.append("committed")

    def rolled_back(self):
        self.history.append("rolled back")
        self.value = self.before


def test_participants_move_with_the_database(db):
    counter = Counter()
    db.join(counter)

    def work(tx):
        counter.value += 1

    def fails(tx):
        counter.value += 10
        raise Refused("no", "no")

    db.submit(work).result(5)
    with pytest.raises(Refused):
        db.submit(fails).result(5)
    assert counter.value == 1
    assert counter.history == ["begin", "prepare", "committed", "begin", "rolled back"]


def test_close_writes_what_is_waiting_and_refuses_what_comes_later(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=50)
    futures = [db.submit(add(n), patient=True) for n in range(200)]
    db.close()
    db.close()
    assert all(future.done() for future in futures)
    with pytest.raises(LocalError):
        db.submit(add(1000))
    again = make(tmp_path / "x.db")
    assert ids(again) == list(range(200))
    again.close()
    assert not (tmp_path / "x.db-wal").exists()


def test_a_cancelled_unit_is_not_carried_out(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=100)
    keep, drop = db.submit(add(1), patient=True), db.submit(add(2), patient=True)
    assert drop.cancel()
    keep.result(5)
    assert ids(db) == [1]
    assert db.waiting == 0
    db.close()


def test_many_threads_may_give_units(tmp_path):
    db = make(tmp_path / "x.db")
    futures: list[Future[None]] = []

    def give(first):
        futures.extend(db.submit(add(n), patient=True) for n in range(first, first + 250))

    threads = [threading.Thread(target=give, args=(k * 250,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for future in futures:
        future.result(10)
    assert len(ids(db)) == 1000
    assert db.waiting == 0
    db.close()


# --- from an event loop ---------------------------------------------------------------------------


def test_a_loop_waits_for_its_unit(db):
    async def main():
        await db.write(add(1))
        futures = [db.post(add(n)) for n in (2, 3)]
        await asyncio.gather(*futures)
        with pytest.raises(apsw.ConstraintError):
            await db.write(add(1))

    asyncio.run(main())
    assert ids(db) == [1, 2, 3]


def test_a_loop_that_gave_up_learns_why(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=300)

    async def main():
        with pytest.raises(Refused) as refused:
            await db.write(add(1), patient=True, wait_s=0.01)
        assert refused.value.code == "storage_unavailable"

    asyncio.run(main())
    db.close()
    again = make(tmp_path / "x.db")
    assert ids(again) == []
    again.close()


def test_facts_are_given_without_waiting_and_their_failure_is_logged(db, logged):
    db.give(add(1))
    db.give(add(1))
    db.submit(lambda tx: None).result(5)
    assert ids(db) == [1]
    assert [line["event"] for line in logged] == ["unit_failed"]


# --- the disk fails ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [(apsw.FullError, "storage_full"), (apsw.IOError, "storage_unavailable")],
)
def test_a_failing_disk_refuses_the_impatient_and_keeps_the_patient(tmp_path, disk, error, code):
    db = make(tmp_path / "x.db", gather_ms=0, vfs=disk.name)
    disk.fail_after(1, error)
    patient = db.submit(add(1), patient=True)
    with pytest.raises(Refused) as refused:
        db.submit(add(2)).result(5)
    assert refused.value.code == code
    assert db.trouble == code
    assert not patient.done()
    disk.mend()
    patient.result(10)
    assert db.trouble is None
    db.submit(add(3)).result(5)
    assert ids(db) == [1, 3]
    db.close()


def test_room_that_can_be_made_is_used_at_once_and_by_everybody(tmp_path, disk):
    db = make(tmp_path / "x.db", gather_ms=0, vfs=disk.name)
    disk.fail_after(1)
    asked = []

    def room():
        asked.append(1)
        disk.mend()
        return True

    db.room = room
    db.submit(add(1), patient=False).result(5)
    assert (ids(db), asked, db.trouble) == ([1], [1], None)
    db.close()


def test_closing_with_a_full_disk_refuses_instead_of_hanging(tmp_path, disk):
    db = make(tmp_path / "x.db", gather_ms=0, vfs=disk.name)
    disk.fail_after(1)
    patient = db.submit(add(1), patient=True)
    db.close()
    with pytest.raises(Refused) as refused:
        patient.result(0)
    assert refused.value.code == "storage_full"
    assert db.unwritten == 1


def test_room_made_before_closing_is_used_by_what_waits(tmp_path, disk):
    db = make(tmp_path / "x.db", gather_ms=0, vfs=disk.name)
    disk.fail_after(1)
    given = [db.submit(add(n), patient=True) for n in range(3)]
    with pytest.raises(Refused):
        db.submit(add(9)).result(5)
    disk.mend()
    db.close()
    for future in given:
        future.result(0)
    assert db.unwritten == 0


def test_a_try_that_began_before_the_stop_is_not_the_last(tmp_path):
    db = make(tmp_path / "x.db", gather_ms=0)
    began, go_on = threading.Event(), threading.Event()
    full = iter([True])

    def work(tx):
        began.set()
        go_on.wait(5)
        if next(full, False):
            raise apsw.FullError("no room")
        add(1)(tx)

    future = db.submit(work, patient=True)
    began.wait(5)
    closing = threading.Thread(target=db.close)
    closing.start()
    db._stopping.wait(5)
    go_on.set()
    closing.join(10)
    future.result(0)
    assert db.unwritten == 0


def test_a_damaged_file_ends_all_writing(tmp_path, disk):
    db = make(tmp_path / "x.db", gather_ms=0, vfs=disk.name)
    disk.fail_after(1, apsw.CorruptError)
    with pytest.raises(Refused) as refused:
        db.submit(add(1), patient=True).result(5)
    assert refused.value.code == "storage_damaged"
    disk.mend()
    with pytest.raises(Refused) as refused:
        db.submit(add(1))
    assert refused.value.code == "storage_damaged"
    db.close()


def test_the_queue_is_bounded(tmp_path, disk, monkeypatch):
    monkeypatch.setattr("ringfence.storage.sqlite.WRITE_QUEUE_MAX", 10)
    db = make(tmp_path / "x.db", gather_ms=0, vfs=disk.name)
    disk.fail_after(1)
    futures = [db.submit(add(n), patient=True) for n in range(10)]
    with pytest.raises(Refused) as refused:
        db.submit(add(10), patient=True)
    assert refused.value.code in {"storage_full", "storage_unavailable"}
    disk.mend()
    for future in futures:
        future.result(10)
    db.close()


def test_whichever_write_fails_all_units_end_and_the_file_holds_exactly_the_acknowledged(
    tmp_path, disk
):
    """Invariant: for every n, the n-th write may fail and nothing acknowledged is lost."""
    for n in range(1, 60):
        path = tmp_path / f"{n}.db"
        db = make(path, gather_ms=0, vfs=disk.name)
        disk.fail_after(n, apsw.IOError if n % 2 else apsw.FullError, once=True)
        acknowledged = []
        for number in range(8):
            try:
                db.submit(add(number, "x" * 3000)).result(5)
                acknowledged.append(number)
            except Refused:
                pass
        disk.mend()
        assert db.waiting == 0
        db.close()
        again = make(path)
        assert ids(again) == acknowledged
        again.close()
        assert len(acknowledged) >= 7

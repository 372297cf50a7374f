"""Whatever is changed or dropped in the log, the check names it."""

import asyncio
import shutil

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ringfence.kernel.clock import DAY, HOUR, MINUTE
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.privacy.retention import RULES
from ringfence.storage import sweeps
from ringfence.storage.audit_check import check_all, check_recent
from ringfence.storage.audit_pages import NOBODY
from ringfence.storage.schema import audit_checkpoints, audit_records
from ringfence.storage.statement import Statement, word
from ringfence.storage.sweeps import Due


@pytest.fixture
def check(clock):
    def whole(store, **more):
        return check_all(
            store.db.reading, store.trail.size, signer=store.signer(), salt=store.salt,
            now=clock.now(), **more,
        )  # fmt: skip

    return whole


@pytest.fixture
def grown(store, story, clock, settle):
    """A log of facts, openings and heads, some hundred leaves long."""
    one = story()
    for number in range(30):
        other = story(caller=f"+120255501{number:02d}")
        store.calls.record(other.whole(), clock.now())
    store.calls.record(one.whole(), clock.now())
    settle()
    with purpose("call_record"):
        store.parties.address(store.db.reading, one.caller)
    settle()
    signer = store.signer()
    for _ in range(2):
        store.db.submit(lambda tx: store.trail.checkpoint(tx, signer, at=clock.now())).result(5)
        store.db.submit(lambda tx: store.trail.note(tx, "noted", at=1, body={})).result(5)
    return one


def test_a_log_that_is_whole(store, grown, check):
    seen = []
    found = check(store, progress=seen.append)
    assert found.faults == []
    assert found.leaves == store.trail.size == sum(seen) == found.proved
    assert (found.heads, found.erased) == (2, 0)


def test_erased_people_leave_leaves_that_nobody_can_prove(store, rooms, grown, clock, check):
    clock.advance(181 * DAY)
    planned = store.eraser.plan(rooms.account, grown.caller, reason="request", actor="x")
    store.eraser.carry_out(planned.id)
    found = check(store)
    assert found.faults == []
    assert found.erased >= 9
    assert found.proved + found.erased == store.trail.size


HARM = {
    "a record changed": "UPDATE audit_records SET body = '{}' WHERE kind = 'opened'",
    "a time changed": "UPDATE audit_records SET at = at + 1 WHERE kind = 'noted'",
    "a fact changed": "UPDATE events SET at = at + 1 WHERE id = 5",
    "a record dropped": "DELETE FROM audit_records WHERE kind = 'opened'",
    "the last record dropped": "DELETE FROM audit_records"
                               " WHERE leaf = (SELECT max(leaf) FROM audit_records)",
    "a fact dropped": "DELETE FROM events WHERE id = 5",
    "every record dropped": "DELETE FROM audit_records; DELETE FROM events",
    "a fact twice": "INSERT INTO events (call_id, account_id, at, name, body, leaf)"
                    " SELECT call_id, account_id, at, name, body, leaf FROM events WHERE id = 5",
    "a tile above": "UPDATE audit_tiles SET data = zeroblob(length(data)) WHERE level = 1",
    "a leaf changed": "UPDATE audit_tiles SET data = randomblob(length(data))"
                      " WHERE level = -1 AND number = 0",
    "a tile gone": "DELETE FROM audit_tiles WHERE level = -1 AND number = 0",
    "a head forged": "UPDATE audit_checkpoints SET note = replace(note, char(10) || size ||"
                     " char(10), char(10) || (size + 1) || char(10))",
    "a head moved": "UPDATE audit_checkpoints SET size = size - 1",
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
def test_every_harm_is_named(store, grown, harm, tmp_path, check):
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    db.execute(HARM[harm])
    db.close()
    assert check(store).faults != []


def test_a_log_emptied_below_its_facts_is_named(store, grown, check, clock):
    signer, salt = store.signer(), store.salt
    clock.advance(2 * MINUTE)
    found = check_all(store.db.reading, 0, signer=signer, salt=salt, now=clock.now())
    assert any("the log ends before" in fault for fault in found.faults)


def harmed(tmp_path, *sql):
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    for line in sql:
        db.execute(line)
    db.close()


@pytest.mark.parametrize("years", [0, 1, 5])
@pytest.mark.parametrize("harm", ["a fact dropped", "a record dropped", "every record dropped"])
def test_a_record_dropped_by_hand_is_named_at_any_age(
    store, grown, tmp_path, clock, check, harm, years
):
    clock.advance(years * 365 * DAY)
    remove_a_call(store, clock)
    assert check(store).faults == []
    harmed(tmp_path, HARM[harm])
    assert check(store).faults != []


def remove_a_call(store, clock, *, noted=True):
    (call, ended), *_ = store.db.reading._cursor.execute(
        "SELECT id, ended_at FROM calls"
        " WHERE id != (SELECT call_id FROM events WHERE id = 5) ORDER BY id"
    ).fetchall()

    def work(tx):
        gone = sweeps.remove(tx, "calls", [Due(call, ended)])
        if noted:
            store.trail.note_removal(tx, "swept", at=clock.now(), body={"count": len(gone)})

    store.db.submit(work).result(5)
    return call


def test_what_a_sweep_removed_is_no_fault_and_counted(store, grown, clock, check):
    leaves = store.db.reading._cursor.execute(
        "SELECT call_id, count(*) FROM events GROUP BY call_id"
    ).fetchall()
    call = remove_a_call(store, clock)
    found = check(store)
    assert (found.faults, found.erased) == ([], dict(leaves)[call])


COVERED_UP = {
    "nobody said so": "DELETE FROM audit_gone",
    "one more is said to be gone": "UPDATE audit_gone SET data = x'{more}' WHERE level = 0",
    "the removal went, too": "DELETE FROM audit_records WHERE kind = 'swept'",
    "and what it counted": "DELETE FROM audit_records WHERE kind = 'swept'; DELETE FROM audit_gone",
    "another seal": "UPDATE audit_records SET body = replace(body, 'gone\":\"', 'gone\":\"A')"
                    " WHERE kind = 'swept'",
}  # fmt: skip


@pytest.mark.parametrize("harm", COVERED_UP)
def test_nobody_covers_up_what_went_by_hand(store, grown, tmp_path, clock, check, harm):
    clock.advance(2 * 365 * DAY)
    remove_a_call(store, clock)
    remove_a_call(store, clock)
    assert check(store).faults == []
    harmed(tmp_path, COVERED_UP[harm].format(more="0001" * 300))
    assert check(store).faults != []


def test_a_removal_that_writes_no_leaf_is_named(store, grown, clock, check):
    remove_a_call(store, clock, noted=False)
    assert any("newest removal" in fault for fault in check(store).faults)


@pytest.mark.parametrize("people", ["", "erased before"])
def test_a_record_is_not_hidden_behind_an_erased_person(
    store, rooms, grown, tmp_path, clock, check, people
):
    """Whoever is put in place of somebody, and whoever is said to be erased: it is named."""
    if people:
        clock.advance(181 * DAY)
        planned = store.eraser.plan(rooms.account, grown.caller, reason="request", actor="x")
        store.eraser.carry_out(planned.id)
    with purpose("call_record"):
        other = rooms.parties.resolve(Phone("+12025550177"), clock.now())
        store.db.submit(lambda _: None).result(5)
        store.parties.address(store.db.reading, other)
    store.db.submit(lambda _: None).result(5)
    assert check(store).faults == []
    harmed(
        tmp_path,
        f"UPDATE audit_records SET party_id = '{NOBODY}', body = '{{}}' WHERE party_id = '{other}'",
    )
    assert check(store).faults != []


def test_somebody_marked_as_erased_by_hand_is_named(store, grown, tmp_path, check):
    harmed(
        tmp_path,
        "UPDATE parties SET erased_at = 1",
        "UPDATE audit_records SET body = '{}' WHERE kind = 'opened'",
    )
    assert check(store).faults != []


def test_what_an_earlier_version_removed_is_judged_by_its_age(store, grown, tmp_path, clock, check):
    """It noted no removals: facts go when the floor of call logs is over."""
    harmed(tmp_path, "DELETE FROM events WHERE id = 5")
    since = store.trail.size
    clock.advance(RULES["call_log"].floor_days * DAY - HOUR)
    assert check(store, since=since).faults != []
    clock.advance(2 * HOUR)
    found = check(store, since=since)
    assert (found.faults, found.erased) == ([], 1)
    assert check(store).faults != []


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_changing_any_bit_of_any_leaf_is_noticed(store, grown, tmp_path, check, place, bit):
    """Invariant: no leaf can be another and the check be silent."""
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    rows = db.execute("SELECT number, data FROM audit_tiles WHERE level = -1").fetchall()
    whole = b"".join(data for _, data in sorted(rows))
    at = int(place * len(whole))
    number, offset = divmod(at, 8192)
    data = bytearray(dict(rows)[number])
    was = bytes(data)
    data[offset] ^= 1 << bit
    put = "UPDATE audit_tiles SET data = ? WHERE level = -1 AND number = ?"
    db.execute(put, (bytes(data), number))
    faults = check(store).faults
    db.execute(put, (was, number))
    db.close()
    assert faults != []
    assert check(store).faults == []


@pytest.mark.parametrize("harm", [harm for harm in HARM if harm != "a head moved"])
def test_a_log_that_was_changed_is_not_served_and_says_what_to_do(
    store, grown, harm, tmp_path, open_store
):
    store.close()
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    db.execute(HARM[harm])
    db.close()
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "storage_damaged"
    assert "restore" in refused.value.reason


CUT = """
DELETE FROM audit_checkpoints WHERE size > {size};
DELETE FROM audit_records WHERE leaf >= {size};
DELETE FROM audit_tiles;
DELETE FROM events WHERE leaf >= {size};
DELETE FROM text_events WHERE leaf >= {size};
"""


def signed(store, clock):
    return asyncio.run(store.sign_log(clock.now()))


def test_a_log_cut_back_to_an_earlier_head_is_not_served(store, grown, tmp_path, clock, open_store):
    """The leaves after a signed head, their records and every later head go together, by hand."""
    signed(store, clock)
    size, tiles = store.trail.size, rows_of(tmp_path, "audit_tiles")
    store.db.submit(lambda tx: store.trail.note(tx, "noted", at=1, body={})).result(5)
    signed(store, clock)
    store.close()
    harmed(tmp_path, *CUT.format(size=size).split(";"))
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    db.executemany("INSERT INTO audit_tiles VALUES (?, ?, ?)", tiles)
    db.close()
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "log_cut"
    assert "ringfence restore" in refused.value.reason
    again = open_store(replay=True)  # whoever runs it says that this is a backup put back
    assert again.trail.size == size + 1  # that it was put back is in it
    assert again.db.reading.rows(Statement(select(audit_checkpoints.c.size)), ())
    again.close()
    open_store().close()


def rows_of(tmp_path, table):
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    found = db.execute(f"SELECT * FROM {table}").fetchall()
    db.close()
    return found


def test_a_head_that_went_alone_is_missed(store, grown, tmp_path, clock, open_store):
    signed(store, clock)
    store.close()
    harmed(tmp_path, "DELETE FROM audit_checkpoints")
    with pytest.raises(Refused, match="audit log"):
        open_store()


def test_what_went_lawfully_is_no_fault_at_a_start(store, rooms, grown, clock, open_store):
    clock.advance(2 * 365 * DAY)
    remove_a_call(store, clock)
    planned = store.eraser.plan(rooms.account, grown.caller, reason="request", actor="x")
    store.eraser.carry_out(planned.id)
    signed(store, clock)
    store.close()
    open_store().close()


@pytest.mark.parametrize("harm", ["a record changed", "a fact dropped", "a fact twice"])
def test_a_start_reads_the_newest_leaves_alone(store, grown, tmp_path, harm):
    """What lies before them is left to the night: a start stays short however long the log is."""
    newest = {"size": store.trail.size, "salt": store.salt}
    harmed(tmp_path, HARM[harm])
    assert check_recent(store.db.reading, **newest).faults != []
    assert check_recent(store.db.reading, **newest, count=2).faults == []
    assert check_recent(store.db.reading, **newest, since=store.trail.size).faults == []


def test_the_doctor_remembers_faults_until_the_log_is_whole(store):
    assert store.audit_faults == 0
    for count, kept in ((3, 3), (2, 3), (0, 0), (0, 0), (1, 1)):
        store.note_audit_faults(count)
        assert store.audit_faults == kept


def noted(store):
    store.db.submit(lambda tx: store.trail.note(tx, "noted", at=1, body={})).result(5)


def cut_back(tmp_path, size, tiles):
    """Take every leaf from ``size`` on out of the log, with its record, and every head."""
    harmed(tmp_path, "DELETE FROM audit_checkpoints", *CUT.format(size=size).split(";"))
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    db.executemany("INSERT INTO audit_tiles VALUES (?, ?, ?)", tiles)
    db.close()


@pytest.mark.parametrize("leaves", [1, 300])
def test_records_that_no_head_was_signed_over_cannot_be_cut_off(
    store, grown, tmp_path, open_store, leaves
):
    size, tiles = store.trail.size, rows_of(tmp_path, "audit_tiles")
    for _ in range(leaves):
        noted(store)
    grew = store.trail.size
    store.close()
    cut_back(tmp_path, size, tiles)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "log_cut"
    again = open_store(replay=True)  # whoever runs it says that this is a backup put back
    assert again.trail.size == size + 1
    ((body,),) = again.db.reading.rows(
        Statement(select(audit_records.c.body).where(audit_records.c.kind == word("put_back")))
    )
    assert body == f'{{"leaves":{grew}}}'
    again.close()
    open_store().close()


def test_nor_can_they_be_replaced_by_as_many_others(store, grown, tmp_path, open_store):
    noted(store)
    store.close()
    before = tmp_path / "before"
    shutil.copytree(tmp_path / "data", before)
    store = open_store()
    noted(store)
    store.close()
    end = (tmp_path / "data" / "keys" / "log-end").read_bytes()
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(before, tmp_path / "data")
    store = open_store()
    store.db.submit(lambda tx: store.trail.note(tx, "another", at=1, body={})).result(5)
    store.close()
    (tmp_path / "data" / "keys" / "log-end").write_bytes(end)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "log_cut"


@pytest.mark.parametrize("harm", ["gone", "empty", "forged"])
def test_without_the_word_where_it_ended_a_log_is_not_served(store, tmp_path, open_store, harm):
    noted(store)
    store.close()
    file = tmp_path / "data" / "keys" / "log-end"
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(b"" if harm == "empty" else bytes(4096 + 72))
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "log_cut"
    open_store(replay=True).close()
    open_store().close()


def test_a_killed_process_leaves_the_word_of_its_last_second(
    store, grown, tmp_path, clock, open_store
):
    size, tiles = store.trail.size, rows_of(tmp_path, "audit_tiles")
    noted(store)
    copy = tmp_path / "killed"
    shutil.copytree(tmp_path / "data", copy)  # as kill -9 leaves it
    store.close()
    shutil.rmtree(tmp_path / "data")
    copy.rename(tmp_path / "data")
    open_store().close()
    cut_back(tmp_path, size, tiles)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "log_cut"


def test_a_database_of_an_earlier_version_gets_the_word_at_its_first_start(
    store, tmp_path, open_store
):
    noted(store)
    store.keystore.forget("log_end")
    store.close()
    (tmp_path / "data" / "keys" / "log-end").unlink()
    open_store().close()
    assert (tmp_path / "data" / "keys" / "log-end").stat().st_size

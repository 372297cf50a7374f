"""The ledger's rows come back as they were written, state by state."""

import pytest

from ringfence.privacy.erasure.plan import Row
from ringfence.storage import erasure_ledger as ledger
from ringfence.storage.erasure_ledger import Erasure

LINES = (Row("calls", "records of calls", 2, "restrict", 9, "call_log"),)
ONE = Erasure(
    "ER" + "1" * 32, "AC" + "1" * 32, "PA" + "1" * 32, "planned", "request", "operator", 5, None,
    100, None, None, None, LINES, None,
)  # fmt: skip


@pytest.fixture
def write(store):
    return lambda work: store.db.submit(work).result(5)


def test_from_the_plan_to_the_receipt(store, write):
    write(lambda tx: ledger.add(tx, ONE))
    assert write(lambda tx: ledger.get(tx, ONE.id)) == ONE
    assert not write(lambda tx: ledger.is_known(tx, ONE.id)), "a plan is not an erasure yet"
    write(lambda tx: ledger.begin(tx, ONE.id, serial=6, kept=7, rows=LINES, at=200))
    [begun] = write(lambda tx: ledger.of_state(tx, "begun", count=9))
    assert (begun.serial, begun.kept_serial, begun.begun_at) == (6, 7, 200)
    assert write(lambda tx: ledger.is_known(tx, ONE.id))
    write(lambda tx: ledger.finish(tx, begun, at=300, due=400, receipt="signed"))
    done = write(lambda tx: ledger.last_of(tx, ONE.party))
    assert (done.state, done.done_at, done.due_at, done.receipt) == ("done", 300, 400, "signed")
    assert write(lambda tx: ledger.page(tx, ONE.account, count=9)) == [done]
    assert write(lambda tx: ledger.page(tx, "AC" + "9" * 32, count=9)) == []
    assert write(lambda tx: ledger.every(tx, count=9)) == [done]
    write(lambda tx: ledger.put_off(tx, ONE.party, 500))
    assert write(lambda tx: ledger.get(tx, ONE.id)).due_at == 500


def test_a_newer_erasure_takes_the_date_over(store, write):
    import dataclasses

    newer = dataclasses.replace(ONE, id="ER" + "2" * 32)
    for erasure in (ONE, newer):
        write(lambda tx, erasure=erasure: ledger.add(tx, erasure))
        write(lambda tx, e=erasure: ledger.finish(tx, e, at=1, due=9, receipt=""))
    assert write(lambda tx: ledger.get(tx, ONE.id)).due_at is None
    assert write(lambda tx: ledger.get(tx, newer.id)).due_at == 9


def test_a_row_that_is_there_is_left_as_it_is(store, write):
    import dataclasses

    write(lambda tx: ledger.add(tx, ONE))
    write(lambda tx: ledger.add(tx, dataclasses.replace(ONE, serial=9), if_new=True))
    assert write(lambda tx: ledger.get(tx, ONE.id)).serial == 5


def test_only_plans_are_forgotten(store, write):
    import dataclasses

    begun = dataclasses.replace(ONE, id="ER" + "2" * 32, state="begun")
    for erasure in (ONE, begun):
        write(lambda tx, erasure=erasure: ledger.add(tx, erasure))
    write(lambda tx: ledger.forget_plans(tx, before=101))
    assert write(lambda tx: ledger.get(tx, ONE.id)) is None
    assert write(lambda tx: ledger.get(tx, begun.id)) == begun

"""Payments at rest: asked once, ended once, and what was paid with sealed."""

import pytest

from ringfence.kernel.clock import DAY
from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage import sweeps
from ringfence.storage.payments import Method, NewPayment


@pytest.fixture
def call(store, story, clock):
    one = story()
    store.calls.record(one.whole(), clock.now())
    return one.call


@pytest.fixture
def do(store, rooms, clock):
    def work(name, *args, **how):
        method = getattr(rooms.payments, name)
        return store.db.submit(lambda tx: method(tx, *args, **({"now": clock.now()} | how))).result(
            5
        )

    return work


def new(call, **more):
    return NewPayment(
        call=call, source="verb", method="credit-card", connector="test", amount="20.45",
        currency="usd", **more,
    )  # fmt: skip


def test_it_is_asked_once(do, call):
    payment = do("open", new(call))
    assert payment.state == "open"
    assert do("ask", payment.id) is True
    assert do("ask", payment.id) is False


def test_it_ends_once(do, store, rooms, call):
    payment = do("open", new(call))
    do("ask", payment.id)
    kept = Method(last="4242", card_type="visa", confirmation="ch_1", token="tok_1")
    assert do("end", payment.id, state="approved", result="success", kept=kept)
    assert not do("end", payment.id, state="unknown", result="payment-connector-error")
    found = rooms.payments.get(store.db.reading, payment.id)
    assert (found.state, found.result, found.party is not None) == ("approved", "success", True)
    with pytest.raises(Refused):
        rooms.payments.paid_with(found)
    with purpose("take_payment"):
        assert rooms.payments.paid_with(found) == kept


def test_what_ended_before_is_not_asked(do, call):
    payment = do("open", new(call))
    do("end", payment.id, state="dropped", result="caller-hung-up")
    assert do("ask", payment.id) is False


@pytest.mark.promise("PAY-02")
def test_nothing_of_it_is_readable_in_the_file(do, store, call):
    payment = do("open", new(call))
    do("end", payment.id, state="approved", result="success", kept=Method(token="tok-canary-91"))
    store.db.submit(lambda _: None).result(5)
    for path in store.folder.root.glob("ringfence.db*"):
        assert b"tok-canary-91" not in path.read_bytes()


def test_a_kill_leaves_what_was_asked_unknown_and_the_rest_undone(do, store, rooms, call):
    asked, waiting = do("open", new(call)), do("open", new(call))
    do("ask", asked.id)
    assert do("interrupted") == 2
    states = [
        (p.state, p.code)
        for p in (rooms.payments.get(store.db.reading, one.id) for one in (asked, waiting))
    ]
    assert states == [("unknown", "interrupted"), ("dropped", "interrupted")]
    assert do("interrupted") == 0


def test_a_key_begins_one_payment(do, store, rooms, call):
    first = do("open", new(call, once="k1"))
    with pytest.raises(Refused) as refused:
        do("open", new(call, once="k1"))
    assert refused.value.code == "exists"
    found = rooms.payments.under(store.db.reading, "k1")
    assert found is not None
    assert found.id == first.id
    assert rooms.payments.under(store.db.reading, "k2") is None


def test_the_newest_first(do, store, rooms, call, clock):
    made = []
    for _ in range(3):
        made.append(do("open", new(call)).id)
        clock.advance(10)
    page = rooms.payments.page(store.db.reading, count=2)
    assert [p.id for p in page] == made[:0:-1]
    rest = rooms.payments.page(store.db.reading, count=2, before=page[-1].id)
    assert [p.id for p in rest] == made[:1]


def test_nobody_elses(store, rooms):
    with pytest.raises(Refused):
        rooms.payments.get(store.db.reading, "PK" + "0" * 32)


@pytest.mark.promise("RET-03")
def test_a_hold_on_a_call_keeps_what_was_paid_on_it(do, store, rooms, call, clock):
    payment = do("open", new(call))
    do("end", payment.id, state="dropped", result="caller-hung-up")
    hold = {"reason": "dispute", "by": "operator", "now": clock.now()}
    store.db.submit(lambda tx: rooms.holds.place(tx, call, **hold)).result(5)
    clock.advance(800 * DAY)
    now, account = clock.now(), rooms.account.id
    assert sweeps.due(store.db.reading, "payments", account=account, cutoff=now, count=9) == []
    planned = store.eraser.plan(rooms.account, payment.party, reason="request", actor="operator")
    assert [r.action for r in planned.rows if r.store == "payments"] == ["suspend"]
    store.eraser.carry_out(planned.id)
    assert rooms.payments.get(store.db.reading, payment.id).id == payment.id
    store.db.submit(lambda tx: rooms.holds.lift(tx, call, **hold)).result(5)
    assert len(sweeps.due(store.db.reading, "payments", account=account, cutoff=now, count=9)) == 1

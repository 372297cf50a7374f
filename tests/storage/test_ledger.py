"""The ledger: every fact is charged once, at the rate it began under, and sums survive people."""

import pytest
from msgspec.structs import replace

from ringfence.billing.tariffs import Tariff, rate_of, written
from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import own_call
from ringfence.kernel.limits import BALANCE_DEBT_MICROS
from ringfence.kernel.phone import Phone
from ringfence.storage import sweeps, tariffs
from ringfence.storage.ledger import Movement

RATES = (
    rate_of(service="calls-inbound", price="0.01", to="+44"),
    rate_of(service="calls-outbound", price="0.60", to="+1", increment="6/6"),
    rate_of(service="calls-outbound", price="0.10"),
    rate_of(service="recordings", price="0.0025"),
    rate_of(service="transcriptions", price="0.05"),
    rate_of(service="sms-outbound", price="0.0075", to="US"),
    rate_of(service="sms-inbound", price="0.001"),
    rate_of(service="phonenumbers", price="1.15"),
)


def begin(store, clock, rates=RATES, account=None):
    """Set a tariff, as the office does."""
    made = Tariff(
        id=ids.make("tariff", clock.now(), SystemEntropy()), account=account, currency="USD",
        since=clock.now(), rates=tuple(rates),
    )  # fmt: skip
    store.db.submit(lambda tx: tariffs.add(tx, made, now=clock.now())).result(5)
    store.ledger.learn(made)
    store.heed_tariffs()
    return made


def amount(store, account):
    found = store.ledger.credit(store.db.reading, account.id)
    return None if found is None else written(found.amount)


def by_trunk(fact):
    return replace(fact, trunk="TK1")


def charged(store, account):
    found = store.ledger.charged(store.db.reading, account.id, since=Ms(0), until=Ms(1 << 50))
    return {service: (count, written(price)) for _, service, count, price in found}


def price(store, what):
    found = store.ledger.prices(store.db.reading, [what]).get(what)
    return None if found is None else (written(found.micros), found.currency)


def whole(one):
    """The facts of a call that came by a trunk."""
    first, *rest = one.whole()
    return [by_trunk(first), *rest]


def test_without_a_tariff_nothing_costs(store, story, account, clock, settle):
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    assert store.calls.meter is None
    assert price(store, one.call) is None
    assert amount(store, account) is None
    assert not store.ledger.spent(store.db.reading, account.id, clock.now())


def test_a_call_and_its_recording_are_charged_when_they_end(store, story, account, clock, settle):
    begin(store, clock)
    one = story()
    facts = whole(one)
    store.calls.record(facts[:-1], clock.now())
    settle()
    assert price(store, one.call) is None
    store.calls.record(facts[-1:], clock.now())
    settle()
    assert price(store, one.call) == ("0.01", "USD")
    assert price(store, one.recording) == ("0.0025", "USD")
    assert charged(store, account) == {"calls-inbound": (1, "0.01"), "recordings": (1, "0.0025")}
    assert amount(store, account) == "-0.0125"


def test_a_fact_that_comes_again_charges_nobody_again(store, story, account, clock, settle):
    begin(store, clock)
    one = story()
    facts = whole(one)
    store.calls.record(facts, clock.now())
    settle()
    store.calls.record([facts[6], facts[-1]], clock.now())
    settle()
    assert charged(store, account)["calls-inbound"] == (1, "0.01")
    assert amount(store, account) == "-0.0125"


def test_what_nobody_answered_costs_nothing(store, story, account, clock, settle):
    begin(store, clock)
    one = story()
    store.calls.record(
        [by_trunk(one.offered()), one.ended(duration_ms=0, answered_at=None)], clock.now()
    )
    settle()
    assert price(store, one.call) is None
    assert charged(store, account) == {}
    row = store.db.reading._cursor.execute("SELECT count(*) FROM charges").fetchone()
    assert row == (0,)


def test_a_price_stays_when_the_tariff_changes(store, story, account, clock, settle):
    begin(store, clock)
    before, during = story(), story()
    store.calls.record(whole(before), clock.now())
    first = whole(during)
    store.calls.record(first[:1], clock.now())
    settle()
    clock.advance(1000)
    begin(store, clock, [rate_of(service="calls-inbound", price="5")])
    store.calls.record(first[1:], clock.now())
    after = story()
    store.calls.record(whole(after), clock.now())
    settle()
    found = [price(store, one.call) for one in (before, during, after)]
    assert found == [("0.01", "USD"), ("0.01", "USD"), ("5.00", "USD")]


def test_a_call_that_a_kill_cut_off_is_charged_once(store, story, account, clock, open_store):
    begin(store, clock)
    one = story()
    facts = [by_trunk(one.offered()), one.rang(), one.answered()]
    store.calls.record(facts, clock.now())
    store.db.submit(lambda tx: None).result(5)
    clock.advance(61_000)
    store.calls.record([one.digits()], clock.now())
    store.close()
    for _ in range(2):
        opened = open_store()
        opened.recover(opened.of(account), measure=lambda path, key: 0, now=clock.now())
        assert price(opened, one.call) == ("0.02", "USD")
        assert amount(opened, account) == "-0.02"
        opened.close()


def test_a_unit_that_fails_charges_nothing(store, story, account, clock, settle):
    begin(store, clock)
    one = story()
    facts = whole(one)
    store.calls.record(facts[:-1], clock.now())
    settle()

    def broken(tx):
        store.calls.write(tx, facts[-1:], clock.now())
        raise RuntimeError("the unit is rolled back")

    with pytest.raises(RuntimeError):
        store.db.submit(broken).result(5)
    assert price(store, one.call) is None
    assert "calls-inbound" not in charged(store, account)


def outgoing(account, rooms, clock, number):
    entropy, now = SystemEntropy(), clock.now()
    call, leg = (ids.make(kind, now, entropy) for kind in ("call", "leg"))
    caller = rooms.parties.resolve(Phone("+442079460001"), now)
    called = rooms.parties.resolve(Phone(number), now)
    return call, events.CallPlaced(
        at=now, call=call, account=account.id, leg=leg, caller=caller, called=called
    )


def test_a_call_is_charged_by_where_it_goes(store, rooms, account, clock, settle, story):
    begin(store, clock)
    ended = story().ended(direction="outbound", duration_ms=7_000)
    for number, cost in (("+12025550123", "0.12"), ("+447700900123", "0.10")):
        call, placed = outgoing(account, rooms, clock, number)
        store.calls.record([placed, replace(ended, call=call)], clock.now())
        settle()
        assert price(store, call) == (cost, "USD")


def test_a_leg_that_is_dialled_is_a_call_of_its_own(store, rooms, account, clock, settle, story):
    begin(store, clock)
    one, entropy = story(), SystemEntropy()
    leg = ids.make("leg", clock.now(), entropy)
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    rung = events.LegPlaced(
        at=clock.now(), call=one.call, leg=leg, role="callee", party=party, caller=one.caller
    )
    over = events.LegEnded(
        at=clock.now(), call=one.call, leg=leg, role="callee", cause=Cause.NORMAL,
        by_far_end=True, up_ms=30_000, party=party,
    )  # fmt: skip
    facts = whole(one)
    store.calls.record([*facts[:3], rung, over, *facts[3:]], clock.now())
    settle()
    assert price(store, own_call(leg)) == ("0.30", "USD")
    assert price(store, one.call) == ("0.01", "USD")


def test_a_leg_that_is_sent_on_is_charged_by_where_it_goes(
    store, rooms, account, clock, settle, story
):
    begin(store, clock)
    one, entropy, now = story(), SystemEntropy(), clock.now()
    leg = ids.make("leg", now, entropy)
    phone, number = (
        rooms.parties.resolve(who, now)
        for who in ("sip:desk@pbx.example.com", Phone("+12025550123"))
    )
    rung = events.LegPlaced(
        at=now, call=one.call, leg=leg, role="callee", party=phone, caller=one.caller
    )
    over = events.LegEnded(
        at=now, call=one.call, leg=leg, role="callee", cause=Cause.NORMAL,
        by_far_end=True, up_ms=30_000, party=phone,
    )  # fmt: skip
    on = events.LegForwarded(at=now, call=one.call, leg=leg, party=number, caller=one.caller)
    facts = whole(one)
    store.calls.record([*facts[:3], rung, on, over, *facts[3:]], now)
    settle()
    assert price(store, own_call(leg)) == ("0.30", "USD")
    assert price(store, one.call) == ("0.01", "USD")


def test_a_first_leg_that_is_sent_on_is_the_call_itself(
    store, rooms, account, clock, settle, story
):
    begin(store, clock)
    ended = story().ended(direction="outbound", duration_ms=7_000)
    call, placed = outgoing(account, rooms, clock, "+447700900123")
    number = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    on = events.LegForwarded(at=clock.now(), call=call, leg=placed.leg, party=number)
    store.calls.record([placed, on, replace(ended, call=call)], clock.now())
    settle()
    assert price(store, call) == ("0.12", "USD")


def test_a_phone_of_ours_calls_in_for_nothing(store, story, account, clock, settle):
    begin(store, clock)
    one = story()
    store.calls.record(one.whole(), clock.now())  # by no trunk
    settle()
    assert price(store, one.call) is None


def test_a_message_is_charged_once(store, rooms, account, clock):
    begin(store, clock)
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())

    def sent(tx):
        store.ledger.texted(
            tx, "SM1", party, account.id,
            inbound=False, address="+12025550123", segments=2, at=clock.now(),
        )  # fmt: skip

    for _ in range(2):
        store.db.submit(sent).result(5)
    found = store.ledger.text_prices(store.db.reading, ["SM1", "SM2"])
    assert {name: written(one.micros) for name, one in found.items()} == {"SM1": "0.015"}
    assert charged(store, account) == {"sms-outbound": (1, "0.015")}
    cost = store.ledger.text_price(
        account.id, inbound=False, address="+447700900123", segments=1, at=clock.now()
    )
    assert cost is None


def test_a_transcription_is_charged_by_itself(store, account, clock):
    begin(store, clock)

    def read(tx):
        store.ledger.transcribed(
            tx, "TR1", "CA1", account.id, duration_ms=90_000, at=clock.now()
        )  # fmt: skip

    for _ in range(2):
        store.db.submit(read).result(5)
    assert price(store, "TR1") == ("0.05", "USD")
    assert amount(store, account) == "-0.05"


def test_a_month_of_a_number_is_charged_once(store, account, clock):
    begin(store, clock)

    def rent(month):
        def work(tx):
            return store.ledger.rented(
                tx, "PN1", month, account.id, address="+442079460001", at=clock.now()
            )

        return store.db.submit(work).result(5)

    assert [rent("2030-01"), rent("2030-01"), rent("2030-02")] == [True, False, True]
    assert amount(store, account) == "-2.30"
    (fee, _) = store.ledger.movements(store.db.reading, account.id, 9)
    assert (fee.kind, written(fee.amount)) == ("fee", "-1.15")


def credit(store, account, amount_, clock, name="MV1"):
    moved = Movement(name, account.id, "credit", clock.now(), "USD", amount_)
    return store.db.submit(lambda tx: store.ledger.move(tx, moved)).result(5)


def below(store, clock, status):
    """An account below the first; those are in the order they were made."""
    clock.advance(1000)
    name = ids.make("account", clock.now(), SystemEntropy())
    return store.db.submit(
        lambda tx: store.accounts.add(
            tx, name, name="Below", auth_token="x", now=clock.now(), status=status
        )
    ).result(5)


def test_a_parent_pays_for_a_full_account_and_a_trial_one_for_itself(store, account, clock):
    begin(store, clock)
    full, trial = below(store, clock, "full"), below(store, clock, "trial")
    for one, name in ((full, "TR1"), (trial, "TR2")):
        store.db.submit(
            lambda tx, one=one, name=name: store.ledger.transcribed(
                tx, name, "CA1", one.id, duration_ms=1, at=clock.now()
            )
        ).result(5)
    reading = store.db.reading
    assert store.ledger.payer(reading, full.id) == account.id
    assert store.ledger.payer(reading, trial.id) == trial.id
    assert (amount(store, account), amount(store, trial)) == ("-0.05", "-0.05")
    # what was used is each account's own
    assert charged(store, full) == charged(store, trial) == {"transcriptions": (1, "0.05")}
    assert charged(store, account) == {}


def test_credit_is_counted_once_and_ends(store, account, clock):
    begin(store, clock)
    trial, reading, now = below(store, clock, "trial"), store.db.reading, clock.now()
    assert store.ledger.spent(reading, trial.id, now)
    assert [credit(store, trial, 40_000, clock), credit(store, trial, 40_000, clock)] == [
        True, False,
    ]  # fmt: skip
    assert not store.ledger.spent(reading, trial.id, now)
    store.db.submit(
        lambda tx: store.ledger.transcribed(tx, "TR1", "CA1", trial.id, duration_ms=1, at=now)
    ).result(5)
    assert amount(store, trial) == "-0.01"
    assert store.ledger.spent(reading, trial.id, now)


def test_a_full_account_may_owe_as_much_as_its_limit(store, account, clock):
    begin(store, clock)
    reading, now = store.db.reading, clock.now()
    credit(store, account, -BALANCE_DEBT_MICROS + 1, clock)
    assert not store.ledger.spent(reading, account.id, now)
    credit(store, account, -1, clock, name="MV2")
    assert store.ledger.spent(reading, account.id, now)
    store.db.submit(
        lambda tx: store.ledger.limit(tx, account.id, "USD", 2 * BALANCE_DEBT_MICROS)
    ).result(5)
    assert not store.ledger.spent(reading, account.id, now)


def test_a_sweep_takes_the_charge_and_leaves_the_sum(store, story, account, clock, settle):
    begin(store, clock)
    one = story()
    store.calls.record(whole(one), clock.now())
    settle()
    cutoff = Ms(clock.now() + DAY)
    due = sweeps.due(store.db.reading, "calls", account=account.id, cutoff=cutoff, count=9)
    store.db.submit(lambda tx: sweeps.remove(tx, "calls", due)).result(5)
    assert price(store, one.call) is None
    assert charged(store, account) == {"calls-inbound": (1, "0.01"), "recordings": (1, "0.0025")}
    assert amount(store, account) == "-0.0125"


def test_whoever_is_forgotten_is_not_kept_at_hand(store, rooms, clock):
    begin(store, clock)
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    assert store.parties.heard_of(party) == "+12025550123"
    rooms.parties.forget(party)
    assert store.parties.heard_of(party) == ""


def test_whoever_is_erased_leaves_amounts_without_a_person(store, rooms, story, account, clock):
    begin(store, clock)
    one = story()
    store.calls.record(whole(one), clock.now())
    party = one.caller

    def sent(tx):
        store.ledger.texted(
            tx, "SM1", party, account.id,
            inbound=True, address="+442079460001", segments=1, at=clock.now(),
        )  # fmt: skip

    store.db.submit(sent).result(5)
    sums, left = charged(store, account), amount(store, account)
    clock.advance(800 * DAY)
    plan = store.eraser.plan(rooms.account, party, reason="request", actor="operator")
    store.eraser.carry_out(plan.id)
    assert (charged(store, account), amount(store, account)) == (sums, left)
    assert set(sums) == {"calls-inbound", "recordings", "sms-inbound"}
    assert price(store, one.call) == ("0.01", "USD")  # of a call that names nobody any more
    assert store.ledger.text_prices(store.db.reading, ["SM1"]) == {}
    rows = []
    for table in ("charges", "text_charges", "charge_sums", "movements", "balances"):
        rows += store.db.reading._cursor.execute(f"SELECT * FROM {table}").fetchall()
    assert rows
    assert not any(party in row for row in rows)

"""Between the calls and the processors: once, and never a second time."""

import pytest

from ringfence.kernel.ids import CallId
from ringfence.kernel.secret import SecretDigits
from ringfence.markup.exchange import DropPayment, MakePayment, OpenPayment
from ringfence.office.payment_desk import PaymentDesk
from ringfence.payments.charge import Charge, Outcome
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder
from ringfence.privacy.purposes import purpose

pytestmark = pytest.mark.anyio

CALL = CallId("CA" + "1" * 32)
ORDER = PaymentOrder(connector="test", amount="20.45", postal_code=False)


async def nobody(_request, *, limit, total_ms):
    raise AssertionError(limit, total_ms)


@pytest.fixture
def desk(office):
    return PaymentDesk(office, fetch=nobody)


async def opened(desk, order=ORDER):
    return await desk.open(CALL, OpenPayment(request=1, order=order))


def charge(office, name, card="4242424242424242"):
    entries = Entries(ORDER)
    entries.take("payment-card-number", SecretDigits(card), office.clock.now())
    return MakePayment(request=2, charge=Charge(id=name, order=ORDER, entries=entries))


def row(office, name):
    return office.store.rooms.payments.get(office.store.db.reading, name)


async def test_a_payment_is_written_down_asked_and_written_down(office, desk):
    payment = (await opened(desk)).payment
    asked = charge(office, payment)
    made = await desk.make(CALL, asked)
    assert made.outcome.standing == "approved"
    assert not asked.charge.entries.has("payment-card-number")
    found = row(office, payment)
    assert (found.state, found.result) == ("approved", "success")
    with purpose("take_payment"):
        kept = office.store.rooms.payments.paid_with(found)
    assert (kept.last, kept.card_type) == ("4242", "visa")
    assert kept.confirmation == made.outcome.confirmation


async def test_what_was_asked_is_not_asked_again(office, desk):
    payment = (await opened(desk)).payment
    await desk.make(CALL, charge(office, payment))
    again = await desk.make(CALL, charge(office, payment))
    assert again.outcome.standing == "unreached"
    assert desk.sandbox.charged == 1
    assert row(office, payment).state == "approved"


async def test_without_a_processor_there_is_no_payment(office, desk):
    answer = await opened(desk, PaymentOrder())
    assert not answer.payment
    assert answer.outcome.code == "no_connector"


async def test_a_gateway_that_breaks_leaves_nobody_knowing(office, desk, monkeypatch):
    async def broken(_charge) -> Outcome:
        raise ValueError("4242424242424242")

    monkeypatch.setattr(desk.sandbox, "charge", broken)
    payment = (await opened(desk)).payment
    asked = charge(office, payment)
    made = await desk.make(CALL, asked)
    assert made.outcome.standing == "unknown"
    assert not asked.charge.entries.has("payment-card-number")
    assert row(office, payment).state == "unknown"


async def test_what_ended_before_is_written_down(office, desk):
    payment = (await opened(desk)).payment
    await desk.drop(CALL, DropPayment(payment=payment, result="caller-hung-up"))
    assert (row(office, payment).state, row(office, payment).result) == (
        "dropped", "caller-hung-up",
    )  # fmt: skip


async def test_after_a_kill(office, desk):
    asked, waiting = (await opened(desk)).payment, (await opened(desk)).payment
    room = office.store.rooms.payments
    await office.write(lambda tx: room.ask(tx, asked, now=office.clock.now()))
    await desk.recover()
    assert (row(office, asked).state, row(office, waiting).state) == ("unknown", "dropped")
    assert (await desk.make(CALL, charge(office, asked))).outcome.standing == "unreached"
    assert desk.sandbox.charged == 0

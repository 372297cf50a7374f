"""The processor of this program: what each card gets."""

import asyncio

import pytest

from ringfence.gateways import sandbox
from ringfence.gateways.sandbox import Sandbox
from ringfence.kernel.clock import Ms
from ringfence.kernel.secret import SecretDigits
from ringfence.payments import cards
from ringfence.payments.charge import Charge
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder

NOW = Ms(1_795_000_000_000)


def charge(card: str, *, amount: str = "20.45", name: str = "PK" + "a" * 32) -> Charge:
    order = PaymentOrder(amount=amount, valid_card_types=cards.CARD_TYPES)
    entries = Entries(order)
    assert entries.take("payment-card-number", SecretDigits(card), NOW) == ""
    return Charge(id=name, order=order, entries=entries)


def answer(box: Sandbox, asked: Charge):
    return asyncio.run(box.charge(asked))


@pytest.mark.parametrize(
    ("card", "standing", "error"),
    [
        ("4242424242424242", "approved", ""),
        ("4000000000000002", "declined", "card_declined"),
        ("4000000000009995", "declined", "insufficient_funds"),
        ("4000000000000069", "declined", "expired_card"),
        ("4000000000000119", "unknown", ""),
    ],
)
def test_the_cards_of_the_documentation(card: str, standing: str, error: str) -> None:
    outcome = answer(Sandbox(), charge(card))
    assert outcome.standing == standing
    assert error in outcome.error
    assert bool(outcome.confirmation) == (standing == "approved")


def test_a_slow_one_answers_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SLOW_S", 0)
    assert answer(Sandbox(), charge("4000000000000077")).standing == "approved"


def test_a_token_is_no_charge() -> None:
    outcome = answer(Sandbox(), charge("4242424242424242", amount=""))
    assert outcome.token
    assert not outcome.confirmation


def test_asked_again_under_an_id_it_charges_once() -> None:
    box = Sandbox()
    first = answer(box, charge("4242424242424242"))
    assert answer(box, charge("4242424242424242")) is first
    assert box.charged == 1


def test_an_account_that_is_none() -> None:
    order = PaymentOrder(method="ach-debit", amount="1")
    entries = Entries(order)
    entries.take("bank-routing-number", SecretDigits("110000000"), NOW)
    entries.take("bank-account-number", SecretDigits("000111111116"), NOW)
    outcome = answer(Sandbox(), Charge(id="PK", order=order, entries=entries))
    assert "no_account" in outcome.error

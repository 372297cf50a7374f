"""What is told of an outcome."""

from ringfence.payments.charge import (
    NO_CONNECTOR,
    REJECTED_CHARGE,
    REJECTED_TOKEN,
    SENTENCES,
    Charge,
    Outcome,
    told,
    unknown,
    unreached,
)
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder

CHARGE, TOKEN = PaymentOrder(amount="20.45"), PaymentOrder()


def test_a_charge_has_a_code_and_a_token_is_a_token() -> None:
    outcome = Outcome(standing="approved", confirmation="ch_1", token="tok", profile="cus")
    assert told(CHARGE, outcome) == (("PaymentConfirmationCode", "ch_1"), ("ProfileId", "cus"))
    assert told(TOKEN, outcome) == (("PaymentToken", "tok"), ("ProfileId", "cus"))
    assert outcome.result == "success"


def test_what_failed_says_why_and_with_which_number() -> None:
    said = dict(told(CHARGE, Outcome(standing="declined", code="declined", pay_error=64012,
                                     error="51: no money")))  # fmt: skip
    assert said == {
        "PaymentError": SENTENCES["declined"], "PayErrorCode": "64012",
        "ConnectorError": "51: no money",
    }  # fmt: skip
    assert unreached("no_connector", CHARGE).pay_error == NO_CONNECTOR
    assert unknown("no_answer", CHARGE).pay_error == REJECTED_CHARGE
    assert unknown("no_answer", TOKEN).pay_error == REJECTED_TOKEN
    assert unknown("no_answer", TOKEN).result == "payment-connector-error"


def test_no_repr_says_anything() -> None:
    outcome = Outcome(standing="approved", confirmation="ch_1", token="tok", error="e", profile="p")
    order = PaymentOrder(description="words", postal_code="94105", parameters=(("a", "b"),))
    text = repr((outcome, Charge(id="PK", order=order, entries=Entries(order))))
    assert not any(word in text for word in ("ch_1", "tok'", "words", "94105"))

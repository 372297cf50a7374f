"""From the attributes of a Pay to an order."""

from ringfence.markup.payment_words import bad_attribute, order_of
from ringfence.markup.verbs import Pay, PayPrompt
from ringfence.payments.order import PaymentOrder


def test_defaults_are_those_of_twilio() -> None:
    assert bad_attribute(Pay()) is None
    assert order_of(Pay()) == PaymentOrder()


def test_everything_that_can_be_said() -> None:
    order = order_of(
        Pay(
            charge_amount="12", currency="JPY", postal_code="94105", security_code=False,
            valid_card_types="jcb", token_type="one-time", timeout=9, payment_connector="x",
            min_postal_code_length=5, description="d", parameters=(("a", "b"),),
            prompts=(PayPrompt(for_="expiration-date", again=True), PayPrompt(for_="postal-code")),
        )
    )  # fmt: skip
    assert order == PaymentOrder(
        amount="12", currency="jpy", postal_code="94105", security_code=False,
        valid_card_types=("jcb",), token_type="one-time", timeout_ms=9000, connector="x",
        min_postal_code_length=5, description="d", parameters=(("a", "b"),),
        matching=frozenset({"expiration-date"}),
    )  # fmt: skip
    assert order_of(Pay(postal_code="False")).postal_code is False


def test_what_is_wrong_is_said_without_the_value() -> None:
    wrong = bad_attribute(Pay(charge_amount="four thousand"))
    assert wrong is not None
    assert "four" not in wrong.sentence
    assert bad_attribute(Pay(charge_amount="1.5", currency="jpy")) is not None

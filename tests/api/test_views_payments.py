"""Views of payments."""

import msgspec

from ringfence.api.views_payments import Payment, PaymentConnector, PaymentSession, PaymentTried


def test_a_listed_payment_says_nothing_of_what_it_was_paid_with():
    view = Payment(
        sid="PK1", call="CA1", connector="test", state="approved", source="verb",
        method="credit-card", currency="usd", opened=1,
    )  # fmt: skip
    plain = msgspec.to_builtins(view)
    assert {plain[name] for name in ("last", "card_type", "token", "confirmation")} == {None}


def test_a_connector_has_no_secret():
    fields = {field.name for field in msgspec.structs.fields(PaymentConnector)}
    assert not {"secret", "url", "headers", "fields"} & fields
    assert PaymentTried(name="a", standing="approved").error is None
    assert PaymentSession(sid="PK1", call="CA1", created=1, updated=2).updated == 2

"""What a processor is asked, and what its answers mean."""

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.accounts.payments import PaymentConnector
from ringfence.gateways import template
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.secret import SecretDigits
from ringfence.payments.charge import Charge
from ringfence.payments.entries import Entries
from ringfence.payments.order import PaymentOrder

NOW = Ms(1_795_000_000_000)
CARD = "4242424242424242"
GENERIC = PaymentConnector(name="x", url="https://pay.example.com/charge")
ORDER = PaymentOrder(
    amount="20.45", postal_code="94105", description="words", parameters=(("order", "{id}"),)
)


def charge(order: PaymentOrder = ORDER) -> Charge:
    entries = Entries(order)
    for field, digits in (
        ("payment-card-number", CARD), ("expiration-date", "1231"), ("security-code", "737"),
        ("bank-routing-number", "121181976"), ("bank-account-number", "508862392"),
    ):  # fmt: skip
        if field in order.fields:
            assert entries.take(field, SecretDigits(digits), NOW) == ""  # type: ignore[arg-type]
    return Charge(id="PK1", order=order, entries=entries)


def asked(connector: PaymentConnector = GENERIC, order: PaymentOrder = ORDER):
    made = charge(order)
    return template.request(connector, order, template.values(connector, made))


def test_the_generic_contract() -> None:
    request = asked()
    assert json.loads(request.body) == {
        "transaction_id": "PK1", "method": "charge", "cardnumber": CARD, "cvv": "737",
        "expiry_month": "12", "expiry_year": "31", "postal_code": "94105", "amount": "20.45",
        "currency_code": "USD", "description": "words", "parameters": {"order": "{id}"},
    }  # fmt: skip
    assert request.url == GENERIC.url


def test_a_token_has_no_amount() -> None:
    told = json.loads(asked(order=PaymentOrder(postal_code=False)).body)
    assert told["method"] == "tokenize"
    assert told["token_type"] == "reusable"
    assert not {"amount", "currency_code", "postal_code"} & set(told)


def test_a_bank_account() -> None:
    told = json.loads(asked(order=PaymentOrder(method="ach-debit", amount="5")).body)
    assert (told["routingnumber"], told["bankaccountnumber"]) == ("121181976", "508862392")
    assert told["bank_account_type"] == "consumer-checking"
    assert "cardnumber" not in told


def test_a_form_with_a_secret_and_small_units() -> None:
    connector = PaymentConnector(
        name="x", url="https://pay.example.com/v1", body="form", secret="sk_1",
        headers={"Authorization": "Bearer {secret}", "Idempotency-Key": "{id}"},
        fields={"amount": "{minor_amount}", "card[number]": "{card_number}",
                "card[exp_year]": "{expiry_year4}"},
        parameters="metadata",
    )  # fmt: skip
    template.check(connector)
    request = asked(connector)
    assert request.headers == {"Authorization": "Bearer sk_1", "Idempotency-Key": "PK1"}
    assert parse_qs(request.body.decode()) == {
        "amount": ["2045"], "card[number]": [CARD], "card[exp_year]": ["2031"],
        "metadata[order]": ["{id}"],
    }  # fmt: skip
    yen = replace(ORDER, amount="500", currency="jpy")
    assert parse_qs(asked(connector, yen).body.decode())["amount"] == ["500"]


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://pay.example.com"},
        {"url": "https://pay.example.com/{card_number}"},
        {"body": "query"},
        {"method": "GET"},
        {"fields": {"a": "{nothing}"}},
        {"headers": {"a": "b\n"}},
        {"success": "("},
        {"success": "x" * 10_000},
    ],
)
def test_a_template_that_cannot_work(change) -> None:
    with pytest.raises(Refused) as refused:
        template.check(replace(GENERIC, **change))
    assert refused.value.code == "bad_template"


def judge(status: int, document, connector: PaymentConnector = GENERIC, order=ORDER):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return template.judge(connector, order, status, body, secrets=(CARD, "", "737"))


@pytest.mark.parametrize(
    ("status", "document", "standing", "code"),
    [
        (200, {"charge_id": "ch_1", "error_code": None}, "approved", ""),
        (
            200,
            {"charge_id": None, "error_code": "51", "error_message": "no"},
            "declined",
            "declined",
        ),
        (200, {}, "unknown", "not_understood"),
        (200, b"<html>", "unknown", "not_understood"),
        (402, {"error_code": "51"}, "declined", "declined"),
        (400, {}, "declined", "rejected"),
        (401, {}, "declined", "rejected"),
        (408, {}, "unknown", "no_answer"),
        (409, {}, "unknown", "no_answer"),
        (500, {"charge_id": "ch_1"}, "unknown", "no_answer"),
        (302, {}, "unknown", "no_answer"),
    ],
)
def test_what_an_answer_means(status: int, document, standing: str, code: str) -> None:
    outcome = judge(status, document)
    assert (outcome.standing, outcome.code) == (standing, code)


def test_a_pattern_says_what_success_is() -> None:
    connector = replace(GENERIC, success='"status": ?"paid"')
    assert judge(200, {"status": "paid"}, connector).standing == "approved"
    assert judge(200, {"status": "open", "charge_id": "c"}, connector).standing == "declined"


def test_a_processor_that_repeats_the_card_is_not_repeated() -> None:
    outcome = judge(200, {"charge_id": CARD, "token_id": "4242 4242 4242 4242"})
    assert (outcome.confirmation, outcome.token) == ("x" * 16, "x" * 16)
    error = judge(400, {"error_message": f"card {CARD} with 737 is bad, see 55737"}).error
    assert error == f"card {'x' * 16} with xxx is bad, see 55737"


@given(st.text("0123456789 -abc", max_size=80))
def test_no_valid_card_number_is_left_in_a_text(text: str) -> None:
    """Whatever a processor says, our own card is not in what is kept of it."""
    assert CARD not in template.blotted(text + CARD + text, (CARD,))

"""Payments of a call as Twilio's clients see them."""

import pytest

from ringfence.api.views_payments import PaymentSession
from ringfence.kernel.errors import Refused

CALL = "CA" + "b" * 32
SID = "PK" + "c" * 32
NEEDED = {"IdempotencyKey": "k1", "StatusCallback": "https://example.com/s"}
ALL, ONE = f"/Calls/{CALL}/Payments.json", f"/Calls/{CALL}/Payments/{SID}.json"


def session(**_):
    return PaymentSession(sid=SID, call=CALL, created=1_600_000_000_000, updated=1_600_000_001_000)


def test_a_session_begins_as_the_form_says(twilio, office):
    office.answers["payment.start"] = session
    form = NEEDED | {
        "ChargeAmount": "12.00", "Currency": "USD", "Description": "api testing", "Input": "dtmf",
        "Parameter": "{'name':'foobar'}", "PaymentConnector": "stripe_connector",
        "PaymentMethod": "credit-card", "PostalCode": "true", "SecurityCode": "false",
        "ValidCardTypes": "visa amex", "Timeout": "9", "MinPostalCodeLength": "5",
        "TokenType": "one-time", "BankAccountType": "consumer-savings",
        "RequireMatchingInputs": "payment-card-number,security-code",
    }  # fmt: skip
    made = twilio("POST", ALL, operation="CreatePayments", form=form)
    assert made.status_code == 201
    assert (made.json()["sid"], made.json()["call_sid"]) == (SID, CALL)
    assert made.json()["uri"].endswith(f"/Payments/{SID}.json")
    assert office.asked[-1][1] == {
        "call": CALL, "key": "k1", "status_url": "https://example.com/s", "amount": "12.00",
        "currency": "USD", "description": "api testing", "parameters": {"name": "foobar"},
        "connector": "stripe_connector", "method": "credit-card", "postal_code": True,
        "security_code": False, "card_types": "visa amex", "timeout_s": 9,
        "min_postal_code_length": 5, "token_type": "one-time",
        "bank_account_type": "consumer-savings",
        "twice": ["payment-card-number", "security-code"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [{}, {"IdempotencyKey": "k"}, {"StatusCallback": "https://x.example"},
     NEEDED | {"Confirmation": "maybe"}, NEEDED | {"Timeout": "soon"},
     NEEDED | {"Parameter": "no"}],
)  # fmt: skip
def test_what_is_wrong_in_a_form(twilio, form):
    assert twilio("POST", ALL, form=form).status_code == 400


def test_it_is_led_on_and_completed(twilio, office):
    office.answers["payment.update"] = session
    form = NEEDED | {"Capture": "payment-card-number"}
    led = twilio("POST", ONE, operation="UpdatePayments", form=form)
    assert led.status_code == 202
    assert office.asked[-1][1] == {
        "call": CALL, "sid": SID, "status_url": "https://example.com/s",
        "capture": "payment-card-number", "status": "",
    }  # fmt: skip
    twilio("POST", ONE, operation="UpdatePayments", form=NEEDED | {"Status": "complete"})
    assert office.asked[-1][1]["status"] == "complete"


def test_refusals_have_twilios_numbers(twilio, office):
    def refused(**_):
        raise Refused("session_in_progress", "one is going on")

    office.answers["payment.start"] = refused
    answer = twilio("POST", ALL, form=NEEDED)
    assert (answer.status_code, answer.json()["code"]) == (400, 64021)

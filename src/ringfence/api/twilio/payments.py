"""Payments of a call: an agent leads a caller through a card, which nobody but a processor sees."""

from __future__ import annotations

import json
from typing import Any

from ringfence.api import views_payments as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.wire import moment

_WORDS = {
    "BankAccountType": "bank_account_type",
    "ChargeAmount": "amount",
    "Currency": "currency",
    "Description": "description",
    "PaymentConnector": "connector",
    "PaymentMethod": "method",
    "TokenType": "token_type",
    "ValidCardTypes": "card_types",
}
_FLAGS = {"SecurityCode": "security_code", "PostalCode": "postal_code", "Confirmation": "confirm"}
_COUNTS = {"MinPostalCodeLength": "min_postal_code_length", "Timeout": "timeout_s"}
_CODES = {"session_in_progress": 64021, "payment_over": 64021, "no_connector": 64004,
          "payment_incomplete": 64021, "bad_capture": 64020}  # fmt: skip


@DESK.operation("CreatePayments", codes=_CODES)
async def create(asked: Question) -> Answer:
    """Begin a session; the same IdempotencyKey is the same session."""
    args: dict[str, Any] = {
        "call": asked.path["CallSid"],
        "key": _needed(asked, "IdempotencyKey"),
        "status_url": _needed(asked, "StatusCallback"),
    }
    args |= {name: value for word, name in _WORDS.items() if (value := asked.get(word)) is not None}
    for word, name in _COUNTS.items():
        value = asked.get(word)
        if value is not None:
            args[name] = _count(word, value)
    for word, name in _FLAGS.items():
        flag = asked.choice(word)
        if flag is not None:
            args[name] = flag
    twice = asked.get("RequireMatchingInputs")
    if twice:
        args["twice"] = twice.replace(",", " ").split()
    parameters = asked.get("Parameter")
    if parameters:
        args["parameters"] = _pairs(parameters)
    made: views.PaymentSession = await asked.run("payment.start", **args)
    return Answer(201, shown(asked, made))


@DESK.operation("UpdatePayments", codes=_CODES)
async def update(asked: Question) -> Answer:
    """Ask the caller for one thing, complete the payment or cancel it."""
    _needed(asked, "IdempotencyKey")
    found: views.PaymentSession = await asked.run(
        "payment.update",
        call=asked.path["CallSid"],
        sid=asked.path["Sid"],
        status_url=_needed(asked, "StatusCallback"),
        capture=asked.get("Capture") or "",
        status=asked.get("Status") or "",
    )
    return Answer(202, shown(asked, found))


def _needed(asked: Question, name: str) -> str:
    value = asked.get(name)
    if not value:
        raise Problem(20001, f"{name} is required", status=400)
    return value


def _count(word: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise Problem(20001, f"{word} is a number", status=400)
    return int(value)


def _pairs(text: str) -> dict[str, str]:
    """Return an object of one level; Twilio's own example has it in single quotes."""
    for written in (text, text.replace("'", '"')):
        try:
            found = json.loads(written)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return {str(name): str(value) for name, value in found.items()}
    raise Problem(20001, "Parameter is a JSON object", status=400)


def shown(asked: Question, found: views.PaymentSession) -> dict[str, Any]:
    """Return a session in Twilio's form."""
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "call_sid": found.call,
        "date_created": moment(found.created),
        "date_updated": moment(found.updated),
        "uri": asked.url(f"/Calls/{found.call}/Payments/{found.sid}.json"),
    }

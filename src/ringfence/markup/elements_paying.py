"""The part of the table of TwiML that takes payments: Pay and its prompts.

Amount, currency and card types are taken as they are written: what is wrong with them is told to
the action URL, as Twilio does.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.limits import (
    MARKUP_WAIT_SECONDS,
    NAME_CHARS_MAX,
    PAYMENT_ATTEMPTS_MAX,
    PAYMENT_TEXT_CHARS,
)
from ringfence.markup.attributes import (
    boolean,
    choice,
    integer,
    method,
    numbers,
    text,
    url,
    words,
)
from ringfence.markup.element import Element
from ringfence.payments.cards import CARD_TYPES
from ringfence.payments.entries import ERRORS, POSTAL_MOST
from ringfence.payments.order import ACCOUNT_TYPES, FIELDS, METHODS, TOKEN_TYPES

PAYING: Final[tuple[Element, ...]] = (
    Element(
        "Pay",
        {
            "input": words("input", "dtmf", "speech"),
            "action": url("action"),
            "statusCallback": url("status_callback"),
            "statusCallbackMethod": method("status_callback_method"),
            "paymentMethod": choice("payment_method", *METHODS),
            "bankAccountType": choice("bank_account_type", *ACCOUNT_TYPES),
            "timeout": integer("timeout", 1, MARKUP_WAIT_SECONDS),
            "maxAttempts": integer("max_attempts", 1, PAYMENT_ATTEMPTS_MAX),
            "securityCode": boolean("security_code"),
            "postalCode": text("postal_code", 16),
            "minPostalCodeLength": integer("min_postal_code_length", 1, POSTAL_MOST),
            "paymentConnector": text("payment_connector", NAME_CHARS_MAX),
            "tokenType": choice("token_type", *TOKEN_TYPES),
            "chargeAmount": text("charge_amount", 32),
            "currency": text("currency", 16),
            "description": text("description", PAYMENT_TEXT_CHARS),
            "validCardTypes": text("valid_card_types", 128),
            "language": text("language", 16),
        },
        frozenset({"Prompt", "Parameter"}),
        "verbs",
    ),
    Element(
        "Prompt",
        {
            "for": choice("for_", *FIELDS, "payment-processing"),
            "errorType": words(
                "error_type", "timeout", *ERRORS.values(), "invalid-card-type",
                "input-matching-failed", "internal-error",
            ),
            "cardType": words("card_type", *CARD_TYPES),
            "attempt": numbers("attempt", 1, PAYMENT_ATTEMPTS_MAX),
            "requireMatchingInputs": boolean("again"),
        },
        frozenset({"Say", "Play", "Pause"}),
        "verbs",
    ),
)  # fmt: skip

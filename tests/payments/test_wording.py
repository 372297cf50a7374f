"""Our own sentences: there is one for everything, in every language."""

import pytest

from ringfence.payments.entries import ERRORS
from ringfence.payments.order import FIELDS, PaymentOrder
from ringfence.payments.wording import LANGUAGES, says

CARD = (*PaymentOrder().fields, "payment-processing", "again", "security-code-4", "confirm",
        "confirm-keys")  # fmt: skip
WRONG = ("timeout", "input-matching-failed", "invalid-card-type", *ERRORS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_a_card_has_its_sentence(language: str) -> None:
    for what in CARD:
        text, spoken = says(what, language)
        assert text
        assert spoken == (language if not language.startswith("en") else "en-US")


def test_what_has_no_translation_is_said_in_english() -> None:
    for what in (*FIELDS, *WRONG):
        assert says(what, "xx-XX")[1] == "en-US"
    assert says("bank-routing-number", "de-DE")[1] == "en-US"
    assert says("timeout", "de-DE")[1] == "de-DE"

"""Which prompt of a Pay is heard."""

from ringfence.markup.payment_prompts import prompts_for
from ringfence.markup.verbs import Pay, PayPrompt, Say


def prompt(text: str, **when) -> PayPrompt:
    return PayPrompt(prompts=(Say(text=text),), for_=when.pop("what", "security-code"), **when)


def said(pay: Pay, what="security-code", **case) -> list[str]:
    return [one.text for one in prompts_for(pay, what, **case)]


PAY = Pay(
    prompts=(
        prompt("any"),
        prompt("second", attempt=(2, 3)),
        prompt("amex", card_type=("amex",)),
        prompt("late", error_type=("timeout",)),
        prompt("twice", again=True),
        prompt("wait", what="payment-processing"),
    )
)


def test_the_one_that_names_most_of_what_is_the_case() -> None:
    assert said(PAY) == ["any"]
    assert said(PAY, card_type="amex") == ["amex"]
    assert said(PAY, attempt=2, error="timeout") == ["late"]
    assert said(PAY, again=True) == ["twice"]
    assert said(PAY, "payment-processing") == ["wait"]


def test_an_error_nobody_speaks_of_is_said_by_us() -> None:
    assert said(PAY, attempt=2, error="invalid-security-code") == [
        "That is not a valid security code.", "second",
    ]  # fmt: skip


def test_without_prompts_our_own_sentences() -> None:
    (text,) = said(Pay())
    assert "three digits" in text
    (text,) = said(Pay(), card_type="amex")
    assert "four digits" in text
    (text,) = said(Pay(), again=True)
    assert "once more" in text
    (german,) = prompts_for(Pay(), "security-code", language="de-DE")
    assert german.language == "de-DE"

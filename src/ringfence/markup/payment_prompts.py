"""Which prompts of a Pay are heard: the document's that fit best, else our own sentences."""

from __future__ import annotations

from typing import Literal

from ringfence.markup.verbs import Pay, PayPrompt, Prompt, Say
from ringfence.payments.cards import code_length
from ringfence.payments.order import Field
from ringfence.payments.wording import says


def prompts_for(
    pay: Pay,
    what: Field | Literal["payment-processing"],
    *,
    attempt: int = 1,
    error: str = "",
    card_type: str = "",
    again: bool = False,
    language: str = "",
) -> tuple[Prompt, ...]:
    """Return what is said before an entry. ``attempt``: counted from 1; ``again``: entered twice.

    Of the document's prompts for a step the one counts that names most of what is the case and
    nothing that is not; of equals the first. One that does not speak of the error is preceded by
    our own sentence about it.
    """
    found = [
        prompt for prompt in pay.prompts
        if _fits(prompt, what, attempt=attempt, error=error, card_type=card_type, again=again)
    ]  # fmt: skip
    best = max(found, key=_names, default=None)
    line: list[Prompt] = []
    if error and (best is None or not best.error_type):
        line.append(_say(pay, error, language))
    if best is not None:
        return (*line, *best.prompts)
    if again:
        line.append(_say(pay, "again", language))
        return tuple(line)
    four = what == "security-code" and card_type and code_length(card_type) == 4
    return (*line, _say(pay, "security-code-4" if four else what, language))


def _fits(
    prompt: PayPrompt, what: str, *, attempt: int, error: str, card_type: str, again: bool
) -> bool:
    return (
        what == prompt.for_
        and prompt.again == again
        and (not prompt.attempt or attempt in prompt.attempt)
        and (not prompt.error_type or error in prompt.error_type)
        and (not prompt.card_type or card_type in prompt.card_type)
    )


def _names(prompt: PayPrompt) -> int:
    return bool(prompt.error_type) * 4 + bool(prompt.card_type) * 2 + bool(prompt.attempt)


def _say(pay: Pay, what: str, language: str) -> Say:
    text, spoken = says(what, language or "en-US")
    return Say(text=text, language=spoken, line=pay.line, column=pay.column)

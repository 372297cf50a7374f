"""Collecting digits: pure counting; the call owns the timer and the prompts."""

from __future__ import annotations

from ringfence.calls.commands import Collect
from ringfence.calls.words import CollectEnd
from ringfence.kernel.limits import COLLECT_DIGITS_MAX


class Collector:
    """The digits of one `commands.Collect`. Never printed: digits may be a card number."""

    __slots__ = (
        "_digits",
        "_finish_on",
        "_most",
        "barge_in",
        "prompting",
        "sensitive",
        "timeout_ms",
    )

    def __init__(self, command: Collect) -> None:
        self._digits: list[str] = []
        self._finish_on = command.finish_on
        self._most = min(command.max_digits or COLLECT_DIGITS_MAX, COLLECT_DIGITS_MAX)
        self.barge_in = command.barge_in
        self.prompting = command.prompting
        self.sensitive = command.sensitive
        self.timeout_ms = command.timeout_ms

    @property
    def digits(self) -> str:
        """What was entered so far."""
        return "".join(self._digits)

    @property
    def count(self) -> int:
        """How many digits were entered so far."""
        return len(self._digits)

    def press(self, digit: str) -> CollectEnd | None:
        """Take one digit; the reason when it ends the collection, else None."""
        if digit in self._finish_on:
            return "finish_key"
        self._digits.append(digit)
        return "max_digits" if len(self._digits) >= self._most else None

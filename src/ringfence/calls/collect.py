"""Collecting digits: pure counting; the call owns the timer and the prompts."""

from __future__ import annotations

from ringfence.calls.commands import Collect
from ringfence.calls.secrecy import Capture
from ringfence.calls.words import CollectEnd
from ringfence.kernel.limits import COLLECT_DIGITS_MAX
from ringfence.kernel.secret import SecretDigits


class Collector:
    """The digits of one `commands.Collect` or `Capture`. Never printed: they may be a card's.

    Sensitive ones lie in ``secret`` and nowhere else; ``key`` is the one that ended it.
    """

    __slots__ = (
        "_digits",
        "_finish_on",
        "_most",
        "barge_in",
        "key",
        "prompting",
        "secret",
        "timeout_ms",
    )

    def __init__(self, command: Collect | Capture) -> None:
        self._digits: list[str] = []
        self.key = ""
        sensitive = isinstance(command, Capture) or command.sensitive
        self.secret = SecretDigits() if sensitive else None
        self._finish_on = command.finish_on
        self._most = min(command.max_digits or COLLECT_DIGITS_MAX, COLLECT_DIGITS_MAX)
        self.barge_in = isinstance(command, Collect) and command.barge_in
        self.prompting = isinstance(command, Collect) and command.prompting
        self.timeout_ms = command.timeout_ms

    @property
    def digits(self) -> str:
        """What was entered so far."""
        return "".join(self._digits)

    @property
    def count(self) -> int:
        """How many digits were entered so far."""
        return len(self._digits if self.secret is None else self.secret)

    @property
    def sensitive(self) -> bool:
        """Whether nobody else may see them."""
        return self.secret is not None

    def press(self, digit: str) -> CollectEnd | None:
        """Take one digit; the reason when it ends the collection, else None."""
        if digit in self._finish_on:
            self.key = digit
            return "finish_key"
        if self.secret is None:
            self._digits.append(digit)
        elif digit.isdecimal():  # a card has no other keys
            self.secret.press(digit)
        return "max_digits" if self.count >= self._most else None

"""Digits that nobody else may see or hear: who keeps them, and what is asked of a call for it.

While anybody keeps digits secret (`Secrecy`), recordings hold noise where a digit is, streams hear
nothing, and a key that nobody waits for is dropped. While a leg's digits are captured beside
everything else (`Capture`: an agent on the line asks for a card), nobody hears that leg at all, and
for a moment after: whoever it talks to is perhaps recorded in a call of their own.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls.words import CollectEnd
from ringfence.kernel.ids import LegId
from ringfence.kernel.secret import SecretDigits
from ringfence.kernel.values import Hidden, Value

Secrecy = Literal["collect", "verb", "session"]
"""Why digits are secret: one collection, a Pay, a payments session."""
SecretFor = Literal["program", "session"]


class GuardDigits(Value, frozen=True, kw_only=True):
    """Keep digits secret from here on, or for this reason no longer.

    ``leg``: whose (None: the first one's). A `Clear` ends what a verb keeps, not a session's.
    """

    on: bool
    why: Literal["verb", "session"]
    leg: LegId | None = None


class Capture(Value, frozen=True, kw_only=True):
    """Take the digits of a leg, whatever the call is about; a new one stops the old unheard.

    ``timeout_ms``: silence after a digit that ends it; for the first it waits as long as the call
    lasts. Answered by `SecretEntered`.
    """

    max_digits: int
    timeout_ms: int
    finish_on: str = "#*"
    leg: LegId | None = None


class StopCapture(Value, frozen=True, kw_only=True):
    """Take no more; answered by `SecretEntered` with reason ``stopped`` where something was."""


class SecretPressed(Value, frozen=True, kw_only=True):
    """A digit more. ``digits``: all of them; whoever is told may look at them, not keep them."""

    by: SecretFor
    digits: Hidden[SecretDigits]


class SecretEntered(Value, frozen=True, kw_only=True):
    """A sensitive `Collect` or a `Capture` has ended; ``digits`` belong to whoever is told.

    ``key``: the finishing key, empty where another reason ended it.
    """

    by: SecretFor
    digits: Hidden[SecretDigits]
    reason: CollectEnd
    key: str = ""

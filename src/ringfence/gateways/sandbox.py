"""The processor inside this program: it answers like one and moves no money.

What it answers depends on the card alone, as with the sandboxes of real processors:

    ending in    answer
    ---------    --------------------------------------------------------------
    0002         declined, ``card_declined``
    9995         declined, ``insufficient_funds``
    0069         declined, ``expired_card``
    0119         the processor breaks: ``processing_error``, whether it charged is unknown
    0077         approved, after five seconds
    others       approved

4242424242424242, 4000000000000002, 4000000000009995, 4000000000000069, 4000000000000119 and
4000000000000077 are valid numbers that no bank issues. A bank account ending in 1116 is declined
(``no_account``). Asked again under an id it has seen, it gives the answer of the first time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from ringfence.payments.charge import REJECTED_CARD, Charge, Outcome, unknown

SLOW_S: Final = 5.0
_KEPT: Final = 1_000
DECLINES: Final[Mapping[str, str]] = {
    "0002": "card_declined: the card was declined",
    "9995": "insufficient_funds: there is not enough money on the card",
    "0069": "expired_card: the card has expired",
}


class Sandbox:
    """A `Gateway`; see `ringfence.payments.charge`."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Outcome] = OrderedDict()
        self.charged = 0
        """How often it would have moved money."""

    async def charge(self, charge: Charge, /) -> Outcome:
        """Answer as the card says."""
        known = self._answers.get(charge.id)
        if known is not None:
            return known
        card = charge.entries.secret("payment-card-number").last(4)
        account = charge.entries.secret("bank-account-number").last(4)
        if card == "0077":
            await asyncio.sleep(SLOW_S)
        outcome = self._answer(charge, card, account)
        self._answers[charge.id] = outcome
        if len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return outcome

    def _answer(self, charge: Charge, card: str, account: str) -> Outcome:
        why = DECLINES.get(card, "no_account: no such account" if account == "1116" else "")
        if why:
            return Outcome(standing="declined", code="declined", pay_error=REJECTED_CARD, error=why)
        if card == "0119":
            return unknown("no_answer", charge.order)
        self.charged += 1
        about = charge.id[2:18]
        if charge.order.charges:
            return Outcome(standing="approved", confirmation=f"sandbox_{about}")
        return Outcome(standing="approved", token=f"tok_sandbox_{about}")

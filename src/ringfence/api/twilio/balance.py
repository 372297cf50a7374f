"""The balance of an account; of one whose parent pays, nothing is told but the currency.

Where nothing costs there is neither credit nor debt: that is nought, which clients can reckon with.
"""

from __future__ import annotations

from ringfence.api import views_billing as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.prices import unit
from ringfence.api.twilio.question import Answer, Question


@DESK.operation("FetchBalance")
async def fetch(asked: Question) -> Answer:
    """Return what is left to the account; null where its parent pays."""
    found: views.Balance = await asked.run("balance.show")
    amount = found.amount
    if amount is None and found.payer == found.account:
        amount = NOTHING
    return Answer(
        200, {"account_sid": asked.account, "balance": amount, "currency": unit(found.currency)}
    )


NOTHING = "0.00"
"""Of an account whose calls and messages have no price here."""

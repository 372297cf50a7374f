"""The balance of an account; of one whose parent pays, nothing is told but the currency."""

from __future__ import annotations

from ringfence.api import views_billing as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.prices import unit
from ringfence.api.twilio.question import Answer, Question


@DESK.operation("FetchBalance")
async def fetch(asked: Question) -> Answer:
    """Return what is left to the account; null where nothing costs, or where its parent pays."""
    found: views.Balance = await asked.run("balance.show")
    return Answer(
        200,
        {"account_sid": asked.account, "balance": found.amount, "currency": unit(found.currency)},
    )

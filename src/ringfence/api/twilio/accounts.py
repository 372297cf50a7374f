"""Accounts: the one of this installation."""

from __future__ import annotations

from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import Answer, Question


@DESK.operation("FetchAccount")
async def fetch(asked: Question) -> Answer:
    """Return the account."""
    found = await asked.run("account.show")
    if asked.path["Sid"] != found.sid:
        raise NOT_FOUND
    return Answer(200, wire.account(asked, found))


@DESK.operation("ListAccount", missing="sub-accounts: the list is the one account")
async def list_(asked: Question) -> Answer:
    """Return the account in a list."""
    found = await asked.run("account.show")
    wanted = (asked.get("FriendlyName"), asked.get("Status"))
    shown = wire.account(asked, found)
    matches = wanted[0] in {None, shown["friendly_name"]} and wanted[1] in {None, shown["status"]}
    return asked.listing("accounts", [shown] if matches else [], None)

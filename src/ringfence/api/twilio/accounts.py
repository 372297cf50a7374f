"""Accounts: the one of this installation, and those below it."""

from __future__ import annotations

from typing import Any

from ringfence.api import views
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND, Problem
from ringfence.api.twilio.question import Answer, Question


async def _find(asked: Question, sid: str) -> views.Account:
    own: views.Account = await asked.run("account.show")
    if sid == own.sid:
        return own
    if own.owner is not None:
        raise NOT_FOUND
    found: views.Account = await asked.run("account.find", sid=sid)
    return found


@DESK.operation("FetchAccount")
async def fetch(asked: Question) -> Answer:
    """Return an account: whoever asks, or one below them."""
    return Answer(200, wire.account(asked, await _find(asked, asked.path["Sid"])))


@DESK.operation("ListAccount")
async def list_(asked: Question) -> Answer:
    """Return whoever asks and the accounts below, by ``FriendlyName`` and ``Status``."""
    own: views.Account = await asked.run("account.show")
    below: list[views.Account] = [] if own.owner else await asked.run("account.list")
    wanted = (asked.get("FriendlyName"), asked.get("Status"))

    def fits(shown: dict[str, Any]) -> bool:
        return wanted[0] in {None, shown["friendly_name"]} and wanted[1] in {
            None, shown["status"],
        }  # fmt: skip

    rows = [one for one in (own, *below) if fits(wire.account(asked, one))]
    return asked.paged("accounts", rows, wire.account)


@DESK.operation("CreateAccount")
async def create(asked: Question) -> Answer:
    """Make an account below this one."""
    own: views.Account = await asked.run("account.show")
    if own.owner is not None:
        raise Problem(20003, "a sub-account has none below it", status=403)
    made = await asked.run("account.add", name=asked.get("FriendlyName") or "SubAccount")
    return Answer(201, wire.account(asked, made))


@DESK.operation("UpdateAccount")
async def update(asked: Question) -> Answer:
    """Rename an account below this one, suspend, resume or close it."""
    found = await _find(asked, asked.path["Sid"])
    name, status = asked.get("FriendlyName"), asked.get("Status")
    if name is None and status is None:
        return Answer(200, wire.account(asked, found))
    if found.owner is None or found.sid == asked.account:
        raise Problem(20003, "this account is changed by whoever runs it", status=403)
    changed = await asked.run("account.change", sid=found.sid, name=name, status=status)
    return Answer(200, wire.account(asked, changed))

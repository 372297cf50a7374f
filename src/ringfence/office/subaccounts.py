"""Accounts below this installation's own: a SID and a token each, and nothing of one another's.

Each has an office of its own (``office.tenancy``) with calls, numbers, messages and people of its
own. The installation's account makes, suspends and closes them; a closed one lets its numbers go
and waits for the terms of what it still has.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from ringfence.accounts.lifecycle import ACCOUNT_TABLE, AccountTrigger
from ringfence.api import views
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.kernel.limits import SUBACCOUNTS_MAX
from ringfence.kernel.text import is_blank
from ringfence.office.applications import friendly
from ringfence.office.table import KNOWN, TABLE
from ringfence.office.tenancy import below, state_of
from ringfence.privacy.purposes import exchange_itself
from ringfence.storage.ledger import TRIAL

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.storage.unit_of_work import Transaction

_SECRETS = "user.authorization.credentials"
_SET_UP = "system.configuration"
_ALREADY = {("trial_suspended", "suspended"), ("trial", "active"), ("full", "active")}
_TRIGGERS: dict[str, AccountTrigger] = {
    "suspended": "suspend", "active": "resume", "closed": "close", "full": "upgrade",
}  # fmt: skip


def view_of(office: Office, *, role: str | None = None, token: str | None = None) -> views.Account:
    """Return an account as its own people see it, and whoever is above."""
    account, house = office.account, office.house
    return views.Account(
        sid=account.id,
        name=office.account_name,
        status="suspended" if account.status == "trial_suspended" else account.status,
        trial=account.status in TRIAL,
        created=account.created_at,
        owner=None if office is house else house.account.id,
        role=role,
        token=token,
    )


def enter(office: Office, sid: str, token: str) -> views.Account | None:
    """Return the account below that these credentials are of; every one is compared."""
    found: Office | None = None
    for one in office.branches.values():
        known = hmac.compare_digest(sid.encode(), one.account.id.encode())
        right = hmac.compare_digest(token.encode(), one.directory.auth_token.encode())
        if known and right and state_of(one) in {"trial", "full"}:
            found = one
    return None if found is None else view_of(found)


def find(office: Office, sid: str) -> Office:
    """Return the office of one. Raises `Refused` (``not_found``)."""
    found = office.branches.get(AccountId(sid))
    if found is None:
        raise Refused("not_found", "no account of that SID")
    return found


def _called(name: str) -> str:
    if is_blank(name):
        raise Refused("bad_name", "give the account a name, so that it is told from the others")
    return friendly(name)


@TABLE.use_case(
    "account.add", actors=KNOWN, purpose="authenticate", category=_SECRETS, also=("operate",)
)
async def add(office: Office, *, name: str, trial: bool = False) -> views.Account:
    """Make an account below this one; its token is told this once.

    ``trial``: it lives on its own credit until it is made ``full``; else this account pays.
    Raises `Refused` (``bad_name``) for a name that says nothing.
    """
    if len(office.branches) >= SUBACCOUNTS_MAX:
        raise Refused("too_many", "there are as many accounts as there may be")
    now, entropy, called = office.clock.now(), office.entropy, _called(name)
    token = entropy.token(16).hex()
    sid = AccountId(ids.make("account", now, entropy))
    await office.write(
        lambda tx: office.store.accounts.add(
            tx, sid, name=called, auth_token=token, now=now, status="trial" if trial else "full"
        )
    )
    with exchange_itself():
        office.branches[sid] = below(office, sid)
        if office.runs:
            office.live.opened(sid)
    return view_of(office.branches[sid], token=token)


@TABLE.use_case("account.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office) -> list[views.Account]:
    """Every account below this one, closed ones too; never a token."""
    return [view_of(one) for one in office.branches.values()]


@TABLE.use_case("account.find", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show(office: Office, *, sid: str) -> views.Account:
    """One of them."""
    return view_of(find(office, sid))


@TABLE.use_case("account.change", actors=KNOWN, purpose="operate", category=_SET_UP)
async def change(
    office: Office, *, sid: str, name: str | None = None, status: str | None = None
) -> views.Account:
    """Rename one, or make it ``suspended``, ``active`` again or ``closed`` for ever.

    A trial account that is made ``full`` is paid for by this one from then on.

    A closed one lets its numbers go; calls that are going on end as they would have. What it had
    set up is kept for a while (rule ``account`` of the retention), then all but its SID goes.
    """
    known = find(office, sid)
    called = known.account_name if name is None else _called(name)
    state = known.account.status if status is None else _next(known, status)
    now = office.clock.now()
    gone = [number.phone for number in known.numbers.values()] if state == "closed" else []

    def write(tx: Transaction) -> None:
        if name is not None:
            office.store.accounts.set_name(tx, known.account, called)
        if state != known.account.status:
            office.store.accounts.set_status(tx, known.account, state, now=now)
            office.store.store.trail.note(
                tx, f"account_{state}", at=now, account=known.account.id, body={}
            )
        for phone in gone:
            known.store.numbers.drop(tx, phone)

    await office.write(write)
    was, known.account_name = known.account.status, called
    known.account = replace(known.account, status=state)
    for phone in gone:
        known.forget_number(phone)
    if state != was:
        _phones(known, on=state in {"trial", "full"})
    return view_of(known)


def _phones(office: Office, *, on: bool) -> None:
    """Drop the registrations of an account's telephones, or let them register again."""
    if not office.runs:
        return
    with exchange_itself():
        for phone in office.phones.values():
            (office.live.phone_added if on else office.live.phone_removed)(phone)


def _next(office: Office, wanted: str) -> str:
    state, trigger = office.account.status, _TRIGGERS.get(wanted)
    if trigger is None:
        raise Refused("bad_argument", "an account is active, suspended, full or closed")
    if wanted == state or (state, wanted) in _ALREADY:
        return state
    goal = ACCOUNT_TABLE[state_of(office)].get(trigger)
    if goal is None:
        raise Refused("bad_state", f"an account that is {state} cannot become {wanted}")
    return goal

"""Accounts below this installation's own: a SID and a token each, and nothing of one another's.

Calls, numbers and messages belong to the account of the installation. What a sub-account may ask
for is listed by its door (``actors`` with `SUB`); everything else is not there for it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ringfence.accounts.lifecycle import ACCOUNT_TABLE, AccountState, AccountTrigger
from ringfence.api import views
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.kernel.limits import SUBACCOUNTS_MAX
from ringfence.office.applications import friendly
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.accounts import Account

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.storage.unit_of_work import Transaction

_SECRETS = "user.authorization.credentials"
_SET_UP = "system.configuration"
_TRIGGERS: dict[str, AccountTrigger] = {
    "suspended": "suspend", "active": "resume", "closed": "close",
}  # fmt: skip
_OPEN: dict[str, AccountState] = {
    "trial": "trial", "full": "full", "suspended": "suspended", "closed": "closed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SubAccount:
    """One of them in memory."""

    account: Account
    name: str = field(repr=False)
    token: str = field(repr=False)

    def view(self, owner: AccountId, *, token: str | None = None) -> views.Account:
        """Return what its owner sees."""
        return views.Account(
            sid=self.account.id,
            name=self.name,
            status=self.account.status,
            created=self.account.created_at,
            owner=owner,
            token=token,
        )


def enter(office: Office, sid: str, token: str) -> views.Account | None:
    """Return the sub-account that these credentials are of; every one is compared."""
    found: SubAccount | None = None
    for one in office.subaccounts.values():
        known = hmac.compare_digest(sid.encode(), one.account.id.encode())
        right = hmac.compare_digest(token.encode(), one.token.encode())
        if known and right and one.account.status in {"trial", "full"}:
            found = one
    return None if found is None else found.view(office.account.id)


def find(office: Office, sid: str) -> SubAccount:
    """Return one. Raises `Refused` (``not_found``)."""
    found = office.subaccounts.get(AccountId(sid))
    if found is None:
        raise Refused("not_found", "no account of that SID")
    return found


@TABLE.use_case(
    "account.add", actors=KNOWN, purpose="authenticate", category=_SECRETS, also=("operate",)
)
async def add(office: Office, *, name: str = "") -> views.Account:
    """Make an account below this one; its token is told this once."""
    if len(office.subaccounts) >= SUBACCOUNTS_MAX:
        raise Refused("too_many", "there are as many accounts as there may be")
    now, entropy, called = office.clock.now(), office.entropy, friendly(name)
    token = entropy.token(16).hex()
    sid = AccountId(ids.make("account", now, entropy))
    made = await office.write(
        lambda tx: office.store.accounts.add(tx, sid, name=called, auth_token=token, now=now)
    )
    office.subaccounts[sid] = SubAccount(made, called, token)
    return office.subaccounts[sid].view(office.account.id, token=token)


@TABLE.use_case("account.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office) -> list[views.Account]:
    """Every account below this one, closed ones too; never a token."""
    return [one.view(office.account.id) for one in office.subaccounts.values()]


@TABLE.use_case("account.find", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show(office: Office, *, sid: str) -> views.Account:
    """One of them."""
    return find(office, sid).view(office.account.id)


@TABLE.use_case("account.change", actors=KNOWN, purpose="operate", category=_SET_UP)
async def change(
    office: Office, *, sid: str, name: str | None = None, status: str | None = None
) -> views.Account:
    """Rename one, or make it ``suspended``, ``active`` again or ``closed`` for ever."""
    known = find(office, sid)
    called = known.name if name is None else friendly(name)
    state = known.account.status if status is None else _next(known.account.status, status)

    def write(tx: Transaction) -> None:
        if name is not None:
            office.store.accounts.set_name(tx, known.account, called)
        if state != known.account.status:
            office.store.accounts.set_status(tx, known.account, state)

    await office.write(write)
    changed = SubAccount(replace(known.account, status=state), called, known.token)
    office.subaccounts[known.account.id] = changed
    return changed.view(office.account.id)


def _next(state: str, wanted: str) -> str:
    trigger = _TRIGGERS.get(wanted)
    if trigger is None:
        raise Refused("bad_argument", "an account is active, suspended or closed")
    if wanted == state or (wanted == "active" and state in {"trial", "full"}):
        return state
    goal = ACCOUNT_TABLE[_OPEN[state]].get(trigger)
    if goal is None:
        raise Refused("bad_state", "a closed account stays closed")
    return goal

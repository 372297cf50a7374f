"""The emergency stop: somebody else has the account's password, token or telephones.

One step ends everything that lets anybody in: the token is replaced, keys and tickets are revoked,
sessions and links end, telephones lose their registrations, calls at the account's expense are
refused. What happened so far stays, and an incident is open. `resume` takes the stop back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ringfence.accounts import lifecycle
from ringfence.api import case_views
from ringfence.kernel.errors import Refused
from ringfence.office.privacy import case_desk, incidents
from ringfence.office.table import KNOWN, OPERATOR, TABLE
from ringfence.privacy.purposes import PURPOSES, exchange_itself
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

_SECRETS = "user.authorization.credentials"


@TABLE.use_case("account.compromised", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def stop(office: Office, *, words: str) -> case_views.Stopped:
    """Stop everything at once; the new token is shown this once, with the incident's id.

    ``words`` say what happened: whoever asks by accident says nothing, and is refused.

    A key that was made for some purposes may stop everything, and is not shown the token, which
    would let it do anything.
    """
    said = case_desk.check_words(words)
    if not said:
        raise Refused("bad_argument", "words: say what happened; this ends every key and session")
    bound = office.identities.lacking(PURPOSES, office.clock.now())
    token = case_desk.new_secret(office, 20)
    now = office.clock.now()
    account, rooms = office.account, office.store.rooms
    status = "suspended" if account.status != "closed" else account.status
    keys = [
        key.holder.id for key in office.identities.keys_of(account.id)
        if key.holder.revoked_at is None
    ]  # fmt: skip
    tickets = [
        t.ticket.id for t in office.identities.tickets
        if t.ticket.closed_at is None and now < t.ticket.expires_at
    ]  # fmt: skip

    def unit(tx: Transaction) -> None:
        office.store.accounts.set_auth_token(tx, account, token)
        office.store.accounts.set_status(tx, account, status)
        office.store.accounts.drop_tokens(tx, account)
        for key in keys:
            rooms.api_keys.revoke(tx, key, now=now)
        for ticket in tickets:
            rooms.tickets.close(tx, ticket, now=now)
        body = {"keys": len(keys), "tickets": len(tickets), "sessions": len(office.sessions)}
        office.store.store.trail.note(tx, "stopped", at=now, account=account.id, body=body)

    await office.write(unit)
    office.account = replace(account, status=status)
    office.directory.auth_token = token
    office.sessions.clear()
    office.session_roles.clear()
    for key in keys:
        office.identities.revoke_key(key, now)
    for ticket in tickets:
        office.identities.close_ticket(ticket, now)
    _phones(office, on=False)
    with exchange_itself():
        case = await incidents.begin(office, kind="compromised", words=said)
    return case_views.Stopped(incident=case.id, auth_token=None if bound else token)


@TABLE.use_case(
    "account.resume", actors=frozenset({OPERATOR}), purpose="authenticate", category=_SECRETS
)
async def resume(office: Office) -> case_views.Done:
    """Take the stop back: calls and telephones work again. Keys have to be made anew."""
    if office.account.status != "suspended":
        raise Refused("not_stopped", "the account is not stopped")
    status = lifecycle.step("suspended", "resume")
    await office.write(lambda tx: office.store.accounts.set_status(tx, office.account, status))
    office.account = replace(office.account, status=status)
    _phones(office, on=True)
    return case_views.Done()


def _phones(office: Office, *, on: bool) -> None:
    """Drop the registrations of every telephone, or let them register again."""
    if not office.runs:
        return
    with exchange_itself():
        for phone in office.phones.values():
            (office.live.phone_added if on else office.live.phone_removed)(phone)

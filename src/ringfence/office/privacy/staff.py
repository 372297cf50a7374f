"""Keys, staff tickets, restrictions and holds: who may come in, and what is left alone.

Keys and tickets are made by the owner alone: the gate opens ``authenticate`` to no other role.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ringfence.api import views_choices as views
from ringfence.kernel import ids
from ringfence.kernel.clock import MINUTE, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    KEY_DAYS_MAX,
    KEY_NAME_CHARS_MAX,
    KEYS_MAX,
    TICKET_MINUTES_MAX,
    TICKETS_MAX,
)
from ringfence.office.privacy.consents import party_of, stop_recording
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import PURPOSES, current_actor
from ringfence.privacy.roles import KeyHolder, Ticket, check_granted
from ringfence.storage import holds
from ringfence.storage.staff import StoredKey, StoredTicket

if TYPE_CHECKING:
    from ringfence.office import Office

_SECRETS = "user.authorization.credentials"
_RIGHTS = "answer_rights"
_DAY = 24 * 60 * MINUTE


def _secret(office: Office) -> str:
    return base64.urlsafe_b64encode(office.entropy.token(24)).decode().rstrip("=")


def _words(text: str) -> str:
    if not text.strip() or len(text) > KEY_NAME_CHARS_MAX or not text.isprintable():
        raise Refused("bad_name", f"say what it is for, in at most {KEY_NAME_CHARS_MAX} characters")
    return text.strip()


# --- API keys -------------------------------------------------------------------------------------


@TABLE.use_case(
    "key.add", actors=KNOWN, purpose="authenticate", category=_SECRETS, also=("operate",)
)
async def add_key(
    office: Office,
    *,
    name: str,
    purposes: list[str],
    role: str = "admin",
    days: int | None = None,
) -> views.Key:
    """Make a key that may be used for these purposes alone. Its secret is shown once."""
    unknown = [key for key in purposes if key not in PURPOSES]
    if unknown or not purposes:
        raise Refused("bad_purpose", f"a key is made for some of: {', '.join(PURPOSES)}")
    office.identities.lend(purposes, office.clock.now())
    if days is not None and not 1 <= days <= KEY_DAYS_MAX:
        raise Refused("bad_argument", f"a key lasts 1 to {KEY_DAYS_MAX} days")
    if len(office.identities.keys_of(office.account.id)) >= KEYS_MAX:
        raise Refused("too_many_keys", "revoked keys count too: they are evidence")
    words, granted = _words(name), check_granted(role)
    now = office.clock.now()
    holder = KeyHolder(
        ids.make("api_key", now, office.entropy),
        granted,
        frozenset(purposes),
        None if days is None else Ms(now + days * _DAY),
        account=office.account.id,
    )
    secret = _secret(office)
    stored = await office.write(
        lambda tx: office.store.rooms.api_keys.add(tx, holder, secret, name=words, now=now)
    )
    office.identities.learn_key(stored)
    return _key(stored, secret)


@TABLE.use_case("key.list", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def list_keys(office: Office) -> list[views.Key]:
    """Every key, revoked ones too; never a secret."""
    return [_key(stored) for stored in office.identities.keys_of(office.account.id)]


@TABLE.use_case("key.revoke", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def revoke_key(office: Office, *, sid: str) -> views.Key:
    """End a key at once, in requests under way too."""
    now = office.clock.now()
    await office.write(lambda tx: office.store.rooms.api_keys.revoke(tx, sid, now=now))
    office.identities.revoke_key(sid, now)
    return next(_key(stored) for stored in office.identities.keys if stored.holder.id == sid)


@TABLE.use_case("key.rename", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def rename_key(office: Office, *, sid: str, name: str) -> views.Key:
    """Say anew what a key is for; whom it lets in stays."""
    words = _words(name)
    await office.write(lambda tx: office.store.rooms.api_keys.rename(tx, sid, name=words))
    return _key(office.identities.rename_key(sid, words))


def _key(stored: StoredKey, secret: str | None = None) -> views.Key:
    holder = stored.holder
    return views.Key(
        sid=holder.id,
        name=stored.name,
        role=holder.role,
        purposes=sorted(holder.purposes),
        created=stored.created_at,
        expires=holder.expires_at,
        revoked=holder.revoked_at,
        secret=secret,
    )


# --- staff tickets --------------------------------------------------------------------------------


@TABLE.use_case("privacy.ticket.open", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def open_ticket(office: Office, *, matter: str, minutes: int = 60) -> views.Ticket:
    """Let people of the host see how calls went and how the exchange runs, for a time."""
    if not 1 <= minutes <= TICKET_MINUTES_MAX:
        raise Refused("bad_argument", f"a ticket lasts 1 to {TICKET_MINUTES_MAX} minutes")
    office.identities.lend(("operate", "resolve_complaint"), office.clock.now())
    if len(office.identities.tickets) >= TICKETS_MAX:
        raise Refused("too_many_tickets", "closed tickets count too: they are evidence")
    words = _words(matter)
    now = office.clock.now()
    ticket = Ticket(ids.make("staff_ticket", now, office.entropy), now, Ms(now + minutes * MINUTE))
    secret = _secret(office)
    stored = await office.write(
        lambda tx: office.store.rooms.tickets.add(tx, ticket, secret, matter=words)
    )
    office.identities.learn_ticket(stored)
    return _ticket(stored, now, secret)


@TABLE.use_case("privacy.ticket.list", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def list_tickets(office: Office) -> list[views.Ticket]:
    """Every ticket, closed ones too."""
    now = office.clock.now()
    return [_ticket(stored, now) for stored in office.identities.tickets]


@TABLE.use_case("privacy.ticket.close", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def close_ticket(office: Office, *, sid: str) -> views.Ticket:
    """End a time box now."""
    now = office.clock.now()
    await office.write(lambda tx: office.store.rooms.tickets.close(tx, sid, now=now))
    office.identities.close_ticket(sid, now)
    return next(
        _ticket(stored, now) for stored in office.identities.tickets if stored.ticket.id == sid
    )


def _ticket(stored: StoredTicket, now: Ms, secret: str | None = None) -> views.Ticket:
    ticket = stored.ticket
    return views.Ticket(
        sid=ticket.id,
        matter=stored.matter,
        opened=ticket.opened_at,
        expires=ticket.expires_at,
        closed=ticket.closed_at,
        open=ticket.closed_at is None and now < ticket.expires_at,
        secret=secret,
    )


# --- restrictions and holds -----------------------------------------------------------------------


@TABLE.use_case(
    "privacy.restrict", actors=KNOWN, purpose=_RIGHTS, category="user.privacy_preferences"
)
async def restrict(office: Office, *, number: str, reason: str = "requested") -> list[str]:
    """Store somebody's data and use it no more; what is being recorded of them stops."""
    party, by = await party_of(office, number), current_actor()
    await office.write(
        lambda tx: office.store.rooms.holds.restrict(
            tx, party, reason=reason, by=by, now=office.clock.now()
        )
    )
    stop_recording(office, party)
    return [why for why, _ in holds.reasons(office.store.db.reading, party)]


@TABLE.use_case(
    "privacy.unrestrict", actors=KNOWN, purpose=_RIGHTS, category="user.privacy_preferences"
)
async def unrestrict(office: Office, *, number: str, reason: str = "requested") -> list[str]:
    """End a restriction; the reasons that still stand."""
    party, by = await party_of(office, number), current_actor()
    await office.write(
        lambda tx: office.store.rooms.holds.unrestrict(
            tx, party, reason=reason, by=by, now=office.clock.now()
        )
    )
    return [why for why, _ in holds.reasons(office.store.db.reading, party)]


@TABLE.use_case("privacy.hold", actors=KNOWN, purpose=_RIGHTS, category="user.telephony.call.id")
async def hold(office: Office, *, record: str, reason: str = "legal_claim") -> list[views.Hold]:
    """Let nothing erase one record: a call, a recording, a message. Nothing else is kept by it."""
    kinds = ("call", "recording", "message", "party")
    if not any(ids.is_id(record, kind) for kind in kinds):
        raise Refused("not_found", "a hold is on the SID of a call, a recording or a message")
    by = current_actor()
    await office.write(
        lambda tx: office.store.rooms.holds.place(
            tx, record, reason=reason, by=by, now=office.clock.now()
        )
    )
    return await list_holds(office)  # type: ignore[no-any-return]


@TABLE.use_case("privacy.release", actors=KNOWN, purpose=_RIGHTS, category="user.telephony.call.id")
async def release(office: Office, *, record: str, reason: str = "legal_claim") -> list[views.Hold]:
    """End a hold; what waited for it goes on with the next sweep."""
    by = current_actor()
    await office.write(
        lambda tx: office.store.rooms.holds.lift(
            tx, record, reason=reason, by=by, now=office.clock.now()
        )
    )
    return await list_holds(office)  # type: ignore[no-any-return]


@TABLE.use_case("privacy.holds", actors=KNOWN, purpose=_RIGHTS, category="user.telephony.call.id")
async def list_holds(office: Office) -> list[views.Hold]:
    """Every hold that stands, the newest first."""
    return [
        views.Hold(record=found.record, reason=found.reason, placed=found.placed_at)
        for found in holds.standing(office.store.db.reading, office.account.id)
    ]

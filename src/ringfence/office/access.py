"""Who may come in: the account's credentials, the one-time admin link, browser sessions."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PREFIX
from ringfence.kernel.limits import ADMIN_LINK_MS, SESSION_MS, SESSIONS_MAX
from ringfence.office import subaccounts
from ringfence.office.table import EVERYBODY, KNOWN, OPERATOR, TABLE
from ringfence.privacy.roles import GRANTED, check_granted

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.storage.unit_of_work import Transaction

_KIND = "admin_link"
_OWNER = "owner"
_SECRETS = "user.authorization.credentials"


def _kind(role: str) -> str:
    """The kind of token of a link that lets somebody in with a role."""
    return _KIND if role == _OWNER else f"{_KIND}:{role}"


def _denied() -> Refused:
    return Refused("not_authorized", "that is not valid here; 'ringfence admin-link' makes another")


def _token(office: Office) -> str:
    return base64.urlsafe_b64encode(office.entropy.token(24)).decode().rstrip("=")


@TABLE.use_case("account.show", actors=KNOWN, none="the account's own name, to its own people")
async def show_account(office: Office, *, role: str | None = None) -> views.Account:
    """The account of whoever asks; ``role``: in which somebody has just come in."""
    return subaccounts.view_of(office, role=role)


@TABLE.use_case("account.authenticate", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def authenticate(office: Office, *, account_sid: str, auth_token: str) -> views.Account:
    """Check the credentials of the API, in constant time whatever is wrong with them."""
    known = hmac.compare_digest(account_sid.encode(), office.account.id.encode())
    right = hmac.compare_digest(auth_token.encode(), office.directory.auth_token.encode())
    below = subaccounts.enter(office, account_sid, auth_token)
    if below is not None:
        return below
    if not (known and right):
        raise Refused("not_authorized", "the account SID or the auth token is wrong")
    return await show_account(office)  # type: ignore[no-any-return]


@TABLE.use_case("key.authenticate", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def authenticate_key(office: Office, *, key: str, secret: str) -> views.Bearer:
    """Check the id and the secret of an API key or a staff ticket, in constant time."""
    now = office.clock.now()
    rooms = office.store.rooms
    if key.startswith(PREFIX["staff_ticket"]):
        lookup = rooms.tickets.lookup(secret)
        return views.Bearer(actor=office.identities.enter_by_ticket(key, lookup, now).actor)
    rooms = office.of(office.identities.account_of(key)).store.rooms
    lookup = rooms.api_keys.lookup(secret)
    return views.Bearer(actor=office.identities.enter_by_key(key, lookup, now).actor)


@TABLE.use_case(
    "admin.link", actors=frozenset({OPERATOR}), purpose="authenticate", category=_SECRETS
)
async def make_link(office: Office, *, role: str = _OWNER) -> views.AdminLink:
    """A link that signs in once, in a role."""
    kind = _kind(check_granted(role))
    token = _token(office)
    now = office.clock.now()
    expires = Ms(now + ADMIN_LINK_MS)
    await office.write(
        lambda tx: office.store.accounts.add_token(
            tx, office.account, token, kind=kind, now=now, expires_at=expires
        )
    )
    return views.AdminLink(path=f"/admin/{token}", expires=expires)


@TABLE.use_case("admin.redeem", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def redeem_link(office: Office, *, token: str) -> views.Session:
    """Use the link: it opens a session, once.

    Raises `Refused` (``link_over``) for a link that was used or is too old, and for none of ours.
    """
    now = office.clock.now()

    def use(tx: Transaction) -> str | None:
        use_token = office.store.accounts.use_token
        for role in GRANTED:
            if use_token(tx, office.account, token, kind=_kind(role), now=now):
                return role
        return None

    role = await office.write(use)
    if role is None:
        # not 401: no name and password opens what this link opened, so none is asked for
        raise Refused(
            "link_over", "that link was used or is too old; 'ringfence admin-link' makes another"
        )
    if len(office.sessions) >= SESSIONS_MAX:
        oldest = next(iter(office.sessions))
        del office.sessions[oldest]
        office.session_roles.pop(oldest, None)
    session = _token(office)
    expires = Ms(now + SESSION_MS)
    office.sessions[_hashed(session)] = expires
    office.session_roles[_hashed(session)] = role
    return views.Session(session=session, expires=expires)


@TABLE.use_case("session.check", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def check_session(office: Office, *, session: str) -> views.Account:
    """Whether a browser's cookie is a session that has not ended."""
    expires = office.sessions.get(_hashed(session))
    if expires is None or expires <= office.clock.now():
        _forget(office, session)
        raise _denied()
    role = office.session_roles.get(_hashed(session), _OWNER)
    return await show_account(office, role=role)  # type: ignore[no-any-return]


@TABLE.use_case("session.end", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def end_session(office: Office, *, session: str) -> None:
    """Sign out."""
    _forget(office, session)


def _forget(office: Office, session: str) -> None:
    office.sessions.pop(_hashed(session), None)
    office.session_roles.pop(_hashed(session), None)


def _hashed(session: str) -> bytes:
    """Sessions are looked up by digest, so that memory holds no secret and timing tells none."""
    return hashlib.sha256(session.encode()).digest()

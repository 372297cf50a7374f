"""Who may come in: the account's credentials, the one-time admin link, browser sessions."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ADMIN_LINK_MS, SESSION_MS, SESSIONS_MAX
from ringfence.office.table import EVERYBODY, KNOWN, OPERATOR, TABLE

if TYPE_CHECKING:
    from ringfence.office import Office

_KIND = "admin_link"


def _denied() -> Refused:
    return Refused("not_authorized", "that is not valid here; 'ringfence admin link' makes another")


def _token(office: Office) -> str:
    return base64.urlsafe_b64encode(office.entropy.token(24)).decode().rstrip("=")


@TABLE.use_case("account.show", actors=KNOWN)
async def show_account(office: Office) -> views.Account:
    """The account of this installation."""
    account = office.account
    return views.Account(
        sid=account.id,
        name=office.account_name,
        status=account.status,
        created=account.created_at,
    )


@TABLE.use_case("account.authenticate", actors=EVERYBODY)
async def authenticate(office: Office, *, account_sid: str, auth_token: str) -> views.Account:
    """Check the credentials of the API, in constant time whatever is wrong with them."""
    known = hmac.compare_digest(account_sid.encode(), office.account.id.encode())
    right = hmac.compare_digest(auth_token.encode(), office.directory.auth_token.encode())
    if not (known and right):
        raise Refused("not_authorized", "the account SID or the auth token is wrong")
    return await show_account(office)  # type: ignore[no-any-return]


@TABLE.use_case("admin.link", actors=frozenset({OPERATOR}))
async def make_link(office: Office) -> views.AdminLink:
    """A link that signs in once."""
    token = _token(office)
    now = office.clock.now()
    expires = Ms(now + ADMIN_LINK_MS)
    await office.write(
        lambda tx: office.store.accounts.add_token(
            tx, office.account, token, kind=_KIND, now=now, expires_at=expires
        )
    )
    return views.AdminLink(path=f"/admin/{token}", expires=expires)


@TABLE.use_case("admin.redeem", actors=EVERYBODY)
async def redeem_link(office: Office, *, token: str) -> views.Session:
    """Use the link: it opens a session, once."""
    now = office.clock.now()
    good = await office.write(
        lambda tx: office.store.accounts.use_token(tx, office.account, token, kind=_KIND, now=now)
    )
    if not good:
        raise _denied()
    if len(office.sessions) >= SESSIONS_MAX:
        del office.sessions[next(iter(office.sessions))]
    session = _token(office)
    expires = Ms(now + SESSION_MS)
    office.sessions[_hashed(session)] = expires
    return views.Session(session=session, expires=expires)


@TABLE.use_case("session.check", actors=EVERYBODY)
async def check_session(office: Office, *, session: str) -> views.Account:
    """Whether a browser's cookie is a session that has not ended."""
    expires = office.sessions.get(_hashed(session))
    if expires is None or expires <= office.clock.now():
        office.sessions.pop(_hashed(session), None)
        raise _denied()
    return await show_account(office)  # type: ignore[no-any-return]


@TABLE.use_case("session.end", actors=EVERYBODY)
async def end_session(office: Office, *, session: str) -> None:
    """Sign out."""
    office.sessions.pop(_hashed(session), None)


def _hashed(session: str) -> bytes:
    """Sessions are looked up by digest, so that memory holds no secret and timing tells none."""
    return hashlib.sha256(session.encode()).digest()

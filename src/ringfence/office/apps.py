"""Apps of others: made, allowed, let in, and shut out at once (OAuth 2.0, RFC 6749).

An app has a secret, says which scopes it wants and declares for which purposes. What an admin
allowed is a grant in that admin's role; by client credentials an app acts for itself in its own
role. Tokens are opaque. Codes come with PKCE (RFC 7636, S256 alone). Errors of the token endpoint
have the codes of RFC 6749 5.2.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ringfence.api import views_apps as views
from ringfence.api.views import Bearer
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PREFIX
from ringfence.kernel.limits import (
    APP_ACCESS_MS,
    APP_CODE_MS,
    APP_GRANTS_MAX,
    APP_REDIRECTS_MAX,
    APP_REFRESH_MS,
    APP_VERIFIER_CHARS,
    APPS_MAX,
    KEY_NAME_CHARS_MAX,
    MARKUP_URL_CHARS,
)
from ringfence.office.table import ADMIN, EVERYBODY, KNOWN, TABLE
from ringfence.privacy.purposes import PURPOSES, current_role
from ringfence.privacy.roles import AppHolder, Grant, Token, check_granted
from ringfence.privacy.scopes import SCOPES
from ringfence.storage.apps import StoredApp
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

_SECRETS = "user.authorization.credentials"
_CLOSED = frozenset({"authenticate", "seal"})
"""Purposes that no app can be made for: letting others in, and the keys."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PLACE = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_NO_SECRET = bytes(32)


def _secret(office: Office) -> str:
    return base64.urlsafe_b64encode(office.entropy.token(32)).decode().rstrip("=")


def check_redirect(uri: str) -> str:
    """Return a redirect URI an app may have; `Refused` (``bad_url``) for another.

    https, or http to the machine itself (RFC 8252 7.3); no fragment (RFC 6749 3.1.2).
    """
    try:
        parts = urlsplit(uri)
        local = parts.netloc.rpartition("@")[2].rpartition(":")[0] or parts.netloc
    except ValueError:
        parts, local = urlsplit(""), ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and local in _LOOPBACK)
    plain = uri.isascii() and uri.isprintable() and len(uri) <= MARKUP_URL_CHARS and " " not in uri
    if not (safe and plain and _PLACE.fullmatch(parts.netloc)) or "#" in uri:
        raise Refused("bad_url", "a redirect URI is https, or http to localhost, without a #")
    return uri


# --- the app itself -------------------------------------------------------------------------------


@TABLE.use_case(
    "app.add", actors=KNOWN, purpose="authenticate", category=_SECRETS, also=("operate",)
)
async def add_app(
    office: Office,
    *,
    name: str,
    scopes: list[str],
    purposes: list[str],
    redirects: list[str] | None = None,
    role: str = "admin",
) -> views.App:
    """Make an app that may ask for these scopes, for these purposes. Its secret is shown once."""
    if not name.strip() or len(name) > KEY_NAME_CHARS_MAX or not name.isprintable():
        raise Refused("bad_name", f"name it in at most {KEY_NAME_CHARS_MAX} characters")
    if not scopes or any(scope not in SCOPES for scope in scopes):
        raise Refused("bad_scope", f"a scope is one of: {', '.join(SCOPES)}")
    allowed = [key for key in PURPOSES if key not in _CLOSED]
    if not purposes or any(key not in allowed for key in purposes):
        raise Refused("bad_purpose", f"an app is made for some of: {', '.join(allowed)}")
    office.identities.lend(purposes, office.clock.now())
    if len(redirects or ()) > APP_REDIRECTS_MAX:
        raise Refused("bad_argument", f"an app has at most {APP_REDIRECTS_MAX} redirect URIs")
    if len(office.identities.apps) >= APPS_MAX:
        raise Refused("too_many_apps", "revoked apps count too: they are evidence")
    places = tuple(check_redirect(uri) for uri in redirects or ())
    now = office.clock.now()
    holder = AppHolder(
        ids.make("app", now, office.entropy),
        check_granted(role),
        frozenset(scopes),
        frozenset(purposes),
    )
    secret = _secret(office)
    stored = await office.write(
        lambda tx: office.store.rooms.apps.add(
            tx, holder, secret, name=name.strip(), redirects=places, now=now
        )
    )
    office.identities.apps[holder.id] = stored
    return _app(stored, secret)


@TABLE.use_case("app.list", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def list_apps(office: Office) -> list[views.App]:
    """Every app, revoked ones too; never a secret."""
    return [_app(stored) for stored in office.identities.apps.values()]


@TABLE.use_case("app.revoke", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def revoke_app(office: Office, *, sid: str) -> views.App:
    """End an app at once, with everything it was allowed and every token of it."""
    now = office.clock.now()
    rooms = office.store.rooms.apps
    await office.write(lambda tx: rooms.revoke(tx, sid, now=now))
    for grant in [g for g in office.identities.grants.values() if g.app == sid]:
        del office.identities.grants[grant.id]
    known = office.identities.apps[sid]
    ended = replace(known, holder=replace(known.holder, revoked_at=now))
    office.identities.apps[sid] = ended
    return _app(ended)


@TABLE.use_case("app.grants", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def list_grants(office: Office, *, app: str | None = None) -> list[views.Grant]:
    """What stands: who allowed which app what."""
    return [
        views.Grant(
            sid=grant.id,
            app=grant.app,
            role=grant.role,
            scopes=sorted(grant.scopes),
            created=grant.created_at,
        )
        for grant in office.identities.grants.values()
        if app is None or grant.app == app
    ]


@TABLE.use_case("app.end_grant", actors=KNOWN, purpose="authenticate", category=_SECRETS)
async def end_grant(office: Office, *, sid: str) -> None:
    """Allow an app no longer what it was allowed; its tokens let nobody in from now on."""
    if sid not in office.identities.grants:
        raise Refused("not_found", "there is no such grant, or it was ended before")
    await _end(office, sid)


def _app(stored: StoredApp, secret: str | None = None) -> views.App:
    holder = stored.holder
    return views.App(
        sid=holder.id,
        name=stored.name,
        redirects=list(stored.redirects),
        scopes=sorted(holder.scopes),
        purposes=sorted(holder.purposes),
        role=holder.role,
        created=stored.created_at,
        revoked=holder.revoked_at,
        secret=secret,
    )


# --- consent --------------------------------------------------------------------------------------


@TABLE.use_case("app.ask", actors=frozenset({ADMIN}), purpose="operate",
                category="system.configuration")  # fmt: skip
async def ask(
    office: Office, *, client: str, redirect: str, challenge: str, scope: str = ""
) -> views.AppAsk:
    """What an app asks for, checked; whoever signed in decides.

    Raises `Refused`: ``invalid_client``, ``bad_url`` (then nobody is sent anywhere),
    ``invalid_request``, ``invalid_scope``.
    """
    stored = _live(office, client)
    if redirect not in stored.redirects:
        raise Refused("bad_url", "the app is not known under that redirect URI")
    if not _CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request", "PKCE is wanted: a code_challenge with S256")
    wanted = _scopes(stored, scope)
    return views.AppAsk(
        app=stored.holder.id,
        name=stored.name,
        redirect=redirect,
        scopes=[views.ScopeSaid(key=key, says=SCOPES[key].says) for key in sorted(wanted)],
        purposes=[
            views.ScopeSaid(key=key, says=PURPOSES[key].says)
            for key in sorted(stored.holder.purposes)
        ],
    )


@TABLE.use_case("app.allow", actors=frozenset({ADMIN}), purpose="operate",
                category="system.configuration")  # fmt: skip
async def allow(
    office: Office, *, client: str, redirect: str, challenge: str, scope: str = ""
) -> views.Code:
    """Allow an app what it asks for, in the role of whoever signed in."""
    asked = await ask(office, client=client, redirect=redirect, challenge=challenge, scope=scope)
    rooms, now = office.store.rooms.apps, office.clock.now()
    grant = Grant(
        ids.make("app_grant", now, office.entropy),
        client,
        check_granted(current_role()),
        frozenset(item.key for item in asked.scopes),
        now,
    )
    if len(office.identities.grants) >= APP_GRANTS_MAX:
        raise Refused("too_many_apps", "end grants that are not used any more")
    code, bound = _secret(office), rooms.bound(challenge, redirect)

    def work(tx: Transaction) -> None:
        rooms.allow(tx, grant)
        rooms.issue(tx, code, grant=grant.id, kind="code", now=now, lasts=APP_CODE_MS, bound=bound)

    await office.write(work)
    office.identities.grants[grant.id] = grant
    return views.Code(code=code)


@TABLE.use_case("app.issuer", actors=EVERYBODY, none="our own address")
async def issuer(office: Office) -> str:
    """Where apps reach us, as it was set; "" where it was not, and is where whoever asks did."""
    return office.settings.public_url


# --- tokens ---------------------------------------------------------------------------------------


@TABLE.use_case("app.authenticate", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def authenticate(office: Office, *, token: str) -> Bearer:
    """Check an access token; who it lets in, by what was granted.

    Raises `Refused` (``not_authorized``, ``token_expired``).
    """
    rooms, now = office.store.rooms.apps, office.clock.now()
    found = rooms.token(office.store.db.reading, token)
    grant = None if found is None else office.identities.grants.get(found.grant)
    if found is None or grant is None or found.kind != "access":
        raise Refused("not_authorized", "that token is not valid here")
    if now >= found.expires_at:
        raise Refused("token_expired", "get another with the refresh token")
    scopes = grant.scopes if found.scopes is None else found.scopes
    word = Token(grant.id, rooms.ref(token), found.expires_at, scopes).actor
    office.identities.of(word, now)  # whether all it hangs on still stands
    return Bearer(actor=word)


@TABLE.use_case("app.code", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def redeem_code(
    office: Office, *, client: str, secret: str, code: str, redirect: str, verifier: str
) -> views.Tokens:
    """Exchange an authorization code, once; `Refused` (``invalid_grant``) for another."""
    _check_client(office, client, secret)
    rooms, now = office.store.rooms.apps, office.clock.now()
    found = rooms.token(office.store.db.reading, code)
    grant = None if found is None else office.identities.grants.get(found.grant)
    if found is None or grant is None or found.kind != "code" or grant.app != client:
        raise Refused("invalid_grant", "the code is not valid")
    digest = hashlib.sha256(verifier[: int(APP_VERIFIER_CHARS) + 1].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    right = hmac.compare_digest(rooms.bound(challenge, redirect), found.bound or b"")
    if now >= found.expires_at or not right:
        raise Refused("invalid_grant", "the code is out of time, or was asked for otherwise")
    return await _once(office, grant, code, now)


@TABLE.use_case("app.refresh", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def refresh(
    office: Office, *, client: str, secret: str, token: str, scope: str = ""
) -> views.Tokens:
    """Exchange a refresh token for new tokens, once; a second time ends the grant.

    ``scope``: for which of the grant's scopes the access token is; the next refresh token is for
    all of them again (RFC 6749 6).
    """
    _check_client(office, client, secret)
    rooms, now = office.store.rooms.apps, office.clock.now()
    found = rooms.token(office.store.db.reading, token)
    grant = None if found is None else office.identities.grants.get(found.grant)
    if found is None or grant is None or found.kind != "refresh" or grant.app != client:
        raise Refused("invalid_grant", "the refresh token is not valid")
    if now >= found.expires_at:
        raise Refused("invalid_grant", "the refresh token is out of time")
    wanted = frozenset(scope.split()) or None
    if found.used_at is None and wanted is not None and not wanted <= grant.scopes:
        raise Refused("invalid_scope", "the app was not allowed one of these scopes")
    return await _once(office, grant, token, now, wanted)


@TABLE.use_case("app.own", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def own_token(office: Office, *, client: str, secret: str, scope: str = "") -> views.Tokens:
    """A token with which an app acts for itself, in its own role (client credentials)."""
    stored = _check_client(office, client, secret)
    wanted = _scopes(stored, scope)
    now, rooms = office.clock.now(), office.store.rooms.apps
    token, sid = _secret(office), _own(client)
    grant = Grant(sid, client, stored.holder.role, stored.holder.scopes, now)

    def work(tx: Transaction) -> bool | None:
        stood = rooms.stands(tx, sid)
        if stood is False:
            return stood
        if stood is None:
            rooms.allow(tx, grant)
        rooms.issue(
            tx, token, grant=sid, kind="access", now=now, lasts=APP_ACCESS_MS, scopes=wanted
        )
        return stood

    stood = await office.write(work)
    if stood is False:
        raise Refused("unauthorized_client", "what the app may do for itself was ended")
    if stood is None:
        office.identities.grants[sid] = grant
    return _tokens(token, wanted, None)


@TABLE.use_case("app.introspect", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def introspect(
    office: Office, *, client: str, secret: str, token: str
) -> views.Introspection:
    """What a token of the app's own is; of any other only that it is not active."""
    _check_client(office, client, secret)
    found = office.store.rooms.apps.token(office.store.db.reading, token)
    grant = None if found is None else office.identities.grants.get(found.grant)
    if found is None or grant is None or grant.app != client or found.kind == "code":
        return views.Introspection(active=False)
    if office.clock.now() >= found.expires_at or found.used_at is not None:
        return views.Introspection(active=False)
    return views.Introspection(
        active=True,
        scope=" ".join(sorted(grant.scopes if found.scopes is None else found.scopes)),
        client_id=client,
        token_type="Bearer" if found.kind == "access" else "refresh_token",
        exp=found.expires_at // 1000,
        iat=found.created_at // 1000,
    )


@TABLE.use_case("app.end", actors=EVERYBODY, purpose="authenticate", category=_SECRETS)
async def end_token(office: Office, *, client: str, secret: str, token: str) -> None:
    """Revoke a token, and the grant it stands for (RFC 7009 2.1); silent for any other."""
    _check_client(office, client, secret)
    rooms = office.store.rooms.apps
    found = rooms.token(office.store.db.reading, token)
    grant = None if found is None else office.identities.grants.get(found.grant)
    if found is None or grant is None or grant.app != client:
        return
    if grant.id == _own(client):
        office.identities.drop_token(rooms.ref(token), found.expires_at, office.clock.now())
        await office.write(lambda tx: rooms.drop(tx, token))
    else:
        await _end(office, grant.id)


async def _once(
    office: Office, grant: Grant, used: str, now: Ms, scopes: frozenset[str] | None = None
) -> views.Tokens:
    """Use a code or a refresh token up and issue the next tokens, in one transaction."""
    rooms = office.store.rooms.apps
    access, following = _secret(office), _secret(office)

    def work(tx: Transaction) -> bool:
        if not rooms.use(tx, used, now=now):
            rooms.end(tx, grant.id, now=now)
            return False
        rooms.issue(
            tx, access, grant=grant.id, kind="access", now=now, lasts=APP_ACCESS_MS, scopes=scopes
        )
        rooms.issue(tx, following, grant=grant.id, kind="refresh", now=now, lasts=APP_REFRESH_MS)
        return True

    if not await office.write(work):
        office.identities.grants.pop(grant.id, None)
        raise Refused("invalid_grant", "that was used before: everything it led to has ended")
    return _tokens(access, scopes or grant.scopes, following)


async def _end(office: Office, grant: str) -> None:
    rooms, now = office.store.rooms.apps, office.clock.now()
    office.identities.grants.pop(grant, None)
    await office.write(lambda tx: rooms.end(tx, grant, now=now))


def _own(client: str) -> str:
    """The id of the grant by which an app acts for itself."""
    return PREFIX["app_grant"] + client[len(PREFIX["app"]) :]


def _tokens(access: str, scopes: frozenset[str], following: str | None) -> views.Tokens:
    return views.Tokens(
        access_token=access,
        token_type="Bearer",  # noqa: S106 - the name of a kind
        expires_in=APP_ACCESS_MS // 1000,
        scope=" ".join(sorted(scopes)),
        refresh_token=following,
    )


def _live(office: Office, client: str) -> StoredApp:
    stored = office.identities.apps.get(client)
    if stored is None or stored.holder.revoked_at is not None:
        raise Refused("invalid_client", "no such app")
    return stored


def _check_client(office: Office, client: str, secret: str) -> StoredApp:
    """Check an app's secret, in constant time whatever is wrong."""
    stored = office.identities.apps.get(client)
    lookup = office.store.rooms.apps.lookup(secret)
    right = hmac.compare_digest(lookup, _NO_SECRET if stored is None else stored.lookup)
    if stored is None or not right or stored.holder.revoked_at is not None:
        raise Refused("invalid_client", "the app or its secret is wrong")
    return stored


def _scopes(stored: StoredApp, scope: str) -> frozenset[str]:
    """Return the scopes asked for, all of the app's where none is named (RFC 6749 3.3)."""
    wanted = frozenset(scope.split()) or stored.holder.scopes
    if not wanted <= stored.holder.scopes:
        raise Refused("invalid_scope", "the app was not made for one of these scopes")
    return wanted

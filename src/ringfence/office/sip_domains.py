"""SIP domains: names under which calls are taken, what answers them, and who may call.

Who may call is said by lists: of credentials, each a phone of ours that may do nothing else, and of
addresses. A list counts for the domains it is mapped to.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ringfence.accounts.resources import (
    Credential,
    CredentialList,
    Hook,
    IpAddress,
    IpList,
    SipDomain,
)
from ringfence.api import views_desk as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PASSWORD_CHARS_MIN
from ringfence.office import setup, shelf
from ringfence.office.applications import friendly, hook_views
from ringfence.office.hooks import Given, laid_over
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office

HOOKS = ("voice", "voice_fallback", "status")
_MAPPINGS: dict[str, type[Any]] = {
    "credentials": CredentialList, "registrations": CredentialList, "addresses": IpList,
}  # fmt: skip
"""Who may call by password, who may register, who may call from an address."""
_DOMAIN = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_SET_UP = "system.configuration"
_LOGINS = "user.account.username"


# --- domains --------------------------------------------------------------------------------------


def _hooks(body: SipDomain) -> dict[str, Hook | None]:
    return {name: getattr(body, name) for name in HOOKS}


def _domain(kept: Kept[SipDomain]) -> views.SipDomain:
    body = kept.body
    return views.SipDomain(
        sid=kept.id,
        domain=body.domain,
        name=body.name,
        hooks=hook_views(_hooks(body)),
        registration=body.registration,
        secure=body.secure,
        emergency=body.emergency,
        emergency_caller=body.emergency_caller or None,
        carrier=body.carrier or None,
        credentials=[*body.credentials],
        registrations=[*body.registrations],
        addresses=[*body.addresses],
        created=kept.created_at,
        changed=kept.changed_at,
    )


def _name(office: Office, text: str) -> str:
    name = text.strip().lower()
    if not _DOMAIN.fullmatch(name):
        raise Refused("bad_domain", "a domain is written like calls.example.com")
    if name == office.domain.lower():
        raise Refused("exists", "that is the name of this installation itself")
    return name


def _sid(said: str | None, before: str) -> str:
    if said is None:
        return before
    if said and not _SID.fullmatch(said):
        raise Refused("bad_sid", "a SID is two letters and 32 hexadecimal digits")
    return said


@TABLE.use_case("sip_domain.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add_domain(
    office: Office,
    *,
    domain: str,
    name: str = "",
    hooks: Given | None = None,
    registration: bool = False,
    secure: bool = False,
    emergency: bool = False,
    emergency_caller: str = "",
    carrier: str = "",
) -> views.SipDomain:
    """Take calls to ``sip:anything@domain``, from those on its lists; ``secure``: by TLS alone.

    ``emergency``, ``emergency_caller``, ``carrier`` are kept for whoever asks.
    """
    found = laid_over(office, hooks or {}, dict.fromkeys(HOOKS))
    body = SipDomain(
        domain=_name(office, domain),
        name=friendly(name),
        registration=registration,
        secure=secure,
        emergency=emergency,
        emergency_caller=_sid(emergency_caller, ""),
        carrier=_sid(carrier, ""),
        voice=found["voice"],
        voice_fallback=found["voice_fallback"],
        status=found["status"],
    )
    return _domain(await shelf.keep(office, body, once=body.domain))


@TABLE.use_case("sip_domain.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_domains(office: Office) -> list[views.SipDomain]:
    """Every domain."""
    return [_domain(kept) for kept in office.shelf.all(SipDomain)]


@TABLE.use_case("sip_domain.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show_domain(office: Office, *, sid: str) -> views.SipDomain:
    """One domain."""
    return _domain(office.shelf.find(SipDomain, sid))


@TABLE.use_case("sip_domain.change", actors=KNOWN, purpose="operate", category=_SET_UP)
async def change_domain(
    office: Office,
    *,
    sid: str,
    domain: str | None = None,
    name: str | None = None,
    hooks: Given | None = None,
    registration: bool | None = None,
    secure: bool | None = None,
    emergency: bool | None = None,
    emergency_caller: str | None = None,
    carrier: str | None = None,
) -> views.SipDomain:
    """Change some of it, also the name under which calls are taken."""
    kept = office.shelf.find(SipDomain, sid)
    old = kept.body
    found = laid_over(office, hooks or {}, _hooks(old))
    body = replace(
        old,
        domain=old.domain if domain is None else _name(office, domain),
        name=old.name if name is None else friendly(name),
        registration=old.registration if registration is None else registration,
        secure=old.secure if secure is None else secure,
        emergency=old.emergency if emergency is None else emergency,
        emergency_caller=_sid(emergency_caller, old.emergency_caller),
        carrier=_sid(carrier, old.carrier),
        voice=found["voice"],
        voice_fallback=found["voice_fallback"],
        status=found["status"],
    )
    once = None if body.domain == old.domain else body.domain
    return _domain(await shelf.change(office, kept, body, once=once))


@TABLE.use_case("sip_domain.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove_domain(office: Office, *, sid: str) -> None:
    """Take calls under that name no more."""
    await shelf.drop(office, office.shelf.find(SipDomain, sid))


@TABLE.use_case("sip_domain.map", actors=KNOWN, purpose="operate", category=_SET_UP)
async def map_list(office: Office, *, sid: str, which: str, list_sid: str) -> views.SipList:
    """Let those on a list call a domain (``credentials``, ``addresses``) or register there."""
    kept = office.shelf.find(SipDomain, sid)
    found = office.shelf.find(_kind(which), list_sid)
    if found.id not in getattr(kept.body, which):
        mapped: dict[str, Any] = {which: (*getattr(kept.body, which), found.id)}
        await shelf.change(office, kept, replace(kept.body, **mapped))
    return _list(found)


@TABLE.use_case("sip_domain.unmap", actors=KNOWN, purpose="operate", category=_SET_UP)
async def unmap_list(office: Office, *, sid: str, which: str, list_sid: str) -> None:
    """Let a list count for a domain no more."""
    kept = office.shelf.find(SipDomain, sid)
    _kind(which)
    left = tuple(one for one in getattr(kept.body, which) if one != list_sid)
    if len(left) == len(getattr(kept.body, which)):
        raise Refused("not_found", "that list is not mapped to this domain")
    changes: dict[str, Any] = {which: left}
    await shelf.change(office, kept, replace(kept.body, **changes))


def _kind(which: str) -> type[Any]:
    kind = _MAPPINGS.get(which)
    if kind is None:
        raise Refused("bad_argument", f"a mapping is one of: {', '.join(_MAPPINGS)}")
    return kind


# --- lists ----------------------------------------------------------------------------------------


def _list(kept: Kept[Any]) -> views.SipList:
    return views.SipList(
        sid=kept.id, name=kept.body.name, created=kept.created_at, changed=kept.changed_at
    )


def _list_kind(kind: str) -> type[Any]:
    if kind not in {"credentials", "addresses"}:
        raise Refused("bad_argument", "a list is of credentials or of addresses")
    return _MAPPINGS[kind]


@TABLE.use_case("sip_list.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add_list(office: Office, *, kind: str, name: str) -> views.SipList:
    """Make a list of ``credentials`` or of ``addresses``."""
    made = _list_kind(kind)(name=friendly(name))
    return _list(await shelf.keep(office, made))


@TABLE.use_case("sip_list.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_lists(office: Office, *, kind: str) -> list[views.SipList]:
    """Every list of a kind."""
    return [_list(kept) for kept in office.shelf.all(_list_kind(kind))]


@TABLE.use_case("sip_list.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show_list(office: Office, *, kind: str, sid: str) -> views.SipList:
    """One list."""
    return _list(office.shelf.find(_list_kind(kind), sid))


@TABLE.use_case("sip_list.rename", actors=KNOWN, purpose="operate", category=_SET_UP)
async def rename_list(office: Office, *, kind: str, sid: str, name: str) -> views.SipList:
    """Call it something else."""
    kept = office.shelf.find(_list_kind(kind), sid)
    return _list(await shelf.change(office, kept, replace(kept.body, name=friendly(name))))


@TABLE.use_case(
    "sip_list.remove", actors=KNOWN, purpose="operate", category=_LOGINS, also=("authenticate",)
)
async def remove_list(office: Office, *, kind: str, sid: str) -> None:
    """Remove a list and those on it. Raises `Refused` (``in_use``) while a domain has it."""
    kept = office.shelf.find(_list_kind(kind), sid)
    for domain in office.shelf.all(SipDomain):
        mapped = (domain.body.credentials, domain.body.registrations, domain.body.addresses)
        if any(sid in ids for ids in mapped):
            raise Refused("in_use", "a domain has that list; unmap it first")
    for credential in office.shelf.all(Credential, parent=sid):
        await remove_credential(office, sid=credential.id, list_sid=sid)
    await shelf.drop(office, *office.shelf.all(IpAddress, parent=sid))
    await shelf.drop(office, kept)


# --- credentials ----------------------------------------------------------------------------------


def _credential(kept: Kept[Credential]) -> views.SipCredential:
    return views.SipCredential(
        sid=kept.id,
        list=kept.parent or "",
        username=kept.body.username,
        created=kept.created_at,
        changed=kept.changed_at,
    )


@TABLE.use_case(
    "sip_credential.add", actors=KNOWN, purpose="operate", category=_LOGINS,
    also=("authenticate",),
)  # fmt: skip
async def add_credential(
    office: Office, *, list_sid: str, username: str, password: str
) -> views.SipCredential:
    """Let somebody prove by a password that they are on a list."""
    office.shelf.find(CredentialList, list_sid)
    await setup.add_phone(office, name=username, password=password)
    try:
        kept = await shelf.keep(office, Credential(username=username), parent=list_sid)
    except Refused:
        await setup.remove_phone(office, name=username)
        raise
    return _credential(kept)


@TABLE.use_case("sip_credential.list", actors=KNOWN, purpose="operate", category=_LOGINS)
async def list_credentials(office: Office, *, list_sid: str) -> list[views.SipCredential]:
    """Who is on a list; never a password."""
    office.shelf.find(CredentialList, list_sid)
    return [_credential(kept) for kept in office.shelf.all(Credential, parent=list_sid)]


@TABLE.use_case(
    "sip_credential.change", actors=KNOWN, purpose="operate", category=_LOGINS,
    also=("authenticate",),
)  # fmt: skip
async def change_credential(
    office: Office, *, sid: str, list_sid: str, password: str
) -> views.SipCredential:
    """Give somebody another password; the old one is good for nothing from then on."""
    kept = office.shelf.find(Credential, sid, parent=list_sid)
    if len(password) < PASSWORD_CHARS_MIN:
        raise Refused("weak_password", f"use {PASSWORD_CHARS_MIN} characters or more")
    phone = office.phones[kept.body.username]
    changed = replace(phone, ha1=setup.digests(phone.username, phone.realm, password))
    await office.write(lambda tx: office.store.phones.set_ha1(tx, changed))
    office.learn_phone(changed)
    return _credential(await shelf.change(office, kept, kept.body))


@TABLE.use_case(
    "sip_credential.remove", actors=KNOWN, purpose="operate", category=_LOGINS,
    also=("authenticate",),
)  # fmt: skip
async def remove_credential(office: Office, *, sid: str, list_sid: str) -> None:
    """Take somebody off a list."""
    kept = office.shelf.find(Credential, sid, parent=list_sid)
    if kept.body.username in office.phones:
        await setup.remove_phone(office, name=kept.body.username)
    await shelf.drop(office, kept)


# --- addresses ------------------------------------------------------------------------------------


def _address(kept: Kept[IpAddress]) -> views.SipAddress:
    return views.SipAddress(
        sid=kept.id,
        list=kept.parent or "",
        name=kept.body.name,
        address=kept.body.address,
        prefix=kept.body.prefix,
        created=kept.created_at,
        changed=kept.changed_at,
    )


def _network(name: str, address: str, prefix: int | None) -> IpAddress:
    try:
        found = ipaddress.ip_address(address)
        length = found.max_prefixlen if prefix is None else prefix
        ipaddress.ip_network((address, length), strict=False)
    except ValueError:
        raise Refused("bad_address", "write an IP address, and a prefix that fits it") from None
    return IpAddress(name=friendly(name), address=str(found), prefix=length)


@TABLE.use_case("sip_address.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add_address(
    office: Office, *, list_sid: str, address: str, prefix: int | None = None, name: str = ""
) -> views.SipAddress:
    """Put an address, or the network around it, on a list."""
    office.shelf.find(IpList, list_sid)
    made = _network(name, address, prefix)
    return _address(await shelf.keep(office, made, parent=list_sid))


@TABLE.use_case("sip_address.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_addresses(office: Office, *, list_sid: str) -> list[views.SipAddress]:
    """What is on a list."""
    office.shelf.find(IpList, list_sid)
    return [_address(kept) for kept in office.shelf.all(IpAddress, parent=list_sid)]


@TABLE.use_case("sip_address.change", actors=KNOWN, purpose="operate", category=_SET_UP)
async def change_address(
    office: Office,
    *,
    sid: str,
    list_sid: str,
    address: str | None = None,
    prefix: int | None = None,
    name: str | None = None,
) -> views.SipAddress:
    """Change what is on a list."""
    kept = office.shelf.find(IpAddress, sid, parent=list_sid)
    old = kept.body
    body = _network(
        old.name if name is None else name,
        old.address if address is None else address,
        prefix if prefix is not None else old.prefix if address is None else None,
    )
    return _address(await shelf.change(office, kept, body))


@TABLE.use_case("sip_address.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove_address(office: Office, *, sid: str, list_sid: str) -> None:
    """Take an address off a list."""
    await shelf.drop(office, office.shelf.find(IpAddress, sid, parent=list_sid))

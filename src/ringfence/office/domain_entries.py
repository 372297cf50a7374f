"""SIP domains as the switch knows them, worked out of the lists that are mapped to them."""

from __future__ import annotations

from ipaddress import ip_network

from ringfence.accounts.resources import Credential, IpAddress, SipDomain
from ringfence.markup.telling import StatusCallback
from ringfence.office.shelf import Shelf
from ringfence.switch.directory import DomainEntry, Route, UrlRoute

DOMAIN_PARTS = (SipDomain, Credential, IpAddress)
"""What a domain is worked out of."""


def domain_entries(shelf: Shelf, *, nothing: Route) -> tuple[dict[str, DomainEntry], set[str]]:
    """Return the domains by name, and everybody who may call domains and nothing else.

    ``nothing``: what answers where no URL does.
    """
    users: dict[str, set[str]] = {}
    for credential in shelf.all(Credential):
        users.setdefault(credential.parent or "", set()).add(credential.body.username)
    networks: dict[str, list[IpAddress]] = {}
    for address in shelf.all(IpAddress):
        networks.setdefault(address.parent or "", []).append(address.body)
    found = {}
    for kept in shelf.all(SipDomain):
        body, route = kept.body, nothing
        if body.voice is not None:
            route = UrlRoute(
                url=body.voice.url, method=body.voice.method, fallback=body.voice_fallback
            )
        status = body.status
        found[body.domain] = DomainEntry(
            id=kept.id,
            route=route,
            secure=body.secure,
            status=None if status is None else StatusCallback(url=status.url, method=status.method),
            users=frozenset().union(*(users.get(sid, ()) for sid in body.credentials))
            if body.credentials
            else None,
            registrars=frozenset().union(
                *(users.get(sid, ()) for sid in body.registrations if body.registration)
            ),
            networks=tuple(
                ip_network((one.address, one.prefix), strict=False)
                for sid in body.addresses
                for one in networks.get(sid, ())
            )
            if body.addresses
            else None,
        )
    return found, set().union(*users.values()) if users else set()

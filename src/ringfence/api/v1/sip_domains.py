"""``/v1/sip-domains``, ``sip-lists``, ``sip-addresses``, ``sip-credentials``: who may call."""

from __future__ import annotations

from ringfence.api import views_desk as views
from ringfence.api.resources import Body, resource
from ringfence.api.v1.setup import Hooks


class SipDomainAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-domains``."""

    domain: str
    name: str = ""
    hooks: Hooks | None = None
    registration: bool = False
    secure: bool | None = None
    emergency: bool | None = None
    emergency_caller: str | None = None
    carrier: str | None = None


class SipDomainChange(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-domains/{sid}``."""

    domain: str | None = None
    name: str | None = None
    hooks: Hooks | None = None
    registration: bool | None = None
    secure: bool | None = None
    emergency: bool | None = None
    emergency_caller: str | None = None
    carrier: str | None = None


class SipDomainMap(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-domains/{sid}/lists``."""

    which: str
    list_sid: str


class SipListAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-lists/{kind}``."""

    name: str


class SipListRename(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-lists/{kind}/{sid}``."""

    name: str


class SipAddressAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-addresses/{list_sid}``."""

    address: str
    prefix: int | None = None
    name: str = ""


class SipAddressChange(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-addresses/{list_sid}/{sid}``."""

    address: str | None = None
    prefix: int | None = None
    name: str | None = None


class SipCredentialAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-credentials/{list_sid}``."""

    username: str
    password: str


class SipCredentialChange(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/sip-credentials/{list_sid}/{sid}``."""

    password: str


HANDLERS = (
    resource("GET /v1/sip-domains", "sip_domain.list", list[views.SipDomain], "Every domain."),
    resource(
        "POST /v1/sip-domains",
        "sip_domain.add",
        views.SipDomain,
        "Take calls to `sip:anything@domain`, from those on its lists.",
        body=SipDomainAdd,
        status=201,
    ),
    resource("GET /v1/sip-domains/{sid:str}", "sip_domain.show", views.SipDomain, "One domain."),
    resource(
        "POST /v1/sip-domains/{sid:str}",
        "sip_domain.change",
        views.SipDomain,
        "Change some of it; the name of a domain stays.",
        body=SipDomainChange,
    ),
    resource(
        "DELETE /v1/sip-domains/{sid:str}",
        "sip_domain.remove",
        None,
        "Take calls under that name no more.",
    ),
    resource(
        "POST /v1/sip-domains/{sid:str}/lists",
        "sip_domain.map",
        views.SipList,
        "Let those on a list call a domain (`credentials`, `addresses`) or register there.",
        body=SipDomainMap,
        status=201,
    ),
    resource(
        "DELETE /v1/sip-domains/{sid:str}/lists/{which:str}/{list_sid:str}",
        "sip_domain.unmap",
        None,
        "Let a list count for a domain no more.",
    ),
    resource(
        "GET /v1/sip-lists/{kind:str}",
        "sip_list.list",
        list[views.SipList],
        "Every list of a kind.",
    ),
    resource(
        "POST /v1/sip-lists/{kind:str}",
        "sip_list.add",
        views.SipList,
        "Make a list of `credentials` or of `addresses`.",
        body=SipListAdd,
        status=201,
    ),
    resource("GET /v1/sip-lists/{kind:str}/{sid:str}", "sip_list.show", views.SipList, "One list."),
    resource(
        "POST /v1/sip-lists/{kind:str}/{sid:str}",
        "sip_list.rename",
        views.SipList,
        "Call it something else.",
        body=SipListRename,
    ),
    resource(
        "DELETE /v1/sip-lists/{kind:str}/{sid:str}",
        "sip_list.remove",
        None,
        "Remove a list and those on it. Raises `Refused` (`in_use`) while a domain has it.",
    ),
    resource(
        "GET /v1/sip-addresses/{list_sid:str}",
        "sip_address.list",
        list[views.SipAddress],
        "What is on a list.",
    ),
    resource(
        "POST /v1/sip-addresses/{list_sid:str}",
        "sip_address.add",
        views.SipAddress,
        "Put an address, or the network around it, on a list.",
        body=SipAddressAdd,
        status=201,
    ),
    resource(
        "POST /v1/sip-addresses/{list_sid:str}/{sid:str}",
        "sip_address.change",
        views.SipAddress,
        "Change what is on a list.",
        body=SipAddressChange,
    ),
    resource(
        "DELETE /v1/sip-addresses/{list_sid:str}/{sid:str}",
        "sip_address.remove",
        None,
        "Take an address off a list.",
    ),
    resource(
        "GET /v1/sip-credentials/{list_sid:str}",
        "sip_credential.list",
        list[views.SipCredential],
        "Who is on a list; never a password.",
    ),
    resource(
        "POST /v1/sip-credentials/{list_sid:str}",
        "sip_credential.add",
        views.SipCredential,
        "Let somebody prove by a password that they are on a list.",
        body=SipCredentialAdd,
        status=201,
    ),
    resource(
        "POST /v1/sip-credentials/{list_sid:str}/{sid:str}",
        "sip_credential.change",
        views.SipCredential,
        "Give somebody another password; the old one is good for nothing from then on.",
        body=SipCredentialChange,
    ),
    resource(
        "DELETE /v1/sip-credentials/{list_sid:str}/{sid:str}",
        "sip_credential.remove",
        None,
        "Take somebody off a list.",
    ),
)

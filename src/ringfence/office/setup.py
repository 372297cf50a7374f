"""What the operator sets up: flows, trunks and phones."""

from __future__ import annotations

import base64
import hashlib
from ipaddress import IPv6Network
from typing import TYPE_CHECKING, Any

import msgspec

from ringfence.api import views
from ringfence.flows.text_applets import answers_calls, answers_texts
from ringfence.flows.versions import read
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import FlowId, PhoneDeviceId, TrunkId
from ringfence.kernel.limits import (
    NAME_CHARS_MAX,
    PASSWORD_CHARS_MIN,
    TRUNK_IPV4_PREFIX_MIN,
    TRUNK_IPV6_PREFIX_MIN,
)
from ringfence.office.documents import leads_nowhere
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import purpose
from ringfence.storage.flows import Flow
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.trunks import Trunk
from ringfence.switch.guard import network_of

if TYPE_CHECKING:
    from ringfence.office import Office

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_PRIVATE_IPV6 = IPv6Network("fc00::/7")
"""RFC 4193."""
_TRANSPORTS = ("udp", "tcp", "tls")


def _name(text: str) -> str:
    if not text or len(text) > NAME_CHARS_MAX or not _NAME.issuperset(text):
        raise Refused("bad_name", "a name has letters, digits, - _ . and at most 64 of them")
    return text


# --- flows ----------------------------------------------------------------------------------------


@TABLE.use_case("flow.list", actors=KNOWN, purpose="operate", category="system.configuration")
async def list_flows(office: Office) -> list[views.Flow]:
    """Every flow, without its document."""
    return [_flow(flow) for flow in office.flows.values()]


@TABLE.use_case("flow.show", actors=KNOWN, purpose="operate", category="system.configuration")
async def show_flow(office: Office, *, name: str, version: int | None = None) -> views.Flow:
    """One flow with its document, by default the version in force."""
    flow = office.flows.get(name)
    if flow is None:
        raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
    document = flow.document
    if version is not None:
        with purpose("operate"):
            document = office.read(
                lambda queries: office.store.flows.document_of(queries, flow.id, version)
            )
    return _flow(flow, document=document, version=version)


@TABLE.use_case("flow.add", actors=KNOWN, purpose="operate", category="system.configuration")
async def add_flow(office: Office, *, name: str, document: dict[str, Any]) -> views.Flow:
    """Add a flow, or a new version of it; calls get it at once."""
    _name(name)
    body = msgspec.json.encode(document)
    problems = office.check_flow(body)
    if problems:
        first = problems[0]
        more = len(problems) - 1
        others = f" ({more} more: ringfence flow validate FILE)" if more else ""
        raise Refused("bad_flow", f"{first.where}: {first.text}{others}")
    now = office.clock.now()
    _check_use(office, name, body)
    flow_id = FlowId(ids.make("flow", now, office.entropy))
    stored = await office.write(
        lambda tx: office.store.flows.put(tx, flow_id, name=name, document=body, now=now)
    )
    office.learn_flow(stored)
    return _flow(stored)


def _check_use(office: Office, name: str, body: bytes) -> None:
    """Raise `Refused` where a number has its messages answered by what would answer calls."""
    known = office.flows.get(name)
    if known is None:
        return
    made, numbers = read(body), office.numbers.values()
    if not answers_texts(made) and any(n.options.sms_flow == known.id for n in numbers):
        raise Refused("not_for_messages", "a number's messages are answered by this flow")
    if not answers_calls(made) and any(n.flow == known.id for n in numbers):
        raise Refused("not_for_calls", "a number's calls are answered by this flow")


@TABLE.use_case("flow.validate", actors=KNOWN, purpose="operate", category="system.configuration")
async def validate_flow(office: Office, *, document: dict[str, Any]) -> list[views.Problem]:
    """Everything that is wrong with a flow document; an empty list means that it is good.

    Of one that can be used: where it leads to a flow that is not there, as warnings.
    """
    body = msgspec.json.encode(document)
    return office.check_flow(body) or leads_nowhere(body, office.flows)


def _flow(flow: Flow, *, document: bytes | None = None, version: int | None = None) -> views.Flow:
    return views.Flow(
        name=flow.name,
        sid=flow.id,
        version=version if version is not None else flow.version,
        created=flow.created_at,
        changed=flow.changed_at,
        document=None if document is None else msgspec.json.decode(document),
    )


# --- trunks ---------------------------------------------------------------------------------------


@TABLE.use_case("trunk.add", actors=KNOWN, purpose="operate", category="system.configuration")
async def add_trunk(
    office: Office,
    *,
    name: str,
    address: str | None = None,
    register: str | None = None,
    password: str | None = None,
    transport: str = "udp",
) -> views.Trunk:
    """Trust a carrier by its address, or register at it."""
    username, host = _trunk_form(office, name, address, register, transport)
    if register is not None and not password:
        raise Refused("bad_argument", "a registration needs the password of the account")
    now = office.clock.now()
    made = Trunk(
        id=TrunkId(ids.make("trunk", now, office.entropy)),
        account=office.account.id,
        name=name,
        kind="address" if register is None else "register",
        host=host,
        transport=transport,
        username=username,
        password=password,
        created_at=now,
    )
    stored = await office.write(lambda tx: office.store.trunks.add(tx, made))
    await office.learn_trunk(stored)
    return office.trunk_view(stored)


@TABLE.use_case("trunk.check", actors=KNOWN, purpose="operate", category="system.configuration")
async def check_trunk(
    office: Office,
    *,
    name: str,
    address: str | None = None,
    register: str | None = None,
    transport: str = "udp",
) -> None:
    """Refuse what ``trunk.add`` would refuse, before anybody is asked for a password."""
    _trunk_form(office, name, address, register, transport)


def _trunk_form(
    office: Office, name: str, address: str | None, register: str | None, transport: str
) -> tuple[str | None, str]:
    """Return user and host of a trunk that may be added. Raises `Refused`."""
    _name(name)
    if any(trunk.name == name for trunk in office.trunks.values()):
        raise Refused("exists", "there is a trunk of that name already")
    if (address is None) == (register is None):
        raise Refused("bad_argument", "say either address, a host, or register, USER@HOST")
    if transport not in _TRANSPORTS:
        raise Refused("bad_argument", "the transport is udp, tcp or tls")
    username: str | None = None
    host = address or ""
    if register is not None:
        username, at, host = register.rpartition("@")
        if not at or not username or not host:
            raise Refused("bad_address", "write it as USER@HOST[:PORT]")
        if "/" in host:
            raise Refused("bad_address", "we register at one host, not at a network")
    office.check_host(host)
    _check_width(host)
    return username, host


def _check_width(host: str) -> None:
    """Raise `Refused` (``bad_address``) for a network so wide that strangers are in it.

    Whoever is at a trunk's address may call, without a password.
    """
    try:
        network = network_of(host)
    except ValueError:
        return  # a name, or one address with a port
    widest = TRUNK_IPV4_PREFIX_MIN if network.version == 4 else TRUNK_IPV6_PREFIX_MIN
    private = network.version == 6 and network.subnet_of(_PRIVATE_IPV6)
    if network.prefixlen < widest and not private:
        raise Refused(
            "bad_address",
            f"a trunk's network is /{widest} or narrower, for everybody in it may call without a"
            " password; add the networks that your carrier names, each as a trunk",
        )


@TABLE.use_case("trunk.list", actors=KNOWN, purpose="operate", category="system.configuration")
async def list_trunks(office: Office) -> list[views.Trunk]:
    """Every trunk and its state."""
    return [office.trunk_view(trunk) for trunk in office.trunks.values()]


@TABLE.use_case("trunk.remove", actors=KNOWN, purpose="operate", category="system.configuration")
async def remove_trunk(office: Office, *, name: str) -> views.Trunk:
    """Trust a carrier no longer, or unregister from it."""
    trunk = next((trunk for trunk in office.trunks.values() if trunk.name == name), None)
    if trunk is None:
        raise Refused("not_found", "no trunk of that name; 'ringfence trunk list' shows them")
    await office.write(lambda tx: office.store.trunks.drop(tx, name))
    view = office.trunk_view(trunk)
    office.forget_trunk(trunk)
    return view


# --- phones ---------------------------------------------------------------------------------------


@TABLE.use_case("phone.add", actors=KNOWN, purpose="operate", category="user.account.username")
async def add_phone(office: Office, *, name: str, password: str | None = None) -> views.Device:
    """Add a SIP phone; without a password one is made, which is shown this once."""
    _name(name)
    if office.flows.get(name) is not None:
        raise Refused("name_taken", "a flow has that name; choose another")
    secret = password
    if secret is None:
        secret = base64.b32encode(office.entropy.token(15)).decode().lower()
    elif len(secret) < PASSWORD_CHARS_MIN:
        raise Refused("weak_password", f"use {PASSWORD_CHARS_MIN} characters or more")
    realm = office.domain
    now = office.clock.now()
    made = PhoneDevice(
        id=PhoneDeviceId(ids.make("phone_device", now, office.entropy)),
        account=office.account.id,
        username=name,
        realm=realm,
        ha1=digests(name, realm, secret),
        created_at=now,
    )
    stored = await office.write(lambda tx: office.store.phones.add(tx, made))
    office.learn_phone(stored)
    return office.phone_view(stored, secret=None if password is not None else secret)


def digests(name: str, realm: str, secret: str) -> dict[str, str]:
    """Return what is kept of a phone's password."""
    triple = f"{name}:{realm}:{secret}".encode()
    # RFC 7616 3.4.2 and RFC 8760: phones that know only MD5 are many.
    return {
        "MD5": hashlib.md5(triple, usedforsecurity=False).hexdigest(),
        "SHA-256": hashlib.sha256(triple).hexdigest(),
    }


@TABLE.use_case("phone.list", actors=KNOWN, purpose="operate", category="user.account.username")
async def list_phones(office: Office) -> list[views.Device]:
    """Every phone and whether it is registered."""
    return [office.phone_view(phone) for phone in office.phones.values()]


@TABLE.use_case("phone.remove", actors=KNOWN, purpose="operate", category="user.account.username")
async def remove_phone(office: Office, *, name: str) -> views.Device:
    """Forget a phone, by its name or its SID."""
    by_sid = (phone for phone in office.phones.values() if phone.id == name)
    phone = office.phones.get(name) or next(by_sid, None)
    if phone is None:
        raise Refused("not_found", "no phone of that name; 'ringfence phone list' shows them")
    await office.write(lambda tx: office.store.phones.drop(tx, phone.username))
    view = office.phone_view(phone)
    office.forget_phone(phone)
    return view

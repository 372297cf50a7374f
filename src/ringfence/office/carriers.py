"""Carriers of text messages: set up, shown with how they are, tried, taken away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from ringfence.accounts.carriers import (
    SESSIONS,
    HttpGateway,
    SmppAccess,
    TextCarrier,
)
from ringfence.api import views_carriers as views
from ringfence.carriers.roster import template
from ringfence.carriers.smpp.dialect import ALPHABETS, PARTS, RECEIPT_IDS, SENDER_CHARS_MAX
from ringfence.carriers.template import check
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    CARRIER_SENDERS_MAX,
    CARRIER_TEST_MS,
    CARRIERS_MAX,
    NAME_CHARS_MAX,
    SMPP_WINDOW_MAX,
)
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import CarrierState, Link
from ringfence.messaging.gsm7_tables import LANGUAGES
from ringfence.office import shelf
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office

_SET_UP = "system.configuration"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_SETTLED = frozenset({Link.READY, Link.REFUSED, Link.WAITING})
_POLL_S = 0.1

T = TypeVar("T")


@TABLE.use_case("carrier.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add_carrier(
    office: Office,
    *,
    name: str,
    smpp: Mapping[str, Any] | None = None,
    http: Mapping[str, Any] | None = None,
    senders: list[str] | None = None,
) -> views.TextCarrier:
    """Set a carrier up: ``smpp`` or ``http``, by the fields of `ringfence.accounts.carriers`.

    Neither: it delivers to itself. Refused: ``bad_carrier``, ``bad_template``, ``exists``.
    """
    if not _NAME.fullmatch(name) or len(name) > NAME_CHARS_MAX:
        raise Refused("bad_name", "a name begins with a letter and has letters, digits, - _ .")
    if smpp is not None and http is not None:
        raise Refused("bad_carrier", "a carrier is spoken to in one way: SMPP or HTTP")
    kept = office.shelf.all(TextCarrier)
    if len(kept) >= CARRIERS_MAX:
        raise Refused("too_many", "there are as many carriers as there may be; remove one first")
    if any(other.body.name == name for other in kept):
        raise Refused("exists", "there is a carrier of that name already")
    access = None if smpp is None else _access(smpp)
    gateway = None if http is None else _gateway(office, http)
    if access is not None:
        office.check_host(f"{access.host}:{access.port}")
    body = TextCarrier(
        name=name, senders=_senders(office, senders or []), smpp=access, http=gateway
    )
    made = await shelf.keep(office, body, once=name)
    if office.runs:
        await office.live.postroom.added(body)
    view = _view(office, made)
    if gateway is None:
        return view
    return msgspec.structs.replace(view, webhook=f"/carriers/{name}/{gateway.hook}")


@TABLE.use_case("carrier.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_carriers(office: Office) -> list[views.TextCarrier]:
    """Every carrier and how it is."""
    return [_view(office, kept) for kept in office.shelf.all(TextCarrier)]


@TABLE.use_case("carrier.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove_carrier(office: Office, *, name: str) -> views.TextCarrier:
    """Take a carrier away; what it has not sent waits for another."""
    kept = _find(office, name)
    view = _view(office, kept)
    await shelf.drop(office, kept)
    if office.runs:
        await office.live.postroom.removed(kept.body.name)
    return view


@TABLE.use_case("carrier.test", actors=KNOWN, purpose="operate", category=_SET_UP, live=True)
async def test_carrier(office: Office, *, name: str) -> views.TextCarrier:
    """Wait until a carrier is ready or says why not, for some seconds at most; sends nothing."""
    kept = _find(office, name)
    waited = 0.0
    while waited * 1000 < CARRIER_TEST_MS:
        state = _state(office, name)
        if state is not None and state.link in _SETTLED:
            break
        await asyncio.sleep(_POLL_S)
        waited += _POLL_S
    return _view(office, kept)


@TABLE.use_case(
    "carrier.webhook",
    actors=EVERYBODY,
    purpose="authenticate",
    category="user.authorization.credentials",
    also=("carry_message",),
    live=True,
)
async def take_webhook(
    office: Office, *, name: str, secret: str, document: Mapping[str, Any]
) -> views.Taken:
    """Take what a gateway tells: a receipt or a message; it proves itself by ``secret``."""
    return views.Taken(taken=await office.live.postroom.told(name, secret, document))


def _find(office: Office, name: str) -> Kept[TextCarrier]:
    for kept in office.shelf.all(TextCarrier):
        if name in {kept.body.name, kept.id}:
            return kept
    raise Refused("not_found", "no carrier of that name; 'ringfence carrier list' shows them")


def _state(office: Office, name: str) -> CarrierState | None:
    return None if not office.runs else office.live.postroom.state(name)


def _view(office: Office, kept: Kept[TextCarrier]) -> views.TextCarrier:
    body = kept.body
    address = "this machine"
    if body.smpp is not None:
        address = f"{body.smpp.host}:{body.smpp.port}"
    elif body.http is not None:
        address = urlsplit(body.http.url).hostname or ""
    state = _state(office, body.name)
    return views.TextCarrier(
        sid=kept.id, name=body.name, kind=body.kind, address=address, senders=list(body.senders),
        state="offline" if state is None else state.link.value,
        detail=None if state is None else state.detail or None,
        since=None if state is None else state.since,
        waiting=0 if state is None else state.waiting,
        unanswered=0 if state is None else state.unanswered,
        created=kept.created_at,
    )  # fmt: skip


def _senders(office: Office, given: list[str]) -> tuple[str, ...]:
    """Return numbers as E.164 and words as they are; raises `Refused` (``bad_sender``)."""
    if len(given) > CARRIER_SENDERS_MAX:
        raise Refused("bad_sender", "so many senders by one carrier: leave them out, all go by it")
    found: list[str] = []
    for text in given:
        if any(mark.isalpha() for mark in text):
            if len(text) > SENDER_CHARS_MAX or not text.isascii():
                raise Refused("bad_sender", "a sender id has one to eleven letters and digits")
            found.append(text)
        else:
            found.append(Phone.parse(text, region=office.region).e164)
    return tuple(found)


def _access(fields: Mapping[str, Any]) -> SmppAccess:
    access = _converted(fields, SmppAccess)
    if not access.host or not 0 < access.port < 65_536 or not 0 <= access.outbind < 65_536:
        raise Refused("bad_carrier", "write the address as HOST:PORT")
    if not 1 <= len(access.system_id) <= 15:
        raise Refused("bad_carrier", "the system id of an SMPP carrier has 1 to 15 letters")
    if len(access.password) > 8:
        raise Refused("bad_carrier", "the password of an SMPP carrier has at most 8 letters")
    if len(access.system_type) > 12 or len(access.service_type) > 5:
        raise Refused("bad_carrier", "a system type has at most 12 letters, a service type 5")
    if not 1 <= access.window <= SMPP_WINDOW_MAX or not 0 <= access.per_second <= 10_000:
        raise Refused("bad_carrier", f"a window is 1 to {SMPP_WINDOW_MAX} messages")
    if (
        access.sessions not in SESSIONS
        or access.alphabet not in ALPHABETS
        or access.parts not in PARTS
        or access.receipt_ids not in RECEIPT_IDS
    ):
        raise Refused("bad_carrier", "a word that no carrier has; see 'ringfence carrier add'")
    if not set(access.languages) <= set(LANGUAGES):
        raise Refused("bad_carrier", f"there are national tables for {', '.join(LANGUAGES)}")
    types = (access.source_ton, access.source_npi, access.dest_ton, access.dest_npi)
    if any(value is not None and not 0 <= value <= 255 for value in types):
        raise Refused("bad_carrier", "a type of number is one octet")
    return access


def _gateway(office: Office, fields: Mapping[str, Any]) -> HttpGateway:
    given = {name: value for name, value in fields.items() if name != "hook"}
    gateway = _converted(given, HttpGateway)
    check(template(gateway))
    hook = office.entropy.token(16).hex()
    return replace(gateway, hook=hook)


def _converted(fields: Mapping[str, Any], type_: type[T]) -> T:
    """Return a dataclass made of JSON; the error says which field, never its value."""
    unknown = set(fields) - set(getattr(type_, "__slots__", ()))
    if unknown:
        known = ", ".join(getattr(type_, "__slots__", ()))
        raise Refused("bad_carrier", f"the fields are {known}")
    try:
        return msgspec.convert(fields, type_)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("at `$.")[2].rstrip("`")
        raise Refused(
            "bad_carrier", f"a field is missing or of the wrong form: {place[:40]}"
        ) from None

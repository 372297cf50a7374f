"""What a number of ours is tied to beside what answers it: a trunk, an address, papers.

``trunk``      (name or SID) its calls are passed on to that PBX, before anything else answers them
``address``    whose it is, where a law asks; ``emergency_address`` where help is to be sent
``bundle``,    SIDs of papers that are kept elsewhere: remembered and answered, never looked into
``identity``
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from ringfence.accounts.resources import StockRange
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AddressId, NumberId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.markup import verbs
from ringfence.markup.context import Applets
from ringfence.markup.exchange import Value
from ringfence.numbers.options import NumberOptions
from ringfence.numbers.plan import country_of
from ringfence.numbers.stock import holds
from ringfence.office.stock import range_of
from ringfence.storage.trunks import Trunk
from ringfence.switch.directory import TrunkEntry

if TYPE_CHECKING:
    from ringfence.office import Office

_FLOW = "~trunk/"
_SCHEME = f"flow:{_FLOW}"
_PAPERS = re.compile(r"(BU|RI)[0-9a-fA-F]{32}")


class Ties(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks to have changed: None leaves what was, "" takes it away."""

    trunk: str | None = None
    address: str | None = None
    emergency_address: str | None = None
    emergency: bool | None = None
    bundle: str | None = None
    identity: str | None = None


NONE = Ties()


def tied(office: Office, before: NumberOptions, ties: Ties) -> NumberOptions:
    """Return the options with other ties.

    Raises `Refused`: ``unknown_trunk``, ``trunk_not_called``, ``unknown_address``, ``bad_papers``,
    ``no_emergency_address``, ``not_for_emergencies``.
    """
    found = replace(
        before,
        trunk=_trunk(office, ties.trunk, before.trunk),
        address=_address(office, ties.address, before.address),
        emergency_address=_address(office, ties.emergency_address, before.emergency_address),
        emergency=before.emergency if ties.emergency is None else ties.emergency,
        bundle=_paper("BU", ties.bundle, before.bundle),
        identity=_paper("RI", ties.identity, before.identity),
    )
    if ties.trunk:
        found = replace(found, application=None)
    if found.emergency and found.emergency_address is None:
        raise Refused("no_emergency_address", "say where help is to be sent: an emergency address")
    if ties.emergency_address and not _about(office, ties.emergency_address)[1]:
        raise Refused("not_for_emergencies", "that address is not one for emergencies")
    return found


def check_address(office: Office, phone: Phone, options: NumberOptions) -> None:
    """Raise `Refused` (``address_required``) where the stock asks for an address of another kind.

    ``local``: of the country of the number; ``foreign``: of another; ``any``: wherever.
    """
    about = range_of(office, phone.e164)
    if about is None or about.address == "none":
        return
    if options.address is None:
        raise Refused("address_required", f"that number is given to an address: {about.address}")
    if about.address == "any":
        return
    same = _about(office, options.address)[0] == country_of(phone.e164)
    if same is not (about.address == "local"):
        raise Refused("address_required", f"that number is given to a {about.address} address")


def passing_on(number: NumberId) -> str:
    """Return the name of the flow that passes calls to a number on to its trunk."""
    return f"{_FLOW}{number}"


class PassedOn:
    """The flows of numbers that are tied to a trunk; any other is somebody else's.

    The PBX is called with the number that was called, and is shown who calls.
    """

    def __init__(self, office: Office, flows: Applets) -> None:
        self._office = office
        self._flows = flows

    def open(self, url: str, params: Mapping[str, Value], now: Ms) -> tuple[verbs.Verb, ...] | None:
        """Return what a call to such a number does: it is turned away once the trunk is gone."""
        if not url.startswith(_SCHEME):
            return self._flows.open(url, params, now)
        number = self._office.number_by_id(NumberId(url.removeprefix(_SCHEME)))
        trunk = None
        if number is not None and number.options.trunk is not None:
            trunk = self._office.directory.trunks.get(number.options.trunk)
        if number is None or trunk is None:
            return (verbs.Reject(),)
        caller = params.get("From")
        return (
            verbs.Dial(
                targets=(verbs.Sip(uri=address_at(number.phone, trunk)),),
                caller_id=caller.e164 if isinstance(caller, Phone) else None,
                answer_on_bridge=True,
            ),
        )


def address_at(phone: Phone, trunk: TrunkEntry) -> str:
    """Return the SIP address of a number at a trunk."""
    host = f"[{trunk.host}]" if ":" in trunk.host and trunk.host[0] != "[" else trunk.host
    port = "" if trunk.port is None else f":{trunk.port}"
    way = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    return f"sip:{phone.e164}@{host}{port}{way}"


def stock_of(ranges: Sequence[StockRange], e164: str) -> StockRange | None:
    """Return what some ranges say of a number."""
    return next((found for found in ranges if holds(found, e164)), None)


def trunk_of(office: Office, wanted: str) -> Trunk:
    """Return a trunk by its name or SID. Raises `Refused` (``unknown_trunk``).

    Trunks are the installation's: an account below it has none to choose.
    """
    trunks = office.trunks if office is office.house else {}
    named = next((one for one in trunks.values() if one.name == wanted), None)
    found = named or trunks.get(TrunkId(wanted))
    if found is None:
        raise Refused("unknown_trunk", "no trunk of that name; 'ringfence trunk list' shows them")
    return found


def _trunk(office: Office, sid: str | None, before: TrunkId | None) -> TrunkId | None:
    if not sid:
        return before if sid is None else None
    found = trunk_of(office, sid)
    if found.kind != "address" or not office.directory.trunks[found.id].host:
        raise Refused("trunk_not_called", "calls go to a trunk of one address alone")
    return found.id


def _address(office: Office, sid: str | None, before: AddressId | None) -> AddressId | None:
    if not sid:
        return before if sid is None else None
    _about(office, sid)
    return AddressId(sid)


def _about(office: Office, sid: str) -> tuple[str, bool]:
    """Return the country of an address, and whether it is one for emergencies; opens nothing."""
    try:
        return office.read(lambda queries: office.store.rooms.addresses.about(queries, sid))
    except Refused as refused:
        if refused.code != "not_found":
            raise
        raise Refused("unknown_address", "no address of that SID") from None


def _paper(kind: str, sid: str | None, before: str | None) -> str | None:
    if not sid:
        return before if sid is None else None
    if not _PAPERS.fullmatch(sid) or not sid.startswith(kind):
        raise Refused("bad_papers", f"a SID of that kind is {kind} and 32 hexadecimal digits")
    return sid

"""Addresses that get no answer by SIP because they behaved like scanners: shown, and let in again.

The guard (`ringfence.switch.guard`) keeps them in memory, for an hour, and nothing writes them
down: an address is its owner's, and what a scanner leaves behind is not worth keeping.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ringfence.api.views_about import Ban as View
from ringfence.kernel.errors import Refused
from ringfence.office.table import KNOWN, TABLE
from ringfence.switch.guard import Ban

if TYPE_CHECKING:
    from ringfence.office import Office

_LIVE: dict[str, Any] = {
    "actors": KNOWN,
    "live": True,
    "purpose": "prevent_abuse",
    "category": "user.device.ip_address",
}


@TABLE.use_case("ban.list", **_LIVE)
async def list_bans(office: Office) -> list[View]:
    """Every address that gets no answer at present, the last one first."""
    return [_view(ban) for ban in office.live.bans()]


@TABLE.use_case("ban.lift", **_LIVE)
async def lift_ban(office: Office, *, address: str) -> View:
    """Answer an address again, at once; what it did before is forgotten."""
    try:
        wanted = str(ip_address(address.strip().strip("[]")))
    except ValueError:
        reason = "an address is written as 192.0.2.10 or 2001:db8::10"
        raise Refused("bad_argument", reason) from None
    ban = office.live.lift_ban(wanted)
    if ban is None:
        raise Refused("not_found", "that address is not banned; 'ringfence ban list' shows who is")
    return _view(ban)


def _view(ban: Ban) -> View:
    return View(address=ban.address, since=ban.since, until=ban.until)

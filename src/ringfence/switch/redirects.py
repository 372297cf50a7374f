"""A 3xx answer to a call of ours: where it may send the call, and where not (RFC 3261 8.1.3.4).

=============  ==========================================  ===================================
who says so    its Contact                                 becomes
=============  ==========================================  ===================================
a phone        a phone of ours, by name                    a call to that phone
a phone        a telephone number, at whatever host        a call through a trunk, judged as
                                                           if the phone had dialled it
a trunk        a number at a trunk's host, or ``tel:``     a call through that trunk, judged
a SIP address  an address at the same host and port        a call to that address
anybody        anything else, or the same place again      the end of the leg, and a line on
                                                           the timeline
=============  ==========================================  ===================================

A forwarded desk telephone works so without a setting; one that may call SIP domains and nothing
else (`Directory.dials`) sends nobody on. A stranger who answers 302 must not choose whom we call at
our expense, nor what inside our network we send packets to. The account whose call it is pays for a
number as if it had dialled it, and has the credit for it (`LegForwarded`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ringfence.calls import effects
from ringfence.calls.commands import Endpoint, ToDevice, ToPhone, ToSip
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import TrunkId
from ringfence.kernel.limits import REDIRECTS_MAX
from ringfence.kernel.phone import Phone
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.switch.directory import DeviceEntry, Directory

if TYPE_CHECKING:
    from ringfence.switch.routing import Placement

Judge = Callable[[Phone], None]
"""Says whether a number may be called at our expense; raises `Refused`."""


@dataclass(slots=True)
class Course:
    """How one leg was placed, and what 3xx answers made of it.

    ``effect``: what is rung at present. ``placement``: where that went. ``region``: whose numbers
    are written nationally (ISO 3166). ``asked``: the places that were rung, so that none is rung
    twice. ``waiting``: contacts not tried yet.
    """

    effect: effects.PlaceLeg
    placement: Placement | None = None
    region: str | None = None
    asked: set[Hashable] = field(default_factory=set)
    waiting: list[NameAddr] = field(default_factory=list)
    taken: int = 0
    circled: bool = False
    """Whether a contact named a place that was rung already."""

    def take(self, contacts: Iterable[NameAddr]) -> None:
        """Remember the contacts of a 3xx, before older ones, those of the highest q first."""
        wanted = sorted(contacts, key=_q, reverse=True)
        self.waiting = [*wanted, *self.waiting]

    def next(self, directory: Directory, judge: Judge) -> effects.PlaceLeg | None:
        """Return what to ring now, None where no contact is left that may be."""
        self.asked.add(self._present(directory))
        while self.waiting and self.taken < REDIRECTS_MAX:
            contact = self.waiting.pop(0)
            self.taken += 1
            try:
                endpoint = self._follow(contact.uri, directory)
                if _place(endpoint, directory) in self.asked:
                    self.circled = True
                    continue
                if isinstance(endpoint, ToPhone):
                    judge(endpoint.phone)
            except Refused:
                continue
            self.effect = replace(self.effect, endpoint=endpoint)
            return self.effect
        return None

    def _present(self, directory: Directory) -> Hashable:
        """Return the place that was rung last; a phone of ours may have been written as a URI."""
        placement = self.placement
        if placement is not None and placement.phone and placement.to is not None:
            reached = directory.devices.get(placement.to.uri.user or "")
            if reached is not None:
                return ToDevice(device=reached.id)
        return _place(self.effect.endpoint, directory)

    def _follow(self, uri: Uri, directory: Directory) -> Endpoint:
        """Return what a contact leads to; raises `Refused`."""
        placement, endpoint = self.placement, self.effect.endpoint
        if placement is not None and placement.phone:
            if not placement.dials:
                raise Refused("destination_not_allowed", "it may not call that itself")
            reached = directory.reach(uri.subscriber)
            if isinstance(reached, DeviceEntry):
                return ToDevice(device=reached.id)
            if reached is None:
                return ToPhone(phone=self._number(uri))
        elif isinstance(endpoint, ToPhone):
            trunk = self._trunk(uri, endpoint, directory)
            if trunk is not None:
                return replace(endpoint, phone=self._number(uri), trunk=trunk)
        elif isinstance(endpoint, ToSip) and placement is not None:
            old = placement.uri
            if (uri.scheme, uri.host, uri.port) == (old.scheme, old.host, old.port):
                there = Uri(uri.scheme, uri.user, uri.host, uri.port)
                transport = old.params.get("transport")
                if transport:
                    there = there.with_params(transport=transport)
                return replace(endpoint, uri=str(there))
        raise Refused("destination_not_allowed", "a call is not sent on to there")

    def _number(self, uri: Uri) -> Phone:
        """Return the number as a phone of ours would have dialled it; raises `Refused`."""
        return Phone.parse(uri.subscriber, region=self.region)

    def _trunk(self, uri: Uri, endpoint: ToPhone, directory: Directory) -> TrunkId | None:
        """Return the trunk whose host a contact names."""
        used = directory.trunk_for(endpoint.trunk)
        peers = () if self.placement is None else self.placement.targets
        if uri.scheme == "tel" or uri.host in {used.host, *(peer.host for peer in peers)}:
            return used.id
        return next((one.id for one in directory.trunks.values() if one.host == uri.host), None)


def _place(endpoint: Endpoint, directory: Directory) -> Hashable:
    """Return what tells one place from another."""
    if isinstance(endpoint, ToPhone):
        return endpoint.phone, directory.trunk_for(endpoint.trunk).id
    return endpoint.uri if isinstance(endpoint, ToSip) else endpoint


def _q(contact: NameAddr) -> float:
    try:
        return float(contact.params.get("q") or 1)
    except ValueError:
        return 0.0

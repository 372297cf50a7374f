"""Where an outgoing leg goes: endpoint to targets, Request-URI, From and credentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from ringfence.calls import effects
from ringfence.calls.commands import DialTarget, ToDevice, ToPhone, ToSip
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.sip.commands import Credentials
from ringfence.sip.events import Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.switch.directory import DeviceEntry, Directory, Reached
from ringfence.switch.live import LiveLeg

_ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What an INVITE needs."""

    targets: tuple[Peer, ...]
    uri: Uri = field(repr=False)
    from_: NameAddr = field(repr=False)
    credentials: Credentials | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    route: tuple[NameAddr, ...] = field(default=(), repr=False)


Placed = Callable[[Placement | Refused], None]
Located = Callable[[tuple[Peer, ...]], None]


class Bindings(Protocol):
    """Where registered phones are."""

    def __call__(self, username: str, /) -> list[tuple[Uri, Peer]]:
        """The contacts of a phone, the newest first."""
        ...


class Locator(Protocol):
    """RFC 3263."""

    def locate(self, uri: Uri, done: Located, /) -> None:
        """Find where to send a request for ``uri``; an empty tuple where that is nowhere."""
        ...


class Router:
    """Turns endpoints into placements."""

    def __init__(
        self,
        *,
        directory: Directory,
        clock: Clock,
        domain: str,
        bindings: Bindings,
        locator: Locator,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._domain = domain
        self._bindings = bindings
        self._locator = locator
        self._service_routes: dict[str, tuple[NameAddr, ...]] = {}

    def service_route(self, trunk: str, route: tuple[NameAddr, ...]) -> None:
        """Send calls through a trunk this way from now on, as its registrar asked (RFC 3608)."""
        self._service_routes[trunk] = route

    def place(
        self, effect: effects.PlaceLeg, done: Placed, directory: Directory | None = None
    ) -> None:
        """Work out the placement of a leg and tell ``done``, at once or later.

        ``directory``: of the account whose call it is; by default the installation's own.
        """
        known = directory or self._directory
        from_ = self._from(effect.caller_id, effect.display)
        done = _with_subject(effect.subject, done)
        try:
            match effect.endpoint:
                case ToDevice(device=device):
                    self._to_device(known, device, from_, done)
                case ToPhone(phone=phone, trunk=trunk, vouched=vouched):
                    if known.spent():
                        raise Refused("no_credit", "the account has no credit left")  # noqa: TRY301
                    shown = effect.caller_id if vouched else known.shown(effect.caller_id)
                    self._to_phone(phone, trunk, self._from(shown, effect.display), done)
                case ToSip():
                    self._to_sip(known, effect.endpoint, from_, done)
        except Refused as refused:
            done(refused)

    def _from(self, caller_id: Phone | None, display: str) -> NameAddr:
        user = caller_id.e164 if caller_id is not None else _ANONYMOUS
        return NameAddr(display, Uri("sip", user, self._domain))

    def _to_device(
        self,
        known: Directory,
        device: PhoneDeviceId,
        from_: NameAddr,
        done: Placed,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        entry = known.device(device)
        contacts = self._bindings(entry.name) if entry is not None else []
        if not contacts:
            raise Refused("not_registered", "the phone is not registered at the moment")
        uri, peer = contacts[0]
        done(Placement(targets=(peer,), uri=uri, from_=from_, headers=headers))

    def _to_phone(
        self, phone: Phone, wanted: TrunkId | None, from_: NameAddr, done: Placed
    ) -> None:
        trunk = self._directory.trunk_for(wanted)
        uri = Uri("sip", phone.e164, trunk.host, trunk.port)
        if trunk.transport != "udp":
            uri = uri.with_params(transport=trunk.transport)
        credentials = None
        if trunk.username is not None and trunk.password is not None:
            credentials = Credentials(trunk.username, trunk.password)
        route = self._service_routes.get(trunk.id, ())
        self._locate(uri, from_, credentials, (), done, route)

    def _to_sip(self, known: Directory, endpoint: ToSip, from_: NameAddr, done: Placed) -> None:
        kind, colon, name = endpoint.uri.partition(":")
        if colon and kind == "client":
            entry = known.devices.get(name)
            if entry is None:
                raise Refused("not_registered", "there is no phone of that name")
            self._to_device(known, entry.id, from_, done, endpoint.headers)
            return
        try:
            uri = Uri.parse(endpoint.uri)
        except RemoteError:
            raise Refused("bad_address", "write it as sip:user@host") from None
        if uri.host == self._domain and uri.user is not None:
            entry = known.devices.get(uri.user)
            if entry is not None:
                self._to_device(known, entry.id, from_, done)
                return
        credentials = None
        if endpoint.username is not None and endpoint.password is not None:
            credentials = Credentials(endpoint.username, endpoint.password)
        self._locate(uri, from_, credentials, endpoint.headers, done)

    def _locate(
        self,
        uri: Uri,
        from_: NameAddr,
        credentials: Credentials | None,
        headers: tuple[tuple[str, str], ...],
        done: Placed,
        route: tuple[NameAddr, ...] = (),
    ) -> None:
        def located(targets: tuple[Peer, ...]) -> None:
            if not targets:
                done(Refused("unreachable", "the host does not exist or has no SIP server"))
                return
            done(
                Placement(
                    targets=targets,
                    uri=uri,
                    from_=from_,
                    credentials=credentials,
                    headers=headers,
                    route=route,
                )
            )

        # RFC 3261 8.1.2: with a route set the request goes to its first hop.
        self._locator.locate(route[0].uri if route else uri, located)

    # -- transfer -----------------------------------------------------------------------------

    def refer_target(self, target: str) -> NameAddr:
        """The Refer-To of a transfer we ask for."""
        return NameAddr("", Uri.parse(target))

    def transfer_target(
        self, leg: LiveLeg, target: NameAddr, directory: Directory | None = None
    ) -> DialTarget:
        """Where a REFER leads: a phone of ours, or a number for a phone of ours.

        A caller on a trunk may be connected to phones of ours only: it must not make us call
        anywhere at our expense.
        """
        user = target.uri.user or ""
        reached = (directory or self._directory).reach(user)
        if isinstance(reached, DeviceEntry):
            return DialTarget(endpoint=ToDevice(device=reached.id))
        if isinstance(reached, Reached) or leg.source:
            raise Refused("destination_not_allowed", "a transfer may go to a phone of ours")
        return DialTarget(endpoint=ToPhone(phone=Phone.parse(user)))


def _with_subject(subject: str, done: Placed) -> Placed:
    """Why we call, as the far end may show it (RFC 3261 20.36)."""
    if not subject:
        return done

    def placed(outcome: Placement | Refused) -> None:
        if isinstance(outcome, Placement):
            outcome = replace(outcome, headers=(*outcome.headers, ("Subject", subject)))
        done(outcome)

    return placed

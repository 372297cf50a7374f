"""Where an outgoing leg goes: endpoint to targets, Request-URI, From and credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ringfence.calls import effects
from ringfence.calls.commands import DialTarget, ToDevice, ToPhone, ToSip
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.sip.commands import Credentials, Way
from ringfence.sip.events import Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri
from ringfence.switch.directory import DeviceEntry, Directory, Reached
from ringfence.switch.identity import ANONYMOUS, Identity, to_phone, to_trunk
from ringfence.switch.live import LiveLeg
from ringfence.switch.showing import phone_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What an INVITE needs.

    ``spares``, ``others``: as in `ringfence.sip.commands.Invite`. ``phone``: it goes to a phone of
    ours; ``dials``: which may call numbers itself (`Directory.dials`).
    """

    targets: tuple[Peer, ...]
    uri: Uri = field(repr=False)
    from_: NameAddr = field(repr=False)
    credentials: Credentials | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    route: tuple[NameAddr, ...] = field(default=(), repr=False)
    to: NameAddr | None = field(default=None, repr=False)
    spares: tuple[Way, ...] = field(default=(), repr=False)
    others: tuple[tuple[Way, ...], ...] = field(default=(), repr=False)
    phone: bool = False
    dials: bool = False


Placed = Callable[[Placement | Refused], None]
Located = Callable[[tuple[Peer, ...]], None]


class Bindings(Protocol):
    """Where registered phones are."""

    def __call__(self, username: str, /) -> Sequence[Binding]:
        """The contacts of a phone, the best first."""
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
        self,
        effect: effects.PlaceLeg,
        done: Placed,
        directory: Directory | None = None,
        caller: Identity | None = None,
        called: Phone | None = None,
    ) -> None:
        """Work out the placement of a leg and tell ``done``, at once or later.

        ``directory``: of the account whose call it is; by default the installation's own.
        ``caller``: on whose behalf the leg is placed, None where nobody called. ``called``: the
        number that they dialled.
        """
        known = directory or self._directory
        from_ = self._from(effect.caller_id, effect.display)
        inside = to_phone(caller, self._domain) if effect.caller_id is None else from_
        if effect.display:
            inside = NameAddr(effect.display, inside.uri, inside.params)
        done = _with_subject(effect.subject, done)
        try:
            if not isinstance(effect.endpoint, ToDevice) and known.stopped():
                raise Refused("account_suspended", "the account is stopped", clause="ACC-07")  # noqa: TRY301
            match effect.endpoint:
                case ToDevice(device=device):
                    self._to_device(known, device, inside, done)
                case ToPhone(phone=phone, trunk=trunk, vouched=vouched):
                    if known.spent():
                        raise Refused("no_credit", "the account has no credit left")  # noqa: TRY301
                    shown = effect.caller_id
                    if not vouched:
                        shown = known.shown(shown, called=called)
                    from_, headers = to_trunk(caller, self._from(shown, effect.display))
                    self._to_phone(phone, trunk, from_, done, headers)
                case ToSip():
                    if effect.caller_id is None:
                        shown = known.shown(None, called=called)
                        from_, _ = to_trunk(caller, self._from(shown, effect.display))
                    self._to_sip(known, effect.endpoint, from_, inside, done)
        except Refused as refused:
            done(refused)

    def _from(self, caller_id: Phone | None, display: str) -> NameAddr:
        if caller_id is None:
            return NameAddr(display or ANONYMOUS.display, ANONYMOUS.uri, ANONYMOUS.params)
        return NameAddr(display, Uri("sip", caller_id.e164, self._domain))

    def _to_device(
        self,
        known: Directory,
        device: PhoneDeviceId,
        from_: NameAddr,
        done: Placed,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        entry = known.device(device)
        contacts = self._bindings(entry.name) if entry is not None else ()
        if entry is None or not contacts:
            raise Refused("not_registered", "the phone is not registered at the moment")
        (first, *spares), *others = places(contacts)
        done(
            Placement(
                targets=first.targets,
                uri=first.uri,
                route=first.route,
                from_=from_,
                to=NameAddr("", Uri("sip", entry.name, self._domain)),
                headers=headers,
                spares=tuple(spares),
                others=tuple(others),
                phone=True,
                dials=known.dials(entry.name),
            )
        )

    def _to_phone(
        self,
        phone: Phone,
        wanted: TrunkId | None,
        from_: NameAddr,
        done: Placed,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        trunk = self._directory.trunk_for(wanted)
        uri = Uri("sip", phone.e164, trunk.host, trunk.port)
        if trunk.transport != "udp":
            uri = uri.with_params(transport=trunk.transport)
        credentials = None
        if trunk.username is not None and trunk.password is not None:
            credentials = Credentials(trunk.username, trunk.password)
        route = self._service_routes.get(trunk.id, ())
        self._locate(uri, from_, credentials, headers, done, route)

    def _to_sip(
        self,
        known: Directory,
        endpoint: ToSip,
        from_: NameAddr,
        inside: NameAddr,
        done: Placed,
    ) -> None:
        """``inside``: the From for a phone of ours."""
        kind, colon, name = endpoint.uri.partition(":")
        if colon and kind == "client":
            entry = known.devices.get(name)
            if entry is None:
                raise Refused("not_registered", "there is no phone of that name")
            self._to_device(known, entry.id, inside, done, endpoint.headers)
            return
        try:
            uri = Uri.parse(endpoint.uri)
        except RemoteError:
            raise Refused("bad_address", "write it as sip:user@host") from None
        entry = phone_at(known, uri, self._domain)
        if entry is not None:
            self._to_device(known, entry.id, inside, done, endpoint.headers)
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
        self,
        leg: LiveLeg,
        target: NameAddr,
        directory: Directory | None = None,
        *,
        region: str | None = None,
    ) -> DialTarget:
        """Where a REFER leads: a phone of ours, or a number for a phone of ours.

        Whoever is no phone of ours, a caller or somebody we called, may be connected to phones of
        ours only: it must not make us call anywhere at our expense. ``region``: completes a number
        that is written nationally (ISO 3166). Raises `Refused`.
        """
        user = target.uri.subscriber
        reached = (directory or self._directory).reach(user)
        if isinstance(reached, DeviceEntry):
            return DialTarget(endpoint=ToDevice(device=reached.id))
        if isinstance(reached, Reached) or not leg.phone:
            raise Refused("destination_not_allowed", "a transfer may go to a phone of ours")
        return DialTarget(endpoint=ToPhone(phone=Phone.parse(user, region=region)))


def places(contacts: Iterable[Binding]) -> list[tuple[Way, ...]]:
    """Return where a phone's account rings at once, each place with the ways to it in order.

    Bindings of one instance are flows to one device: it is called over one of them at a time
    (RFC 5626 7).
    """
    found: dict[object, list[Way]] = {}
    for one in contacts:
        device = one.instance[0] if one.instance is not None else one.uri
        found.setdefault(device, []).append(Way((one.peer,), one.uri, one.route))
    return [tuple(ways) for ways in found.values()]


def _with_subject(subject: str, done: Placed) -> Placed:
    """Why we call, as the far end may show it (RFC 3261 20.36)."""
    if not subject:
        return done

    def placed(outcome: Placement | Refused) -> None:
        if isinstance(outcome, Placement):
            outcome = replace(outcome, headers=(*outcome.headers, ("Subject", subject)))
        done(outcome)

    return placed

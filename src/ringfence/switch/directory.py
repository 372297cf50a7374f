"""Who and what can be reached: numbers, flows, phones and trunks, as the running server knows them.

Filled from storage at start and changed by the use cases as they are carried out, so a call never
waits for the database to find its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Literal, Protocol

from msgspec.structs import replace

from ringfence.accounts.resources import Application, Hook
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, ApplicationId, FlowId, NumberId, PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Value
from ringfence.markup.telling import StatusCallback
from ringfence.numbers.caller_id import Showing, choose
from ringfence.numbers.inventory import Inventory
from ringfence.numbers.options import PLAIN, NumberOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRoute:
    """A flow of this installation, by name; the newest version answers."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRoute:
    """A document that is fetched for each call."""

    url: str = field(repr=False)
    method: Literal["GET", "POST"] = "POST"
    fallback: Hook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwimlRoute:
    """A document kept here."""

    document: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRoute:
    """The URLs of an application, as they are when the call arrives."""

    application: ApplicationId


Route = FlowRoute | UrlRoute | TwimlRoute | ApplicationRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEntry:
    """One of our numbers and what answers it."""

    id: NumberId
    phone: Phone
    route: Route
    options: NumberOptions = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkEntry:
    """A carrier or PBX. ``address``: ``host[:port]`` trusted and called; or we register there."""

    id: TrunkId
    name: str
    host: str
    port: int | None = None
    transport: Literal["udp", "tcp", "tls"] = "udp"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    register: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntry:
    """A SIP phone of ours; its name is its digest user."""

    id: PhoneDeviceId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEntry:
    """A SIP domain: what answers, who is told, and who may call.

    ``users``: by their passwords, ``networks``: from where; None: no list of that kind is mapped.
    Who calls is on a list of each kind there is, so a domain without any is called by nobody.
    ``registrars``: who may register there. ``secure``: who calls does so by TLS.
    """

    id: str
    route: Route
    secure: bool = False
    status: StatusCallback | None = None
    users: frozenset[str] | None = field(default=None, repr=False)
    registrars: frozenset[str] = field(default=frozenset(), repr=False)
    networks: tuple[IPv4Network | IPv6Network, ...] | None = field(default=None, repr=False)

    def holds(self, host: str) -> bool:
        """Whether an address is one of those that may call."""
        if not self.networks:
            return False
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(
            address.version == network.version and address in network for network in self.networks
        )

    def admits(self, username: str | None, host: str) -> bool:
        """Whether who proved to be ``username`` (or nobody) may call from an address.

        https://www.twilio.com/docs/voice/api/sip-domain-resource: the address "must be in one of
        the mapped lists", and of a domain with credentials a caller "must authenticate".
        """
        if self.users is None and self.networks is None:
            return False
        known = self.users is None or username in self.users
        return known and (self.networks is None or self.holds(host))


class FlowEntry(Protocol):
    """A flow, as far as the switch knows it."""

    @property
    def id(self) -> FlowId:
        """Which."""
        ...


class Reached(Value, frozen=True, kw_only=True):
    """An address of ours leads to a program. ``number`` None for a SIP name.

    ``status``: who is told how the call fares, where no number says it. ``domain``: the SIP domain
    that was called.
    """

    route: Route
    number: NumberEntry | None = None
    status: StatusCallback | None = None
    domain: str | None = None


@dataclass(slots=True)
class Roll:
    """Whose is what a stranger can call: the numbers, phones and SIP domains of every account."""

    spellings: Inventory = field(default_factory=Inventory)
    numbers: dict[NumberId, AccountId] = field(default_factory=dict)
    phones: dict[str, AccountId] = field(default_factory=dict)
    """By the name of the phone."""
    domains: dict[str, DomainEntry] = field(default_factory=dict)
    hosts: dict[str, AccountId] = field(default_factory=dict)
    """By the name of the SIP domain."""

    def whose(self, user: str) -> AccountId | None:
        """Return whose number a Request-URI's user part names, None where it is nobody's."""
        number = self.spellings.find(user)
        return None if number is None else self.numbers.get(number)

    def owner(self, phone: Phone) -> AccountId | None:
        """Return whose number it is, however it came to be written."""
        return self.whose(phone.e164) if self.spellings.owns(phone) else None


def _never() -> bool:
    return False


@dataclass(slots=True)
class Directory:
    """Everything one account reaches. Plain dictionaries: the use cases keep them true.

    ``trunks`` are the installation's and ``roll`` is: all accounts share the same objects.
    """

    account: AccountId
    auth_token: str = field(repr=False)
    numbers: dict[str, NumberEntry] = field(default_factory=dict)
    by_id: dict[NumberId, NumberEntry] = field(default_factory=dict)
    """The same numbers; kept true by `add_number` and `remove_number`."""
    roll: Roll = field(default_factory=Roll)
    flows: dict[str, FlowEntry] = field(default_factory=dict)
    trunks: dict[TrunkId, TrunkEntry] = field(default_factory=dict)
    devices: dict[str, DeviceEntry] = field(default_factory=dict)
    domains: dict[str, DomainEntry] = field(default_factory=dict)
    """SIP domains by their name; see `reach_domain`."""
    domain_users: set[str] = field(default_factory=set)
    """Phones that may call SIP domains, register where they are on a list, and nothing else."""
    caller_ids: dict[str, str] = field(default_factory=dict)
    """Numbers (E.164) of others that they let us show, each with its SID."""
    applications: dict[ApplicationId, Application] = field(default_factory=dict)
    spent: Callable[[], bool] = _never
    """Whether nothing that costs is called at present, for want of credit."""
    stopped: Callable[[], bool] = _never
    """Whether the account was stopped because it was stolen: it calls nobody outside."""

    def may_register(self, username: str, host: str) -> bool:
        """Whether a phone may register under ``host``, a domain or a name of this installation.

        Phones of ours may; one of a list where the list counts for the domain's registrations.
        """
        if username not in self.domain_users:
            return True
        named = self.domains.get(host.lower())
        asked = self.domains.values() if named is None else (named,)
        return any(username in domain.registrars for domain in asked)

    def dials(self, username: str | None) -> bool:
        """Whether it is a phone of ours that may call numbers and phones, not SIP domains alone."""
        return username in self.devices and username not in self.domain_users

    def number(self, user: str) -> NumberEntry | None:
        """The number of ours that a Request-URI's user part names, however a carrier writes it."""
        found = self.numbers.get(user)
        if found is not None:
            return found
        identifier = self.roll.spellings.find(user)
        if identifier is None:
            return None
        return self.by_id.get(identifier)

    def add_number(self, entry: NumberEntry) -> None:
        """A number is ours, or is answered by something else from now on."""
        self.numbers[entry.phone.e164] = entry
        self.by_id[entry.id] = entry
        self.roll.spellings.add(entry.id, entry.phone)
        self.roll.numbers[entry.id] = self.account

    def remove_number(self, phone: Phone) -> None:
        """A number is no longer ours."""
        entry = self.numbers.pop(phone.e164, None)
        if entry is not None:
            self.by_id.pop(entry.id, None)
            self.roll.spellings.remove(entry.id)
            self.roll.numbers.pop(entry.id, None)

    def add_phone(self, entry: DeviceEntry) -> None:
        """A phone may register."""
        self.devices[entry.name] = entry
        self.roll.phones[entry.name] = self.account

    def remove_phone(self, name: str) -> None:
        """A phone may no longer register."""
        if self.devices.pop(name, None) is not None:
            self.roll.phones.pop(name, None)

    def set_domains(self, domains: dict[str, DomainEntry], users: set[str]) -> None:
        """These are its SIP domains from now on, and who may call them and nothing else."""
        for name in self.domains:
            self.roll.domains.pop(name, None)
            self.roll.hosts.pop(name, None)
        self.domains.clear()
        self.domains.update(domains)
        self.roll.domains.update(domains)
        self.roll.hosts.update(dict.fromkeys(domains, self.account))
        self.domain_users.clear()
        self.domain_users.update(users)

    def url_route(self, route: Route) -> Route:
        """The route itself, an application's as the URL that answers its calls.

        Raises `Refused` (``not_found``) for an application that has gone or has no URL.
        """
        if not isinstance(route, ApplicationRoute):
            return route
        application = self.applications.get(route.application)
        if application is None or application.voice is None:
            raise Refused("not_found", "the application has no URL that answers calls")
        return UrlRoute(
            url=application.voice.url,
            method=application.voice.method,
            fallback=application.voice_fallback,
        )

    def status_callback(self, entry: NumberEntry) -> StatusCallback | None:
        """Who is told how calls to a number fare: its application's URL, else its own."""
        application = self._application(entry.options.application)
        hook = application.status if application is not None else entry.options.status
        return None if hook is None else StatusCallback(url=hook.url, method=hook.method)

    def message_hooks(self, entry: NumberEntry) -> tuple[Hook | None, Hook | None]:
        """Who answers messages to a number, and who if that fails."""
        application = self._application(entry.options.sms_application)
        if application is not None:
            return application.sms, application.sms_fallback
        flow = self.flow_called(entry.options.sms_flow)
        if flow is not None:
            return Hook(url=f"flow:{flow}"), entry.options.sms_fallback
        return entry.options.sms, entry.options.sms_fallback

    def text_flow(self, number: NumberId) -> FlowId | None:
        """The flow that answers messages to a number of ours at present."""
        entry = self.by_id.get(number)
        if entry is None or self._application(entry.options.sms_application) is not None:
            return None
        return entry.options.sms_flow

    def flow_called(self, identifier: FlowId | None) -> str | None:
        """The name of a flow."""
        return next((n for n, f in self.flows.items() if f.id == identifier), None)

    def _application(self, identifier: ApplicationId | None) -> Application | None:
        return None if identifier is None else self.applications.get(identifier)

    def may_show(self, phone: Phone) -> bool:
        """Whether calls may show a number: it is ours, or its owner confirmed it."""
        return phone.e164 in self.numbers or phone.e164 in self.caller_ids

    def shown(self, wanted: Phone | None, *, called: Phone | None = None) -> Phone | None:
        """The number an outgoing call shows: the one wanted if it is ours, else the one called.

        ``called``: what its caller dialled; where that is none of ours, our first is shown.
        Showing somebody else's number is fraud in most countries (``numbers.caller_id``).
        """
        first = next((entry.phone for entry in self.numbers.values()), None)
        usual = Showing(called=called, trunk_number=first)
        try:
            return choose(replace(usual, wanted=wanted), owns=self.may_show)
        except Refused:
            return choose(usual, owns=self.may_show)

    def reach(self, user: str) -> Reached | DeviceEntry | None:
        """What ``sip:user@us`` leads to: a number, a flow's name, a phone, or nothing."""
        entry = self.number(user)
        if entry is not None:
            return Reached(route=entry.route, number=entry)
        if user in self.flows:
            return Reached(route=FlowRoute(flow=user))
        return self.devices.get(user)

    def reach_domain(
        self, host: str, username: str | None, address: str, *, private: bool = True
    ) -> Reached | None:
        """What a call to a SIP domain leads to, None where ``host`` is none.

        ``username``: whom the caller proved to be; ``address``: where the call comes from.
        ``private``: it came by TLS, so that nobody on the way read it.

        Raises `Refused` (``destination_not_allowed``) for a caller on none of its lists, and for
        somebody who may call SIP domains and calls something else.
        """
        domain = self.domains.get(host.lower())
        if domain is None and username not in self.domain_users:
            return None
        if domain is None or not domain.admits(username, address) or domain.secure > private:
            raise Refused("destination_not_allowed", "the caller may not call there")
        return Reached(route=domain.route, status=domain.status, domain=domain.id)

    def flow_of(self, reached: Reached | DeviceEntry | None) -> FlowId | None:
        """The flow that answers there, if one does."""
        if not isinstance(reached, Reached) or not isinstance(reached.route, FlowRoute):
            return None
        flow = self.flows.get(reached.route.flow)
        return flow.id if flow is not None else None

    def device(self, identifier: PhoneDeviceId) -> DeviceEntry | None:
        """The phone of that id."""
        return next((d for d in self.devices.values() if d.id == identifier), None)

    def trunk_at(self, source: str | None) -> TrunkId | None:
        """The trunk that a call came by, None where it came otherwise."""
        return TrunkId(source) if source in self.trunks else None

    def trunk_for(self, wanted: TrunkId | None) -> TrunkEntry:
        """The trunk for an outgoing call: the one wanted, else the first that is a carrier's."""
        if wanted is not None and wanted in self.trunks:
            return self.trunks[wanted]
        for trunk in self.trunks.values():
            if trunk.register or trunk.host:
                return trunk
        raise Refused("no_trunk", "add a trunk first: ringfence trunk add NAME --address HOST")

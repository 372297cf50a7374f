"""The office: everything the installation can be asked to do, by name.

One table of use cases (`ringfence.office.table`) answers the command line, the control socket and
HTTP alike. Set-up is kept in memory beside the database, because calls look at it and never wait;
a change is written first and learned after, so what is acknowledged survives.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import copy_context
from typing import Any, TypeVar

from ringfence.api import views
from ringfence.config import Settings
from ringfence.kernel.clock import Clock, Ms, SystemClock
from ringfence.kernel.entropy import Entropy, SystemEntropy
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.office import desks, tenancy
from ringfence.office.blame import blame
from ringfence.office.deliveries import Postbox
from ringfence.office.documents import check_document, check_flow
from ringfence.office.errands import Errands
from ringfence.office.first_start import open_account
from ringfence.office.identities import Identities
from ringfence.office.learned import Learned, trunk_entry
from ringfence.office.live import Live
from ringfence.office.lookup import LookupShelf
from ringfence.office.messaging.pictures import Pictures
from ringfence.office.messaging.post import Post
from ringfence.office.messaging.senders import SenderBook
from ringfence.office.privacy import policy
from ringfence.office.shown_calls import ShownCalls
from ringfence.office.storeroom import Rooms
from ringfence.office.table import TABLE, Admission, UseCase
from ringfence.privacy.purposes import acting, purpose
from ringfence.privacy.roles import Identity
from ringfence.sip.uri import Uri
from ringfence.storage.folder import DataFolder
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.store import Store
from ringfence.storage.trunks import Trunk
from ringfence.storage.unit_of_work import Queries, Transaction
from ringfence.switch.directory import Directory
from ringfence.switch.live import LiveCall
from ringfence.webhooks.guard import Guard as WebGuard
from ringfence.webhooks.guard import check_secure

__all__ = ["Office", "desks", "open_office"]

T = TypeVar("T")

_CALLS = "user.telephony.call"
"""The category of what use cases about calls, conferences and recordings handle."""


class Office(Learned):
    """The use cases over one open data folder. ``live`` is set where a server runs."""

    def __init__(self, settings: Settings, store: Store, *, clock: Clock, entropy: Entropy) -> None:
        self.house = self
        """The office of the installation's own account."""
        self.branches: dict[AccountId, Office] = {}
        """The offices of the accounts below it."""
        self.settings = settings
        self.clock = clock
        self.entropy = entropy
        self.region = settings.country or None
        self.domain = settings.domain or settings.advertise or "ringfence.local"
        self.sessions: dict[bytes, Ms] = {}
        self.session_roles: dict[bytes, str] = {}
        self.identities = Identities()
        self.policy_uses: dict[str, Ms] = {}
        self.repeating: set[bytes] = set()
        self.streams = 0
        self.taking: set[str] = set()
        """Numbers that some account is just being given: no other takes them meanwhile."""
        store.eraser.jurisdiction = settings.country
        store.eraser.resume()
        self.account = open_account(store, clock=clock, entropy=entropy)
        self.store = Rooms(store, self.account)
        with purpose("authenticate"):
            token = store.accounts.auth_token(store.db.reading, self.account)
        with purpose("operate"):
            self.account_name = store.accounts.name(store.db.reading, self.account)
        super().__init__(Directory(self.account.id, token))
        self.store.rooms.notifications.answering = self.answering
        self.shown_calls = ShownCalls()
        self.lookups = LookupShelf()
        self.postbox = Postbox(self)
        self.text_senders = SenderBook()
        self.post = Post(self)
        self.errands = Errands(self)
        self.pictures = Pictures(self)
        self._live: Live | None = None
        self._web_guard = WebGuard(map(str, settings.fetch_private))
        self._load()

    @property
    def runs(self) -> bool:
        """Whether a server runs on this office."""
        return self.house._live is not None

    @property
    def running(self) -> Live | None:
        """The running server, as this account sees it; None where there is none."""
        found = self.house._live
        return found if found is None or self.house is self else found.of(self.account.id)

    @property
    def live(self) -> Live:
        """The running server, as this account sees it. Raises `Refused` where there is none."""
        if self.running is None:
            raise Refused("not_running", "start it first: ringfence up --data DIR")
        return self.running

    def live_call(self, call: str) -> LiveCall | None:
        """A call of this account that is going on; None where there is none."""
        found = self.live.runner.calls.get(CallId(call))
        mine = found is not None and found.tenant.directory.account == self.account.id
        return found if mine else None

    @property
    def everybody(self) -> list[Office]:
        """The offices of every account, the installation's own first."""
        return [self.house, *self.house.branches.values()]

    def of(self, account: str | None) -> Office:
        """The office of an account; the installation's own where it is not one below it."""
        return self.house.branches.get(AccountId(account or ""), self.house)

    def attach(self, live: Live) -> None:
        """A server runs on this office."""
        self._live = live

    def forget_person(self, party: PartyId) -> None:
        """Somebody was erased: nothing about them stays in memory."""
        self.lookups.clear()
        self.shown_calls.clear()
        self.post.forget()
        if self.runs:
            self.live.forget_person(party)

    async def close(self) -> None:
        """Write what is waiting and close the data folder."""
        await self.errands.close()
        await asyncio.to_thread(self.store.store.close)

    # -- asking -------------------------------------------------------------------------------

    async def run(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> Any:
        """Carry out one use case; see `ringfence.api.use_cases`."""
        who = self.identities.of(actor, self.clock.now())
        row = TABLE.find(name, actor=who.entrance, stream=False, live=self.runs)
        office = tenancy.desk(self.house, who, account, name)
        admission = row.admit(who)
        row.check(args)
        office._oblige(row, who, admission)
        policy.note_use(self.house, who.entrance)
        if row.handling.category == _CALLS:
            # a server that hears of a call asks about it at once, before its facts are written
            await self.store.db.catch_up()
        try:
            with _acting(who, admission):
                return await row.work(office, **args)
        except Refused as refused:
            blame(refused, args)
            raise
        except TypeError as error:
            raise Refused("bad_argument", f"an argument of {name} has the wrong form") from error

    async def follow(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> AsyncIterator[Any]:
        """Carry out a use case that streams; see `ringfence.api.use_cases`."""
        who = self.identities.of(actor, self.clock.now())
        row = TABLE.find(name, actor=who.entrance, stream=True, live=self.runs)
        office = tenancy.desk(self.house, who, account, name)
        admission = row.admit(who)
        row.check(args)
        office._oblige(row, who, admission)
        stream = row.work(office, **args)

        async def step() -> Any:
            # Each step in a context of its own: what is in force in here stays in here.
            with _acting(who, admission):
                return await anext(stream)

        try:
            while True:
                task = asyncio.get_running_loop().create_task(step(), context=copy_context())
                try:
                    item = await tenancy.while_welcome(office, actor, task)
                except StopAsyncIteration:
                    return
                yield item
        finally:
            await stream.aclose()

    def _oblige(self, row: UseCase, who: Identity, admission: Admission) -> None:
        """Carry out what the gate asks for: a leaf that says who handles what, and why."""
        if "log_opening" in admission.obligations:
            body = {
                "what": row.name,
                "category": row.handling.category,
                "purpose": admission.purpose,
                "by": who.actor,
            }
            trail, account, now = self.store.store.trail, self.account.id, self.clock.now()
            self.store.db.give(
                lambda tx: trail.note(tx, "handled", at=now, account=account, body=body)
            )

    # -- storage ------------------------------------------------------------------------------

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Do a unit of work and wait until it is durable."""
        return await self.store.db.post(unit, patient=False)

    def read(self, query: Callable[[Queries], T]) -> T:
        """Read on this thread's connection; with the purpose in force, or to operate."""
        return query(self.store.db.reading)

    async def settled(self) -> None:
        """Wait until everything written so far can be read."""
        await self.store.db.post(lambda _: None)

    def open_for(self, account: AccountId) -> None:
        """Be the office of an account below this one; see `ringfence.office.tenancy.below`."""
        house, reading = self.house, self.store.db.reading
        found = house.store.accounts.get(reading, account)
        if found is None:
            raise Refused("not_found", "no account of that SID")
        self.account = found
        self.store = Rooms(house.store.store, found, over=house.store)
        with purpose("authenticate"):
            token = self.store.accounts.auth_token(reading, found)
        with purpose("operate"):
            self.account_name = self.store.accounts.name(reading, found)
        shared = house.directory
        self.learn_nothing(Directory(account, token, roll=shared.roll, trunks=shared.trunks))
        self.branches = {}
        self.text_senders = SenderBook()
        self.postbox = Postbox(self, over=house.postbox)
        self.pictures = Pictures(self, over=house.pictures)
        self.store.rooms.texts.bells = house.store.rooms.texts.bells
        self._load_own()

    def _load(self) -> None:
        reading = self.store.db.reading
        self._load_own()
        with purpose("operate"):
            for app in self.store.rooms.apps.all(reading):
                self.identities.apps[app.holder.id] = app
            for grant in self.store.rooms.apps.grants(reading):
                self.identities.grants[grant.id] = grant
            for ticket in self.store.rooms.tickets.all(reading):
                self.identities.learn_ticket(ticket)
        with purpose("authenticate"):
            for trunk in self.store.trunks.all(reading):
                self.trunks[trunk.id] = trunk
                self.directory.trunks[trunk.id] = trunk_entry(trunk)
        for account in self.store.accounts.all(reading)[1:]:
            self.branches[account.id] = tenancy.below(self, account.id)

    def _load_own(self) -> None:
        reading = self.store.db.reading
        self.text_senders.learn(self)
        with purpose("operate"):
            for flow in self.store.flows.all(reading):
                self.learn_flow(flow)
            for number in self.store.numbers.all(reading):
                self.learn_number(number)
            for kept in self.store.rooms.resources.all(reading):
                self.learn_resource(kept)
            for key in self.store.rooms.api_keys.all(reading):
                self.identities.learn_key(key)
        with purpose("authenticate"):
            for phone in self.store.phones.all(reading):
                self.learn_phone(phone)

    # -- looking up and checking --------------------------------------------------------------

    def check_url(self, url: str) -> None:
        """Raise `Refused` (``bad_url``, ``private_address``) where it may not be fetched."""
        self._web_guard.target(url)

    def check_secure(self, url: str) -> None:
        """Raise `Refused` (``not_secure``) where a card must not go: not TLS, or an inner address.

        The operator may name a host in ``fetch_private``: a processor of their own, or a test.
        """
        check_secure(self._web_guard, url)

    def check_document(self, twiml: str) -> list[views.Problem]:
        """What is wrong with a usable document; `Refused` (``bad_twiml``) for one that is not."""
        return check_document(twiml)

    def check_flow(self, document: bytes) -> list[views.Problem]:
        """Everything that is wrong with a flow document."""
        return check_flow(document)

    def check_host(self, host: str) -> None:
        """Raise `Refused` (``bad_address``) where it is no host, host:port or network."""
        try:
            ipaddress.ip_network(host, strict=False)
        except ValueError:
            try:
                name = Uri.parse(f"sip:{host}").host
            except RemoteError:
                raise Refused("bad_address", "write it as HOST or HOST:PORT") from None
            if name.rpartition(".")[2].isdigit() and not _is_address(name):
                # no name ends in a number (WHATWG URL 3.5): a misspelt address, which nothing finds
                raise Refused("bad_address", "an IP address has four numbers up to 255") from None

    # -- views that need the server -----------------------------------------------------------

    def trunk_view(self, trunk: Trunk) -> views.Trunk:
        """A trunk and its state."""
        state, expires = "stopped", None
        detail: str | None = "the server is not running"
        not_found: tuple[int, Ms | None] = (0, None)
        if self.runs:
            state, detail, expires = self.live.trunk_state(trunk)
            not_found = self.live.runner.not_found.get(trunk.id, not_found)
        return views.Trunk(
            name=trunk.name,
            sid=trunk.id,
            address=trunk.host,
            register=trunk.kind == "register",
            transport=trunk.transport,
            state=state,
            detail=detail,
            sees_us_at=self.live.sees_us_at(trunk) if self.runs else None,
            not_found=not_found[0],
            not_found_at=not_found[1],
            expires=expires,
            created=trunk.created_at,
        )

    def phone_view(self, phone: PhoneDevice, *, secret: str | None = None) -> views.Device:
        """A phone and whether it is registered."""
        expires = self.live.binding_expires(phone.username) if self.runs else None
        return views.Device(
            name=phone.username,
            sid=phone.id,
            registered=expires is not None,
            expires=expires,
            created=phone.created_at,
            uri=f"sip:{phone.username}@{self.domain}",
            secret=secret,
        )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _acting(who: Identity, admission: Admission) -> acting:
    """A visitor is not somebody: what is opened to let them in, the exchange opens itself."""
    role = "system" if who.role == "visitor" else who.role
    declared, key = admission.declared, admission.purpose
    return acting(role, actor=who.actor, declared=declared, key=key, who=who)


async def open_office(settings: Settings) -> Office:
    """Open the data folder for one command, without SIP and media. Raises `Refused`."""
    clock, entropy = SystemClock(), SystemEntropy()
    store = Store.open(DataFolder(settings.data), clock=clock, entropy=entropy)
    return Office(settings, store, clock=clock, entropy=entropy)

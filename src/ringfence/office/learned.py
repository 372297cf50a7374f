"""What is set up, in memory beside the database: calls look at it and never wait.

A change is written first and learned after; whoever runs is told in the same breath.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from ringfence.accounts.resources import Application, CallerId, Resource
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import ApplicationId, FlowId, NumberId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.office.domain_entries import DOMAIN_PARTS, domain_entries
from ringfence.office.live import Live
from ringfence.office.number_ties import passing_on
from ringfence.office.shelf import Shelf
from ringfence.privacy.purposes import exchange_itself
from ringfence.sip.uri import Uri
from ringfence.storage.flows import Flow
from ringfence.storage.numbers import Number
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.resources import Kept
from ringfence.storage.trunks import Trunk
from ringfence.switch.directory import (
    ApplicationRoute,
    DeviceEntry,
    Directory,
    FlowRoute,
    NumberEntry,
    Route,
    TrunkEntry,
    TwimlRoute,
    UrlRoute,
)

R = TypeVar("R", bound=Resource)

NOTHING = "<Response><Reject/></Response>"
"""What answers a number that nothing answers."""


class Learned(ABC):
    """What one account has set up, and what the switch has been told of it."""

    def __init__(self, directory: Directory) -> None:
        self.trunks: dict[TrunkId, Trunk] = {}
        self.learn_nothing(directory)

    def learn_nothing(self, directory: Directory) -> None:
        """Begin with an empty account; the trunks are the installation's, and stay."""
        self.directory = directory
        self.shelf = Shelf()
        self.flows: dict[str, Flow] = {}
        self.numbers: dict[str, Number] = {}
        self.phones: dict[str, PhoneDevice] = {}

    def answering(self, number: NumberId, texts: bool) -> ApplicationId | None:
        """Return the application that answers a number's calls, or its messages, if one does.

        Asked by the writer's thread too, of every exchange while somebody wants none kept.
        """
        ours = self.directory.by_id.get(number)
        if ours is None:
            return None
        return ours.options.sms_application if texts else ours.options.application

    @property
    @abstractmethod
    def running(self) -> Live | None:
        """The running server, as this account sees it; None where there is none."""

    def learn_flow(self, flow: Flow) -> None:
        """A flow has a new version: calls that begin from now on get it."""
        self.flows[flow.name] = flow
        self.directory.flows[flow.name] = flow
        if self.running is not None:
            with exchange_itself():
                self.running.flow_changed(flow)

    def learn_number(self, number: Number) -> None:
        """A number is ours."""
        self.numbers[number.phone.e164] = number
        self.directory.add_number(
            NumberEntry(
                id=number.id,
                phone=number.phone,
                route=self._route(number),
                options=number.options,
            )
        )

    def forget_number(self, phone: Phone) -> None:
        """A number is no longer ours."""
        self.numbers.pop(phone.e164, None)
        self.directory.remove_number(phone)

    def learn_resource(self, kept: Kept[R]) -> None:
        """A small document was made or changed."""
        self.shelf.learn(kept)
        self._see_domains(kept)
        if isinstance(kept.body, Application):
            self.directory.applications[ApplicationId(kept.id)] = kept.body
        elif isinstance(kept.body, CallerId):
            self.directory.caller_ids[kept.body.number] = kept.id

    def forget_resource(self, kept: Kept[R]) -> None:
        """A small document is gone."""
        self.shelf.forget(kept.id)
        self._see_domains(kept)
        if isinstance(kept.body, Application):
            self.directory.applications.pop(ApplicationId(kept.id), None)
        elif isinstance(kept.body, CallerId):
            self.directory.caller_ids.pop(kept.body.number, None)

    def _see_domains(self, kept: Kept[R]) -> None:
        if isinstance(kept.body, DOMAIN_PARTS):
            found, users = domain_entries(self.shelf, nothing=TwimlRoute(document=NOTHING))
            self.directory.set_domains(found, users)

    def learn_phone(self, phone: PhoneDevice) -> None:
        """A phone may register."""
        self.phones[phone.username] = phone
        self.directory.add_phone(DeviceEntry(id=phone.id, name=phone.username))
        if self.running is not None:
            with exchange_itself():
                self.running.phone_added(phone)

    def forget_phone(self, phone: PhoneDevice) -> None:
        """A phone may no longer register; its bindings go."""
        self.phones.pop(phone.username, None)
        self.directory.remove_phone(phone.username)
        if self.running is not None:
            with exchange_itself():
                self.running.phone_removed(phone)

    async def learn_trunk(self, trunk: Trunk) -> None:
        """A carrier is trusted, or registered with."""
        self.trunks[trunk.id] = trunk
        self.directory.trunks[trunk.id] = trunk_entry(trunk)
        if self.running is not None:
            with exchange_itself():
                await self.running.trunk_added(trunk)

    def forget_trunk(self, trunk: Trunk) -> None:
        """A carrier is trusted no longer."""
        self.trunks.pop(trunk.id, None)
        self.directory.trunks.pop(trunk.id, None)
        if self.running is not None:
            with exchange_itself():
                self.running.trunk_removed(trunk)

    def _route(self, number: Number) -> Route:
        if number.options.trunk is not None:
            return FlowRoute(flow=passing_on(number.id))
        if number.options.application is not None:
            return ApplicationRoute(application=number.options.application)
        if number.route == "flow":
            return FlowRoute(flow=self.flow_name(number.flow) or "")
        if number.route == "url":
            return UrlRoute(
                url=number.voice or "",
                method="GET" if number.method == "GET" else "POST",
                fallback=number.options.fallback,
            )
        if number.route == "none":
            return TwimlRoute(document=NOTHING)
        return TwimlRoute(document=number.voice or "")

    def flow_name(self, flow: FlowId | None) -> str | None:
        """The name of a flow."""
        if flow is None:
            return None
        return next((f.name for f in self.flows.values() if f.id == flow), None)

    def number_by_id(self, number: NumberId | None) -> Number | None:
        """One of our numbers."""
        if number is None:
            return None
        return next((n for n in self.numbers.values() if n.id == number), None)


def trunk_entry(trunk: Trunk) -> TrunkEntry:
    """What the switch needs to know of a trunk."""
    uri = None
    try:
        uri = Uri.parse(f"sip:{trunk.host}")
    except RemoteError:
        pass  # a network: it is trusted and never called
    transport = trunk.transport
    return TrunkEntry(
        id=trunk.id,
        name=trunk.name,
        host=uri.host if uri is not None else "",
        port=uri.port if uri is not None else None,
        transport="tls" if transport == "tls" else "tcp" if transport == "tcp" else "udp",
        username=trunk.username,
        password=trunk.password,
        register=trunk.kind == "register",
    )

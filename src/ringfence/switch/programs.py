"""Which program answers a call: the route of a number made into a source for `Program`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from xml.sax.saxutils import escape

from ringfence.accounts.resources import Hook
from ringfence.calls.words import Direction
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import DOCUMENTS_READ
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Applets, Context, Source
from ringfence.markup.exchange import Params
from ringfence.markup.parser import parse
from ringfence.markup.voice import Program
from ringfence.switch.directory import (
    DeviceEntry,
    Directory,
    FlowRoute,
    Reached,
    Route,
    TwimlRoute,
    UrlRoute,
)
from ringfence.switch.tolls import Tolls


class Programs:
    """Makes the program of each call."""

    def __init__(
        self,
        *,
        directory: Directory,
        applets: Applets,
        tolls: Tolls,
        domain: str,
        public_url: Callable[[], str] = str,
        region: str | None = None,
        voice: str = "",
    ) -> None:
        """``public_url``: says where programs reach the API."""
        self.domain = domain
        self._directory = directory
        self._applets = applets
        self._tolls = tolls
        self._public_url = public_url
        self.region = region
        self._voice = voice
        # The same document answers every call to a number: it is read at the first.
        self._read = lru_cache(int(DOCUMENTS_READ))(parse)

    def source(self, reached: Reached | DeviceEntry | None, user: str, *, is_phone: bool) -> Source:
        """What a dialled address runs. Raises `Refused` where it leads nowhere."""
        if isinstance(reached, Reached):
            return self.of_route(reached.route)
        if isinstance(reached, DeviceEntry):
            return self._dial(f"<Sip>{escape(self.address_of(reached))}</Sip>")
        if not is_phone:
            raise Refused("not_found", "no number, flow or phone of that name")
        phone = Phone.parse(user, region=self.region)
        self._tolls.check(phone)
        return self._dial(f"<Number>{escape(phone.e164)}</Number>")

    def judge(self, phone: Phone) -> None:
        """Count a call to a number at our expense; raises `Refused` where it must not be."""
        self._tolls.check(phone)

    def address_of(self, device: DeviceEntry) -> str:
        """The SIP address of a phone of ours."""
        return f"sip:{device.name}@{self.domain}"

    def of_route(self, route: Route) -> Source:
        """The source of a number's route."""
        match self._directory.url_route(route):
            case FlowRoute(flow=flow):
                return Source(url=f"flow:{flow}")
            case UrlRoute(url=url, method=method, fallback=None):
                return Source(url=url, method=method)
            case UrlRoute(url=url, method=method, fallback=Hook() as fallback):
                return Source(
                    url=url,
                    method=method,
                    fallback_url=fallback.url,
                    fallback_method=fallback.method,
                )
            case TwimlRoute(document=document):
                return Source(document=self._read(document))
        raise Refused("not_found", "nothing answers there")

    def make(
        self,
        call: CallId,
        *,
        caller: Phone | str,
        called: Phone | str,
        source: Source,
        direction: Direction = "inbound",
        answered: bool = False,
        forwarded_from: Phone | str | None = None,
        parent: CallId | None = None,
        besides: Params = (),
        token: Callable[[], str] | None = None,
    ) -> Program:
        """A program, not yet begun."""
        context = self.context(
            call,
            caller=caller,
            called=called,
            direction=direction,
            forwarded_from=forwarded_from,
            parent=parent,
            besides=besides,
            token=token,
        )
        return Program(context, source, applets=self._applets, answered=answered)

    def context(
        self,
        call: CallId,
        *,
        caller: Phone | str,
        called: Phone | str,
        direction: Direction = "inbound",
        forwarded_from: Phone | str | None = None,
        parent: CallId | None = None,
        besides: Params = (),
        token: Callable[[], str] | None = None,
    ) -> Context:
        """What programs and status callbacks of a call are told about it."""
        return Context(
            call=call,
            account=self._directory.account,
            caller=caller,
            called=called,
            direction=direction,
            forwarded_from=forwarded_from,
            region=self.region,
            public_url=self._public_url(),
            voice=self._voice,
            parent=parent,
            besides=besides,
            token=token,
        )

    def _dial(self, noun: str) -> Source:
        return Source(document=f'<Response><Dial answerOnBridge="true">{noun}</Dial></Response>')

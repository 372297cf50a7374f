"""Our side of the dialog of a call: what it waits for, and the requests we send inside it.

::

    ask ──▶ INFO, UPDATE, PRACK, REFER, NOTIFY ──▶ done(status, response)
                    └── 481: the far end does not know the call ──▶ lost      (RFC 3261 12.2.1.2)
    send_bye ──▶ BYE ──▶ whatever is answered, or nothing ──▶ settle

What comes from the far end, our 2xx and the end of the call are in ``leg``, which adds itself here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.sip.auth import DigestClient
from ringfence.sip.commands import Headers
from ringfence.sip.core import Core
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import LegKey, Peer
from ringfence.sip.leg_states import State, Wake
from ringfence.sip.message import Request, Response
from ringfence.sip.outbound import Exchange
from ringfence.sip.reason import q850_header
from ringfence.sip.replaces import Replaces
from ringfence.sip.timers import Alarm

if TYPE_CHECKING:
    from ringfence.sip.leg import Leg

_CALL_ENDERS = frozenset({"INFO", "UPDATE", "REFER"})
"""Whose 481 says that the call is gone. A PRACK may simply be late, a NOTIFY has lost its
subscription alone (RFC 5057 5.1), a BYE is satisfied."""

RequestWriter = Callable[[Request], None]
ResponseReader = Callable[[int, Response | None, Ms], None]


class Board(Protocol):
    """Whoever keeps the legs."""

    def ended(self, leg: Leg, /) -> None:
        """Commands for the leg mean nothing any more."""
        ...

    def released(self, leg: Leg, /) -> None:
        """No message can concern the leg any more."""
        ...

    def named(self, replaces: Replaces, /) -> Leg | None:
        """Find the leg whose dialog a Replaces of theirs names."""
        ...

    def replaces(self, key: LegKey, /) -> Replaces | None:
        """Name the dialog of a leg as its far end sees it."""
        ...


class Side(ABC):
    """See the module. ``timers``: when each wait is over; ``byes``: not answered yet."""

    __slots__ = (
        "alarm",
        "board",
        "byes",
        "contact_user",
        "core",
        "dialog",
        "digest",
        "key",
        "last_words",
        "local_tag",
        "secure",
        "state",
        "timers",
    )

    def __init__(self, core: Core, board: Board, key: LegKey, local_tag: str, state: State) -> None:
        self.core = core
        self.board = board
        self.key = key
        self.local_tag = local_tag
        self.state = state
        self.dialog: Dialog | None = None
        self.digest: DigestClient | None = None
        self.contact_user: str | None = None
        self.secure = False
        self.timers: dict[Wake, Ms] = {}
        self.alarm: Alarm | None = None
        self.byes: set[Exchange] = set()
        self.last_words: Headers = ()
        """What goes with the BYE."""

    @abstractmethod
    def woken(self, wake: Wake, now: Ms) -> None:
        """One of the waits is over."""

    @abstractmethod
    def lost(self, now: Ms, status: int) -> None:
        """The far end does not know the call any more, or never answers."""

    @abstractmethod
    def settle(self, now: Ms) -> None:
        """Go, if no message can concern this side any more."""

    # -- time ---------------------------------------------------------------------------------

    def deadline(self) -> Ms | None:
        """Return when the leg wants to be woken, or None."""
        timers = self.timers
        return min(timers.values()) if timers else None

    def fire(self, now: Ms) -> None:
        """Do everything whose time has come, the earliest first."""
        timers = self.timers
        while timers:
            wake = min(timers, key=timers.__getitem__)
            if timers[wake] > now:
                break
            del timers[wake]
            self.woken(wake, now)
        self.core.arm(self)

    # -- requests of ours inside the dialog -----------------------------------------------------

    def ask(
        self,
        method: str,
        complete: RequestWriter,
        now: Ms,
        done: ResponseReader | None = None,
        dialog: Dialog | None = None,
    ) -> Exchange:
        """Send a request inside the dialog; ``complete`` adds what the method needs.

        ``done`` hears the outcome unless the far end does not know the call any more, which ends
        it (12.2.1.2).
        """
        dialog = dialog or self.the_dialog()

        def build(via: str, _peer: Peer) -> Request:
            request = dialog.request(method, via)
            complete(request)
            return request

        def finished(status: int, response: Response | None, at: Ms) -> None:
            if status == 481 and method in _CALL_ENDERS and dialog is self.dialog:
                self.lost(at, status)
            elif done is not None:
                done(status, response, at)
                self.core.arm(self)

        exchange = Exchange(self.core, (dialog.peer,), build, finished, digest=self.digest)
        exchange.start(now)
        return exchange

    def the_dialog(self) -> Dialog:
        """Return the dialog; there is one from the first response with a tag on."""
        if self.dialog is None:
            raise LocalError("a request inside a dialog before there is one")
        return self.dialog

    def send_bye(self, now: Ms, cause: int | None = None, dialog: Dialog | None = None) -> None:
        """Send BYE and stay until it is answered or nobody does.

        Raises `LocalError` where it cannot be written; a side that is over does not stay then.
        """

        def complete(request: Request) -> None:
            request.headers.extend([*self.last_words, *q850_header(cause)])

        def done(_status: int, _response: Response | None, at: Ms) -> None:
            self.byes.discard(exchange)
            self.settle(at)

        try:
            exchange = self.ask("BYE", complete, now, done, dialog)
        except LocalError:
            self.settle(now)
            raise
        self.byes.add(exchange)

    def contact(self, transport: str) -> str:
        """Return our Contact; to a ``sips:`` call it is one too (8.1.1.8, 12.1.1)."""
        return self.core.contact(transport, self.contact_user, secure=self.secure)

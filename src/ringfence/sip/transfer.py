"""Transfers inside a leg: REFERs of theirs that we carry out, and ours that they do (RFC 3515).

Each REFER is known by the number of its CSeq, which is also the ``id`` of its NOTIFYs. `refer`
has the wire side and the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import REFER_SECONDS, REFERS_MAX
from ringfence.sip import commands, refer
from ringfence.sip.events import ReferProgress, ReferReceived
from ringfence.sip.leg_states import State, Wake
from ringfence.sip.message import Request, Response
from ringfence.sip.transaction import Server

if TYPE_CHECKING:
    from ringfence.sip.leg import Leg

_NO_WORD: Final = 408


class Asked(NamedTuple):
    """A REFER of theirs; ``server`` is None once we have accepted it."""

    request: Request
    server: Server | None


class Transfers:
    """The REFERs of one leg, both ways."""

    __slots__ = ("_asked", "_leg", "_ours")

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._asked: dict[int, Asked] = {}
        self._ours: dict[int, Ms] = {}  # CSeq number of ours -> when we stop waiting

    # -- theirs -----------------------------------------------------------------------------------

    def on_refer(self, request: Request, server: Server, now: Ms) -> None:
        """Show a REFER of theirs to the switch."""
        leg = self._leg
        target, replaces = refer.target(request)
        if leg.state is not State.TALKING or len(self._asked) >= REFERS_MAX:
            leg.core.answer(server, request, 603, now)
            return
        number = request.cseq.number
        self._asked[number] = Asked(request, server)
        found = None if replaces is None else leg.board.named(replaces)
        leg.core.emit(
            ReferReceived(
                leg=leg.key,
                refer=number,
                target=target,
                replaces=None if found is None else found.key,
            )
        )

    def accept(self, number: int, now: Ms) -> None:
        """Answer 202 and report 100, as 2.4.4 asks to do at once."""
        leg, asked = self._leg, self._asked.get(number)
        if asked is None:
            return
        if asked.server is None:
            raise LocalError("a REFER is accepted once")
        contact = (("Contact", leg.contact(asked.server.peer.transport)),)
        leg.core.answer(
            asked.server, asked.request, 202, now, headers=contact, to_tag=leg.local_tag
        )
        self._asked[number] = Asked(asked.request, None)
        self.notify(number, 100, now)

    def reject(self, number: int, status: int, now: Ms) -> None:
        """Refuse a REFER."""
        asked = self._asked.get(number)
        if asked is None:
            return
        if asked.server is None or not 300 <= status <= 699:
            raise LocalError("a REFER that was accepted, or a status that is no refusal")
        del self._asked[number]
        self._leg.core.answer(asked.server, asked.request, status, now)

    def notify(self, number: int, status: int, now: Ms) -> None:
        """Report how the referred call fares; 200 or more is the last report.

        Nothing happens where they have stopped listening.
        """
        asked = self._asked.get(number)
        if asked is None:
            return
        if asked.server is not None:
            raise LocalError("a REFER is accepted before it is reported on")
        if status >= 200:
            del self._asked[number]
        leg = self._leg

        def complete(request: Request) -> None:
            transport = leg.the_dialog().peer.transport
            request.headers.add("Contact", leg.contact(transport))
            refer.report(request, number, status)

        def done(answer: int, _response: Response | None, at: Ms) -> None:
            if answer >= 300:
                self._asked.pop(number, None)  # RFC 6665 4.2.2: they no longer listen
            leg.settle(at)

        leg.ask("NOTIFY", complete, now, done)

    # -- ours -------------------------------------------------------------------------------------

    def refer(self, command: commands.Refer, now: Ms) -> None:
        """Ask the far end to call somebody."""
        leg = self._leg
        if len(self._ours) >= REFERS_MAX:
            raise LocalError("too many REFERs are under way in one call")
        target = command.target
        if command.replaces is not None:
            replaces = leg.board.replaces(command.replaces)
            if replaces is None:
                leg.core.emit(ReferProgress(leg=leg.key, status=481, final=True))
                return
            target = refer.with_replaces(target, replaces)
        numbers: list[int] = []  # a challenge makes us send it again, under a new number

        def complete(request: Request) -> None:
            if numbers:
                self._ours.pop(numbers.pop(), None)
            numbers.append(request.cseq.number)
            self._ours[numbers[0]] = Ms(now + REFER_SECONDS * SECOND)
            transport = leg.the_dialog().peer.transport
            request.headers.add("Contact", leg.contact(transport))
            request.headers.add("Refer-To", str(target))
            if command.referred_by is not None:
                request.headers.add("Referred-By", str(command.referred_by))

        def done(status: int, _response: Response | None, _at: Ms) -> None:
            # A NOTIFY may overtake the 202, even the last one (RFC 6665 4.4.1).
            if numbers[0] in self._ours and leg.state is not State.ENDED:
                final = status >= 300
                if final:
                    del self._ours[numbers[0]]
                    self._rearm()
                leg.core.emit(ReferProgress(leg=leg.key, status=status, final=final))

        leg.ask("REFER", complete, now, done)
        self._rearm()

    def on_notify(self, request: Request, server: Server, now: Ms) -> None:
        """Take a report on a REFER of ours."""
        leg = self._leg
        package, number = refer.notify_event(request)
        if package != "refer":
            leg.core.answer(server, request, 489, now, headers=(("Allow-Events", "refer"),))
            return
        if number is None and self._ours:
            number = next(iter(self._ours))  # 2.4.6: only the first may come without an id
        if number not in self._ours:
            leg.core.answer(server, request, 481, now)
            return
        report = refer.parse_notify(request)
        leg.core.answer(server, request, 200, now)
        if leg.state is State.ENDED:
            # The session is over and their reports are not (RFC 5057 4.1); nobody asks for them.
            if report.final:
                del self._ours[number]
            leg.settle(now)
            return
        if report.final:
            del self._ours[number]
            self._rearm()
        leg.core.emit(ReferProgress(leg=leg.key, status=report.status, final=report.final))

    def woken(self, now: Ms) -> None:
        """Stop waiting for reports that never came, and for outcomes after the end."""
        if self._leg.state is State.ENDED:
            self._asked.clear()
            self._ours.clear()
            self._leg.settle(now)
            return
        for number in [number for number, limit in self._ours.items() if limit <= now]:
            del self._ours[number]
            self._leg.core.emit(ReferProgress(leg=self._leg.key, status=_NO_WORD, final=True))
        self._rearm()

    def _rearm(self) -> None:
        timers = self._leg.timers
        if self._ours:
            timers[Wake.REFER_LIMIT] = min(self._ours.values())
        else:
            timers.pop(Wake.REFER_LIMIT, None)

    # -- the end ----------------------------------------------------------------------------------

    @property
    def reporting(self) -> bool:
        """Whether somebody still listens for what becomes of a REFER."""
        return any(one.server is None for one in self._asked.values())

    @property
    def listening(self) -> bool:
        """Whether they may still tell us what became of a REFER of ours."""
        return bool(self._ours)

    def close(self, now: Ms, *, listening: bool, talking: bool) -> None:
        """The leg has ended; a REFER without an answer is declined.

        ``listening``: they hung up, which ends the session and not what they subscribed to with
        their REFER (RFC 5057 4.1): the last report is still due. ``talking``: one of us hung up,
        so the same is true of our REFERs: what they report is answered as long as it may come.
        """
        leg, asked = self._leg, self._asked
        self._asked = {
            number: one for number, one in asked.items() if listening and one.server is None
        }
        if not talking:
            self._ours.clear()
        leg.timers.pop(Wake.REFER_LIMIT, None)
        for one in asked.values():
            if one.server is not None:
                leg.core.answer(one.server, one.request, 603, now)
        if self._asked or self._ours:
            leg.timers[Wake.REFER_LIMIT] = Ms(now + REFER_SECONDS * SECOND)

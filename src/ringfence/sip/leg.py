"""One leg: an INVITE session from its first message to the last one that still matters.

::

              theirs                                    ours
     INVITE     │                                         │ Invite
             OFFERED ── Provisional, Answer ──┐        CALLING ── Progress
     Reject,    │                             ▼           │
     CANCEL     │                          ANSWERED ◀─────┘ 2xx
                │                             │ ACK (ours: Acknowledge)
                ▼                             ▼
              ENDED ◀──────────────────── TALKING ── re-INVITE, UPDATE, INFO, REFER
                          BYE, lost

`Leg` holds what both kinds share: requests inside the dialog (those of ours are in ``side``), our
2xx until its ACK, and the end.
``incoming`` and ``outgoing`` add the INVITE itself, ``update`` changes of the session, ``refer``
transfers. A leg in ENDED has told the switch so; it stays until its BYE is answered, so that
stragglers find somebody who knows them.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import HELD_MAX
from ringfence.sip import commands, info
from ringfence.sip.body import SDP, description_of
from ringfence.sip.commands import LegCommand
from ringfence.sip.core import ALLOW, SUPPORTED, Core
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import (
    EndCause,
    Ended,
    EndedBy,
    Established,
    InfoReceived,
    LegKey,
    OfferAnswered,
    OfferRefused,
    Peer,
    Transmit,
)
from ringfence.sip.headers import NameAddr
from ringfence.sip.leg_states import AFTER_THE_END, ALLOWED, State, Wake
from ringfence.sip.message import Message, Request, Response, response_to
from ringfence.sip.reason import q850
from ringfence.sip.session_timer import SessionExpires, SessionTimer
from ringfence.sip.side import Board as Board
from ringfence.sip.side import Side
from ringfence.sip.timers import T1, T2
from ringfence.sip.transaction import Server
from ringfence.sip.transfer import Transfers
from ringfence.sip.update import Renegotiation


class Acceptance(NamedTuple):
    """A 2xx of ours that waits for its ACK (13.3.1.4)."""

    transmit: Transmit
    number: int
    offered: bool  # the 2xx held an offer, the ACK has to hold the answer
    initial: bool


class Leg(Side):
    """The common half of both kinds of leg."""

    __slots__ = (
        "_cause",
        "_held",
        "_interval",
        "_renegotiation",
        "_transfers",
        "acceptance",
        "allows",
        "session",
    )

    caller: ClassVar[bool]
    """Whether the leg is ours: we own the Call-ID (14.1)."""

    def __init__(self, core: Core, board: Board, key: LegKey, local_tag: str, state: State) -> None:
        super().__init__(core, board, key, local_tag, state)
        self.allows: frozenset[str] = frozenset()
        self.acceptance: Acceptance | None = None
        self.session = SessionTimer()
        self._renegotiation: Renegotiation | None = None
        self._transfers: Transfers | None = None
        self._interval = T1
        self._cause: int | None = None
        self._held: list[LegCommand] = []

    @property
    def renegotiation(self) -> Renegotiation:
        """Offers and answers after the first."""
        found = self._renegotiation
        if found is None:
            found = self._renegotiation = Renegotiation(self)
        return found

    @property
    def transfers(self) -> Transfers:
        """REFERs, theirs and ours; most legs see none."""
        found = self._transfers
        if found is None:
            found = self._transfers = Transfers(self)
        return found

    def let_go(self) -> None:
        """The agent forgets the leg: without circles its memory is free at once."""
        self._renegotiation = None
        self._transfers = None

    # -- time ---------------------------------------------------------------------------------

    def woken(self, wake: Wake, now: Ms) -> None:
        """One of the waits is over."""
        if wake is Wake.OK_AGAIN:
            if self.acceptance is not None:
                self.core.output.append(self.acceptance.transmit)
                self._interval = min(self._interval * 2, T2)
                self.timers[wake] = Ms(now + self._interval)
        elif wake is Wake.OK_GIVE_UP:
            self._not_acknowledged(now)
        elif wake is Wake.SESSION:
            self._session_due(now)
        elif wake is Wake.GLARE or wake is Wake.CHANGE_LIMIT:
            self.renegotiation.woken(wake is Wake.GLARE, now)
        elif wake is Wake.REFER_LIMIT:
            self.transfers.woken(now)

    # -- commands -----------------------------------------------------------------------------

    def do(self, command: LegCommand, now: Ms) -> None:
        """Carry out a command; raises `LocalError` where `ALLOWED` does not allow it."""
        if self.state not in ALLOWED.get(type(command), ()):
            raise LocalError(f"{type(command).__name__} while {self.state}")
        self.carry_out(command, now)
        self.core.arm(self)

    def carry_out(self, command: LegCommand, now: Ms) -> None:
        """Carry out a command that both kinds of leg know."""
        match command:
            case commands.Bye() | commands.Cancel():
                if isinstance(command, commands.Bye):
                    self.last_words = command.headers
                self.hang_up(now, command.q850)
            case commands.Reoffer():
                self.renegotiation.reoffer(command, now)
            case commands.AnswerOffer():
                self.renegotiation.answer(command.body, now)
            case commands.RejectOffer():
                self.renegotiation.reject(command.status, now)
            case commands.Acknowledge():
                self.acknowledge(command.answer, now)
            case commands.SendInfo() | commands.Refer() if self.acceptance is not None:
                # A request that overtakes our 2xx would find no dialog and look like a lost call.
                if len(self._held) < HELD_MAX:
                    self._held.append(command)
            case commands.SendInfo():
                self._send_info(command, now)
            case commands.Refer():
                self.transfers.refer(command, now)
            case commands.AcceptRefer():
                self.transfers.accept(command.refer, now)
            case commands.NotifyRefer():
                self.transfers.notify(command.refer, command.status, now)
            case commands.RejectRefer():
                self.transfers.reject(command.refer, command.status, now)
            case _:
                raise LocalError(f"{type(command).__name__} is not for this kind of leg")

    def acknowledge(self, answer: bytes, now: Ms) -> None:
        """Send the ACK that carries our answer."""
        self.renegotiation.acknowledge(answer, now)

    def hang_up(
        self, now: Ms, cause: int | None, by: EndedBy = "local", why: EndCause = "bye"
    ) -> None:
        """End an answered leg: BYE, but not before the ACK to our 2xx is in (section 15)."""
        waits = self.acceptance is not None and self.acceptance.initial
        try:
            if waits:
                self._cause = cause
            elif self.state is State.TALKING:
                self.send_bye(now, cause)
        finally:
            self.end(by, why, now, status=200, q850=cause, keep=waits)

    def _send_info(self, command: commands.SendInfo, now: Ms) -> None:
        def build(request: Request) -> None:
            request.headers.add("Content-Type", command.content_type)
            request.body = command.body

        self.ask("INFO", build, now)

    def lost(self, now: Ms, status: int) -> None:
        """The far end does not know the call any more, or never answers."""
        if self.state is not State.ENDED:
            try:
                self.send_bye(now)
            finally:
                self.end("failure", "lost", now, status=status)

    # -- requests of theirs inside the dialog ---------------------------------------------------

    def dialog_with(self, remote_tag: str | None) -> Dialog | None:
        """Return the dialog with the side of that tag."""
        dialog = self.dialog
        return dialog if dialog is not None and dialog.remote_tag == (remote_tag or "") else None

    def on_request(self, request: Request, server: Server, peer: Peer, now: Ms) -> None:
        """Take a request inside the dialog, ACK excepted."""
        dialog = self.dialog_with(request.from_tag)
        method = request.method
        after = method == "BYE" or (method == "NOTIFY" and self.listening)
        if dialog is None or (self.state is State.ENDED and not after):
            self.core.answer(server, request, 481, now)
        elif not dialog.follows(request):
            self.core.answer(server, request, 500, now)  # 12.2.2: out of order
        elif method == "BYE":
            self.on_bye(request, server, now)
        elif method == "INVITE" or method == "UPDATE":
            self.renegotiation.receive(request, server, dialog, peer, now)
        elif method == "INFO":
            self._on_info(request, server, now)
        elif method == "PRACK":
            self.on_prack(request, server, dialog, now)
        elif method == "REFER":
            self.transfers.on_refer(request, server, now)
        elif method == "NOTIFY":
            self.transfers.on_notify(request, server, now)
        else:  # OPTIONS: 11.2 asks for the same as outside the dialog
            self.core.answer(
                server, request, 200, now, headers=(("Allow", ALLOW), ("Supported", SUPPORTED))
            )
        self.core.arm(self)

    def on_bye_of_stranger(self, request: Request) -> None:
        """Hear of a BYE that names our side of this call and a far side we do not know."""

    def on_bye(self, request: Request, server: Server, now: Ms) -> None:
        """They hang up; whatever still waits for an answer gets 487 (15.1.2)."""
        self.core.answer(server, request, 200, now)
        self.end("remote", "bye", now, status=200, q850=q850(request))

    def on_cancel(self, request: Request, server: Server, now: Ms) -> None:
        """They take back the INVITE of ``server``: after the first one, a re-INVITE."""
        del request
        self.renegotiation.cancelled(server, now)
        self.core.arm(self)

    def on_prack(self, request: Request, server: Server, dialog: Dialog, now: Ms) -> None:
        """A PRACK for nothing of ours (RFC 3262 section 3)."""
        del dialog
        self.core.answer(server, request, 481, now)

    def _on_info(self, request: Request, server: Server, now: Ms) -> None:
        if "Info-Package" in request.headers:
            # RFC 6086 4.2.2: a package we did not offer to receive.
            self.core.answer(server, request, 469, now, headers=(("Recv-Info", ""),))
            return
        if not info.understood(request):
            self.core.answer(server, request, 415, now, headers=info.ACCEPT)
            return
        digits, duration = info.keys(request)
        kind = request.content_type or ""
        self.core.answer(server, request, 200, now)
        self.core.emit(
            InfoReceived(
                leg=self.key,
                content_type=kind,
                body=request.body,
                digits=digits,
                duration_ms=duration,
            )
        )

    # -- our 2xx and its ACK --------------------------------------------------------------------

    def accept(
        self,
        server: Server,
        request: Request,
        body: bytes,
        now: Ms,
        *,
        extra: commands.Headers = (),
        agreed: SessionExpires | None = None,
        initial: bool = False,
    ) -> None:
        """Answer an INVITE with 200 and repeat that until the ACK."""
        response = self.success(request, server.peer, body, agreed)
        response.headers.extend(extra)
        self.core.respond(server, response, now)
        self.acceptance = Acceptance(
            server.last,
            request.cseq.number,
            bool(body) and not request.body,
            initial,
        )
        # 13.3.1.4: over every transport, because a proxy may lose it further on.
        self._interval = T1
        self.timers[Wake.OK_AGAIN] = Ms(now + T1)
        self.timers[Wake.OK_GIVE_UP] = Ms(now + 64 * T1)

    def success(
        self, request: Request, peer: Peer, body: bytes, agreed: SessionExpires | None
    ) -> Response:
        """Build a 200 inside the dialog to INVITE or UPDATE."""
        response = response_to(request, 200, to_tag=self.local_tag, body=body)
        fields = response.headers.fields
        fields["Contact"] = [self.contact(peer.transport)]
        fields["Allow"] = [ALLOW]
        fields["Supported"] = [SUPPORTED]
        if agreed is not None:
            fields["Session-Expires"] = [str(agreed)]
            if agreed.refresher == "uac":
                fields["Require"] = ["timer"]  # RFC 4028 section 9
        if body:
            fields["Content-Type"] = [SDP]
        return response

    def on_ack(self, request: Request, now: Ms) -> None:
        """Take the ACK to a 2xx."""
        waiting = self.acceptance
        if waiting is not None and request.cseq.number == waiting.number:
            self.acknowledged(description_of(request) if waiting.offered else b"", now)
            self.core.arm(self)

    def acknowledged(self, answer: bytes, now: Ms) -> None:
        """Our 2xx has arrived, say its ACK or a later request that implies it."""
        waiting, self.acceptance = self.acceptance, None
        if waiting is None:
            return
        self.timers.pop(Wake.OK_AGAIN, None)
        self.timers.pop(Wake.OK_GIVE_UP, None)
        self.renegotiation.ours = False
        if self.state is State.ENDED:
            self.send_bye(now, self._cause)  # it was held back till now
            return
        if answer:
            self.renegotiation.remote_sdp = answer
        if waiting.initial:
            self.state = State.TALKING
            self.core.emit(Established(leg=self.key, answer=answer))
        elif waiting.offered:
            self.core.emit(
                OfferAnswered(leg=self.key, body=answer)
                if answer
                else OfferRefused(leg=self.key, status=488)
            )
        held, self._held = self._held, []
        for command in held:
            self.carry_out(command, now)
        self.renegotiation.go_on(now)

    def _not_acknowledged(self, now: Ms) -> None:
        self.acceptance = None
        self.timers.pop(Wake.OK_AGAIN, None)
        try:
            self.send_bye(now, self._cause)
        finally:
            self.end("failure", "no_ack", now, status=408)

    # -- the session timer ------------------------------------------------------------------------

    def session_agreed(
        self, message: Message | None, agreed: SessionExpires | None, now: Ms
    ) -> None:
        """Start the session timer anew: ``message`` is their 2xx, None when the 2xx is ours."""
        self.session.set(agreed, side="uas" if message is None else "uac", now=now)
        self._rearm_session()

    def _rearm_session(self) -> None:
        at = self.session.deadline()
        if at is None:
            self.timers.pop(Wake.SESSION, None)
        else:
            self.timers[Wake.SESSION] = at

    def _session_due(self, now: Ms) -> None:
        due = self.session.fire(now)
        self._rearm_session()
        if due == "refresh":
            self.renegotiation.refresh(now)
        elif due == "expired" and self.state is not State.ENDED:
            self.hang_up(now, None, "failure", "session_expired")

    def flow_closed(self, flow: int, now: Ms) -> None:
        """A connection is gone; without another way to the far end the call is over."""
        dialog = self.dialog
        if self.state is State.ENDED or dialog is None or dialog.survives(flow):
            return
        self.end("failure", "transport", now, status=503)

    # -- the end ----------------------------------------------------------------------------------

    def replaced(self, now: Ms) -> None:
        """Another call took the place of this one (RFC 3891 section 3)."""
        self.hang_up(now, None, "remote", "replaced")

    def end(
        self,
        by: EndedBy,
        cause: EndCause,
        now: Ms,
        *,
        status: int = 0,
        q850: int | None = None,
        retry_after: int | None = None,
        redirect: tuple[NameAddr, ...] = (),
        response: Response | None = None,
        keep: bool = False,
    ) -> None:
        """Tell the switch, once, and let go of everything; ``keep`` our 2xx until its ACK."""
        if self.state is not State.ENDED:
            self.state = State.ENDED
            self.core.emit(
                Ended(
                    leg=self.key,
                    by=by,
                    cause=cause,
                    status=status,
                    q850=q850,
                    retry_after=retry_after,
                    redirect=redirect,
                    response=response,
                )
            )
            self.board.ended(self)
            if not keep:
                self.acceptance = None
                self.timers.pop(Wake.OK_AGAIN, None)
                self.timers.pop(Wake.OK_GIVE_UP, None)
            self.session.stop()
            self.renegotiation.close(now)
            if self._transfers is not None:
                bye = cause == "bye"
                self._transfers.close(now, listening=by == "remote" and bye, talking=bye)
            for wake in [wake for wake in self.timers if wake not in AFTER_THE_END]:
                del self.timers[wake]
        self.settle(now)

    def settle(self, now: Ms) -> None:
        """Go, if no message can concern this leg any more."""
        del now
        if self.state is State.ENDED and self.quiet():
            self.timers.clear()
            self.core.arm(self)
            self.board.released(self)

    def quiet(self) -> bool:
        """Whether nothing is under way any more."""
        return (
            self.acceptance is None
            and not self.byes
            and not self.renegotiation.busy
            and not self.reporting
            and not self.listening
        )

    @property
    def reporting(self) -> bool:
        """Whether they still wait to hear what became of a REFER of theirs."""
        return self._transfers is not None and self._transfers.reporting

    @property
    def listening(self) -> bool:
        """Whether they may still tell us what became of a REFER of ours."""
        return self._transfers is not None and self._transfers.listening

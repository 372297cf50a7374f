"""A call of theirs until we have answered it (RFC 3261 13.3, RFC 3262 section 3).

::

    INVITE ──▶ 100 ── InviteReceived ──┬── Provisional ──▶ 1xx, repeated every minute
                                       ├── Answer ──▶ 200, repeated until ACK ──▶ Established
                                       ├── Reject ──▶ 3xx-6xx ──▶ Ended
                                       └── CANCEL, BYE ──▶ 487 ──▶ Ended
"""

from __future__ import annotations

from msgspec.structs import replace

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import RING_AGAIN_MS, RING_LIMIT_MS
from ringfence.sip import commands, session_timer
from ringfence.sip.body import SDP, session_description
from ringfence.sip.commands import LegCommand
from ringfence.sip.core import ALLOW, Core
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import InviteReceived, LegKey, OfferAnswered, Peer
from ringfence.sip.leg import Board, Leg
from ringfence.sip.leg_states import State, Wake
from ringfence.sip.message import Request, response_to
from ringfence.sip.prack import REL100, ReliableSender
from ringfence.sip.reason import q850, q850_header
from ringfence.sip.transaction import Server


class IncomingLeg(Leg):
    """One call of theirs; its key is our tag."""

    __slots__ = (
        "_answered_early",
        "_invite",
        "_limit",
        "_offer",
        "_offering",
        "_postponed",
        "_reliable",
        "_replaces",
        "_ringing",
        "_server",
    )

    caller = False

    def __init__(
        self, core: Core, board: Board, request: Request, server: Server, peer: Peer
    ) -> None:
        """Take a new INVITE; raises `RemoteError` where it cannot make a dialog."""
        tag = core.token()
        super().__init__(core, board, LegKey(tag), tag, State.OFFERED)
        self._offer = session_description(request)
        self.secure = request.uri.secure
        expires = request.expires
        # 13.3.1: after the INVITE's own limit the caller has given up.
        self._limit = int(RING_LIMIT_MS) if expires is None else expires * SECOND
        self.dialog = Dialog.as_server(request, tag, peer)
        self.allows = request.allow
        self.renegotiation.theirs = bool(self._offer)
        self._invite = request
        self._server = server
        self._replaces: Leg | None = None
        self._reliable: ReliableSender | None = None
        self._ringing: commands.Provisional | None = None
        self._postponed: commands.Answer | None = None
        self._answered_early = False  # by a reliable provisional response
        self._offering = False  # one carried our offer, and its PRACK has to answer

    def begin(
        self, peer: Peer, now: Ms, *, source: str, username: str, replaces: Leg | None
    ) -> None:
        """Show the call to the switch; unless it answers at once, we say that we are at it."""
        request, server = self._invite, self._server
        server.user = self
        self.core.try_later(server, request, now)
        self._replaces = replaces
        self.timers[Wake.RING_LIMIT] = Ms(now + min(self._limit, int(RING_LIMIT_MS)))
        self.core.arm(self)
        self.core.emit(
            InviteReceived(
                leg=self.key,
                peer=peer,
                source=source,
                username=username,
                request=request,
                offer=self._offer,
                reliable=REL100 in request.supported or REL100 in request.require,
                replaces=None if replaces is None else replaces.key,
            )
        )

    def let_go(self) -> None:
        """Part from the INVITE's transaction too, which lives on to absorb repetitions."""
        super().let_go()
        self._server.user = None

    @property
    def merged(self) -> tuple[str, str | None, int]:
        """What an INVITE has in common with its copy that came by another way (8.2.2.2)."""
        return self._invite.call_id, self._invite.from_tag, self._invite.cseq.number

    # -- commands -----------------------------------------------------------------------------

    def carry_out(self, command: LegCommand, now: Ms) -> None:
        """Carry out a command."""
        if self.state is not State.OFFERED:
            super().carry_out(command, now)
            return
        match command:
            case commands.Provisional():
                self._ring(command, now)
            case commands.Answer():
                self._answer(command, now)
            case commands.Reject():
                self._reject(command, now)
            case commands.Bye():
                self._reject(
                    commands.Reject(
                        leg=self.key,
                        status=command.status,
                        q850=command.q850,
                        headers=command.headers,
                    ),
                    now,
                )
            case commands.Cancel():
                raise LocalError("Cancel is for a call of ours")
            case _:
                super().carry_out(command, now)

    def _ring(self, command: commands.Provisional, now: Ms) -> None:
        if not 101 <= command.status <= 199:
            raise LocalError("a provisional response has a status of 101 to 199")
        request = self._invite
        wanted = REL100 in request.require  # RFC 3262 section 3: then all of them
        reliable = wanted or (command.reliable and REL100 in request.supported)
        body = command.body
        if not self._offer and not self._answered_early:
            # Section 5: the first reliable response to an INVITE without an offer carries ours.
            # Where there is none it goes unreliably, or not at all; ours is in the 2xx then.
            if wanted and not body:
                return
            reliable = reliable and bool(body)
            self._offering = reliable
            body = body if reliable else b""
        response = response_to(request, command.status, to_tag=self.local_tag, body=body)
        fields = response.headers.fields
        fields["Contact"] = [self.contact(self._server.peer.transport)]
        fields["Allow"] = [ALLOW]
        if body:
            fields["Content-Type"] = [SDP]
            self.renegotiation.local_sdp = body
        response.headers.extend(command.headers)
        if reliable:
            if self._reliable is None:
                first = int.from_bytes(self.core.entropy.token(4), "big")
                self._reliable = ReliableSender(request, first)
            self._answered_early = self._answered_early or bool(body)
            self.renegotiation.ours = self.renegotiation.ours or self._offering
            self._reliable.do(response, now)
            self._flush(self._reliable, now)
        else:
            self.core.respond(self._server, response, now)
        self._ringing = command
        self.timers[Wake.RING_AGAIN] = Ms(now + RING_AGAIN_MS)

    def _answer(self, command: commands.Answer, now: Ms) -> None:
        if self._reliable is not None:
            if self._reliable.owes_answer:
                self._postponed = command
                return
            self._reliable.stop()
        if not command.body and not self._answered_early:
            raise LocalError("a 2xx needs a session description")
        request = self._invite
        agreed = session_timer.agree(request)
        self.state = State.ANSWERED
        self._stop_ringing()
        renegotiation = self.renegotiation
        renegotiation.theirs = False
        renegotiation.ours = not self._offer and not self._answered_early
        renegotiation.remote_sdp = self._offer or renegotiation.remote_sdp
        renegotiation.local_sdp = command.body or renegotiation.local_sdp
        self.accept(
            self._server,
            request,
            # RFC 6337 3.1.1: an answer that was given reliably is not given again.
            b"" if self._answered_early else command.body,
            now,
            extra=command.headers,
            agreed=agreed,
            initial=True,
        )
        self.session_agreed(None, agreed, now)
        if self._replaces is not None:
            self._replaces.replaced(now)
            self._replaces = None

    def _reject(self, command: commands.Reject, now: Ms) -> None:
        if not 300 <= command.status <= 699:
            raise LocalError("a refusal has a status of 300 to 699")
        headers = [*command.headers, *q850_header(command.q850)]
        if command.retry_after is not None:
            headers.append(("Retry-After", str(command.retry_after)))
        self._refuse(command.status, now, command.reason, headers)
        self.end("local", "refused", now, status=command.status, q850=command.q850)

    def _refuse(
        self,
        status: int,
        now: Ms,
        reason: str | None = None,
        headers: list[tuple[str, str]] | None = None,
    ) -> None:
        self._stop_ringing()
        response = response_to(
            self._invite, status, reason, to_tag=self.local_tag, headers=headers or ()
        )
        self.core.respond(self._server, response, now)

    def _stop_ringing(self) -> None:
        if self._reliable is not None:
            self._reliable.stop()
        for wake in (Wake.RING_AGAIN, Wake.RING_LIMIT, Wake.RELIABLE):
            self.timers.pop(wake, None)

    # -- what they send meanwhile -------------------------------------------------------------

    def on_cancel(self, request: Request, server: Server, now: Ms) -> None:
        """They take back the INVITE of ``server`` (9.2), unless it has been answered."""
        if self.state is State.OFFERED and server is self._server:
            self._refuse(487, now)
            self.end("remote", "cancelled", now, status=487, q850=q850(request))
        else:
            super().on_cancel(request, server, now)

    def on_bye(self, request: Request, server: Server, now: Ms) -> None:
        """They hang up; before our answer that is as good as a CANCEL."""
        if self.state is not State.OFFERED:
            super().on_bye(request, server, now)
            return
        self.core.answer(server, request, 200, now)
        self._refuse(487, now)
        self.end("remote", "cancelled", now, status=487, q850=q850(request))

    def on_prack(self, request: Request, server: Server, dialog: Dialog, now: Ms) -> None:
        """They have our reliable provisional response."""
        sender = self._reliable
        offer = session_description(request)
        if sender is None or not sender.receive(request, now):
            super().on_prack(request, server, dialog, now)
            return
        if self._offering:
            self._offer_answered(request, server, offer, now)
            return
        if self._answered_early and not sender.owes_answer:
            self.renegotiation.theirs = False
        refusal = self.renegotiation.may_offer() if offer else 0
        if refusal:
            self.core.answer(server, request, refusal, now)
        elif offer:
            self.renegotiation.ask(request, server, offer)
        else:
            self.core.answer(server, request, 200, now)
        self._acknowledged_early(sender, now)

    def _offer_answered(self, request: Request, server: Server, answer: bytes, now: Ms) -> None:
        """The PRACK to the response that carried our offer (RFC 3262 section 5)."""
        self._offering = False
        self.renegotiation.ours = False
        self.core.answer(server, request, 200, now)
        if not answer:  # RFC 3261 13.2.1 wants one; nothing can be heard without
            self._refuse(488, now)
            self.end("failure", "refused", now, status=488)
            return
        self.renegotiation.remote_sdp = answer
        self.core.emit(OfferAnswered(leg=self.key, body=answer))
        if self._reliable is not None:
            self._acknowledged_early(self._reliable, now)

    def _acknowledged_early(self, sender: ReliableSender, now: Ms) -> None:
        """Send what waited for a PRACK: the next response, or the final one."""
        self._flush(sender, now)
        if self._postponed is not None and not sender.owes_answer:
            command, self._postponed = self._postponed, None
            self._answer(command, now)

    def flow_closed(self, flow: int, now: Ms) -> None:
        """The connection is gone; the INVITE still gets its answer, for whoever may hear it."""
        dialog = self.dialog
        if self.state is State.OFFERED and dialog is not None and not dialog.survives(flow):
            self._refuse(480, now)
        super().flow_closed(flow, now)

    # -- time -----------------------------------------------------------------------------------

    def woken(self, wake: Wake, now: Ms) -> None:
        """One of the waits is over."""
        if wake is Wake.RING_AGAIN:
            if self._ringing is not None:
                again = replace(self._ringing, reliable=False)
                if self._answered_early:
                    again = replace(again, body=b"")
                self._ring(again, now)
        elif wake is Wake.RING_LIMIT:
            self._refuse(487, now)
            self.end("failure", "timeout", now, status=487)
        elif wake is Wake.RELIABLE:
            if self._reliable is not None and self._reliable.fire(now):
                self._flush(self._reliable, now)
            else:
                self._refuse(504, now)  # RFC 3262 section 3 asks for a 5xx
                self.end("failure", "lost", now, status=504)
        else:
            super().woken(wake, now)

    def _flush(self, sender: ReliableSender, now: Ms) -> None:
        for response in sender.take_output():
            self.core.respond(self._server, response, now)
        at = sender.deadline()
        if at is None:
            self.timers.pop(Wake.RELIABLE, None)
        else:
            self.timers[Wake.RELIABLE] = at

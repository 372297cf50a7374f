"""A call of ours until it is answered (RFC 3261 13.2), wherever it rings on the way.

::

    Invite ──▶ attempt 1 ── silence, 503, broken ──▶ attempt 2 ── ...      one per target
                  │   └──── 401, 407, 422 ──▶ the same target again         (`branch`: several
                  │                                                          phones at once)
                  ├── 1xx with a tag ──▶ a fork: an early dialog of its own, PRACK
                  ├── 2xx ──▶ ACK; the first one is the call, any other gets BYE
                  └── Cancel ──▶ CANCEL once a 1xx is in; a 2xx that crosses it gets ACK and BYE
"""

from __future__ import annotations

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import FAILOVER_MS, FORKS_MAX, INVITE_TRIES
from ringfence.sip import commands, session_timer
from ringfence.sip.auth import DigestClient
from ringfence.sip.body import SDP, description_of
from ringfence.sip.branch import ANSWERED_ELSEWHERE, Branch, Hop, Verdict, branches, final
from ringfence.sip.commands import LegCommand
from ringfence.sip.core import ALLOW, SUPPORTED, Core
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import Answered, EndCause, EndedBy, Progress, Transmit
from ringfence.sip.headers import CSeq, Headers, NameAddr
from ringfence.sip.leg import Board, Leg
from ringfence.sip.leg_states import State, Wake
from ringfence.sip.message import Request, Response
from ringfence.sip.prack import ReliableReceiver, is_reliable
from ringfence.sip.reason import q850, q850_header
from ringfence.sip.reinvite import ack
from ringfence.sip.shunned import retry_after
from ringfence.sip.timers import T1, TIMER_C
from ringfence.sip.transaction import Client, Server

_ELSEWHERE = frozenset({430, 503})
"""The target cannot, another may: 503 (RFC 3263 4.3), 430 for a flow that failed (RFC 5626)."""


class Fork:
    """One place where our INVITE rings."""

    __slots__ = ("answer", "branch", "dialog", "receiver")

    def __init__(self, dialog: Dialog, branch: Branch) -> None:
        self.dialog = dialog
        self.branch = branch
        self.receiver = ReliableReceiver()
        self.answer = b""
        """The answer of a reliable provisional response; the 2xx need not repeat it."""


class Attempt:
    """One INVITE transaction of a leg."""

    __slots__ = (
        "_acks",
        "_cancelled",
        "_leg",
        "_ringing",
        "branch",
        "client",
        "interval",
        "peer",
        "request",
        "stale",
    )

    def __init__(self, leg: OutgoingLeg, branch: Branch, request: Request) -> None:
        self._leg = leg
        self.branch = branch
        self.request = request
        self.peer = branch.hops[0].peer
        self.interval = leg.interval_asked
        """Seconds of the session timer it asked for."""
        self.client: Client | None = None
        self.stale = False
        """Whether another attempt has taken its place."""
        self._ringing = False
        self._cancelled = False
        self._acks: dict[str, Transmit] = {}

    def on_response(self, client: Client, response: Response, now: Ms) -> None:
        """A response came."""
        status = response.status
        if status < 200:
            first, self._ringing = not self._ringing, True
            if self._cancelled:
                if first:
                    self._send_cancel(now)
            else:
                self._leg.rings(self, response, now)
        elif status < 300:
            tag = response.to_tag or ""
            if tag in self._acks:
                self._leg.core.output.append(self._acks[tag])  # our ACK was lost
            else:
                self._leg.accepted(self, response, now)
        else:
            self._leg.refused(self, status, response, now)
        del client

    def on_failure(self, client: Client, status: int, now: Ms) -> None:
        """No final response will come."""
        del client
        self._leg.refused(self, status, None, now)

    def acknowledge(self, dialog: Dialog, answer: bytes) -> None:
        """Send the ACK for one 2xx, and again for each copy of it."""
        transmit = ack(self._leg.core, dialog, self.request, answer)
        if len(self._acks) < FORKS_MAX:
            self._acks[dialog.remote_tag] = transmit
        self._leg.core.output.append(transmit)

    def cancel(self, now: Ms) -> None:
        """Take the INVITE back, but not before something has come (9.1)."""
        if not self._cancelled:
            self._cancelled = True
            if self._ringing:
                self._send_cancel(now)

    def abandon(self, now: Ms) -> None:
        """Give up waiting for the final response."""
        if self.client is not None:
            self._leg.core.abandon(self.client, now)

    def _send_cancel(self, now: Ms) -> None:
        """9.1: Request-URI, Call-ID, To, From, the number and the top Via of the INVITE."""
        leg, client = self._leg, self.client
        if client is None or leg.cancel_sent(self, now):
            return
        asked = self.request.headers.fields
        headers = Headers()
        for name in ("Via", "Max-Forwards", "From", "To", "Call-ID", "Route"):
            if name in asked:
                headers.fields[name] = asked[name][:]
        number = self.request.cseq.number
        headers.fields["CSeq"] = [f"{number} CANCEL"]
        headers.typed["CSeq"] = CSeq(number, "CANCEL")
        headers.extend(q850_header(leg.cancel_cause))
        cancel = Request("CANCEL", self.request.uri, headers)
        leg.core.send(cancel, client.key[0], self.peer, None, now)


class OutgoingLeg(Leg):
    """One call of ours."""

    __slots__ = (
        "_attempts",
        "_branches",
        "_call_id",
        "_command",
        "_forks",
        "_from",
        "_gone",
        "_number",
        "_unanswered",
        "cancel_cause",
        "interval_asked",
    )

    caller = True

    def __init__(self, core: Core, board: Board, command: commands.Invite) -> None:
        """Raises `LocalError` where there is no target."""
        if not command.targets:
            raise LocalError("an INVITE needs a target")
        super().__init__(core, board, command.leg, core.token(), State.CALLING)
        self._command = command
        self._branches = branches(command)
        self._call_id = core.entropy.token(12).hex()
        self._from = str(command.from_.with_params(tag=self.local_tag))
        self._number = 0
        self.interval_asked = command.session_expires
        self._attempts: set[Attempt] = set()
        self._unanswered: Attempt | None = None
        self._forks: dict[str, Fork] = {}
        self._gone: set[str] = set()
        self.cancel_cause: int | None = None
        credentials = command.credentials
        if credentials is not None:
            self.digest = DigestClient(credentials.username, credentials.password, core.entropy)
        self.contact_user = command.from_.uri.user if command.from_.uri.is_sip else None
        self.secure = command.uri.secure
        self.renegotiation.local_sdp = command.offer

    # -- sending the INVITE -------------------------------------------------------------------

    def start(self, now: Ms) -> None:
        """Send the INVITE to every branch. One number for all: copies of one call (8.2.2.2)."""
        self._number += 1
        for branch in tuple(self._branches):
            if self.state is State.CALLING:
                branch.hops = self.core.shunned.order(branch.hops, now)
                self._send(branch, now)

    def _send(self, branch: Branch, now: Ms) -> None:
        """Send the INVITE to the first target left of a branch."""
        hop = branch.hops[0]
        token, via = self.core.via(hop.peer)
        request = self._request(via, hop)
        if self.digest is not None:
            self.digest.sign(request)
        attempt = branch.current = Attempt(self, branch, request)
        self._attempts.add(attempt)
        self.renegotiation.ours = bool(request.body)
        choice = len(branch.hops) > 1 or len(self._branches) > 1
        branch.failover_at = Ms(now + FAILOVER_MS) if choice else None
        self._watch()
        attempt.client = self.core.send(request, token, hop.peer, attempt, now)
        self.core.arm(self)

    def _watch(self) -> None:
        """Wake when the first branch has waited long enough for its target."""
        times = [one.failover_at for one in self._branches if one.failover_at is not None]
        if times:
            self.timers[Wake.FAILOVER] = min(times)
        else:
            self.timers.pop(Wake.FAILOVER, None)

    def _request(self, via: str, hop: Hop) -> Request:
        command = self._command
        headers = Headers()
        fields = headers.fields = {
            "Via": [via],
            "Max-Forwards": [str(command.max_forwards)],
            "From": [self._from],
            "To": [str(command.to or NameAddr("", command.uri))],
            "Call-ID": [self._call_id],
            "CSeq": [f"{self._number} INVITE"],
            "Contact": [self.contact(hop.peer.transport)],
            "Allow": [ALLOW],
            # Without an offer of ours a reliable response would carry theirs, and the answer
            # would have to go into the PRACK; the plain exchange of 2xx and ACK is enough.
            "Supported": [SUPPORTED if command.reliable and command.offer else "timer, replaces"],
            "User-Agent": [self.core.config.product],
        }
        headers.typed["CSeq"] = CSeq(self._number, "INVITE")
        if hop.route:
            fields["Route"] = [str(proxy) for proxy in hop.route]
        if self.interval_asked:
            fields["Session-Expires"] = [str(self.interval_asked)]
            if self.interval_asked != command.session_expires:
                fields["Min-SE"] = [str(self.interval_asked)]  # RFC 4028 7.1, after a 422
        if command.offer:
            fields["Content-Type"] = [SDP]
        headers.extend(command.headers)
        return Request("INVITE", hop.uri, headers, command.offer)

    # -- commands -----------------------------------------------------------------------------

    def carry_out(self, command: LegCommand, now: Ms) -> None:
        """Carry out a command."""
        if self.state is State.CALLING and isinstance(command, commands.Cancel | commands.Bye):
            self.cancel_cause = command.q850
            self.end("local", "cancelled", now, status=487, q850=command.q850)
        else:
            super().carry_out(command, now)

    def acknowledge(self, answer: bytes, now: Ms) -> None:
        """Answer the offer of the 2xx."""
        attempt, self._unanswered = self._unanswered, None
        if attempt is None:
            super().acknowledge(answer, now)
            return
        attempt.acknowledge(self.the_dialog(), answer)
        self.renegotiation.theirs = False
        self.renegotiation.local_sdp = answer
        self.state = State.TALKING
        self.renegotiation.go_on(now)

    def hang_up(
        self, now: Ms, cause: int | None, by: EndedBy = "local", why: EndCause = "bye"
    ) -> None:
        """End an answered leg; an offer that waits for its answer is acknowledged without one."""
        try:
            if self._unanswered is not None:
                self.acknowledge(b"", now)
        finally:
            super().hang_up(now, cause, by, why)

    # -- what the attempts hear ---------------------------------------------------------------

    def rings(self, attempt: Attempt, response: Response, now: Ms) -> None:
        """A provisional response came."""
        if attempt.stale or self.state is State.ENDED:
            attempt.cancel(now)
            return
        if self.state is not State.CALLING:
            return
        attempt.branch.failover_at = None
        attempt.branch.silent = False
        self._watch()
        self.timers[Wake.TIMER_C] = Ms(now + TIMER_C)
        tag = response.to_tag
        if response.status > 100:
            self._progress(attempt, response, tag or "", now)
        self.core.arm(self)

    def _progress(self, attempt: Attempt, response: Response, tag: str, now: Ms) -> None:
        fork = self._fork(attempt, response, tag) if tag else None
        body = description_of(response)
        reliable = fork is not None and is_reliable(response)
        if fork is not None and reliable:
            rack = fork.receiver.receive(response)
            if rack is None:
                return

            def complete(request: Request) -> None:
                request.headers.add("RAck", str(rack))

            self.ask("PRACK", complete, now, None, fork.dialog)
            if body:
                fork.answer = body
                self.renegotiation.ours = False
        if len(self._branches) > 1:
            body = b""  # several phones of one person: what one of them plays is not for the caller
        self.core.emit(
            Progress(leg=self.key, status=response.status, fork=tag, body=body, reliable=reliable)
        )

    def _fork(self, attempt: Attempt, response: Response, tag: str) -> Fork | None:
        fork = self._forks.get(tag)
        if fork is None and len(self._forks) < FORKS_MAX:
            dialog = Dialog.as_client(attempt.request, response, attempt.peer)
            fork = self._forks[tag] = Fork(dialog, attempt.branch)
        elif fork is not None:
            fork.dialog.refresh_by(response, attempt.peer)
        return fork

    def accepted(self, attempt: Attempt, response: Response, now: Ms) -> None:
        """A 2xx came that was not acknowledged yet."""
        tag = response.to_tag or ""
        self._attempts.discard(attempt)
        if self.state is State.CALLING and tag in self._gone:
            dialog = Dialog.as_client(attempt.request, response, attempt.peer)
            attempt.acknowledge(dialog, b"")
            self.end("remote", "bye", now, status=200)
        elif self.state is State.CALLING:
            self._win(attempt, response, tag, now)
        elif attempt is self._unanswered and self.the_dialog().remote_tag == tag:
            pass  # a copy; the switch has not said yet what to answer
        else:
            # 13.2.2.4: every 2xx makes a dialog, and this one nobody wants.
            dialog = Dialog.as_client(attempt.request, response, attempt.peer)
            attempt.acknowledge(dialog, b"")
            self.send_bye(now, self.cancel_cause, dialog)
        self.settle(now)
        self.core.arm(self)

    def _win(self, attempt: Attempt, response: Response, tag: str, now: Ms) -> None:
        fork = self._forks.get(tag)
        if fork is None:
            dialog = Dialog.as_client(attempt.request, response, attempt.peer)
            fork = Fork(dialog, attempt.branch)
        self._forks.clear()
        dialog = self.dialog = fork.dialog
        dialog.confirm(response, attempt.peer)
        for wake in (Wake.FAILOVER, Wake.TIMER_C):
            self.timers.pop(wake, None)
        if len(self._branches) > 1:
            # Whoever rang in vain shows no missed call (RFC 3326, RFC 3261 16.7 step 10).
            self.cancel_cause = ANSWERED_ELSEWHERE
        for other in self._attempts:
            other.stale = True
            other.cancel(now)
        if self.digest is not None:
            self.digest.accepted()
        self.allows = response.allow
        wants_answer = not attempt.request.body
        renegotiation = self.renegotiation
        renegotiation.ours = False
        renegotiation.theirs = wants_answer
        renegotiation.remote_sdp = description_of(response) or fork.answer
        if wants_answer:
            self.state = State.ANSWERED
            self._unanswered = attempt
        else:
            attempt.acknowledge(dialog, b"")
            self.state = State.TALKING
        self.session_agreed(response, session_timer.agreed_by(response), now)
        self.core.emit(
            Answered(
                leg=self.key,
                peer=attempt.peer,
                response=response,
                body=renegotiation.remote_sdp,
                fork=tag,
                wants_answer=wants_answer,
            )
        )

    def refused(self, attempt: Attempt, status: int, response: Response | None, now: Ms) -> None:
        """An attempt has come to nothing."""
        self._attempts.discard(attempt)
        if response is None and not attempt.stale:
            self.core.shunned.silent(attempt.peer, now)
        branch = attempt.branch
        if self.state is State.CALLING and attempt is branch.current:
            branch.failover_at = None
            self._watch()
            if response is not None and self._again(attempt, status, response):
                branch.tries += 1
                self._number += 1
                self._send(branch, now)
            elif (response is None or status in _ELSEWHERE) and len(branch.hops) > 1:
                self._next(branch, now)
            else:
                branch.verdict = Verdict(status, response)
                self._forget_forks(branch)
                self._judge(now)
        self.settle(now)
        self.core.arm(self)

    def _judge(self, now: Ms) -> None:
        """End the leg if by now nobody will take the call."""
        outcome = final(self._branches)
        if outcome is None:
            return
        status, response = outcome
        if response is None:
            cause: EndCause = "timeout" if status == 408 else "transport"
            self.end("failure", cause, now, status=status)
            return
        self.end(
            "remote",
            "refused",
            now,
            status=status,
            q850=q850(response),
            retry_after=retry_after(response),
            redirect=_redirect(status, response),
            response=response,
        )

    def _again(self, attempt: Attempt, status: int, response: Response) -> bool:
        """Whether the same target should be asked again, with what it missed."""
        if attempt.branch.tries >= INVITE_TRIES:
            return False
        if status in {401, 407}:
            return self.digest is not None and self.digest.take(response)
        if status == 422:
            least = session_timer.least_of(response)
            if attempt.interval and least > attempt.interval:
                self.interval_asked = max(least, self.interval_asked)
                return True
        return False

    def _unheard(self, branch: Branch, now: Ms) -> None:
        """The target is silent: on to the next, if there is one."""
        branch.failover_at = None
        if len(branch.hops) > 1:
            if branch.current is not None:
                branch.current.stale = True
            self.core.shunned.silent(branch.hops[0].peer, now)
            self._next(branch, now)
        else:
            branch.silent = True
            self._watch()

    def _next(self, branch: Branch, now: Ms) -> None:
        del branch.hops[0]
        self._forget_forks(branch)
        self._number += 1
        self._send(branch, now)

    def _forget_forks(self, branch: Branch) -> None:
        """A final response, or leaving the target, ends the early dialogs there (12.3)."""
        gone = [tag for tag, fork in self._forks.items() if fork.branch is branch]
        for tag in gone:
            del self._forks[tag]

    def cancel_sent(self, attempt: Attempt, now: Ms) -> bool:
        """Take note of a CANCEL: an INVITE that ignores it ends 64*T1 later (9.1)."""
        if attempt not in self._attempts:
            return True
        self.timers.setdefault(Wake.CANCEL_LIMIT, Ms(now + 64 * T1))
        self.core.arm(self)
        return False

    # -- requests inside early dialogs --------------------------------------------------------

    def dialog_with(self, remote_tag: str | None) -> Dialog | None:
        """Return the dialog with the side of that tag, early ones included."""
        fork = self._forks.get(remote_tag or "")
        return super().dialog_with(remote_tag) if fork is None else fork.dialog

    def on_bye_of_stranger(self, request: Request) -> None:
        """They answered and hung up, and the BYE has overtaken the 2xx: remember who it was."""
        known = self.state is State.CALLING and request.call_id == self._call_id
        if known and len(self._gone) < FORKS_MAX:
            self._gone.add(request.from_tag or "")

    def on_bye(self, request: Request, server: Server, now: Ms) -> None:
        """They hang up; in an early dialog they must not (section 15)."""
        if self.state is State.CALLING:
            self.on_bye_of_stranger(request)
            self.core.answer(server, request, 481, now)
        else:
            super().on_bye(request, server, now)

    # -- time ---------------------------------------------------------------------------------

    def woken(self, wake: Wake, now: Ms) -> None:
        """One of the waits is over."""
        if wake is Wake.FAILOVER:
            for branch in tuple(self._branches):
                if branch.failover_at is not None and branch.failover_at <= now:
                    self._unheard(branch, now)
            if self.state is State.CALLING:
                self._judge(now)
        elif wake is Wake.TIMER_C:
            self.end("failure", "timeout", now, status=408)
        elif wake is Wake.CANCEL_LIMIT:
            for attempt in self._attempts:
                attempt.abandon(now)
            self._attempts.clear()
            self.settle(now)
        else:
            super().woken(wake, now)

    # -- the end ------------------------------------------------------------------------------

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
        """Tell the switch and take back what still rings."""
        super().end(
            by,
            cause,
            now,
            status=status,
            q850=q850,
            retry_after=retry_after,
            redirect=redirect,
            response=response,
            keep=keep,
        )
        self._forks.clear()
        for attempt in tuple(self._attempts):
            attempt.cancel(now)

    def quiet(self) -> bool:
        """Whether nothing is under way any more."""
        return not self._attempts and super().quiet()

    def let_go(self) -> None:
        """Part from the attempts too; one that is not over keeps us, to repeat its ACK."""
        super().let_go()
        self._unanswered = None
        for branch in self._branches:
            branch.current = None


def _redirect(status: int, response: Response) -> tuple[NameAddr, ...]:
    try:
        return response.contacts if status < 400 else ()
    except RemoteError:
        return ()

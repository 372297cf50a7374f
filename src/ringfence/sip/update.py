"""Changing an established session, from either side: re-INVITE and UPDATE (RFC 3261 14, RFC 3311).

::

    what arrives              while                                  is answered
    -----------------------   ------------------------------------   ----------------------------
    re-INVITE                 a re-INVITE of ours is under way       491 (14.2)
    re-INVITE                 theirs is not answered yet             500, Retry-After 0-10 (14.2)
    offer in UPDATE, INVITE   an offer of ours is not answered yet   491 (RFC 3311 5.2)
    offer in UPDATE, INVITE   an offer of theirs is not answered     500, Retry-After 0-10
    UPDATE without offer      anything                               200: it refreshes

A 491 of theirs is tried again after a random pause (14.1): 2.1-4 s for the side that owns the
Call-ID, 0-2 s for the other, so that the next round has one winner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import CHANGE_TRIES, SESSION_SECONDS_MIN
from ringfence.sip import commands, session_timer
from ringfence.sip.body import SDP, description_of, session_description
from ringfence.sip.core import ALLOW, SUPPORTED
from ringfence.sip.dialog import Dialog
from ringfence.sip.events import OfferAnswered, OfferReceived, OfferRefused, Peer
from ringfence.sip.leg_states import State, Wake
from ringfence.sip.message import Request, Response, response_to
from ringfence.sip.outbound import Exchange
from ringfence.sip.reinvite import Reinvite
from ringfence.sip.timers import TIMER_C
from ringfence.sip.transaction import Server

if TYPE_CHECKING:
    from ringfence.sip.leg import Leg

_LATER: Final = 500
_GLARE: Final = 491


class Pending(NamedTuple):
    """An offer of theirs, or their wish for one, that waits for our answer."""

    request: Request
    server: Server
    offer: bytes


class Wanted(NamedTuple):
    """A change of ours; ``refresh``: it only shows that we are alive, nobody asked for it."""

    offer: bytes
    update: bool
    refresh: bool


class Renegotiation:
    """The changes of one leg's session. ``ours``: an offer of ours has no answer yet; ``theirs``:
    their first offer has none."""

    __slots__ = (
        "_exchange",
        "_interval",
        "_leg",
        "_pending",
        "_reinvite",
        "_tries",
        "_wanted",
        "local_sdp",
        "ours",
        "remote_sdp",
        "theirs",
    )

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._pending: Pending | None = None
        self._wanted: Wanted | None = None
        self._reinvite: Reinvite | None = None
        self._exchange: Exchange | None = None
        self._tries = 0
        self._interval = 0
        self.ours = False
        self.theirs = False
        self.local_sdp = b""
        self.remote_sdp = b""

    @property
    def busy(self) -> bool:
        """Whether a re-INVITE of ours still has no final response or no ACK."""
        return self._reinvite is not None

    # -- theirs -----------------------------------------------------------------------------------

    def receive(
        self, request: Request, server: Server, dialog: Dialog, peer: Peer, now: Ms
    ) -> None:
        """Take a re-INVITE or UPDATE."""
        leg = self._leg
        offer = session_description(request)
        refusal = self._judge(request.method, offer)
        if refusal:
            retry = [("Retry-After", str(leg.core.entropy.token(1)[0] % 10))]
            leg.core.answer(
                server, request, refusal, now, headers=retry if refusal == _LATER else ()
            )
            return
        if session_timer.too_small(request):
            minimum = (("Min-SE", str(int(SESSION_SECONDS_MIN))),)
            leg.core.answer(server, request, 422, now, headers=minimum)
            return
        dialog.refresh(request, peer)
        if "Allow" in request.headers.fields:
            leg.allows = request.allow
        if request.method == "INVITE":
            # They would not ask again without our 2xx, so its ACK was lost or overtaken.
            leg.acknowledged(b"", now)
            leg.core.respond(server, response_to(request, 100), now)
            server.user = leg
        elif not offer:
            self._refreshed(request, server, now)
            return
        self.ask(request, server, offer)

    def ask(self, request: Request, server: Server, offer: bytes) -> None:
        """Show an offer to the switch; `answer` or `reject` follows."""
        self._pending = Pending(request, server, offer)
        self._leg.core.emit(OfferReceived(leg=self._leg.key, method=request.method, offer=offer))

    def may_offer(self) -> int:
        """Return 0 if an offer of theirs can be taken now, else the status to refuse it with."""
        if self.ours:
            return _GLARE
        return _LATER if self.theirs or self._pending is not None else 0

    def _judge(self, method: str, offer: bytes) -> int:
        leg = self._leg
        if method == "INVITE":
            if self._reinvite is not None or leg.state is State.CALLING:
                return _GLARE
            if leg.state is State.OFFERED:
                return _LATER
        elif not offer:
            return 0
        return self.may_offer()

    def _refreshed(self, request: Request, server: Server, now: Ms) -> None:
        leg = self._leg
        agreed = session_timer.agree(request)
        leg.core.respond(server, leg.success(request, server.peer, b"", agreed), now)
        leg.session_agreed(None, agreed, now)

    def answer(self, body: bytes, now: Ms) -> None:
        """Accept what they offered or asked for; nothing happens if they took it back."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        leg = self._leg
        request, server, offer = pending
        self.local_sdp = body
        self.remote_sdp = offer or self.remote_sdp
        if request.method == "PRACK":
            response = response_to(request, 200, body=body)
            response.headers.set("Content-Type", SDP)
            leg.core.respond(server, response, now)
        else:
            agreed = session_timer.agree(request)
            if request.method == "INVITE":
                self.ours = not offer
                leg.accept(server, request, body, now, agreed=agreed)
            else:
                leg.core.respond(server, leg.success(request, server.peer, body, agreed), now)
            leg.session_agreed(None, agreed, now)
        self.go_on(now)

    def reject(self, status: int, now: Ms) -> None:
        """Refuse what they offered; the session stays as it was."""
        if not 300 <= status <= 699:
            raise LocalError("a refusal has a status of 300 to 699")
        pending, self._pending = self._pending, None
        if pending is not None:
            self._leg.core.answer(pending.server, pending.request, status, now)
            self.go_on(now)

    def cancelled(self, server: Server, now: Ms) -> None:
        """They take a re-INVITE back (section 9.2)."""
        if self._pending is not None and self._pending.server is server:
            self.reject(487, now)

    # -- ours -------------------------------------------------------------------------------------

    def reoffer(self, command: commands.Reoffer, now: Ms) -> None:
        """Change the session as soon as nothing else is under way."""
        leg = self._leg
        if self._wanted is not None and not self._wanted.refresh:
            leg.core.emit(OfferRefused(leg=leg.key, status=_GLARE))
            return
        update = command.update and bool(command.offer) and "update" in leg.allows
        under_way = self._wanted is not None and (self.busy or self._exchange is not None)
        if under_way:
            leg.core.emit(OfferRefused(leg=leg.key, status=_GLARE))
            return
        self._want(Wanted(command.offer, update, refresh=False), now)

    def refresh(self, now: Ms) -> None:
        """Show that the call is alive; a change that is under way shows it as well."""
        if self._wanted is None:
            # RFC 4028 7.4 recommends an UPDATE without an offer where the far end knows it.
            update = "update" in self._leg.allows
            self._want(Wanted(b"" if update else self.local_sdp, update, refresh=True), now)

    def _want(self, wanted: Wanted, now: Ms) -> None:
        self._wanted = wanted
        self._tries = 0
        self.go_on(now)

    def go_on(self, now: Ms) -> None:
        """Start what is wanted, if nothing stands in its way."""
        leg, wanted = self._leg, self._wanted
        if (
            wanted is None
            or self.busy
            or self._exchange is not None
            or self._pending is not None
            or leg.state is not State.TALKING
            or leg.acceptance is not None
            or Wake.GLARE in leg.timers
        ):
            return
        self.ours = bool(wanted.offer)
        if wanted.update:
            self._exchange = leg.ask("UPDATE", self.complete, now, self._updated)
        else:
            self._reinvite = Reinvite(leg.core, leg.the_dialog(), self, leg.digest)
            self._reinvite.start(now)
            leg.timers[Wake.CHANGE_LIMIT] = Ms(now + TIMER_C)

    def complete(self, request: Request) -> None:
        """Add to a re-INVITE or UPDATE what it needs."""
        leg, wanted = self._leg, self._wanted
        fields = request.headers.fields
        fields["Contact"] = [leg.contact(leg.the_dialog().peer.transport)]
        fields["Allow"] = [ALLOW]
        fields["Supported"] = [SUPPORTED]
        expires = leg.session.offer()
        if expires is not None:
            seconds = max(expires.seconds, self._interval)
            fields["Session-Expires"] = [str(expires._replace(seconds=seconds))]
            fields["Min-SE"] = [str(max(int(SESSION_SECONDS_MIN), self._interval))]
        if wanted is not None and wanted.offer:
            request.body = wanted.offer
            fields["Content-Type"] = [SDP]

    def accepted(self, response: Response, now: Ms) -> None:
        """Our re-INVITE got a 2xx; without an offer of ours it holds theirs."""
        leg, reinvite = self._leg, self._reinvite
        if reinvite is None:
            return
        wants_answer = not reinvite.offers
        self._took(response, now, wants_answer=wants_answer)
        if wants_answer and leg.state is not State.ENDED:
            return  # the switch answers with Acknowledge
        reinvite.acknowledge(b"")  # if that has not been done
        self._finished(now)

    def _finished(self, now: Ms) -> None:
        """Our re-INVITE has had its last word."""
        leg = self._leg
        self._reinvite = None
        leg.timers.pop(Wake.CHANGE_LIMIT, None)
        if leg.state is State.ENDED:
            leg.settle(now)
        else:
            self.go_on(now)
        leg.core.arm(leg)

    def _updated(self, status: int, response: Response | None, now: Ms) -> None:
        self._exchange = None
        if response is not None and status < 300:
            self._took(response, now, wants_answer=False)
            self.go_on(now)
        else:
            self.refused(status, response, now)

    def _took(self, response: Response, now: Ms, *, wants_answer: bool) -> None:
        leg, wanted = self._leg, self._wanted
        self._wanted = None
        self._interval = 0
        if leg.state is State.ENDED or wanted is None:
            return
        self.ours = False
        dialog = leg.the_dialog()
        dialog.refresh_by(response)
        leg.session_agreed(response, session_timer.agreed_by(response), now)
        body = description_of(response)
        if wanted.offer:
            self.local_sdp = wanted.offer
        # A refresh that brings nothing new concerns nobody.
        news = body and body != self.remote_sdp
        self.remote_sdp = body or self.remote_sdp
        if not wanted.refresh or (news and wanted.offer):
            leg.core.emit(OfferAnswered(leg=leg.key, body=body, wants_answer=wants_answer))

    def acknowledge(self, answer: bytes, now: Ms) -> None:
        """Answer the offer that came in the 2xx to our re-INVITE."""
        reinvite = self._reinvite
        if reinvite is None or reinvite.offers or not reinvite.answered:
            raise LocalError("there is no offer to acknowledge")
        self.local_sdp = answer or self.local_sdp
        reinvite.acknowledge(answer)
        self._finished(now)

    def refused(self, status: int, response: Response | None, now: Ms) -> None:
        """Our change was refused: try again, give up, or find the call gone."""
        leg, wanted = self._leg, self._wanted
        self._reinvite = None
        leg.timers.pop(Wake.CHANGE_LIMIT, None)
        self.ours = False
        if leg.state is State.ENDED:
            leg.settle(now)
        elif wanted is None:
            pass
        elif status in {408, 481}:
            leg.lost(now, status)  # 12.2.1.2
        elif self._tries < CHANGE_TRIES and self._try_again(status, response, wanted, now):
            self._tries += 1
        else:
            self._wanted = None
            if not wanted.refresh:
                leg.core.emit(OfferRefused(leg=leg.key, status=status))
        leg.core.arm(leg)

    def _try_again(self, status: int, response: Response | None, wanted: Wanted, now: Ms) -> bool:
        leg = self._leg
        if status == _GLARE or (status == _LATER and wanted.update):
            leg.timers[Wake.GLARE] = Ms(now + self._pause())
        elif status == 422 and response is not None:
            self._interval = session_timer.least_of(response)
            self.go_on(now)
        elif status in {405, 501} and wanted.update:
            leg.allows -= {"update"}
            self._wanted = wanted._replace(update=False, offer=wanted.offer or self.local_sdp)
            self.go_on(now)
        else:
            return False
        return True

    def _pause(self) -> int:
        """14.1: multiples of 10 ms, 2.1-4 s for the owner of the Call-ID, 0-2 s for the other."""
        draw = int.from_bytes(self._leg.core.entropy.token(2), "big")
        return 2_100 + draw % 191 * 10 if self._leg.caller else draw % 201 * 10

    def woken(self, glare: bool, now: Ms) -> None:
        """The pause after a glare is over, or a re-INVITE has waited too long for its answer."""
        if glare:
            self.go_on(now)
        elif self._reinvite is not None:
            self._reinvite.stop(now)
            if self._wanted is None:
                # The answer came, but the switch never acknowledged the offer in it.
                self._leg.lost(now, 408)
                self._reinvite = None
            self.refused(408, None, now)

    # -- the end ----------------------------------------------------------------------------------

    def close(self, now: Ms) -> None:
        """The leg has ended: their request gets 487 (15.1.2), ours runs out by itself."""
        self._wanted = None
        self.ours = self.theirs = False
        pending, self._pending = self._pending, None
        if pending is not None:
            self._leg.core.answer(pending.server, pending.request, 487, now)
        if self._reinvite is not None and self._reinvite.answered:
            self._reinvite.acknowledge(b"")
            self._reinvite = None

"""The SIP agent: bytes and time in, bytes and facts out, for every transport.

::

    receive ── parse ─┬─ response ──▶ its client transaction ──▶ whoever asked
                      ├─ ACK, repetition ──▶ its server transaction
                      ├─ inside a dialog ──▶ its leg
                      └─ outside ──▶ admission ──▶ digest ──▶ INVITE: a new leg
                                       │ Drop: silence        REGISTER: the registrar
                                                              OPTIONS, others: answered

What needs no memory is answered without any (8.2.7), so a flood of strangers costs CPU but no
memory: challenges, refusals, OPTIONS. One `Agent` serves UDP, TCP, TLS and WebSocket alike: the
adapter hands it whole messages and gets whole messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import LEGS_MAX, SESSION_SECONDS_MIN, TRANSACTIONS_MAX
from ringfence.sip import commands, session_timer, stun
from ringfence.sip.admission import Admission, Drop, Trusted
from ringfence.sip.auth import Authenticator
from ringfence.sip.body import ACCEPT, accepts_sdp
from ringfence.sip.commands import Command
from ringfence.sip.config import AgentConfig
from ringfence.sip.core import ALLOW, EXTENSIONS, METHODS, SUPPORTED, Core
from ringfence.sip.doorstep import Doorstep
from ringfence.sip.events import (
    AuthenticationFailed,
    Drained,
    LegKey,
    Peer,
    ProbeKey,
    RegistrationKey,
    SipEvent,
    Transmit,
)
from ringfence.sip.grammar import is_token
from ringfence.sip.incoming import IncomingLeg
from ringfence.sip.leg import Leg
from ringfence.sip.leg_states import State
from ringfence.sip.message import Request, Response, response_to
from ringfence.sip.outgoing import OutgoingLeg
from ringfence.sip.parser import METHODS as REGISTERED_METHODS
from ringfence.sip.parser import parse
from ringfence.sip.probe import Probe
from ringfence.sip.registrar import Binding, Registrar
from ringfence.sip.registration import Registration
from ringfence.sip.replaces import Replaces
from ringfence.sip.transaction import (
    Client,
    InviteClient,
    Key,
    NonInviteClient,
    Server,
    Transaction,
    client_key,
    server_key,
)

_ALLOW: Final = (("Allow", ALLOW),)
_ABILITIES: Final = (
    ("Allow", ALLOW),
    ("Accept", "application/sdp"),
    ("Supported", SUPPORTED),
)
_REGISTER_EXTENSIONS: Final = EXTENSIONS | {"path", "outbound"}
_INSIDE: Final = frozenset(METHODS) - {"ACK", "CANCEL", "REGISTER"}
_SCHEMES: Final = frozenset({"sip", "sips", "tel"})


class Agent:
    """A user agent server and client in one."""

    def __init__(self, config: AgentConfig, entropy: Entropy, admission: Admission) -> None:
        self._core = Core(config, entropy)
        self._admission = admission
        self._authenticator = Authenticator(config.realm, config.secret, entropy)
        self._registrar = Registrar()
        self._doorstep = Doorstep(self._core, admission, self._authenticator, self._registrar)
        self._legs: dict[LegKey, Leg] = {}
        # Ended, and the far end still waits to hear what became of its REFER.
        self._reporting: dict[LegKey, Leg] = {}
        self._tags: dict[str, Leg] = {}
        self._merged: dict[tuple[str, str | None, int], Leg] = {}
        self._registrations: dict[RegistrationKey, Registration] = {}
        self._probes: dict[ProbeKey, Probe] = {}
        self._retry_after: int | None = None

    # -- the five verbs -----------------------------------------------------------------------

    def receive(self, data: bytes, peer: Peer, now: Ms) -> None:
        """Take one datagram, or one message cut out of a stream. Never raises on bad bytes.

        A `LocalError` is a fault of ours; it is raised again after a request was answered with 500.
        """
        if data[:1] == b"\0" and stun.is_request(data):
            self._doorstep.keep_alive(data, peer)
            return
        try:
            message = parse(data)
        except RemoteError as error:
            self._doorstep.malformed(data, peer, error, now)
            return
        if isinstance(message, Response):
            self._on_response(message, now)
            return
        try:
            self._on_request(message, peer, now)
        except RemoteError as error:
            self._doorstep.refuse(message, peer, error, now)
        except LocalError:
            self._doorstep.at_fault(message, peer, now)
            raise

    def do(self, command: Command, now: Ms) -> None:
        """Carry out a command; raises `LocalError` where the state does not allow it."""
        match command:
            case commands.Invite():
                self._invite(command, now)
            case commands.Answer() | commands.Bye():  # what every call gets is looked at first
                self._to_leg(command, now)
            case commands.Register():
                self._register(command, now)
            case commands.Retarget():
                moved = self._registrations.get(command.registration)
                if moved is not None:
                    moved.retarget(command.targets, now)
            case commands.Unregister():
                registration = self._registrations.pop(command.registration, None)
                if registration is not None:
                    registration.leave(now)
            case commands.Probe():
                self._stop_probe(command.probe, now)
                probe = self._probes[command.probe] = Probe(self._core, command)
                probe.start(now)
            case commands.StopProbe():
                self._stop_probe(command.probe, now)
            case commands.SendFailed():
                self._unsent(lambda client: client.peer == command.peer, now)
            case commands.FlowClosed():
                self._registrar.drop_flow(command.flow, now)
                self._registrar_spoke()
                self._unsent(lambda client: _went_with(client, command), now)
                for each in list(self._legs.values()):
                    each.flow_closed(command.flow, now)
                for ours in self._registrations.values():
                    ours.flow_closed(command.peer, now)
            case commands.Drain():
                self._retry_after = command.retry_after
                self._drained()
            case _:
                self._to_leg(command, now)

    def _to_leg(self, command: commands.LegCommand, now: Ms) -> None:
        leg = self._legs.get(command.leg)
        if leg is None and isinstance(command, commands.NotifyRefer):
            leg = self._reporting.get(command.leg)
        if leg is not None:
            leg.do(command, now)

    def deadline(self) -> Ms | None:
        """Return the earliest instant at which something is due, or None."""
        return self._core.alarms.deadline()

    def fire(self, now: Ms) -> None:
        """Do everything whose time has come."""
        core = self._core
        while (machine := core.alarms.pop(now)) is not None:
            try:
                machine.fire(now)
            finally:  # whatever became of it, it is woken again
                if isinstance(machine, Transaction):
                    core.drive(machine, now)
                elif machine is self._registrar:
                    self._registrar_spoke()
                else:
                    core.arm(machine)

    def take_output(self) -> list[Transmit]:
        """Return what is to be sent, in order, once. An INVITE not answered by now gets a 100."""
        core = self._core
        if core.trying:
            core.say_trying()
        output = core.output
        if output:
            core.output = []
        return output

    def take_events(self) -> list[SipEvent]:
        """Return what has happened, in order, once."""
        core = self._core
        events = core.events
        if events:
            core.events = []
        return events

    # -- questions ----------------------------------------------------------------------------

    def bindings(self, username: str, now: Ms) -> tuple[Binding, ...]:
        """Return where a phone can be reached, the best place first."""
        return self._registrar.bindings(username, now)

    def every_binding(self, now: Ms) -> list[tuple[str, Binding]]:
        """Return where every phone is, to be kept over a restart."""
        return self._registrar.everything(now)

    def restore_binding(self, username: str, binding: Binding, now: Ms) -> bool:
        """Take a binding of before a restart; False where it is of no use any more."""
        taken = self._registrar.restore(username, binding, now)
        self._registrar_spoke()
        return taken

    def forget_phone(self, username: str, now: Ms) -> None:
        """Remove every binding of a phone that is no longer allowed."""
        self._registrar.forget(username, now)
        self._registrar_spoke()

    def flows(self) -> frozenset[int]:
        """Return the connections that a phone is reached by, or a call rests on."""
        dialogs = (leg.dialog for leg in self._tags.values())
        calls = {dialog.heard_from.flow for dialog in dialogs if dialog is not None}
        return self._registrar.flows() | calls

    def homes(self) -> frozenset[Peer]:
        """Return whom our own registrations keep a connection to."""
        peers = (registration.peer for registration in self._registrations.values())
        return frozenset(peer for peer in peers if peer is not None)

    def unanswered(self) -> int:
        """Count our requests that wait for an answer, calls that ring not counted."""
        return sum(
            isinstance(client, NonInviteClient) and client.waiting
            for client in self._core.clients.values()
        )

    def census(self) -> dict[str, int]:
        """Count what the agent holds, for metrics and for tests that look for leaks."""
        core = self._core
        return {
            "legs": len(self._legs),
            "dialogs": len(self._tags),
            "invites": len(self._merged),
            "client_transactions": len(core.clients),
            "server_transactions": len(core.servers),
            "alarms": len(core.alarms),
            "bindings": len(self._registrar),
            "registrations": len(self._registrations),
            "probes": len(self._probes),
        }

    # -- responses ----------------------------------------------------------------------------

    def _on_response(self, response: Response, now: Ms) -> None:
        try:
            # 8.1.3.3: a response with a second Via was meant for somebody else.
            if len(response.vias) > 1:
                return
            client = self._core.clients.get(client_key(response))
            if client is not None:
                self._core.shunned.heard(client.peer, response, now)
                client.receive(response, now)
                self._core.drive(client, now)
        except RemoteError:
            return  # 18.1.2, 8.1.3: a response that cannot be read is as good as lost

    # -- requests -----------------------------------------------------------------------------

    def _on_request(self, request: Request, peer: Peer, now: Ms) -> None:
        method = request.method
        if method == "ACK":
            self._on_ack(request, now)
            return
        request.received_from(peer.host, peer.port)
        if None in (request.to.params.get("tag", ""), request.from_.params.get("tag", "")):
            raise RemoteError("a tag has no value")  # ours would be a second one beside it
        core = self._core
        key = server_key(request)
        server = core.servers.get(key)
        if server is not None:
            server.receive(request, now)
            core.drive(server, now)
        elif method == "CANCEL":
            self._on_cancel(request, peer, now)
        elif request.to_tag is not None:
            self._inside(request, key, peer, now)
        else:
            self._outside(request, key, peer, now)

    def _on_ack(self, request: Request, now: Ms) -> None:
        server = self._core.servers.get(server_key(request, "INVITE"))
        if server is not None:
            server.receive(request, now)
            self._core.drive(server, now)
            return
        leg = self._leg_of(request)
        if leg is not None:
            leg.on_ack(request, now)

    def _on_cancel(self, request: Request, peer: Peer, now: Ms) -> None:
        server = self._core.servers.get(server_key(request, "INVITE"))
        if server is None:
            if self._doorstep.may_hear(request, peer, now):
                self._core.answer_statelessly(request, peer, 481)
            return
        leg = server.user
        # 9.2: its To tag is to be that of the answer to the INVITE.
        tag = leg.local_tag if isinstance(leg, Leg) else parse(server.last.data).to_tag
        self._core.answer_statelessly(request, peer, 200, to_tag=tag)
        if isinstance(leg, Leg):
            leg.on_cancel(request, server, now)

    def _leg_of(self, request: Request) -> Leg | None:
        leg = self._tags.get(request.to_tag or "")
        if leg is None:
            return None
        dialog = leg.dialog_with(request.from_tag)
        return leg if dialog is not None and dialog.call_id == request.call_id else None

    def _inside(self, request: Request, key: Key, peer: Peer, now: Ms) -> None:
        """Take a request that names a dialog (12.2.2)."""
        core = self._core
        leg = self._leg_of(request)
        if leg is None:
            near = self._tags.get(request.to_tag or "")
            if near is not None and request.method == "BYE":
                near.on_bye_of_stranger(request)
            if self._doorstep.may_hear(request, peer, now):
                core.answer_statelessly(request, peer, 481)
            return
        if request.method not in _INSIDE:
            self._unknown_method(request, peer)
            return
        if self._lacks(request, peer, EXTENSIONS) or self._crowded(request, peer):
            return
        server = core.serve(request, key, peer)
        self._guarded(server, request, lambda: leg.on_request(request, server, peer, now), now)

    def _outside(self, request: Request, key: Key, peer: Peer, now: Ms) -> None:
        """Take a request outside any dialog: who is it, and what do they want (8.2)?"""
        core, method = self._core, request.method
        verdict = self._admission.admit(request, peer, now)
        if isinstance(verdict, Drop):
            return
        source, username = "", ""
        if isinstance(verdict, Trusted) and method != "REGISTER":
            source = verdict.source
        else:
            proved = self._authenticate(request, peer, now)
            if proved is None:
                return
            username = proved
        if request.uri.scheme not in _SCHEMES:
            core.answer_statelessly(request, peer, 416)  # 8.2.2.1
        elif method == "OPTIONS":
            self._on_options(request, peer)
        elif method not in {"INVITE", "REGISTER"}:
            self._unknown_method(request, peer)
        elif self._crowded(request, peer):
            pass
        elif method == "INVITE":
            if not self._lacks(request, peer, EXTENSIONS):
                self._on_invite(request, key, peer, now, source, username)
        elif not self._core.config.may_register(username, request.to.uri.host):
            core.answer_statelessly(request, peer, 403)
        elif not self._lacks(request, peer, _REGISTER_EXTENSIONS):
            core.shunned.alive(peer)
            reply = self._registrar.receive(request, username, peer, now)
            self._registrar_spoke()
            server = core.serve(request, key, peer)
            core.answer(server, request, reply.status, now, headers=reply.headers)

    def _authenticate(self, request: Request, peer: Peer, now: Ms) -> str | None:
        """Return the proven user; None when a challenge went out instead (22.1, 22.2)."""
        outcome = self._authenticator.verify(request, self._admission.ha1, now)
        if outcome.kind == "good":
            self._admission.proved(peer)
            return outcome.username
        if outcome.kind == "wrong":
            self._core.emit(AuthenticationFailed(peer=peer, method=request.method))
        challenges = self._authenticator.challenges(
            now, stale=outcome.kind == "stale", product=request.headers.get("User-Agent")
        )
        self._core.answer_statelessly(request, peer, 401, headers=challenges)
        return None

    def _on_options(self, request: Request, peer: Peer) -> None:
        """Answer as an INVITE would be (11.2): a trunk that asks must not send us calls now."""
        if self._retry_after is not None:
            retry = (("Retry-After", str(self._retry_after)),)
            self._core.answer_statelessly(request, peer, 503, headers=retry)
        elif not self._lacks(request, peer, EXTENSIONS):
            self._core.answer_statelessly(request, peer, 200, headers=_ABILITIES)

    def _unknown_method(self, request: Request, peer: Peer) -> None:
        """8.2.1: 405 for a method we know of, 501 (21.5.2) for one that nobody does."""
        method = request.method
        if method in METHODS:
            status = 481  # it makes sense only inside a dialog, and this one names none
        else:
            status = 405 if method in REGISTERED_METHODS else 501
        self._core.answer_statelessly(request, peer, status, headers=_ALLOW)

    def _lacks(self, request: Request, peer: Peer, extensions: frozenset[str]) -> bool:
        """Refuse with 420 what asks for an extension that we lack (8.2.2.3)."""
        unknown = request.require - extensions
        if unknown:
            names = ", ".join(sorted(filter(is_token, unknown)))
            headers = (("Unsupported", names),)
            self._core.answer_statelessly(request, peer, 420, headers=headers)
        return bool(unknown)

    def _crowded(self, request: Request, peer: Peer) -> bool:
        """Refuse with 503 when memory for transactions has run out."""
        if len(self._core.servers) < TRANSACTIONS_MAX:
            return False
        self._core.answer_statelessly(request, peer, 503, headers=(("Retry-After", "30"),))
        return True

    # -- INVITE -------------------------------------------------------------------------------

    def _on_invite(
        self, request: Request, key: Key, peer: Peer, now: Ms, source: str, username: str
    ) -> None:
        core = self._core
        merged = (request.call_id, request.from_tag, request.cseq.number)
        if request.max_forwards == 0:
            # A user agent need not look (16.3 is for proxies), but this one places calls on
            # behalf of calls, and a loop of those must end (RFC 7332).
            core.answer_statelessly(request, peer, 483)
        elif self._retry_after is not None or len(self._tags) >= LEGS_MAX:
            retry = (("Retry-After", str(self._retry_after or 30)),)
            core.answer_statelessly(request, peer, 503, headers=retry)
        elif merged in self._merged:
            core.answer_statelessly(request, peer, 482)  # 8.2.2.2: it came by two ways
        elif not accepts_sdp(request):
            core.answer_statelessly(request, peer, 406)  # RFC 4475 3.3.15
        elif session_timer.too_small(request):
            minimum = (("Min-SE", str(int(SESSION_SECONDS_MIN))),)
            core.answer_statelessly(request, peer, 422, headers=minimum)
        else:
            self._new_call(request, key, peer, now, source, username)

    def _new_call(
        self, request: Request, key: Key, peer: Peer, now: Ms, source: str, username: str
    ) -> None:
        core = self._core
        status, replaced = self._replacing(request)
        if status:
            core.answer_statelessly(request, peer, status)
            return
        server = core.serve(request, key, peer)

        def begin() -> None:
            leg = IncomingLeg(core, self, request, server, peer)
            self._legs[leg.key] = leg
            self._tags[leg.local_tag] = leg
            self._merged[leg.merged] = leg
            leg.begin(peer, now, source=source, username=username, replaces=replaced)

        self._guarded(server, request, begin, now)

    def _replacing(self, request: Request) -> tuple[int, Leg | None]:
        """RFC 3891 section 3: the status to refuse with or 0, and the leg to be replaced."""
        values = request.headers.all("Replaces")
        if not values:
            return 0, None
        replaces = Replaces.parse(values[0])
        leg = self.named(replaces)
        if leg is None or leg.state is State.OFFERED:
            return 481, None  # nothing there, or an early dialog that we did not start
        if leg.state is State.ENDED:
            return 603, None
        if replaces.early_only and leg.state is not State.CALLING:
            return 486, None
        return 0, leg

    # -- what the legs ask ----------------------------------------------------------------------

    def ended(self, leg: Leg) -> None:
        """Commands for the leg mean nothing any more."""
        self._legs.pop(leg.key, None)
        if leg.reporting:
            self._reporting[leg.key] = leg

    def released(self, leg: Leg) -> None:
        """No message can concern the leg any more."""
        self._reporting.pop(leg.key, None)
        if self._tags.pop(leg.local_tag, None) is not None:
            if isinstance(leg, IncomingLeg):
                self._merged.pop(leg.merged, None)
            leg.let_go()
            self._drained()

    def named(self, replaces: Replaces) -> Leg | None:
        """Find the leg whose dialog a Replaces of theirs names."""
        leg = self._tags.get(replaces.to_tag)
        if leg is None:
            return None
        dialog = leg.dialog_with(replaces.from_tag)
        return leg if dialog is not None and dialog.call_id == replaces.call_id else None

    def replaces(self, key: LegKey) -> Replaces | None:
        """Name the dialog of a leg as its far end sees it."""
        leg = self._legs.get(key)
        if leg is None or leg.dialog is None:
            return None
        return Replaces(leg.dialog.call_id, leg.dialog.remote_tag, leg.local_tag)

    # -- commands that are not for a leg --------------------------------------------------------

    def _invite(self, command: commands.Invite, now: Ms) -> None:
        if command.leg in self._legs:
            raise LocalError("two legs of one key")
        leg = OutgoingLeg(self._core, self, command)
        self._legs[command.leg] = leg
        self._tags[leg.local_tag] = leg
        leg.start(now)

    def _register(self, command: commands.Register, now: Ms) -> None:
        if command.registration in self._registrations:
            raise LocalError("two registrations of one key")
        registration = Registration(self._core, command)
        self._registrations[command.registration] = registration
        registration.start(now)

    def _stop_probe(self, key: ProbeKey, now: Ms) -> None:
        probe = self._probes.pop(key, None)
        if probe is not None:
            probe.stop(now)

    def _unsent(self, concerns: Callable[[Client], bool], now: Ms) -> None:
        core = self._core
        for client in [client for client in core.clients.values() if concerns(client)]:
            client.unsent(now)
            core.drive(client, now)

    def _drained(self) -> None:
        if self._retry_after is not None and not self._tags:
            self._core.emit(Drained())

    def _registrar_spoke(self) -> None:
        for event in self._registrar.take_events():
            self._core.emit(event)
        self._core.arm(self._registrar)

    # -- bad input --------------------------------------------------------------------------------

    def _guarded(self, server: Server, request: Request, work: Callable[[], Any], now: Ms) -> None:
        """Do ``work``; where the request turns out malformed, its transaction answers."""
        try:
            work()
        except RemoteError as error:
            headers = ACCEPT if error.hint == 415 else ()
            if server.unanswered:
                response = response_to(
                    request,
                    error.hint,
                    error.reason if error.hint == 400 else None,
                    to_tag=self._core.stateless_tag(request),
                    headers=headers,
                )
                self._core.respond(server, response, now)


def _went_with(client: Client, closed: commands.FlowClosed) -> bool:
    """Whether a request of ours is lost with a connection (17.1.4).

    One that was not answered at all on a connection that we opened for it: an INVITE is, for who
    calls waits for it; the answer to a shorter one may come over another connection (18.2.2).
    """
    peer = client.peer
    return peer.flow == closed.flow or (isinstance(client, InviteClient) and peer == closed.peer)

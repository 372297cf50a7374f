"""What is said to bytes that cannot be served: little to a fault of theirs or ours, else nothing.

::

    not SIP, but nearly ──┐
    a header is malformed ┤                ┌─ a stranger ──▶ silence: an answer is a clue
    a call nobody knows ──┼─ who is it? ───┤
    our own fault ────────┘                └─ one of ours ─▶ 400, 505, ... or 481, or 500
    STUN ── a phone of ours? ──▶ its answer, else silence

None of it is remembered (RFC 3261 8.2.7).
"""

from __future__ import annotations

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.sip import stun
from ringfence.sip.admission import Admission, Challenge, Drop
from ringfence.sip.auth import Authenticator
from ringfence.sip.core import Core
from ringfence.sip.events import AuthenticationFailed, MalformedReceived, Peer, Transmit
from ringfence.sip.message import Request
from ringfence.sip.parser import salvage
from ringfence.sip.registrar import Registrar
from ringfence.sip.transaction import server_key


class Doorstep:
    """Answers for the agent what comes no further."""

    __slots__ = ("_admission", "_authenticator", "_core", "_registrar")

    def __init__(
        self,
        core: Core,
        admission: Admission,
        authenticator: Authenticator,
        registrar: Registrar,
    ) -> None:
        self._core = core
        self._admission = admission
        self._authenticator = authenticator
        self._registrar = registrar

    def may_hear(self, request: Request, peer: Peer, now: Ms) -> bool:
        """Whether whoever asks may learn that we are here.

        A trunk may, and a phone: it is reached there, or proves its password even now. A stranger
        may where the same request in good order gets a challenge anyway, which is outside a call.
        """
        if self._registrar.reaches(peer):
            return True
        verdict = self._admission.admit(request, peer, now)
        if isinstance(verdict, Challenge) and "tag" in request.to.params:
            return self._proves(request, peer, now)
        return not isinstance(verdict, Drop)

    def _proves(self, request: Request, peer: Peer, now: Ms) -> bool:
        outcome = self._authenticator.verify(request, self._admission.ha1, now)
        if outcome.kind == "wrong":  # else passwords could be tried here without being counted
            self._core.emit(AuthenticationFailed(peer=peer, method=request.method))
        return outcome.kind in {"good", "stale"}

    def refuse(self, request: Request, peer: Peer, error: RemoteError, now: Ms) -> None:
        """Answer a request whose headers turned out malformed before it had a transaction."""
        if request.method != "ACK" and self.may_hear(request, peer, now):
            reason = error.reason if error.hint == 400 else None
            self._core.answer_statelessly(request, peer, error.hint, reason=reason)

    def at_fault(self, request: Request, peer: Peer, now: Ms) -> None:
        """Answer 500 where a fault of ours kept us from answering: silence would be repeated at."""
        server = self._core.servers.get(server_key(request))
        if server is not None:
            if server.unanswered:
                self._core.answer(server, request, 500, now)
        elif request.method != "ACK" and self.may_hear(request, peer, now):
            self._core.answer_statelessly(request, peer, 500)

    def keep_alive(self, data: bytes, peer: Peer) -> None:
        """Answer where a phone of ours is registered from; to others it would be a clue."""
        if peer.transport == "udp" and self._registrar.reaches(peer):
            response = stun.answer(data, peer)
            if response:
                self._core.output.append(Transmit(response, peer))

    def malformed(self, data: bytes, peer: Peer, error: RemoteError, now: Ms) -> None:
        """Answer bytes that are not SIP if they are at least nearly so (RFC 4475 3.1.2)."""
        if not data.strip(b"\r\n\0 "):
            return  # a keep-alive (RFC 5626 3.5.1), in one of the forms in use
        request = salvage(data)
        answered = request is not None and self.may_hear(request, peer, now)
        if answered and request is not None:
            request.received_from(peer.host, peer.port)
            self._core.answer_statelessly(request, peer, error.hint, reason=error.reason)
        self._core.emit(MalformedReceived(peer=peer, reason=error.reason, answered=answered))

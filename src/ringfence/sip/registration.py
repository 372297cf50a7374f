"""Our registrations at providers (RFC 3261 10.2), kept alive until told otherwise.

::

    REGISTER ── 200 ──▶ Registered ── before it expires ──▶ REGISTER ...
        ├────── 401, 407 ──▶ again, signed
        ├────── 423 ──▶ again, with their Min-Expires
        └────── anything else ──▶ RegistrationFailed ── back-off (RFC 5626 4.5) ──▶ again

While registered, a double CRLF now and then keeps the way to us open through translators and
firewalls: the registrar sends us calls where the REGISTER came from (RFC 5626 section 4.4 has
STUN for UDP, which only a registrar that announced it understands; blank lines everybody ignores).
A connection that is lost takes the registration with it: another REGISTER after the same back-off.
"""

from __future__ import annotations

from msgspec.structs import replace

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import (
    REGISTER_BACKOFF_FIRST,
    REGISTER_BACKOFF_MAX,
    REGISTER_PING_STREAM_MS,
    REGISTER_PING_UDP_MS,
    SERVICE_ROUTE_MAX,
)
from ringfence.sip import commands
from ringfence.sip.auth import DigestClient
from ringfence.sip.core import ALLOW, Core
from ringfence.sip.events import Peer, Registered, RegistrationFailed, Transmit, Unregistered
from ringfence.sip.headers import CSeq, Headers, NameAddr, parse_delta
from ringfence.sip.message import Request, Response
from ringfence.sip.outbound import Exchange
from ringfence.sip.timers import Alarm

_PING = b"\r\n\r\n"
"""RFC 5626 3.5.1; it is no message and has no answer over UDP."""


class Registration:
    """One address of ours at one registrar."""

    __slots__ = (
        "_at",
        "_call_id",
        "_command",
        "_contact",
        "_core",
        "_digest",
        "_exchange",
        "_expires",
        "_failures",
        "_leaving",
        "_losses",
        "_number",
        "_ping_at",
        "_since",
        "_tag",
        "alarm",
        "over",
        "peer",
    )

    def __init__(self, core: Core, command: commands.Register) -> None:
        """Raises `LocalError` where there is no target."""
        if not command.targets:
            raise LocalError("a registration needs a target")
        self._core = core
        self._command = command
        self._call_id = core.entropy.token(12).hex()  # 10.2: one for all REGISTERs of a boot
        self._tag = core.token()
        self._number = 0
        self._contact = NameAddr("", command.aor)
        self._expires = command.expires
        self._failures = 0
        self._losses = -1  # how many connections in a row were short-lived, the first excepted
        self._since = Ms(0)
        self._at: Ms | None = None
        self._exchange: Exchange | None = None
        self._leaving = False
        self._ping_at: Ms | None = None
        self.peer: Peer | None = None
        """Where we are registered at the moment."""
        self.over = False
        self.alarm: Alarm | None = None
        credentials = command.credentials
        self._digest = (
            None
            if credentials is None
            else DigestClient(credentials.username, credentials.password, core.entropy)
        )

    def start(self, now: Ms) -> None:
        """Register now."""
        self._at = self._ping_at = None
        self._core.arm(self)
        targets = self._core.shunned.peers(self._command.targets, now)
        self._exchange = Exchange(self._core, targets, self._build, self._done, digest=self._digest)
        self._exchange.start(now)

    def retarget(self, targets: tuple[Peer, ...], now: Ms) -> None:
        """The registrar is elsewhere from now on; go there unless we are registered there."""
        if not targets:
            raise LocalError("a registration needs a target")
        self._command = replace(self._command, targets=targets)
        if self._exchange is None and self.peer not in targets:
            self.start(now)

    def leave(self, now: Ms) -> None:
        """Remove the binding; whatever comes of it, this registration is over."""
        if self._exchange is not None:
            self._exchange.stop(now)
        self._leaving = True
        self.start(now)

    def deadline(self) -> Ms | None:
        """Return when to register again or to be heard, or None while a REGISTER is under way."""
        return self._at if self._ping_at is None else self._ping_at

    def fire(self, now: Ms) -> None:
        """It is time to register again, or to be heard."""
        if self._at is not None and self._at <= now:
            self.start(now)
        elif self._ping_at is not None and self._ping_at <= now and self.peer is not None:
            self._core.output.append(Transmit(_PING, self.peer))
            self._keep_open(self.peer, now)

    def flow_closed(self, peer: Peer | None, now: Ms) -> None:
        """A connection is gone: if we were registered over it, nobody reaches us any more."""
        if peer is None or peer != self.peer or self._exchange is not None:
            return
        self.peer = self._ping_at = None
        # A registrar that closes each connection soon does not need it: less and less often.
        self._losses = self._losses + 1 if now - self._since < REGISTER_BACKOFF_MAX else 0
        self._failures = self._losses
        if self._at is not None:
            self._at = min(self._at, Ms(now + self._pause(None)))
        self._core.arm(self)

    def _keep_open(self, peer: Peer, now: Ms) -> None:
        """Set the next ping, if one is due before the next REGISTER; 4.4.1: up to a fifth early."""
        limit = REGISTER_PING_UDP_MS if peer.transport == "udp" else REGISTER_PING_STREAM_MS
        at = Ms(now + limit - limit // 5 * self._core.entropy.token(1)[0] // 256)
        self._ping_at = at if self._at is not None and at < self._at else None

    def _build(self, via: str, peer: Peer) -> Request:
        command = self._command
        self._number += 1
        headers = Headers()
        contact = self._core.contact(peer.transport, command.contact_user)
        self._contact = NameAddr.parse(contact)
        headers.fields = {
            "Via": [via],
            "Max-Forwards": ["70"],
            "From": [f"<{command.aor}>;tag={self._tag}"],
            "To": [f"<{command.aor}>"],
            "Call-ID": [self._call_id],
            "CSeq": [f"{self._number} REGISTER"],
            "Contact": [contact],
            "Expires": [str(0 if self._leaving else self._expires)],
            "Allow": [ALLOW],
            "User-Agent": [self._core.config.product],
        }
        headers.typed["CSeq"] = CSeq(self._number, "REGISTER")
        return Request("REGISTER", command.registrar, headers)

    def _done(self, status: int, response: Response | None, now: Ms) -> None:
        exchange, self._exchange = self._exchange, None
        core, key = self._core, self._command.registration
        self.peer = None
        if self._leaving:
            self.over = True
            core.emit(Unregistered(registration=key))
        elif response is not None and status < 300:
            granted = self._granted(response)
            self._failures = 0
            # Early enough for a lost REGISTER to be repeated, whatever was granted.
            self._at = Ms(now + max(granted - max(32, granted // 10), granted // 2) * SECOND)
            if exchange is not None:
                self.peer, self._since = exchange.peer, now
                self._keep_open(exchange.peer, now)
            core.emit(
                Registered(
                    registration=key,
                    expires_at=Ms(now + granted * SECOND),
                    seen_from=response.seen_from,
                    service_route=service_route(response),
                )
            )
        elif status == 423 and response is not None and self._raise(response):
            self.start(now)
        else:
            self._at = Ms(now + self._pause(response))
            core.emit(RegistrationFailed(registration=key, status=status, retry_at=self._at))
        core.arm(self)

    def _granted(self, response: Response) -> int:
        """The seconds granted: of our contact in the list (10.2.4), else Expires, else asked.

        The list has everybody who registered as that user, so the same user part elsewhere is
        somebody else. Only where no contact is ours to the port was ours rewritten on the way.
        """
        ours = self._contact.uri
        try:
            near = [each for each in response.contacts if each.uri.user == ours.user]
            exact = [
                each for each in near if (each.uri.host, each.uri.port) == (ours.host, ours.port)
            ]
            for contact in exact or near:
                seconds = contact.params.get("expires")
                if seconds:
                    return max(parse_delta(seconds), 1)
            expires = response.expires
        except RemoteError:
            expires = None
        return max(self._expires if expires is None else expires, 1)

    def _raise(self, response: Response) -> bool:
        """Take their Min-Expires (10.2.8), if it is more than we asked."""
        try:
            least = parse_delta(response.headers.get("Min-Expires") or "")
        except RemoteError:
            return False
        if least <= self._expires:
            return False
        self._expires = least
        return True

    def _pause(self, response: Response | None) -> int:
        """RFC 5626 4.5: 30 s, 60 s, ... half an hour, half of it random; Retry-After if longer."""
        upper = min(REGISTER_BACKOFF_MAX, REGISTER_BACKOFF_FIRST << min(self._failures, 16))
        self._failures += 1
        draw = int.from_bytes(self._core.entropy.token(2), "big")
        pause = upper // 2 + upper * draw // 0x20000
        try:
            asked = parse_delta((response and response.headers.get("Retry-After")) or "0")
        except RemoteError:
            asked = 0
        return max(pause, min(asked * SECOND, int(REGISTER_BACKOFF_MAX)))


def service_route(response: Response) -> tuple[NameAddr, ...]:
    """Return the Service-Route of a 2xx to REGISTER (RFC 3608 section 5).

    A hop that is not a loose router is none we could go through (section 6.1 asks for ``lr``), and
    a list with such a hop or with nonsense is no way at all: the request then goes without.
    """
    try:
        hops = [NameAddr.parse(value) for value in response.headers.split("Service-Route")]
    except RemoteError:
        return ()
    if len(hops) > SERVICE_ROUTE_MAX:
        return ()
    if not all(hop.uri.is_sip and "lr" in hop.uri.params for hop in hops):
        return ()
    return tuple(NameAddr("", hop.uri) for hop in hops)

"""What every part of the agent leans on: transactions, alarms, identity, and the way out.

::

    agent ── receive, do, fire
      |
      ├── legs, registrations, probes, registrar        users: decide
      └── core: clients, servers, alarms, output, events       keeps, matches, sends, wakes

A *user* is whatever a transaction was made for. It hears ``on_response``, ``on_failure`` (408:
nobody answered, 503: could not be sent) or ``on_ack``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final, Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import FORGET_GRAIN_MS
from ringfence.sip.config import AgentConfig
from ringfence.sip.dialog import DEFAULT_PORT, is_literal
from ringfence.sip.events import Peer, SipEvent, Transmit
from ringfence.sip.headers import MAGIC_COOKIE
from ringfence.sip.message import Request, Response, response_to
from ringfence.sip.shunned import Shunned
from ringfence.sip.timers import Alarms, Timed
from ringfence.sip.transaction import (
    Client,
    GaveUp,
    InviteClient,
    InviteServer,
    Key,
    NonInviteClient,
    NonInviteServer,
    Received,
    Server,
    State,
    Transaction,
)

METHODS: Final = (
    *("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO"),
    *("REFER", "NOTIFY"),
)
ALLOW: Final = ", ".join(METHODS)
SUPPORTED: Final = "100rel, timer, replaces"
EXTENSIONS: Final = frozenset({"100rel", "timer", "replaces"})
"""What a Require of theirs may name."""


class ClientUser(Protocol):
    """Somebody who asked something."""

    def on_response(self, client: Client, response: Response, now: Ms, /) -> None:
        """A response came."""
        ...

    def on_failure(self, client: Client, status: int, now: Ms, /) -> None:
        """No final response will come: 408 for silence, 503 for a broken transport (8.1.3.1)."""
        ...


class Core:
    """The shared machinery of one agent."""

    __slots__ = (
        "_contacts",
        "_via_heads",
        "alarms",
        "arm",
        "clients",
        "config",
        "entropy",
        "events",
        "output",
        "servers",
        "shunned",
        "trying",
    )

    def __init__(self, config: AgentConfig, entropy: Entropy) -> None:
        self.config = config
        self.entropy = entropy
        self.alarms = Alarms()
        self.arm: Callable[[Timed], None] = self.alarms.arm
        """Take note of a machine's deadline."""
        self.clients: dict[Key, Client] = {}
        self.servers: dict[Key, Server] = {}
        self.output: list[Transmit] = []
        self.events: list[SipEvent] = []
        self.shunned = Shunned()
        self.trying: list[tuple[Server, Request, Ms]] = []
        """INVITEs that came since the output was last taken: 100 is due where no answer is."""
        self._via_heads: dict[str, str] = {}
        self._contacts: dict[tuple[str, str], str] = {}
        for transport, (host, port) in config.addresses.items():
            shown = f"[{host}]" if ":" in host else host
            self._via_heads[transport] = f"SIP/2.0/{transport.upper()} {shown}:{port};branch="

    # -- identity -----------------------------------------------------------------------------

    def token(self) -> str:
        """Return 64 random bits as text: tags and branches (8.1.1.7, 19.3)."""
        return self.entropy.token(8).hex()

    def via(self, peer: Peer) -> tuple[str, str]:
        """Return a new branch and the Via value for a request to ``peer``; rport per RFC 3581."""
        branch = MAGIC_COOKIE + self.entropy.token(8).hex()
        head = self._via_heads.get(peer.transport)
        if head is None:
            # A transport we do not listen on: answers come back on the connection itself.
            host, port = next(iter(self.config.addresses.values()), ("localhost.invalid", 5060))
            shown = f"[{host}]" if ":" in host else host
            head = f"SIP/2.0/{peer.transport.upper()} {shown}:{port};branch="
        return branch, f"{head}{branch};rport"

    def contact(self, transport: str, user: str | None = None, *, secure: bool = False) -> str:
        """Return our Contact value on a transport; ``secure``: a ``sips:`` one."""
        user = user or self.config.user
        if secure:
            # With sips the transport below TLS goes without saying (26.2.2).
            plain = self.contact(transport, user).replace(";transport=tls", "")
            return plain.replace("<sip:", "<sips:")
        text = self._contacts.get((transport, user))
        if text is None:
            addresses = self.config.addresses
            known = transport if transport in addresses else next(iter(addresses), "udp")
            host, port = next(
                (value for name, value in addresses.items() if name == known),
                ("localhost.invalid", 5060),
            )
            shown = f"[{host}]" if ":" in host else host
            tail = "" if transport == "udp" else f";transport={transport}"
            text = f"<sip:{user}@{shown}:{port}{tail}>"
            if user == self.config.user:
                self._contacts[transport, user] = text
        return text

    # -- requests of ours ---------------------------------------------------------------------

    def send(
        self, request: Request, branch: str, peer: Peer, user: ClientUser | None, now: Ms
    ) -> Client:
        """Start a client transaction for ``user``; None where nobody cares how it ends.

        Raises `LocalError` where the request cannot be written; nothing is kept of it then.
        """
        client = (
            InviteClient(request, peer)
            if request.method == "INVITE"
            else NonInviteClient(request, peer)
        )
        client.user = user
        client.key = (branch, request.method)
        client.start(now)
        self.clients[client.key] = client
        self.drive(client, now)
        return client

    def abandon(self, client: Client, now: Ms) -> None:
        """Stop caring for a client transaction."""
        client.user = None
        client.abandon(now)
        self.drive(client, now)

    # -- requests of theirs -------------------------------------------------------------------

    def serve(self, request: Request, key: Key, peer: Peer) -> Server:
        """Make the server transaction of a new request."""
        answer_to = reply_peer(request, peer)
        server: Server = (
            InviteServer(answer_to) if request.method == "INVITE" else NonInviteServer(answer_to)
        )
        server.key = key
        self.servers[key] = server
        return server

    def try_later(self, server: Server, request: Request, now: Ms) -> None:
        """Let an INVITE be answered with 100 when the output is taken, if with nothing before.

        RFC 3261 17.2.1: 100 may be left out where another response leaves within 200 ms.
        """
        self.trying.append((server, request, now))

    def say_trying(self) -> None:
        """Answer 100 to what has no response yet."""
        waiting, self.trying = self.trying, []
        for server, request, now in waiting:
            if server.silent:
                self.respond(server, response_to(request, 100), now)

    def respond(self, server: Server, response: Response, now: Ms) -> None:
        """Send a response through its transaction."""
        server.do(response, now)
        self.drive(server, now)

    def answer(
        self,
        server: Server,
        request: Request,
        status: int,
        now: Ms,
        *,
        headers: Iterable[tuple[str, str]] = (),
        to_tag: str | None = None,
    ) -> None:
        """Send a response without a body."""
        if to_tag is None and request.to_tag is None:
            to_tag = self.stateless_tag(request)
        self.respond(server, response_to(request, status, to_tag=to_tag, headers=headers), now)

    def answer_statelessly(
        self,
        request: Request,
        peer: Peer,
        status: int,
        *,
        reason: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        to_tag: str | None = None,
    ) -> None:
        """Answer and forget (8.2.7): a repetition of the request gets the same answer."""
        response = response_to(
            request,
            status,
            reason,
            to_tag=to_tag or self.stateless_tag(request),
            headers=headers,
            body=body,
        )
        self.output.append(Transmit(response.to_bytes(), reply_peer(request, peer)))

    def stateless_tag(self, request: Request) -> str:
        """Return a To tag that a repetition of the request gets too (8.2.7)."""
        about = f"{request.call_id}\n{request.headers.get('From')}\n{request.headers.get('CSeq')}"
        return blake2b(about.encode(), digest_size=8, key=self.config.secret[:64]).hexdigest()

    # -- keeping ------------------------------------------------------------------------------

    def drive(self, transaction: Transaction, now: Ms) -> None:
        """Carry out what a transaction wants after whatever happened to it."""
        if transaction.output:
            self.output += transaction.take_output()
        # The user may act on an event through the same transaction, so its alarm comes last.
        for event in transaction.take_events() if transaction.events else ():
            user = transaction.user
            if user is None:
                continue
            if isinstance(event, Received):
                if isinstance(event.message, Response):
                    user.on_response(transaction, event.message, now)
                else:
                    user.on_ack(event.message, now)
            elif isinstance(transaction, Client):
                user.on_failure(transaction, 408 if isinstance(event, GaveUp) else 503, now)
        if transaction.state is State.TERMINATED:
            table: dict[Key, Client] | dict[Key, Server]
            table = self.clients if isinstance(transaction, Client) else self.servers
            table.pop(transaction.key, None)
            transaction.user = None
        self.alarms.arm(transaction, FORGET_GRAIN_MS if transaction.lingers else 1)

    def emit(self, event: SipEvent) -> None:
        """Tell the switch."""
        self.events.append(event)


def reply_peer(request: Request, peer: Peer) -> Peer:
    """Return where the answers to a request from ``peer`` go (18.2.2, RFC 3581 section 4).

    Over a connection, back on it. Over UDP to the source address; to the source port where the
    client asked for that by ``rport``, else to the port of its Via. A client behind an address
    translator that does not know of ``rport`` would never hear us on that port, so one whose Via
    shows another address than its packets gets symmetric answers too. ``maddr`` is ignored:
    answers that go where the sender says are a gift to forgers.
    """
    if peer.transport != "udp":
        return peer
    via = request.via
    if "rport" in via.params or (via.host != peer.host and is_literal(via.host)):
        return peer
    port = via.port or DEFAULT_PORT["udp"]
    return peer if port == peer.port else Peer("udp", peer.host, port, peer.flow)

"""Dialogs (RFC 3261 section 12): what two user agents remember of each other.

::

    INVITE  From: A;tag=a   To: B          Contact: <sip:a@host-a>   Record-Route: R1, R2
    2xx     From: A;tag=a   To: B;tag=b    Contact: <sip:b@host-b>   Record-Route: R1, R2

                    at A (as_client)         at B (as_server)
    dialog id       Call-ID, a, b            Call-ID, b, a
    remote target   sip:b@host-b             sip:a@host-a
    route set       R2, R1                   R1, R2
"""

from __future__ import annotations

import re
from typing import Final

from ringfence.kernel.errors import RemoteError
from ringfence.sip.events import Peer, Transport
from ringfence.sip.headers import CSeq, Headers, NameAddr
from ringfence.sip.message import Request, Response
from ringfence.sip.uri import Uri

DEFAULT_PORT: Final[dict[str, int]] = {"udp": 5060, "tcp": 5060, "tls": 5061, "ws": 80}

_LITERAL = re.compile(r"[0-9.]+|[0-9a-f.]*:[0-9a-f:.]*")
_PRIVATE = re.compile(
    r"10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2[0-9]|3[01])\."
    r"|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd]|fe80:|::1$"
)


class Dialog:
    """One dialog. ``local`` and ``remote`` are From and To values with their tags.

    ``target``: the remote target, put into Request-URIs. ``route``: the route set. ``peer``: where
    the next request goes. ``local_seq``: the last CSeq number sent; ``remote_seq``: the last one
    received, None before the first.
    """

    __slots__ = (
        "call_id",
        "heard_from",
        "local",
        "local_seq",
        "local_tag",
        "natted",
        "peer",
        "remote",
        "remote_seq",
        "remote_tag",
        "route",
        "target",
    )

    def __init__(
        self,
        *,
        call_id: str,
        local: str,
        local_tag: str,
        remote: str,
        remote_tag: str,
        target: Uri,
        route: tuple[NameAddr, ...],
        peer: Peer,
        natted: bool,
        local_seq: int = 0,
        remote_seq: int | None = None,
    ) -> None:
        self.call_id = call_id
        self.local = local
        self.local_tag = local_tag
        self.remote = remote
        self.remote_tag = remote_tag
        self.target = target
        self.route = route
        self.heard_from = peer
        self.natted = natted
        self.local_seq = local_seq
        self.remote_seq = remote_seq
        self.peer = self._hop()

    @classmethod
    def as_server(cls, request: Request, local_tag: str, peer: Peer) -> Dialog:
        """Make the dialog of a request of theirs that we answer with ``local_tag`` (12.1.1)."""
        target = _contact(request)
        sent_by = request.via.host
        return cls(
            call_id=request.call_id,
            local=f"{request.headers.fields['To'][0]};tag={local_tag}",
            local_tag=local_tag,
            remote=request.headers.fields["From"][0],
            remote_tag=request.from_tag or "",  # 12.1.1: a 2543 peer has none
            target=target,
            route=request.record_routes,
            peer=peer,
            natted=(is_literal(sent_by) and sent_by != peer.host) or hidden(target, peer),
            remote_seq=request.cseq.number,
        )

    @classmethod
    def as_client(cls, request: Request, response: Response, peer: Peer) -> Dialog:
        """Make the dialog of a request of ours, sent to ``peer``, that they answered (12.1.2).

        A provisional response may come without Contact; the Request-URI serves till a better one.
        """
        contact = _contact_of(response)
        target = request.uri if contact is None else contact
        sent_to = request.uri
        same = target.host == sent_to.host and target.port == sent_to.port
        return cls(
            call_id=request.call_id,
            local=request.headers.fields["From"][0],
            local_tag=request.from_tag or "",
            remote=response.headers.fields["To"][0],
            remote_tag=response.to_tag or "",
            target=target,
            route=_route_of(response),
            peer=peer,
            natted=same or hidden(target, peer),
            local_seq=request.cseq.number,
        )

    def request(
        self, method: str, via: str, *, number: int | None = None, body: bytes = b""
    ) -> Request:
        """Build a request inside the dialog (12.2.1.1); the caller adds what the method needs.

        ``number`` is the CSeq of the INVITE for ACK, else the next one is taken.
        """
        if number is None:
            number = self.local_seq = self.local_seq + 1
        headers = Headers()
        headers.fields = {
            "Via": [via],
            "Max-Forwards": ["70"],
            "From": [self.local],
            "To": [self.remote],
            "Call-ID": [self.call_id],
            "CSeq": [f"{number} {method}"],
        }
        headers.typed["CSeq"] = CSeq(number, method)
        uri = self.target
        if self.route:
            first = self.route[0]
            if first.uri.loose:
                headers.fields["Route"] = [str(hop) for hop in self.route]
            else:
                # A strict router wants itself in the Request-URI and the target last.
                rest = [str(hop) for hop in self.route[1:]]
                headers.fields["Route"] = [*rest, f"<{uri}>"]
                uri = first.uri
        return Request(method, uri, headers, body)

    def follows(self, request: Request) -> bool:
        """Take note of a request of theirs; False if it is older than one before (12.2.2)."""
        number = request.cseq.number
        if self.remote_seq is not None and number < self.remote_seq:
            return False
        self.remote_seq = number
        return True

    def refresh(self, request: Request, peer: Peer) -> None:
        """Take the new remote target of a target refresh request (12.2.2)."""
        contact = request.contact
        self._retarget(None if contact is None else contact.uri, peer)

    def refresh_by(self, response: Response, peer: Peer | None = None) -> None:
        """Take the new remote target of their response to a request of ours (12.2.1.2)."""
        self._retarget(_contact_of(response), peer or self.heard_from)

    def confirm(self, response: Response, peer: Peer) -> None:
        """Take route set and target from the 2xx (13.2.2.4); the route set is fixed from here."""
        self.route = _route_of(response)
        self.remote = response.headers.fields["To"][0]
        self.refresh_by(response, peer)

    def _retarget(self, target: Uri | None, peer: Peer) -> None:
        self.heard_from = peer
        if target is not None and target.is_sip and target != self.target:
            self.target = target
            self.natted = self.natted or hidden(target, peer)
        self.peer = self._hop()

    def survives(self, flow: int) -> bool:
        """Take note that a connection is gone; False if the far end was reachable on it alone."""
        heard = self.heard_from
        if heard.transport == "udp" or heard.flow != flow:
            return True
        uri = self.route[0].uri if self.route else self.target
        if heard.transport == "ws" or not is_literal(uri.host) or (self.natted and not self.route):
            return False
        port = uri.port or DEFAULT_PORT[heard.transport]
        self.heard_from = self.peer = Peer(heard.transport, uri.host, port)
        return True

    def _hop(self) -> Peer:
        """Where the next request goes: the first route or the target (8.1.2, 12.2.1.1)."""
        heard = self.heard_from
        if self.natted and not self.route:
            return heard
        return hop(self.route[0].uri if self.route else self.target, heard)


def hop(uri: Uri, heard: Peer) -> Peer:
    """Return where to send a request for ``uri`` to somebody heard from at ``heard``.

    A connection is reused (RFC 5923). A name stays with whom we heard from: they are reachable
    there, and a look-up in the middle of a call is one more thing to fail.
    """
    if heard.transport != "udp" or not is_literal(uri.host):
        return heard
    transport: Transport = "udp"
    asked = uri.transport
    if uri.secure or asked == "tls":
        transport = "tls"
    elif asked == "tcp":
        transport = "tcp"
    port = uri.port or DEFAULT_PORT[transport]
    return Peer(transport, uri.host, port, heard.flow if transport == "udp" else 0)


def is_literal(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    return _LITERAL.fullmatch(host) is not None


def hidden(uri: Uri, peer: Peer) -> bool:
    """Whether a contact lies behind an address translator that ``peer`` is the outside of."""
    return _PRIVATE.match(uri.host) is not None and _PRIVATE.match(peer.host) is None


def _contact(request: Request) -> Uri:
    contact = request.contact
    if contact is None and request.from_tag is None and request.from_.uri.is_sip:
        return request.from_.uri  # RFC 2543 6.13: then the From header serves (RFC 4475 3.4.1)
    if contact is None:
        raise RemoteError("a request that makes a dialog has no Contact header")  # 8.1.1.8
    if not contact.uri.is_sip:
        raise RemoteError("the Contact header is not a SIP URI")
    return contact.uri


def _contact_of(response: Response) -> Uri | None:
    """Return the contact of a response; a broken one must not keep us from sending ACK or BYE."""
    try:
        contact = response.contact
    except RemoteError:
        return None
    return contact.uri if contact is not None and contact.uri.is_sip else None


def _route_of(response: Response) -> tuple[NameAddr, ...]:
    try:
        return response.record_routes[::-1]
    except RemoteError:
        return ()

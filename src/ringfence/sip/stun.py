"""Keep-alives of telephones over UDP: STUN Binding on the SIP port (RFC 5626 3.5.2, RFC 8489).

::

     0                   1                   2                   3
    |0 0|  type 0x0001  |            length            |  request
    |                 magic cookie 0x2112A442          |
    |                transaction id, 96 bits           |
    |0 0|  type 0x0101  |  ...  |  XOR-MAPPED-ADDRESS  |  response

A telephone that was told that its flow is kept (``Require: outbound``) asks every half minute and
takes the flow for dead where nobody answers. It also sees here that its NAT gave it another port.
"""

from __future__ import annotations

from ipaddress import ip_address
from struct import Struct
from typing import Final

from ringfence.sip.events import Peer

_HEAD: Final = Struct("!HHI12s")
_ATTRIBUTE: Final = Struct("!HH")
_REQUEST, _SUCCESS = 0x0001, 0x0101
_COOKIE: Final = 0x2112A442
_XOR_MAPPED_ADDRESS: Final = 0x0020
_OPTIONAL: Final = 0x8000
"""Attributes from here on may be passed over (RFC 8489 14)."""


def is_request(data: bytes) -> bool:
    """Whether a datagram is a Binding request; no SIP message begins with a zero octet."""
    if len(data) < _HEAD.size:
        return False
    kind, length, cookie, _ = _HEAD.unpack_from(data)
    whole = length == len(data) - _HEAD.size and not length % 4
    return bool(kind == _REQUEST and cookie == _COOKIE and whole)


def answer(data: bytes, peer: Peer) -> bytes:
    """Return the response to a Binding request, ``b""`` where it asks for more than an address."""
    at = _HEAD.size
    while at + _ATTRIBUTE.size <= len(data):
        kind, length = _ATTRIBUTE.unpack_from(data, at)
        if kind < _OPTIONAL:
            return b""
        at += _ATTRIBUTE.size + (length + 3) // 4 * 4
    _, _, _, transaction = _HEAD.unpack_from(data)
    address = ip_address(peer.host)
    key = _COOKIE.to_bytes(4, "big") + transaction
    hidden = bytes(a ^ b for a, b in zip(address.packed, key, strict=False))
    port = (peer.port ^ (_COOKIE >> 16)).to_bytes(2, "big")
    value = bytes([0, 1 if address.version == 4 else 2]) + port + hidden
    body = _ATTRIBUTE.pack(_XOR_MAPPED_ADDRESS, len(value)) + value
    return _HEAD.pack(_SUCCESS, len(body), _COOKIE, transaction) + body

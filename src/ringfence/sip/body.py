"""Finding the session description in a body (RFC 3261 7.4, RFC 5621).

Carriers wrap it: ``multipart/mixed`` with SDP, ISUP and a location beside each other.
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import BODY_PARTS
from ringfence.sip.grammar import unquote, value_and_params
from ringfence.sip.message import Message

SDP: Final = "application/sdp"
ACCEPT: Final = (("Accept", f"{SDP}, multipart/mixed"),)
"""What goes with a 415."""


class UnsupportedBody(RemoteError):
    """A body that must be understood and is not: 415 (8.2.3)."""

    def __init__(self) -> None:
        super().__init__("the body is of a type that is not understood", hint=415)


def session_description(message: Message) -> bytes:
    """Return the SDP of a message, ``b""`` where it has none; raises `RemoteError`.

    A body without Content-Type is taken for SDP, as some telephones mean it.
    """
    body = message.body
    if not body:
        return b""
    fields = message.headers.fields
    if "Content-Type" not in fields:
        return body
    if "Content-Encoding" in fields and fields["Content-Encoding"][0].lower() != "identity":
        raise UnsupportedBody
    kind = message.content_type
    if kind == SDP:
        return body
    if kind is not None and kind.startswith("multipart/"):
        return _part(body, fields["Content-Type"][0])
    if "handling=optional" in (message.headers.get("Content-Disposition") or "").lower():
        return b""
    raise UnsupportedBody


def accepts_sdp(request: Message) -> bool:
    """Whether the answer to an INVITE may hold SDP: always, unless its Accept says otherwise."""
    lines = request.headers.fields.get("Accept")
    if lines is None or not "".join(lines):
        return True
    kinds = [kind.partition(";")[0].strip() for kind in ",".join(lines).lower().split(",")]
    return not {SDP, "application/*", "*/*"}.isdisjoint(kinds)


def description_of(response: Message) -> bytes:
    """Return the SDP of a response; one that cannot be read must not stop the ACK."""
    try:
        return session_description(response)
    except RemoteError:
        return b""


def _part(body: bytes, content_type: str) -> bytes:
    boundary = value_and_params(content_type)[1].get("boundary")
    if not boundary:
        raise RemoteError("a multipart body has no boundary")
    # RFC 2046 5.1.1: the delimiter is CRLF, two hyphens and the boundary.
    delimiter = b"\r\n--" + unquote(boundary).encode()
    pieces = (b"\r\n" + body).split(delimiter, BODY_PARTS + 1)
    if len(pieces) > BODY_PARTS + 1:
        raise RemoteError("a multipart body has too many parts")
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        head, _, content = piece.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() in {b"content-type", b"c"}:
                kind = value.partition(b";")[0].strip().lower()
                if kind == SDP.encode():
                    return content
    return b""

"""Requests and responses (RFC 3261 section 7).

::

    INVITE sip:echo@example.com SIP/2.0        start line        SIP/2.0 180 Ringing
    Via: SIP/2.0/UDP 192.0.2.1;branch=...      headers
    ...
                                               empty line
    v=0 ...                                    body (bytes), Content-Length counted when written
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NoReturn, TypeVar

from ringfence.kernel.errors import RemoteError
from ringfence.sip.grammar import TOKEN, clean, split_list
from ringfence.sip.headers import CSeq, Headers, NameAddr, Via, parse_delta
from ringfence.sip.uri import Uri

REASONS: Final = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued",
    183: "Session Progress", 199: "Early Dialog Terminated",
    200: "OK", 202: "Accepted", 204: "No Notification",
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily",
    305: "Use Proxy", 380: "Alternative Service",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone",
    412: "Conditional Request Failed", 413: "Request Entity Too Large",
    414: "Request-URI Too Long", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme",
    420: "Bad Extension", 421: "Extension Required", 422: "Session Interval Too Small",
    423: "Interval Too Brief", 428: "Use Identity Header", 429: "Provide Referrer Identity",
    430: "Flow Failed", 433: "Anonymity Disallowed", 437: "Unsupported Certificate",
    438: "Invalid Identity Header", 439: "First Hop Lacks Outbound Support",
    440: "Max-Breadth Exceeded", 469: "Bad Info Package", 470: "Consent Needed",
    480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist",
    482: "Loop Detected", 483: "Too Many Hops", 484: "Address Incomplete", 485: "Ambiguous",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    489: "Bad Event", 491: "Request Pending", 493: "Undecipherable",
    494: "Security Agreement Required",
    500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Server Time-out", 505: "Version Not Supported",
    513: "Message Too Large", 555: "Push Notification Service Not Supported",
    580: "Precondition Failure",
    600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
    606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
}  # fmt: skip
"""Reason phrases of the IANA registry."""


T = TypeVar("T")


class Message:
    """What requests and responses share.

    The typed properties read a header when first asked for and remember it; they raise
    `RemoteError` where it is malformed or a mandatory one is missing. A message that came out of
    `parser.parse` has had Via, From, To, Call-ID, CSeq and Max-Forwards read already.
    """

    __slots__ = ("body", "headers")

    def __init__(self, headers: Headers | Iterable[tuple[str, str]], body: bytes) -> None:
        self.headers = headers if isinstance(headers, Headers) else Headers(headers)
        self.body = body

    @property
    def vias(self) -> tuple[Via, ...]:
        """All hops, the nearest first."""
        found: tuple[Via, ...] = self.headers.typed.get("Via") or self._many("Via", Via.parse)
        return found

    @property
    def via(self) -> Via:
        """The nearest hop."""
        return (self.vias or _missing())[0]

    @property
    def from_(self) -> NameAddr:
        """Who sends the request, and the tag of their side."""
        typed = self.headers.typed
        found: NameAddr = typed.get("From") or self._one("From", NameAddr.parse) or _missing()
        return found

    @property
    def to(self) -> NameAddr:
        """Whom the request is for, and the tag of their side."""
        typed = self.headers.typed
        found: NameAddr = typed.get("To") or self._one("To", NameAddr.parse) or _missing()
        return found

    @property
    def from_tag(self) -> str | None:
        """The tag in From; None from a client older than RFC 3261."""
        found: NameAddr = self.headers.typed.get("From") or self.from_
        return found.params.get("tag")

    @property
    def to_tag(self) -> str | None:
        """The tag in To; None outside a dialog."""
        found: NameAddr = self.headers.typed.get("To") or self.to
        return found.params.get("tag")

    @property
    def call_id(self) -> str:
        """The Call-ID, compared byte by byte."""
        found: str = self.headers.typed.get("Call-ID") or self._one("Call-ID", str) or _missing()
        return found

    @property
    def cseq(self) -> CSeq:
        """Sequence number and method."""
        typed = self.headers.typed
        found: CSeq = typed.get("CSeq") or self._one("CSeq", CSeq.parse) or _missing()
        return found

    @property
    def contacts(self) -> tuple[NameAddr, ...]:
        """All contacts; empty for none and for ``*`` (see `contact_star`)."""
        return () if self.contact_star else self._many("Contact", NameAddr.parse)

    @property
    def contact(self) -> NameAddr | None:
        """The first contact."""
        contacts = self.contacts
        return contacts[0] if contacts else None

    @property
    def contact_star(self) -> bool:
        """Whether Contact is ``*``: a REGISTER that removes every binding (10.2.2)."""
        return self.headers.fields.get("Contact") == ["*"]

    @property
    def routes(self) -> tuple[NameAddr, ...]:
        """The Route set of this request."""
        return self._many("Route", NameAddr.parse)

    @property
    def record_routes(self) -> tuple[NameAddr, ...]:
        """Record-Route, in the order of the message."""
        return self._many("Record-Route", NameAddr.parse)

    @property
    def max_forwards(self) -> int | None:
        """How many hops are left; None where the sender forgot the header."""
        return self._one("Max-Forwards", parse_hops)

    @property
    def expires(self) -> int | None:
        """Seconds, capped at 2**32-1; None where absent."""
        return self._one("Expires", parse_delta)

    @property
    def content_type(self) -> str | None:
        """The media type in lower case without parameters, e.g. ``application/sdp``."""
        return self._one("Content-Type", parse_media_type)

    @property
    def supported(self) -> frozenset[str]:
        """Option tags the peer knows, in lower case."""
        return self.headers.tokens("Supported")

    @property
    def require(self) -> frozenset[str]:
        """Option tags the peer insists on, in lower case."""
        return self.headers.tokens("Require")

    @property
    def allow(self) -> frozenset[str]:
        """Methods the peer takes, in lower case (compare with ``method.lower()``)."""
        return self.headers.tokens("Allow")

    @property
    def refer_to(self) -> NameAddr | None:
        """Where a REFER points (RFC 3515); more than one is an error."""
        values = self.headers.fields.get("Refer-To")
        if values is not None and len(values) > 1:
            raise RemoteError("there is more than one Refer-To header")
        return self._one("Refer-To", NameAddr.parse)

    def _one(self, name: str, read: Callable[[str], T]) -> T | None:
        typed = self.headers.typed
        if name in typed:
            found: T | None = typed[name]
            return found
        values = self.headers.fields.get(name)
        if values is None:
            return None
        found = typed[name] = read(values[0])
        return found

    def _many(self, name: str, read: Callable[[str], T]) -> tuple[T, ...]:
        typed = self.headers.typed
        if name in typed:
            found: tuple[T, ...] = typed[name]
            return found
        found = typed[name] = tuple([read(value) for value in self.headers.split(name)])
        return found

    def _write(self, start: str) -> bytes:
        headers, body = self.headers, self.body
        spelling = headers.spelling
        lines = [clean(start)]
        for key, values in headers.fields.items():
            if key == "Content-Length":
                continue
            name = key if spelling is None else spelling.get(key, key)
            if len(values) == 1:
                lines.append(f"{name}: {values[0]}")
            else:
                lines.extend([f"{name}: {value}" for value in values])
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        return "\r\n".join(lines).encode() + body


class Request(Message):
    """A request. ``method`` is case-sensitive."""

    __slots__ = ("method", "uri")

    def __init__(
        self,
        method: str,
        uri: Uri,
        headers: Headers | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> None:
        super().__init__(headers, body)
        self.method = method
        self.uri = uri

    def to_bytes(self) -> bytes:
        """Return the wire form; `LocalError` where a value would inject a line."""
        return self._write(f"{self.method} {self.uri} SIP/2.0")

    def received_from(self, host: str, port: int) -> None:
        """Note in the top Via where the request came from.

        ``received`` where the address differs from the sent-by or the client asked for ``rport``
        (RFC 3261 18.2.1, RFC 3581 section 4). ``host`` is an address without brackets.
        """
        vias = self.vias
        via = vias[0]
        changes: dict[str, str | None] = {}
        if "rport" in via.params:
            changes["rport"] = str(port)
            changes["received"] = host
        elif via.host != host:
            changes["received"] = host
        else:
            return
        via = via.with_params(**changes)
        lines = self.headers.fields["Via"]
        same_line = split_list(lines[0])[1:] if "," in lines[0] else []
        # Not cleaned: what is theirs in it was read from a header line and goes back as it came.
        self.headers.fields["Via"] = [str(via), *same_line, *lines[1:]]
        self.headers.typed["Via"] = (via, *vias[1:])

    def __repr__(self) -> str:
        return f"Request({self.method})"


class Response(Message):
    """A response."""

    __slots__ = ("reason", "status")

    def __init__(
        self,
        status: int,
        reason: str | None = None,
        headers: Headers | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> None:
        super().__init__(headers, body)
        self.status = status
        self.reason = REASONS.get(status, "") if reason is None else reason

    def to_bytes(self) -> bytes:
        """Return the wire form; `LocalError` where a value would inject a line."""
        return self._write(f"SIP/2.0 {self.status} {self.reason}")

    @property
    def seen_from(self) -> str:
        """Return the address whoever answers saw our request come from, "" where it is not said.

        ``received`` of our Via (RFC 3261 18.2.1, RFC 3581 section 4).
        """
        try:
            return self.vias[0].params.get("received") or ""
        except (RemoteError, IndexError):
            return ""

    def __repr__(self) -> str:
        return f"Response({self.status})"


_DIALOG_MAKERS: Final = frozenset({"INVITE", "SUBSCRIBE", "REFER"})


def response_to(
    request: Request,
    status: int,
    reason: str | None = None,
    *,
    to_tag: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """Answer a request (RFC 3261 8.2.6).

    Copies Via, From, To, Call-ID and CSeq as they came; ``to_tag`` is added to To where there is
    none yet, and one without a value is one; 100 copies Timestamp (8.2.6.1); what may create a
    dialog copies Record-Route (12.1.1). A header that a malformed request lacks is left out (RFC
    4475 section 3.3.1).
    """
    asked = request.headers.fields
    response = Response(status, reason, (), body)
    answer = response.headers.fields
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        if name in asked:
            answer[name] = asked[name][:]
    if to_tag is not None and "To" in asked and "tag" not in request.to.params:
        answer["To"][0] += f";tag={clean(to_tag)}"
    if status == 100:
        if "Timestamp" in asked:
            answer["Timestamp"] = asked["Timestamp"][:]
    elif status < 300 and request.method in _DIALOG_MAKERS and "Record-Route" in asked:
        answer["Record-Route"] = asked["Record-Route"][:]
    for name, value in headers:
        response.headers.add(name, value)
    return response


def parse_hops(text: str) -> int:
    """Read Max-Forwards: 0 to 255 (RFC 3261 20.22)."""
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > 255:
        raise RemoteError("the Max-Forwards header is not a number from 0 to 255")
    return int(text)


_MEDIA_TYPE = re.compile(rf"({TOKEN})[ \t]*+/[ \t]*+({TOKEN})")


def parse_media_type(text: str) -> str:
    """Return ``type/subtype`` in lower case."""
    match = _MEDIA_TYPE.match(text)
    if match is None:
        raise RemoteError("the Content-Type header is malformed")
    return f"{match[1]}/{match[2]}".lower()


def _missing() -> NoReturn:
    raise RemoteError("a mandatory header is missing")

"""Bytes to message (RFC 3261 sections 7, 18.3 and 25).

::

    CRLF*  start-line CRLF  *( name ":" value CRLF  *( blank continuation CRLF ) )  CRLF  body
           |- head, at most SIP_HEAD_MAX ------------------------------------------|

`parse` returns a `Request` or `Response` or raises `RemoteError`, nothing else. What every
element needs to route, match and answer (Request-URI, Via, From, To, Call-ID, CSeq,
Max-Forwards, Content-Length) is checked here; the rest when somebody asks for it.
"""

from __future__ import annotations

import re
from typing import Final

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SIP_HEAD_MAX, SIP_LINES_MAX
from ringfence.sip.grammar import QUOTED, TOKEN, is_token
from ringfence.sip.headers import KNOWN, CSeq, Headers, NameAddr, Via, canonical
from ringfence.sip.message import Request, Response, parse_hops
from ringfence.sip.uri import Uri

METHODS: Final = frozenset(
    {"INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "INFO", "PRACK", "SUBSCRIBE"}
    | {"NOTIFY", "UPDATE", "MESSAGE", "REFER", "PUBLISH"}
)
"""The methods of the registry; anything else is checked for being a token."""

_SINGLE: Final = frozenset(
    {"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type"}
    | {"Expires", "Min-Expires", "Subject", "Session-Expires", "Replaces", "Refer-To"}
)
_CONTROLS: Final = bytes(range(0x09)) + bytes(range(0x0A, 0x20)) + b"\x7f"
_FOLD = re.compile(r"[ \t]*+\r\n[ \t]++")
_VERSION = re.compile(r"SIP/[0-9]++\.[0-9]++", re.IGNORECASE)
_PAIRED_CONTROL = re.compile(r"\\[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_QUOTED = re.compile(QUOTED, re.DOTALL)
_ANY_VIA = re.compile(
    rf"SIP[ \t]*+/[ \t]*+[0-9.]++[ \t]*+/[ \t]*+({TOKEN})[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._\-]++)(?:[ \t]*+:[ \t]*+([0-9]{1,5}))?",
    re.IGNORECASE | re.ASCII,
)
_HOP = re.compile(
    r";[ \t]*+(branch|rport|received)(?:[ \t]*+=[ \t]*+([^\s;,\"<>]++))?", re.IGNORECASE
)


def parse(data: bytes) -> Request | Response:
    """Read one message: one datagram, or one message framed by `stream.Framer`.

    Octets after Content-Length are dropped (RFC 3261 18.3). Raises `RemoteError` whose hint is
    the status to answer a request with; `salvage` then finds out whether it can be answered.
    """
    if data[:1] == b"\r":
        data = data.lstrip(b"\r\n")  # 7.5: empty lines before the start-line
    end = data.find(b"\r\n\r\n")
    if end < 0:
        raise RemoteError("the message has no empty line after its headers")
    if end > SIP_HEAD_MAX:
        raise RemoteError("the headers are too long", hint=513)
    lines = _lines(data[:end])
    if len(lines) > SIP_LINES_MAX:
        raise RemoteError("there are too many headers", hint=513)
    headers = Headers()
    fields = headers.fields
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        key = KNOWN.get(name)
        if key is None:
            if not colon:
                raise RemoteError("a header line has no colon")
            key = canonical(name)
            if key not in KNOWN:
                if headers.spelling is None:
                    headers.spelling = {}
                headers.spelling.setdefault(key, name.rstrip(" \t"))
        elif not colon:
            raise RemoteError("a header line has no colon")
        if key in fields:
            if key in _SINGLE:
                raise RemoteError("a header that may stand once stands twice")
            fields[key].append(value.strip(" \t"))
        else:
            fields[key] = [value.strip(" \t")]
    message = _start(lines[0], headers)
    _check(message)
    body = data[end + 4 :]
    declared = fields.pop("Content-Length", None)
    message.body = body if declared is None else _cut(body, declared[0])
    return message


def salvage(data: bytes) -> Request | None:
    """Find enough in a malformed request to answer it: Via, From, To, Call-ID and CSeq.

    None means silence: it is a response, an ACK (never answered, 17.1.1.3), or there is no Via
    to send an answer to. The returned request is for `message.response_to` alone; headers that
    it lacks or that cannot be echoed are lacking (RFC 4475 section 3.3.1 asks for an answer all
    the same).
    """
    end = data.find(b"\r\n\r\n")
    head = data[: min(end if end >= 0 else len(data), SIP_HEAD_MAX)].lstrip(b"\r\n")
    text = _FOLD.sub(" ", head.decode("utf-8", "replace"))
    start, *lines = text.split("\r\n")
    method = start.partition(" ")[0]
    if not is_token(method) or method == "ACK" or _VERSION.search(start, len(method)) is None:
        return None
    headers = Headers()
    for line in lines:
        name, _, value = line.partition(":")
        name = name.rstrip(" \t")
        key = KNOWN.get(name) or _SALVAGED.get(name.lower())
        if key is None or key not in _ECHOED or _CONTROL.search(value) is not None:
            continue
        # Only Via may repeat; of the others the first is echoed.
        if key == "Via" or key not in headers.fields:
            headers.fields.setdefault(key, []).append(value.strip(" \t"))
    vias = headers.fields.get("Via")
    hop = None if vias is None else _any_via(vias[0])
    if vias is None or hop is None:
        return None
    vias[0] = str(hop)
    headers.typed["Via"] = (hop,)
    request = Request(method, Uri("sip", None, "invalid"), headers)
    # What cannot be read gets a stand-in, so that whoever judges the request may ask for it.
    for name, stand_in in (
        *(("From", NameAddr("", request.uri)), ("To", NameAddr("", request.uri))),
        *(("Call-ID", "invalid"), ("CSeq", CSeq(0, method))),
    ):
        try:
            _ = getattr(request, _ACCESSORS[name])
        except RemoteError:
            headers.typed[name] = stand_in
    return request


def _any_via(line: str) -> Via | None:
    """Read what an answer needs from a Via that may be malformed or of another version."""
    match = _ANY_VIA.match(line)
    if match is None:
        return None
    transport, host, port = match.groups()
    params = {name.lower(): value or None for name, value in _HOP.findall(line.partition(",")[0])}
    port = int(port) if port is not None and int(port) <= 65535 else None
    return Via(transport.upper(), host.strip("[]").lower(), port, params)


_ACCESSORS: Final = {"From": "from_", "To": "to", "Call-ID": "call_id", "CSeq": "cseq"}
_ECHOED: Final = frozenset({"Via", "From", "To", "Call-ID", "CSeq"})
_SALVAGED: Final = {name.lower(): name for name in _ECHOED}


def _lines(head: bytes) -> list[str]:
    try:
        text = head.decode()
    except UnicodeDecodeError:
        # Telephones of the past send Latin-1 display names; each line is judged alone.
        text = "\r\n".join([_decode(line) for line in head.split(b"\r\n")])
    if "\n " in text or "\n\t" in text:
        if text[text.find("\r\n") + 2 :][:1] in {" ", "\t"}:
            raise RemoteError("the start line is folded")
        text = _FOLD.sub(" ", text)
        head = text.encode()
    lines = text.split("\r\n")
    if len(head.translate(None, _CONTROLS)) != len(head) - 2 * (len(lines) - 1):
        _check_controls(lines)
    return lines


def _decode(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _check_controls(lines: list[str]) -> None:
    """Refuse controls and bare CR or LF, except behind a backslash in a quoted string.

    A start line has no quoted strings; a reason phrase may hold quotes, and they mean nothing.
    """
    for number, line in enumerate(lines):
        if number and '"' in line:
            line = _QUOTED.sub(lambda m: _PAIRED_CONTROL.sub("", m[0]), line)
        if _CONTROL.search(line) is not None:
            raise RemoteError("there is a control character in the headers")


def _start(line: str, headers: Headers) -> Request | Response:
    if line[:4].upper() == "SIP/":
        return _status_line(line, headers)
    # Exactly one blank between three parts, none at the end (7.1).
    parts = line.split(" ")
    if len(parts) != 3:
        raise RemoteError("the request line is malformed")
    method, uri, version = parts
    if version != "SIP/2.0" and version.upper() != "SIP/2.0":
        if _VERSION.fullmatch(version) is not None:
            raise RemoteError("the SIP version is not 2.0", hint=505)
        raise RemoteError("the request line is malformed")
    if method not in METHODS and not is_token(method):
        raise RemoteError("the method is malformed")
    target = Uri.parse(uri)
    if target.headers:
        raise RemoteError("the Request-URI carries headers")  # 19.1.1, table 1
    return Request(method, target, headers)


def _status_line(line: str, headers: Headers) -> Response:
    version, _, rest = line.partition(" ")
    if version.upper() != "SIP/2.0":
        raise RemoteError("the SIP version is not 2.0", hint=505)
    code, _, reason = rest.partition(" ")
    if len(code) != 3 or not (code.isascii() and code.isdigit()) or not "1" <= code[0] <= "6":
        raise RemoteError("the status code is malformed")
    return Response(int(code), reason, headers)


def _check(message: Request | Response) -> None:
    fields, typed = message.headers.fields, message.headers.typed
    try:
        call_id = typed["Call-ID"] = fields["Call-ID"][0]
        if not call_id:
            raise RemoteError("the Call-ID header is empty")
        typed["From"] = NameAddr.parse(fields["From"][0])
        typed["To"] = NameAddr.parse(fields["To"][0])
        cseq = typed["CSeq"] = CSeq.parse(fields["CSeq"][0])
        vias = fields["Via"]
    except KeyError:
        raise RemoteError("a mandatory header is missing") from None
    if len(vias) == 1 and "," not in vias[0]:
        typed["Via"] = (Via.parse(vias[0]),)
    else:
        _ = message.vias
    if "Max-Forwards" in fields:
        typed["Max-Forwards"] = parse_hops(fields["Max-Forwards"][0])
    if isinstance(message, Request) and cseq.method != message.method:
        # A method nobody knows gets 501 first (RFC 4475 section 3.1.2.18).
        hint = 400 if message.method in METHODS else 501
        raise RemoteError("the CSeq header names another method", hint=hint)


def _cut(body: bytes, declared: str) -> bytes:
    if not (declared.isascii() and declared.isdigit()) or len(declared) > 9:
        raise RemoteError("the Content-Length header is malformed")
    length = int(declared)
    missing = length - len(body)
    if missing > 2:
        raise RemoteError("the body is shorter than its Content-Length")
    # Known telephones count the body one or two octets too long (a forgotten CRLF); RFC 3261
    # 18.3 would have us answer 400, and the call would never come through.
    return body[:length] if missing < 0 else body

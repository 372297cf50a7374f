"""What of SIP's messages the account's own server is told: the words of Twilio's SIP interface.

=====================  =============================================================
with a document's      ``SipCallId``, ``SipSourceIp``, ``SipDomain``, ``SipDomainSid``,
request                ``SipHeader_X-...`` of the INVITE
with a dial's action   ``DialSipCallId``, ``DialSipResponseCode``, ``DialSipHeader_X-...``
                       of the final answer (`ringfence.markup.dialling`)
=====================  =============================================================

Header fields may say anything of anybody: their values go there and nowhere else, in no fact and
no log, and both a count and a length bound them.
"""

from __future__ import annotations

from ringfence.calls.reply import Reply
from ringfence.kernel.limits import MARKUP_SIP_HEADERS, SIP_HEADER_TOLD_CHARS
from ringfence.markup.exchange import Params
from ringfence.sip import events as wire
from ringfence.sip.headers import Headers
from ringfence.sip.message import Response


def extra_headers(headers: Headers) -> tuple[tuple[str, str], ...]:
    """The header fields whose names begin with ``X-``, as they were sent, one value each."""
    found: dict[str, str] = {}
    if headers.spelling is None:
        return ()  # every field is one of the registry's, where no name begins so
    for name, value in headers:
        told = name[:2].lower() == "x-" and len(value) <= SIP_HEADER_TOLD_CHARS
        if told and name not in found and len(found) < MARKUP_SIP_HEADERS:
            found[name] = value
    return tuple(found.items())


def reply_of(response: Response) -> Reply:
    """What is told of a final answer to an INVITE of ours."""
    return Reply(
        status=response.status,
        call_id=response.headers.get("Call-ID") or "",
        headers=extra_headers(response.headers),
    )


def told_of(event: wire.InviteReceived, domain: str | None) -> Params:
    """What is told of an INVITE. ``domain``: the SIP domain's SID, where one was called."""
    request = event.request
    params: list[tuple[str, str]] = [
        ("SipCallId", request.headers.get("Call-ID") or ""),
        ("SipSourceIp", event.peer.host),
        ("SipDomain", request.uri.host),
    ]
    if domain is not None:
        params.append(("SipDomainSid", domain))
    params += ((f"SipHeader_{name}", value) for name, value in extra_headers(request.headers))
    return tuple(params)

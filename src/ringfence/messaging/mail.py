"""A letter as an Internet message (RFC 5322): plain text alone, so nothing in it can load.

A marketing mail carries RFC 2369 List-Unsubscribe and RFC 8058 List-Unsubscribe-Post, so that one
click in the mail program ends it, and says so in its last line too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import MAIL_LINE_MAX

_WHOLE = SMTP.clone(max_line_length=998)
"""Headers are not folded below what RFC 5322 2.1.1 allows: a link too long for a line of 78 would
become encoded words, which RFC 2047 5 forbids in it, and which no mail program follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Whom it goes to, from whom, and what ends it. ``id``: unique, without a person in it."""

    to: str
    sender: str
    id: str
    at: Ms
    unsubscribe: str = ""
    """Address of the one-click page; empty in a service message."""


def compose(subject: str, body: str, envelope: Envelope) -> bytes:
    """Return the message as bytes; raises `Refused` (``bad_address``)."""
    to = check_address(envelope.to)
    host = check_address(envelope.sender).rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = envelope.sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(envelope.at / 1000, UTC))
    message["Message-ID"] = f"<{envelope.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no machine need answer
    if envelope.unsubscribe:
        message["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        body = f"{body}\n-- \nNo more of these: {envelope.unsubscribe}\n"
    message.set_content(body)
    return message.as_bytes(policy=_WHOLE)


def check_address(text: str) -> str:
    """Return an address as it will be used; raises `Refused` (``bad_address``).

    A small part of RFC 5321 4.1.2 on purpose: no quoting, no comments, no line breaks.
    """
    name, at, host = text.strip().rpartition("@")
    good = (
        bool(at)
        and bool(name)
        and "." in host.strip(".")
        and len(text) <= MAIL_LINE_MAX
        and text.isascii()
        and all(c.isalnum() or c in ".!#$%&'*+/=?^_`{|}~-" for c in name)
        and all(c.isalnum() or c in ".-" for c in host)
    )
    if not good:
        raise Refused("bad_address", "write an e-mail address as NAME@HOST")
    return f"{name}@{host.lower()}"

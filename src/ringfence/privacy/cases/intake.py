"""A letter by e-mail becomes a request or a grievance: who wrote, about which number, what for.

Nothing of it is believed: whose number or mailbox it is has to be shown by a code like any other.
Messages that machines wrote (RFC 3834 2) are left alone, or two machines would write for ever.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from types import MappingProxyType

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CASE_WORDS_MAX, MAIL_INTAKE_BYTES

WORDS: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "withdrawal": ("withdraw", "take back", "revoke", "widerruf"),
        "opt_out": ("unsubscribe", "opt out", "opt-out", "no more marketing", "stop marketing"),
        "erasure": ("erase", "erasure", "delete", "forget me", "remove my data", "löschen"),
        "correction": ("correct", "rectif", "wrong", "berichtig"),
        "restriction": ("restrict", "freeze"),
        "objection": ("object to", "objection", "widerspruch"),
        "portability": ("portab", "transfer my data"),
        "access": ("copy of my data", "access", "archive", "what do you hold", "auskunft"),
    }
)
"""Words by which a right is recognised, the most particular first; a person reads it anyway."""

_NUMBER = re.compile(r"\+[0-9][0-9 ().\-]{6,20}[0-9]")


@dataclass(frozen=True, slots=True)
class Letter:
    """What was read. ``kind``: key of `rights.RIGHTS`, or "" for a grievance."""

    sender: str = field(repr=False)
    kind: str
    number: str = field(repr=False)
    words: str = field(repr=False)


def read(raw: bytes) -> Letter:
    """Read an RFC 5322 message.

    Raises `Refused`: ``bad_mail`` for one without a sender or text, ``automatic`` for one that a
    machine wrote.
    """
    if len(raw) > MAIL_INTAKE_BYTES:
        raise Refused("bad_mail", f"a message has at most {int(MAIL_INTAKE_BYTES)} bytes")
    message = email.message_from_bytes(raw, policy=default)
    if not isinstance(message, EmailMessage):
        raise Refused("bad_mail", "this is no message")
    if _is_automatic(message):
        raise Refused("automatic", "a machine wrote this; nobody is waiting for an answer")
    sender = parseaddr(str(message.get("From", "")))[1]
    subject = str(message.get("Subject", ""))
    words = f"{subject}\n\n{_text(message)}".strip()[:CASE_WORDS_MAX]
    if "@" not in sender or not words:
        raise Refused("bad_mail", "a message has a sender and words")
    folded = words.casefold()
    kind = next(
        (kind for kind, found in WORDS.items() if any(word in folded for word in found)), ""
    )
    number = _NUMBER.search(words)
    return Letter(sender, kind, number.group() if number else "", words)


def _is_automatic(message: EmailMessage) -> bool:
    said = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    bulk = str(message.get("Precedence", "")).strip().lower() in {"bulk", "list", "junk"}
    return said != "no" or bulk or str(message.get("Return-Path", "")).strip() == "<>"


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, KeyError):
        return ""  # a charset nobody knows

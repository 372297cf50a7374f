"""What a message may come from, by its kind: rules differ for each.

long_code    a number of ten digits or so
toll_free    a number its caller does not pay for
short_code   three to eight digits, of one country
word         up to eleven letters and digits, which nobody can answer (3GPP TS 23.040 9.1.2.5)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

import phonenumbers

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone

Kind = Literal["long_code", "toll_free", "short_code", "word"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_WORD = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9 &._+-]{1,11}\Z")
_SHORT = re.compile(r"[0-9]{3,8}\Z")


def sender(text: str, *, region: str | None = None) -> Phone | str:
    """Return a sender as it will be used: a number, a short code, or a word.

    Raises `Refused` (``bad_sender``).
    """
    text = text.strip()
    if _WORD.match(text):
        return text
    if _SHORT.match(text):
        return Phone(text)
    try:
        return Phone.parse(text, region=region)
    except Refused:
        raise Refused(
            "bad_sender", "a sender is a number, a short code, or up to eleven letters and digits"
        ) from None


def kind_of(found: Phone | str) -> Kind:
    """Return the kind of a sender."""
    if not isinstance(found, Phone):
        return "word"
    if not found.e164.startswith("+"):
        return "short_code"
    try:
        parsed = phonenumbers.parse(found.e164)
    except phonenumbers.NumberParseException:
        return "long_code"
    free = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.TOLL_FREE
    return "toll_free" if free else "long_code"


@lru_cache(maxsize=1024)
def kind_of_own(text: str) -> Kind:
    """Return the kind of a sender of ours as it is written; they are few and asked for often."""
    return kind_of(sender(text))


def text_of(found: Phone | str) -> str:
    """Return a sender as it is written."""
    return found.e164 if isinstance(found, Phone) else found

"""Words by which a message advertises: they have no place in one that nobody can decline."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\b(?:special|limited|exclusive)[- ](?:time[- ])?(?:offers?|deals?|prices?)\b"
    r"|\b(?:discounts?|coupons?|vouchers?|bargains?|promo(?:tion(?:al|s)?)?|cashback)\b"
    r"|\b[0-9]{1,3}\s*(?:%|per\s*cent)\s+(?:off|less|cheaper)\b"
    r"|\b(?:buy|order|shop|upgrade|subscribe|sign up|try it)\s+(?:now|today)\b"
    r"|\bfree\s+(?:trial|months?|gift|minutes)\b"
    r"|\b(?:don['’]t|do not)\s+miss\b"
    r"|\b(?:our|the)\s+(?:new|latest|best)\s+(?:offers?|products?|packages?|plans?)\b"
    r"|\b(?:save|win)\s+(?:up\s+to|big|[0-9])"
    r"|\b(?:recommend|refer)\s+(?:us|a\s+friend)\b",
    re.IGNORECASE,
)


def promotions(text: str) -> list[str]:
    """Return the advertising phrases of ``text``, in order."""
    return [" ".join(match[0].split()) for match in _WORDS.finditer(text)]

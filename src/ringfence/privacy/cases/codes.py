"""Codes that show who controls a number or a mailbox: limited, hashed, expiring.

A code is six digits. What is kept is a keyed hash bound to the case, so a copy of the database
cannot be tried out, and one case's code opens no other. Checking does the same work whatever is
wrong: no code was sent, it is out of time, it was tried too often, it is another one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import CODE_DIGITS, CODE_LIFE_MS, CODE_TRIES

_SALT = b"ringfence code 1"


@dataclass(frozen=True, slots=True)
class Issued:
    """A code as it is kept. ``tries``: how often it was tried."""

    hash: bytes
    tries: int
    expires_at: Ms


def make(entropy: Entropy) -> str:
    """Return a code. Of eight random bytes the bias is below one in ten trillion."""
    number = int.from_bytes(entropy.token(8), "big") % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}d}"


def digest(secret: bytes, case: str, code: str) -> bytes:
    """Return what is kept of a code; ``secret``: 32 bytes of this installation."""
    return hashlib.blake2b(
        f"{case}|{code}".encode(), key=secret, person=_SALT, digest_size=32
    ).digest()


def issue(secret: bytes, case: str, code: str, now: Ms) -> Issued:
    """Return a fresh code as it is kept."""
    return Issued(digest(secret, case, code), 0, Ms(now + CODE_LIFE_MS))


def matches(issued: Issued | None, *, secret: bytes, case: str, code: str, now: Ms) -> bool:
    """Whether ``code`` is right; None (nothing was issued) is checked like any other."""
    kept = issued or Issued(bytes(32), 0, Ms(now + 1))
    right = hmac.compare_digest(kept.hash, digest(secret, case, code))
    usable = kept.tries < CODE_TRIES and now < kept.expires_at
    return right and usable and issued is not None


def spoken(code: str) -> str:
    """Return a code as a voice reads it: digit by digit."""
    return ", ".join(code)

"""Tokens that let a call be passed on showing who called: Twilio's ``CallToken``.

A request about an inbound call carries one. Whoever places another call with it may show the number
of that caller and no other's: the token is the id of the call and a code over id and number under
the secret of the account, so nothing has to be kept, and no number is in it.
"""

from __future__ import annotations

import hmac
from typing import Final

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, created, is_id
from ringfence.kernel.limits import CALL_DURATION_MS
from ringfence.kernel.phone import Phone

_FOR: Final = b"ringfence call token"


def made(secret: str, call: CallId, caller: Phone) -> str:
    """Return the token of a call that ``caller`` made."""
    return f"{call}.{_code(secret, call, caller)}"


def vouches(secret: str, token: str, caller: Phone, now: Ms) -> bool:
    """Whether ``caller`` made the call of a token, no longer ago than a call may last."""
    call, _, code = token.partition(".")
    if not is_id(call, "call") or not 0 <= now - created(call) <= CALL_DURATION_MS:
        return False
    return hmac.compare_digest(_code(secret, CallId(call), caller).encode(), code.encode())


def _code(secret: str, call: CallId, caller: Phone) -> str:
    text = b"\0".join((_FOR, call.encode(), caller.e164.encode()))
    return hmac.digest(secret.encode(), text, "sha256").hex()

"""Errors as Twilio's clients read them: a code, a sentence, a status.

::

    {"code": 20404, "message": "...", "more_info": "https://www.twilio.com/docs/errors/20404",
     "status": 404}

The codes are those of the public list of errors. ``more_info`` is what clients print; nothing is
fetched from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ringfence.kernel.errors import Refused, RingfenceError

MORE = "https://www.twilio.com/docs/errors/"


class Problem(RingfenceError):
    """A refusal in Twilio's terms. ``allow``: what may be asked instead (RFC 9110 15.5.6)."""

    def __init__(self, code: int, message: str, *, status: int, allow: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.allow = allow

    def body(self) -> dict[str, Any]:
        """Return what the client gets."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"{MORE}{self.code}",
            "status": self.status,
        }


CODES: Mapping[str, tuple[int, int]] = {
    "not_authorized": (20003, 401),
    "key_expired": (20003, 401),
    "ticket_expired": (20003, 401),
    "token_expired": (20003, 401),
    "insufficient_scope": (20003, 403),
    "purpose_missing": (20003, 403),
    "not_allowed": (20003, 403),
    "purpose_not_declared": (20003, 403),
    "purpose_not_allowed": (20003, 403),
    "restricted": (20003, 403),
    "account_suspended": (20003, 403),
    "account_closed": (20003, 403),
    "no_credit": (10001, 403),
    "not_found": (20404, 404),
    "unknown_use_case": (20404, 404),
    "invalid_number": (21211, 400),
    "bad_address": (21211, 400),
    "bad_url": (21205, 400),
    "private_address": (21205, 400),
    "bad_label": (16024, 400),
    "label_taken": (16026, 400),
    "queue_exists": (22003, 400),
    "queue_not_empty": (22002, 400),
    "bad_twiml": (12100, 400),
    "bad_digits": (21206, 400),
    "bad_caller_id": (21212, 400),
    "caller_id_not_ours": (21210, 400),
    "bad_call_token": (21210, 400),
    "unknown_trunk": (20404, 400),
    "call_not_in_progress": (21220, 400),
    "call_answered": (21220, 400),
    "recording_not_permitted": (21220, 400),
    "transcription_not_permitted": (21220, 400),
    "number_exists": (21422, 400),
    "too_many_numbers": (21404, 400),
    "destination_not_allowed": (21215, 400),
    "no_trunk": (21214, 400),
    "unreachable": (21214, 400),
    "not_registered": (21214, 400),
    "call_rate": (20429, 429),
    "too_many_calls": (20429, 429),
    "too_many_requests": (20429, 429),
    "unknown_application": (21218, 400),
    "held": (20409, 409),
    "address_in_use": (20409, 409),
    "in_progress": (20009, 409),
    "at_work": (20409, 409),
    "not_running": (20503, 503),
    "draining": (20503, 503),
    "starting": (20503, 503),
    "too_slow": (20503, 503),
}
"""Our refusal → code and HTTP status; 20001 and 400 where it is not here."""
_OF_ARGUMENTS: Mapping[tuple[str, str | None], int] = {
    ("bad_url", "status_url"): 21609,
    ("private_address", "status_url"): 21609,
}
"""Likewise where the number depends on the argument; the status is 400."""


def of(refused: Refused, codes: Mapping[str, int] | None = None) -> Problem:
    """Return a refusal of a use case in Twilio's terms; its sentence stays ours.

    ``codes``: what an operation calls otherwise than `CODES` does; the status is 400 then.
    """
    code, status = CODES.get(refused.code, (20001, 400))
    code = _OF_ARGUMENTS.get((refused.code, refused.field), code)
    if codes is not None and refused.code in codes:
        code, status = codes[refused.code], 400
    message = "Authenticate" if status == 401 else refused.reason
    return Problem(code, message, status=status)


NOT_FOUND = Problem(20404, "The requested resource was not found", status=404)
TOO_LARGE = Problem(20413, "The request is too large", status=413)
BROKEN = Problem(20500, "Internal server error", status=500)
UNAUTHORIZED = Problem(20003, "Authenticate", status=401)


def no_such_method(allow: Sequence[str]) -> Problem:
    """Return the answer to a method that a resource does not have, with those that it has."""
    return Problem(20004, "Method not allowed", status=405, allow=allow)


def not_there(operation: str, why: str = "") -> Problem:
    """Return the answer to an operation that is known and not there."""
    reason = f": {why}" if why else ""
    return Problem(20501, f"{operation} is not there in this installation{reason}", status=501)

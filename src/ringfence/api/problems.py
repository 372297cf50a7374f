"""Refusals as RFC 9457 problems: every code with its title, its status and what to do about it.

``type`` leads to ``/v1/problems/CODE`` (``ringfence.api.docs``), which says the same to people. A
code that is not named here is one of the domain's own: the detail of the answer says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

MEDIA_TYPE = "application/problem+json"
PLACE = "/v1/problems/"


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out (RFC 9457 3.1); nothing in it repeats the request."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """The stable word to decide by; ``type`` ends in it."""
    clause: str | None = None
    """The clause of the policy behind the refusal."""
    pointer: str | None = None
    """Where in the body what is wrong stands (RFC 6901), or ``/`` and its name in the query."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. ``mend``: what whoever asked can do."""

    status: int
    title: str
    mend: str


_ASK = "Correct the request; the detail names what is wrong. Sending it again changes nothing."
_RIGHTS = "Use credentials that may do this; the owner hands them out."
_LATER = "Nothing is wrong with the request. Send it again a little later."
_OTHER = "Read the detail: it says what stands in the way, and often which command mends it."

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "bad_argument": Kind(400, "The request is not understood", _ASK),
        "bad_request": Kind(400, "The request is not understood", _ASK),
        "bad_cursor": Kind(400, "The cursor is of another list", "Begin again without a cursor."),
        "invalid_number": Kind(400, "That is no telephone number", "Write it as +COUNTRY NUMBER."),
        "invalid_client": Kind(401, "The app is not known", _RIGHTS),
        "not_authorized": Kind(401, "The credentials are not valid here", _RIGHTS),
        "key_expired": Kind(401, "The key has ended", "Ask the owner for another key."),
        "ticket_expired": Kind(401, "The ticket has ended", "Ask the owner for another ticket."),
        "token_expired": Kind(401, "The access token has ended", "Get one with the refresh token."),
        "insufficient_scope": Kind(
            403, "The app was not given that scope", "Ask the admin to allow the app that scope."
        ),
        "not_allowed": Kind(403, "That role may not do this", _RIGHTS),
        "purpose_not_declared": Kind(
            403, "The credentials were made for other purposes", "Use a key made for this purpose."
        ),
        "purpose_not_allowed": Kind(403, "The purpose does not allow this", _RIGHTS),
        "purpose_missing": Kind(403, "No purpose was declared", _RIGHTS),
        "restricted": Kind(403, "The data is only stored", "Wait until the restriction is lifted."),
        "not_found": Kind(404, "There is no such thing here", "Check the path and the SID in it."),
        "unknown_flow": Kind(404, "There is no such flow", "GET /v1/flows lists them."),
        "unknown_use_case": Kind(404, "There is no such thing here", "Check the path."),
        "method_not_allowed": Kind(405, "Not with that method", "The header Allow names others."),
        "held": Kind(409, "A hold keeps the record", "Lift the hold first."),
        "exists": Kind(409, "It exists already", "Choose another name, or change the one there."),
        "at_work": Kind(409, "It is being done", "Wait until it is done, or cancel it."),
        "idempotency_concurrent": Kind(
            409, "The same request is being carried out", "Wait a moment and send it again."
        ),
        "idempotency_answer_gone": Kind(
            409, "The request was carried out before", "Look at what it made; do not send it again."
        ),
        "idempotency_interrupted": Kind(
            409,
            "Nobody knows whether the request took effect",
            "The server stopped in the midst of it. Look whether it did, then use another key.",
        ),
        "link_over": Kind(
            410, "That link was used or is too old", "Make another one: ringfence admin-link."
        ),
        "body_too_large": Kind(413, "The body is too large", "Send less than a megabyte."),
        "unsupported_media_type": Kind(
            415, "The body is not JSON", "Send it as application/json, without an encoding."
        ),
        "range_not_satisfiable": Kind(416, "No such part of the file", "Ask for less of it."),
        "idempotency_mismatch": Kind(
            422,
            "The idempotency key was used for another request",
            "Use a new key for every request that is not a repetition.",
        ),
        "too_many_requests": Kind(
            429, "Too many requests", "Wait as many seconds as Retry-After says."
        ),
        "internal": Kind(
            500, "Something broke inside", "The log says where; whoever runs this may look there."
        ),
        "not_running": Kind(503, "The server is not running", _LATER),
        "draining": Kind(503, "The server is being stopped", _LATER),
        "starting": Kind(503, "The server is starting", _LATER),
        "too_slow": Kind(504, "It took too long", _LATER),
    }
)
"""Every problem that is about requests as such."""

UNLISTED = 422
"""Status of a refusal by the domain that is not in `KINDS`."""


def kind(code: str) -> Kind:
    """Return the kind of a code; one of the domain's own is made from its words."""
    found = KINDS.get(code)
    return found or Kind(UNLISTED, code.replace("_", " ").capitalize(), _OTHER)


def problem(
    code: str,
    detail: str,
    clause: str | None = None,
    *,
    status: int = 0,
    pointer: str | None = None,
) -> ProblemDetails:
    """Return the problem of a refusal; ``status`` where the framework decided it."""
    about = kind(code)
    return ProblemDetails(
        type=PLACE + code,
        title=about.title,
        status=status or about.status,
        detail=detail,
        code=code,
        clause=clause,
        pointer=pointer,
    )

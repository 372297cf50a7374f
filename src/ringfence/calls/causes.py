"""Why a call or a leg ended, said once and translated from here.

One row per internal cause: the SIP status we refuse with, the Q.850 value we send in a Reason
header (RFC 3326), the word for an API when nobody was connected, the status of a dial, and a
sentence for people. Reading the other direction, a SIP status or a Q.850 value from the wire
becomes one internal cause (after RFC 3398 7.2.4.1 and 8.2.6.1); nothing outside this module
compares status numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ringfence.calls.words import DialStatus

ApiWord = Literal["completed", "busy", "no-answer", "failed", "canceled"]
"""The final call status of the Twilio-like dialects; others translate from the cause itself."""


class Cause(StrEnum):
    """Why something ended."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    TRANSFERRED = "transferred"
    UNALLOCATED = "unallocated"
    NUMBER_CHANGED = "number_changed"
    INVALID_NUMBER = "invalid_number"
    FORBIDDEN = "forbidden"
    UNAUTHORIZED = "unauthorized"
    NOT_REGISTERED = "not_registered"
    UNREACHABLE = "unreachable"
    CONGESTION = "congestion"
    NOT_ACCEPTABLE = "not_acceptable"
    LOOP = "loop"
    MEDIA_TIMEOUT = "media_timeout"
    MEDIA_LOST = "media_lost"
    INTERRUPTED = "interrupted"
    MAX_DURATION = "max_duration"
    SERVER_ERROR = "server_error"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class CauseRow:
    """What one cause is called elsewhere.

    ``sip``: the final response that refuses an INVITE for this cause. ``q850``: ITU-T Q.850 value.
    ``word``: the API's word for a call that nobody answered. ``dial``: likewise for a dial.
    ``sentence``: for people, complete and without names.
    """

    sip: int
    q850: int
    word: ApiWord
    dial: DialStatus
    sentence: str


CAUSES: dict[Cause, CauseRow] = {
    Cause.NORMAL: CauseRow(
        480, 16, "completed", "completed", "The conversation ended and one side hung up."
    ),
    Cause.BUSY: CauseRow(486, 17, "busy", "busy", "The called party was busy."),
    Cause.NO_ANSWER: CauseRow(
        480, 19, "no-answer", "no_answer", "It rang and nobody answered in time."
    ),
    Cause.REJECTED: CauseRow(603, 21, "busy", "busy", "The called party declined the call."),
    Cause.CANCELLED: CauseRow(
        487, 16, "canceled", "cancelled", "The calling side gave up before an answer."
    ),
    Cause.ANSWERED_ELSEWHERE: CauseRow(
        487, 26, "canceled", "cancelled", "Another phone took the call."
    ),
    Cause.TRANSFERRED: CauseRow(
        480, 16, "completed", "completed", "The call was handed over to another party."
    ),
    Cause.UNALLOCATED: CauseRow(404, 1, "failed", "failed", "The number does not exist."),
    Cause.NUMBER_CHANGED: CauseRow(410, 22, "failed", "failed", "The number is no longer in use."),
    Cause.INVALID_NUMBER: CauseRow(
        484, 28, "failed", "failed", "The number is incomplete or badly written."
    ),
    Cause.FORBIDDEN: CauseRow(
        403, 55, "failed", "failed", "The far end or a policy does not allow this call."
    ),
    Cause.UNAUTHORIZED: CauseRow(
        403, 57, "failed", "failed", "The carrier or phone did not accept our credentials."
    ),
    Cause.NOT_REGISTERED: CauseRow(
        480, 20, "no-answer", "no_answer", "The phone is not registered at the moment."
    ),
    Cause.UNREACHABLE: CauseRow(
        408, 18, "failed", "failed", "The far end could not be reached on the network."
    ),
    Cause.CONGESTION: CauseRow(
        503, 34, "failed", "failed", "There was no free line, here or at the far end."
    ),
    Cause.NOT_ACCEPTABLE: CauseRow(
        488, 65, "failed", "failed", "The two sides have no codec or media setting in common."
    ),
    Cause.LOOP: CauseRow(482, 25, "failed", "failed", "The call was routed in a circle."),
    Cause.MEDIA_TIMEOUT: CauseRow(
        504, 102, "failed", "failed", "No audio arrived for so long that the call was ended."
    ),
    Cause.MEDIA_LOST: CauseRow(
        500,
        41,
        "failed",
        "failed",
        "No audio process answered, so the call could not go on.",
    ),
    Cause.INTERRUPTED: CauseRow(
        503, 41, "failed", "failed", "A process of the server stopped in the middle of the call."
    ),
    Cause.MAX_DURATION: CauseRow(
        480, 31, "completed", "completed", "The longest duration allowed was reached."
    ),
    Cause.SERVER_ERROR: CauseRow(
        500, 41, "failed", "failed", "Something went wrong on this server."
    ),
    Cause.DRAINING: CauseRow(
        503, 42, "failed", "failed", "The server is being stopped and takes no new calls."
    ),
}

# RFC 3398 8.2.6.1 read with the table above: what a refusal from the wire means to us.
_FROM_SIP: dict[int, Cause] = {
    401: Cause.UNAUTHORIZED,
    402: Cause.FORBIDDEN,
    403: Cause.FORBIDDEN,
    404: Cause.UNALLOCATED,
    406: Cause.NOT_ACCEPTABLE,
    407: Cause.UNAUTHORIZED,
    408: Cause.UNREACHABLE,
    410: Cause.NUMBER_CHANGED,
    413: Cause.NOT_ACCEPTABLE,
    415: Cause.NOT_ACCEPTABLE,
    480: Cause.NO_ANSWER,
    482: Cause.LOOP,
    483: Cause.LOOP,
    484: Cause.INVALID_NUMBER,
    485: Cause.UNALLOCATED,
    486: Cause.BUSY,
    487: Cause.CANCELLED,
    488: Cause.NOT_ACCEPTABLE,
    503: Cause.CONGESTION,
    504: Cause.UNREACHABLE,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.UNALLOCATED,
    606: Cause.NOT_ACCEPTABLE,
    607: Cause.REJECTED,  # RFC 8197: unwanted
    608: Cause.FORBIDDEN,  # RFC 8688: rejected by an intermediary
}

# RFC 3398 7.2.4.1, by meaning instead of by status.
_FROM_Q850: dict[int, Cause] = {
    1: Cause.UNALLOCATED,
    2: Cause.UNREACHABLE,
    3: Cause.UNREACHABLE,
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.NOT_REGISTERED,
    21: Cause.REJECTED,
    22: Cause.NUMBER_CHANGED,
    25: Cause.LOOP,
    26: Cause.ANSWERED_ELSEWHERE,
    27: Cause.UNREACHABLE,
    28: Cause.INVALID_NUMBER,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    44: Cause.CONGESTION,
    47: Cause.CONGESTION,
    55: Cause.FORBIDDEN,
    57: Cause.FORBIDDEN,
    58: Cause.CONGESTION,
    65: Cause.NOT_ACCEPTABLE,
    70: Cause.NOT_ACCEPTABLE,
    79: Cause.NOT_ACCEPTABLE,
    87: Cause.FORBIDDEN,
    88: Cause.NOT_ACCEPTABLE,
    102: Cause.UNREACHABLE,
}

_VAGUE = frozenset({403, 480, 500, 503})
"""Statuses under which carriers hide the true reason; a Q.850 value beside them says more."""


def from_sip(status: int, q850: int | None = None) -> Cause:
    """Return the cause of a refusal: a final ``status`` 300-699 with its Reason ``q850`` if any.

    Q.850 is believed where the status is one of the vague ones: a carrier that sends
    ``503`` with ``Q.850;cause=1`` means a number that does not exist.
    """
    if q850 is not None and status in _VAGUE and q850 in _FROM_Q850 and q850 != 16:
        return _FROM_Q850[q850]
    known = _FROM_SIP.get(status)
    if known is not None:
        return known
    if status < 400:  # a redirection that was not followed (`switch.redirects`)
        return Cause.NUMBER_CHANGED if status == 301 else Cause.FORBIDDEN
    return Cause.FORBIDDEN if status < 500 or status >= 600 else Cause.SERVER_ERROR


def from_q850(q850: int | None) -> Cause:
    """Return the cause of a hang-up that carried ``Reason: Q.850;cause=...``, or `NORMAL`."""
    return Cause.NORMAL if q850 is None else _FROM_Q850.get(q850, Cause.NORMAL)


def word(cause: Cause, *, answered: bool) -> ApiWord:
    """Return the API's final status: an answered call is ``completed`` however it ended."""
    if answered:
        return "completed"
    found = CAUSES[cause].word
    return "no-answer" if found == "completed" else found


def dial_status(cause: Cause, *, talked: bool) -> DialStatus:
    """Return the status of a dial that ended with ``cause``."""
    if talked:
        return "completed"
    found = CAUSES[cause].dial
    return "no_answer" if found == "completed" else found

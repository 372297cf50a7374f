"""The end of a call that came in, in nobody's way: for tests that want one to be told."""

from typing import Any

from ringfence.calls.causes import Cause
from ringfence.calls.events import CallEnded
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId


def call_end(call: CallId, *, at: int = 1, **other: Any) -> CallEnded:
    """Return the fact; the caller hung up before anybody answered."""
    said: dict[str, Any] = {
        "account": AccountId("AC1"),
        "direction": "inbound",
        "cause": Cause.NORMAL,
        "hung_up_by": "caller",
        "missed": False,
        "offered_at": Ms(at),
        "rang_at": None,
        "answered_at": None,
        "answered_by_person_at": None,
        "ended_at": Ms(at),
        "duration_ms": 0,
        "talk_ms": 0,
    }
    return CallEnded(at=Ms(at), call=call, **(said | other))

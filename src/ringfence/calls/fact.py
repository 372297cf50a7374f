"""What every fact about a call has (`ringfence.calls.events`)."""

from __future__ import annotations

from typing import Annotated

from ringfence.kernel.clock import Ms
from ringfence.kernel.events import Event
from ringfence.kernel.ids import CallId
from ringfence.privacy.labels import CALL_ID, CALL_TIME


class CallFact(Event, frozen=True, kw_only=True):
    """What every fact of a call has: when, and of which call."""

    at: Annotated[Ms, CALL_TIME]
    call: Annotated[CallId, CALL_ID]

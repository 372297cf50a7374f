"""What can be said of a number of ours beside what answers it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.accounts.resources import Hook
from ringfence.kernel.ids import ApplicationId, FlowId


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOptions:
    """``name``: what people call it. ``application``: answers calls, before any URL.

    ``fallback``: asked when the document of a call cannot be had. ``status``: told how calls go.
    ``sms``, ``sms_fallback``, ``sms_application``: likewise for messages. ``sms_flow``: a flow that
    answers them, before any URL of the number's own.
    """

    name: str = field(default="", repr=False)
    application: ApplicationId | None = None
    fallback: Hook | None = None
    status: Hook | None = None
    sms: Hook | None = None
    sms_fallback: Hook | None = None
    sms_application: ApplicationId | None = None
    sms_flow: FlowId | None = None
    caller_name_lookup: bool = False


PLAIN = NumberOptions()
"""Nothing more is said."""

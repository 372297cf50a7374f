"""What can be said of a number of ours beside what answers it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.accounts.resources import Hook
from ringfence.kernel.ids import AddressId, ApplicationId, FlowId, TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOptions:
    """``name``: what people call it. ``application``: answers calls, before any URL.

    ``fallback``: asked when the document of a call cannot be had. ``status``: told how calls go.
    ``sms``, ``sms_fallback``, ``sms_application``: likewise for messages. ``sms_flow``: a flow that
    answers them, before any URL of the number's own.

    ``trunk``: its calls are passed on there, before anything else. ``address``: whose it is;
    ``emergency_address``: where help is to be sent, and ``emergency`` whether it may call for some.
    ``bundle``, ``identity``: SIDs of papers that are kept elsewhere.
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
    trunk: TrunkId | None = None
    address: AddressId | None = None
    emergency_address: AddressId | None = None
    emergency: bool = False
    bundle: str | None = None
    identity: str | None = None


PLAIN = NumberOptions()
"""Nothing more is said."""

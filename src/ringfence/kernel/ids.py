"""Typed identifiers: two letters and 32 hexadecimal digits, ordered by time.

The first twelve digits are the millisecond of creation, six more the turn within it, the rest is
random, so a B-tree fills from one end and a list in id order is a list in the order things were
made, also of what a fast machine made within one millisecond. Ids of people are the exception
(`make_blurred`). The shape (34 characters) is the one Twilio's clients expect.
"""

from __future__ import annotations

from typing import NewType

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import ID_BLUR_MS

AccountId = NewType("AccountId", str)
AddressId = NewType("AddressId", str)
ApiKeyId = NewType("ApiKeyId", str)
ApplicationId = NewType("ApplicationId", str)
CallId = NewType("CallId", str)
CampaignId = NewType("CampaignId", str)
CaseId = NewType("CaseId", str)
ClipId = NewType("ClipId", str)
ConferenceId = NewType("ConferenceId", str)
DeliveryId = NewType("DeliveryId", str)
EventId = NewType("EventId", str)
FlowId = NewType("FlowId", str)
JobId = NewType("JobId", str)
LegId = NewType("LegId", str)
MediaId = NewType("MediaId", str)
MessageId = NewType("MessageId", str)
NotificationId = NewType("NotificationId", str)
NumberId = NewType("NumberId", str)
PartyId = NewType("PartyId", str)
PaymentId = NewType("PaymentId", str)
PhoneDeviceId = NewType("PhoneDeviceId", str)
QueueId = NewType("QueueId", str)
RecordingId = NewType("RecordingId", str)
TextTemplateId = NewType("TextTemplateId", str)
StreamId = NewType("StreamId", str)
TranscriptionId = NewType("TranscriptionId", str)
TrunkId = NewType("TrunkId", str)
UserId = NewType("UserId", str)

PREFIX = {
    "account": "AC",
    "address": "AD",
    "api_key": "SK",
    "app": "OA",
    "app_grant": "OG",
    "application": "AP",
    "call": "CA",
    "campaign": "MG",
    "case": "CS",
    "clip": "CP",
    "conference": "CF",
    "credential": "CR",
    "credential_list": "CL",
    "delivery": "DL",
    "erasure": "ER",
    "errand": "EN",
    "event": "EV",
    "flow": "FW",
    "hold": "HD",
    "ip_address": "IP",
    "ip_list": "AL",
    "job": "JB",
    "leg": "LG",
    "live_transcription": "GT",
    "media": "ME",
    "message": "SM",
    "movement": "MV",
    "notification": "NO",
    "number": "PN",
    "party": "PA",
    "payment": "PK",
    "payment_connector": "XC",
    "phone_device": "PD",
    "queue": "QU",
    "recording": "RE",
    "restriction": "RX",
    "sip_domain": "SD",
    "staff_ticket": "TT",
    "stock": "NS",
    "tariff": "TF",
    "text_carrier": "TC",
    "text_template": "HX",
    "stream": "MZ",
    "transcription": "TR",
    "trunk": "TK",
    "usage_trigger": "UT",
    "user": "US",
    "webhook": "WH",
}
"""The prefix of each kind of id; one place, so that two kinds never share one."""

_SHAPE = 34
_HEX = frozenset("0123456789abcdef")


def make(kind: str, now: Ms, entropy: Entropy) -> str:
    """Return a new id of ``kind`` (a key of `PREFIX`), e.g. ``CA018c...``."""
    turn = entropy.ordinal()
    return f"{PREFIX[kind]}{now & 0xFFFF_FFFF_FFFF:012x}{turn:06x}{entropy.token(7).hex()}"


def make_blurred(kind: str, now: Ms, entropy: Entropy) -> str:
    """Return a new id of ``kind`` that tells within which `ID_BLUR_MS` it was made, and no more.

    For people: the ledger of erasures names them by their id for years, and the millisecond of
    somebody's first call, or the turn between two other ids, is in the bill of their carrier too.
    """
    at = now - now % ID_BLUR_MS
    return f"{PREFIX[kind]}{at & 0xFFFF_FFFF_FFFF:012x}{entropy.token(10).hex()}"


def is_id(text: str, kind: str) -> bool:
    """Whether ``text`` has the shape of an id of ``kind``."""
    return len(text) == _SHAPE and text.startswith(PREFIX[kind]) and _HEX.issuperset(text[2:])


def created(identifier: str) -> Ms:
    """Return the instant an id was made."""
    return Ms(int(identifier[2:14], 16))


def own_call(leg: LegId) -> CallId:
    """Return the id of the call that a dialled leg is to whoever lists calls: its own digits."""
    return CallId(PREFIX["call"] + leg[2:])


def leg_of(call: CallId) -> LegId:
    """Return the leg whose `own_call` a call would be."""
    return LegId(PREFIX["leg"] + call[2:])


def floor(kind: str, at: Ms) -> str:
    """Return what sorts below every id of ``kind`` made at or after ``at``, above every earlier."""
    return f"{PREFIX[kind]}{max(at, 0) & 0xFFFF_FFFF_FFFF:012x}"

"""Operations that are not there, and why: the same words in the table and in the answer."""

from __future__ import annotations

from ringfence.api.twilio.operations import DESK

DESK.absent(
    "ListIncomingPhoneNumberAssignedAddOn",
    "CreateIncomingPhoneNumberAssignedAddOn",
    "FetchIncomingPhoneNumberAssignedAddOn",
    "DeleteIncomingPhoneNumberAssignedAddOn",
    "ListIncomingPhoneNumberAssignedAddOnExtension",
    "FetchIncomingPhoneNumberAssignedAddOnExtension",
    "ListRecordingAddOnResult",
    "FetchRecordingAddOnResult",
    "DeleteRecordingAddOnResult",
    "ListRecordingAddOnResultPayload",
    "FetchRecordingAddOnResultPayload",
    "DeleteRecordingAddOnResultPayload",
    "FetchRecordingAddOnResultPayloadData",
    why="add-ons are bought in Twilio's own marketplace; there is none here",
)
DESK.absent(
    "CreateSiprec",
    "UpdateSiprec",
    why="calls are recorded here; no recording server of others is spoken to by SIPREC (RFC 7866)",
)
DESK.absent(
    "CreateUserDefinedMessage",
    "CreateUserDefinedMessageSubscription",
    "DeleteUserDefinedMessageSubscription",
    why="such messages go to and from Twilio's Voice SDK in a client; clients here are SIP phones",
)
DESK.absent(
    "ListConnectApp",
    "FetchConnectApp",
    "UpdateConnectApp",
    "DeleteConnectApp",
    "ListAuthorizedConnectApp",
    "FetchAuthorizedConnectApp",
    why="apps of others are let in by OAuth 2 (/v1/apps), each for named scopes and purposes, "
    "which get-all and post-all cannot say",
)

"""What the API answers, loaded when it is named first. Written by scripts/make_client.py; not by hand."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.client.generated.models.account import Account, Stopped
    from ringfence.client.generated.models.address import DeskAddress
    from ringfence.client.generated.models.app import App, Grant
    from ringfence.client.generated.models.application import Application
    from ringfence.client.generated.models.backup import Backup
    from ringfence.client.generated.models.balance import Balance, Movement
    from ringfence.client.generated.models.call import (
        Call,
        Finding,
        Leg,
        Line,
        Media,
        Simulation,
        SimulationLine,
    )
    from ringfence.client.generated.models.caller_id import CallerId, CallerIdCheck
    from ringfence.client.generated.models.carrier import TextCarrier
    from ringfence.client.generated.models.conference import Conference
    from ringfence.client.generated.models.event import Event
    from ringfence.client.generated.models.flow import Flow
    from ringfence.client.generated.models.inbox import InboxCount, InboxNumber
    from ringfence.client.generated.models.key import Key
    from ringfence.client.generated.models.message import (
        Campaign,
        MessageFact,
        Picture,
        Story,
        TextTemplate,
    )
    from ringfence.client.generated.models.notification import AppLogging, Notification, Replayed
    from ringfence.client.generated.models.number import (
        DeskPlace,
        FreeNumber,
        Lookup,
        StockCountry,
        StockRange,
    )
    from ringfence.client.generated.models.participant import Participant
    from ringfence.client.generated.models.payment import Payment, PaymentSession
    from ringfence.client.generated.models.payment_connector import PaymentConnector, PaymentTried
    from ringfence.client.generated.models.phone import Device
    from ringfence.client.generated.models.privacy import (
        Hold,
        MapEntry,
        Promise,
        Ruling,
        RulingParty,
        RulingRule,
    )
    from ringfence.client.generated.models.privacy_approver import Approver
    from ringfence.client.generated.models.privacy_audit import (
        AuditHead,
        AuditProof,
        AuditReport,
        Proofs,
    )
    from ringfence.client.generated.models.privacy_consent import ConsentText
    from ringfence.client.generated.models.privacy_demand import LetterOwed
    from ringfence.client.generated.models.privacy_erase import Erasure, ErasureRow
    from ringfence.client.generated.models.privacy_incident import CaseIncident, Clock
    from ringfence.client.generated.models.privacy_leave_alone import Suppressions
    from ringfence.client.generated.models.privacy_message import Listed, PolicyMail
    from ringfence.client.generated.models.privacy_officer import Officer
    from ringfence.client.generated.models.privacy_policy import (
        PolicyAcceptance,
        PolicyChange,
        PolicyDifference,
        PolicyFinding,
        PolicyPack,
        PolicyTold,
        PolicyVersion,
    )
    from ringfence.client.generated.models.privacy_primary_admin import PrimaryAdmin
    from ringfence.client.generated.models.privacy_recipient import Recipient
    from ringfence.client.generated.models.privacy_retention import RetentionTerm, SweepDue
    from ringfence.client.generated.models.privacy_ticket import Ticket
    from ringfence.client.generated.models.queue import Member, Queue
    from ringfence.client.generated.models.restore import Staged
    from ringfence.client.generated.models.role import Role
    from ringfence.client.generated.models.settings import Setting
    from ringfence.client.generated.models.shared import (
        Archive,
        Asked,
        Case,
        CaseStatus,
        Choice,
        Choices,
        Delivery,
        Done,
        Figures,
        Hook,
        Message,
        Number,
        NumberStock,
        Problem,
        Recording,
        SipList,
        Standing,
        Step,
        Stream,
        Trunk,
        Work,
    )
    from ringfence.client.generated.models.sip_address import SipAddress
    from ringfence.client.generated.models.sip_credential import SipCredential
    from ringfence.client.generated.models.sip_domain import SipDomain
    from ringfence.client.generated.models.system import (
        AboutFinding,
        Engine,
        Health,
        Metrics,
        Status,
    )
    from ringfence.client.generated.models.tariff import Rate, Tariff
    from ringfence.client.generated.models.transcription import Transcription, TranscriptionsSaid
    from ringfence.client.generated.models.usage import UsageRecord, UsageTrigger
    from ringfence.client.generated.models.webhook import Webhook

__all__ = [
    "AboutFinding",
    "Account",
    "App",
    "AppLogging",
    "Application",
    "Approver",
    "Archive",
    "Asked",
    "AuditHead",
    "AuditProof",
    "AuditReport",
    "Backup",
    "Balance",
    "Call",
    "CallerId",
    "CallerIdCheck",
    "Campaign",
    "Case",
    "CaseIncident",
    "CaseStatus",
    "Choice",
    "Choices",
    "Clock",
    "Conference",
    "ConsentText",
    "Delivery",
    "DeskAddress",
    "DeskPlace",
    "Device",
    "Done",
    "Engine",
    "Erasure",
    "ErasureRow",
    "Event",
    "Figures",
    "Finding",
    "Flow",
    "FreeNumber",
    "Grant",
    "Health",
    "Hold",
    "Hook",
    "InboxCount",
    "InboxNumber",
    "Key",
    "Leg",
    "LetterOwed",
    "Line",
    "Listed",
    "Lookup",
    "MapEntry",
    "Media",
    "Member",
    "Message",
    "MessageFact",
    "Metrics",
    "Movement",
    "Notification",
    "Number",
    "NumberStock",
    "Officer",
    "Participant",
    "Payment",
    "PaymentConnector",
    "PaymentSession",
    "PaymentTried",
    "Picture",
    "PolicyAcceptance",
    "PolicyChange",
    "PolicyDifference",
    "PolicyFinding",
    "PolicyMail",
    "PolicyPack",
    "PolicyTold",
    "PolicyVersion",
    "PrimaryAdmin",
    "Problem",
    "Promise",
    "Proofs",
    "Queue",
    "Rate",
    "Recipient",
    "Recording",
    "Replayed",
    "RetentionTerm",
    "Role",
    "Ruling",
    "RulingParty",
    "RulingRule",
    "Setting",
    "Simulation",
    "SimulationLine",
    "SipAddress",
    "SipCredential",
    "SipDomain",
    "SipList",
    "Staged",
    "Standing",
    "Status",
    "Step",
    "StockCountry",
    "StockRange",
    "Stopped",
    "Story",
    "Stream",
    "Suppressions",
    "SweepDue",
    "Tariff",
    "TextCarrier",
    "TextTemplate",
    "Ticket",
    "Transcription",
    "TranscriptionsSaid",
    "Trunk",
    "UsageRecord",
    "UsageTrigger",
    "Webhook",
    "Work",
]
_WHERE = {
    "AboutFinding": "system",
    "Account": "account",
    "App": "app",
    "AppLogging": "notification",
    "Application": "application",
    "Approver": "privacy_approver",
    "Archive": "shared",
    "Asked": "shared",
    "AuditHead": "privacy_audit",
    "AuditProof": "privacy_audit",
    "AuditReport": "privacy_audit",
    "Backup": "backup",
    "Balance": "balance",
    "Call": "call",
    "CallerId": "caller_id",
    "CallerIdCheck": "caller_id",
    "Campaign": "message",
    "Case": "shared",
    "CaseIncident": "privacy_incident",
    "CaseStatus": "shared",
    "Choice": "shared",
    "Choices": "shared",
    "Clock": "privacy_incident",
    "Conference": "conference",
    "ConsentText": "privacy_consent",
    "Delivery": "shared",
    "DeskAddress": "address",
    "DeskPlace": "number",
    "Device": "phone",
    "Done": "shared",
    "Engine": "system",
    "Erasure": "privacy_erase",
    "ErasureRow": "privacy_erase",
    "Event": "event",
    "Figures": "shared",
    "Finding": "call",
    "Flow": "flow",
    "FreeNumber": "number",
    "Grant": "app",
    "Health": "system",
    "Hold": "privacy",
    "Hook": "shared",
    "InboxCount": "inbox",
    "InboxNumber": "inbox",
    "Key": "key",
    "Leg": "call",
    "LetterOwed": "privacy_demand",
    "Line": "call",
    "Listed": "privacy_message",
    "Lookup": "number",
    "MapEntry": "privacy",
    "Media": "call",
    "Member": "queue",
    "Message": "shared",
    "MessageFact": "message",
    "Metrics": "system",
    "Movement": "balance",
    "Notification": "notification",
    "Number": "shared",
    "NumberStock": "shared",
    "Officer": "privacy_officer",
    "Participant": "participant",
    "Payment": "payment",
    "PaymentConnector": "payment_connector",
    "PaymentSession": "payment",
    "PaymentTried": "payment_connector",
    "Picture": "message",
    "PolicyAcceptance": "privacy_policy",
    "PolicyChange": "privacy_policy",
    "PolicyDifference": "privacy_policy",
    "PolicyFinding": "privacy_policy",
    "PolicyMail": "privacy_message",
    "PolicyPack": "privacy_policy",
    "PolicyTold": "privacy_policy",
    "PolicyVersion": "privacy_policy",
    "PrimaryAdmin": "privacy_primary_admin",
    "Problem": "shared",
    "Promise": "privacy",
    "Proofs": "privacy_audit",
    "Queue": "queue",
    "Rate": "tariff",
    "Recipient": "privacy_recipient",
    "Recording": "shared",
    "Replayed": "notification",
    "RetentionTerm": "privacy_retention",
    "Role": "role",
    "Ruling": "privacy",
    "RulingParty": "privacy",
    "RulingRule": "privacy",
    "Setting": "settings",
    "Simulation": "call",
    "SimulationLine": "call",
    "SipAddress": "sip_address",
    "SipCredential": "sip_credential",
    "SipDomain": "sip_domain",
    "SipList": "shared",
    "Staged": "restore",
    "Standing": "shared",
    "Status": "system",
    "Step": "shared",
    "StockCountry": "number",
    "StockRange": "number",
    "Stopped": "account",
    "Story": "message",
    "Stream": "shared",
    "Suppressions": "privacy_leave_alone",
    "SweepDue": "privacy_retention",
    "Tariff": "tariff",
    "TextCarrier": "carrier",
    "TextTemplate": "message",
    "Ticket": "privacy_ticket",
    "Transcription": "transcription",
    "TranscriptionsSaid": "transcription",
    "Trunk": "shared",
    "UsageRecord": "usage",
    "UsageTrigger": "usage",
    "Webhook": "webhook",
    "Work": "shared",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> type:
        if name not in _WHERE:
            raise AttributeError(name)
        found = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        globals()[name] = found
        return found

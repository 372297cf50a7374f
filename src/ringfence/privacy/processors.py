"""Who receives data, which fields, and on what terms; and the one door it leaves by.

A recipient is *engaged* by the operator (a mail relay: a contract with an end, in a country), or
*instructed* by the account (the account's own web server, the carrier of its trunk): then the
instruction is the ground. `release` decides one sending: it refuses where there is no live
contract, no such purpose, no registered place or no valid mechanism, and takes out every field
that is not on the recipient's list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, TypeVar

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused

Role = Literal["engaged", "instructed", "infrastructure"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Processor:
    """A recipient.

    ``fields``: what it may have, each with its category, a name that ends in ``*`` standing for
    every name that begins so (headers of a call have the names their sender gave them);
    ``edges``: the modules that speak to it; ``settings``: those that name its host; ``hosts``:
    hosts written in the code.
    """

    key: str
    says: str
    role: Role
    purposes: tuple[str, ...]
    fields: Mapping[str, str]
    edges: tuple[str, ...]
    settings: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def may_have(self, name: str) -> bool:
        """Whether a field is on its list."""
        stem, line, _ = name.partition("_")
        return name in self.fields or f"{stem}{line}*" in self.fields


_CALL = "user.telephony.call.fact"
_PHONE = "user.contact.phone_number"

_WEB: Mapping[str, str] = {
    _PHONE: "From To Caller Called ForwardedFrom "
    + " ".join(
        f"{side}{part}"
        for side in ("From", "To", "Caller", "Called")
        for part in ("City", "State", "Zip", "Country")
    ),
    "user.name": "CallerName",
    "user.telephony.call.id": "CallSid ParentCallSid DialCallSid RecordingSid RecordingUrl "
    "ConferenceSid CallSidEndingConference CallSidToCoach QueueSid "
    "DequeueingCallSid DequeingCallSid DequeuedCallSid MessageSid SmsSid SmsMessageSid "
    "TranscriptionSid TranscriptionUrl StreamSid SipCallId DialSipCallId "
    "CallToken",
    _CALL: "CallStatus Direction DialCallStatus DialBridged CallDuration DialCallDuration Duration "
    "RecordingDuration RecordingStatus RecordingSource RecordingChannels RecordingTrack "
    "CallbackSource SequenceNumber ErrorCode ErrorMessage ErrorUrl msg SipResponseCode "
    "StatusCallbackEvent Muted Hold Coaching EndConferenceOnExit StartConferenceOnEnter "
    "ReasonConferenceEnded ReasonParticipantLeft ParticipantCallStatus Reason EventName "
    "QueueResult QueueTime QueuePosition AvgQueueTime QueueSize CurrentQueueSize MaxQueueSize "
    "DequeueResult DequeuedCallQueueTime DequeuedCallDuration ReasonAnnouncementFailed AnnounceUrl "
    "AnsweredBy MachineDetectionDuration Confidence Language TranscriptionStatus "
    "TranscriptionType TranscriptionEvent TranscriptionEngine Name Track PartialResults SequenceId "
    "LanguageCode Final TranscriptionErrorCode TranscriptionError "
    "StreamEvent StreamName StreamError MessageStatus SmsStatus NumMedia NumSegments "
    "RawDlrDoneDate ReferTransferTarget ReferCallStatus ReferSipResponseCode "
    "NotifySipResponseCode DialSipResponseCode",
    "user.device.ip_address": "SipSourceIp",
    "user.telephony.call.time": "Timestamp RecordingStartTime",
    "user.content.private": "Digits FinishedOnKey audio SpeechResult StableSpeechResult "
    "UnstableSpeechResult TranscriptionText TranscriptionData InboundTrackLabel "
    "OutboundTrackLabel Body OptOutType FriendlyName ParticipantLabel "
    "SipHeader_* DialSipHeader_* Param_* ReturnParam_* "
    + " ".join(f"MediaUrl{n} MediaContentType{n}" for n in range(10)),
    "user.payment": "Result For ErrorType Attempt Capture PartialResult Required PaymentError "
    "PayErrorCode ConnectorError ChargeAmount PaymentConnector PaymentMethod TokenType Sid "
    "DateCreated DateUpdated",
    "user.financial.method": "PaymentCardNumber PaymentCardType ExpirationDate SecurityCode "
    "PaymentCardPostalCode BankAccountNumber BankRoutingNumber BankAccountType PaymentToken "
    "ProfileId PaymentConfirmationCode",
    "system.configuration": "AccountSid ApiVersion MessagingServiceSid OutgoingCallerIdSid "
    "UsageTriggerSid UsageCategory Recurring TriggerBy TriggerValue CurrentValue DateFired "
    "IdempotencyToken UsageRecordUri CustomerId SipDomain SipDomainSid "
    "VerificationStatus",
}
_WEB_FIELDS: Mapping[str, str] = {
    name: category for category, names in _WEB.items() for name in names.split()
}
"""What a request about a call may carry, by the names it has on the wire."""

_PAYMENT: Mapping[str, str] = {
    "user.financial.card": "card_number security_code expiry_month expiry_year expiry_year4 "
    "account_number routing_number",
    "user.financial.method": "card_type postal_code account_type",
    "user.payment": "id method amount minor_amount currency currency_upper token_type description "
    "parameters",
    "system.configuration": "secret",
}
_PAYMENT_FIELDS: Mapping[str, str] = {
    name: category for category, names in _PAYMENT.items() for name in names.split()
}
"""What a processor is told of a payment, by the placeholders of its template."""

PROCESSORS: Mapping[str, Processor] = MappingProxyType({
    item.key: item
    for item in (
        Processor(
            "carrier",
            "The carriers and exchanges that the account's trunks lead to.",
            "instructed",
            ("connect_call",),
            {"caller": _PHONE, "called": _PHONE, "audio": "user.content.private",
             "network_address": "user.device.ip_address"},
            ("ringfence.switch.sip_transport",),
        ),
        Processor(
            "text_carrier",
            "The carriers of text messages and gateways that the account sets up.",
            "instructed",
            ("carry_message",),
            {"sender": _PHONE, "to": _PHONE, "text": "user.content.private",
             "media": "user.content.private", "id": "user.telephony.message",
             "registration": "system.configuration"},
            ("ringfence.carriers.smpp.link", "ringfence.webhooks.client"),
        ),
        Processor(
            "payment_processor",
            "The payment processors that the account sets up, asked once for each payment.",
            "instructed",
            ("take_payment",),
            _PAYMENT_FIELDS,
            ("ringfence.webhooks.client",),
        ),
        Processor(
            "account_server",
            "The web servers that the account names for its documents and callbacks.",
            "instructed",
            ("connect_call", "carry_message", "deliver_content"),
            _WEB_FIELDS,
            ("ringfence.webhooks.client", "ringfence.webhooks.sockets"),
        ),
        Processor(
            "named_by_the_person",
            "Whoever a person names to receive a copy of their own data.",
            "instructed",
            ("answer_rights",),
            {"archive": "user", "disclosure": "system.operations.case"},
            ("ringfence.webhooks.client",),
        ),
        Processor(
            "name_server",
            "The name servers of this machine; they learn names of hosts, of nobody else.",
            "infrastructure",
            ("operate",),
            {"host": "system.configuration"},
            ("ringfence.switch.resolver", "ringfence.webhooks.client"),
        ),
        Processor(
            "mail_relay",
            "The mail server that carries our e-mail.",
            "engaged",
            ("notify", "market"),
            {"to": "user.contact.email", "subject": "user.content.private",
             "body": "user.content.private", "unsubscribe": "user.telephony.message"},
            ("ringfence.mail.smtp",),
            ("smtp_host",),
        ),
        Processor(
            "number_lookup",
            "Whoever the operator names to be asked about a line: in use, where, whose.",
            "engaged",
            ("prevent_abuse", "connect_call", "carry_message"),
            {"number": _PHONE, "fields": "system.configuration"},
            ("ringfence.webhooks.client",),
            ("lookup_url",),
        ),
        Processor(
            "recogniser",
            "Whoever the operator names to understand what is said on calls.",
            "engaged",
            ("connect_call", "deliver_content"),
            {"audio": "user.content.private", "language": _CALL, "hints": "system.configuration"},
            ("ringfence.webhooks.client",),
            ("recogniser_url",),
        ),
    )
})  # fmt: skip
"""Every recipient there is. None is for sale of data: no purpose of that kind exists."""

EDGES_ON_THIS_MACHINE: Mapping[str, str] = MappingProxyType(
    {
        "ringfence.client.connection": "whoever programs with it asks this exchange",
        "ringfence.client.awaiting": "the same, for programs that await",
        "ringfence.cli.proof_ways": "the proof of erasure calls our own server",
        "ringfence.cli.facts": "the doctor looks whether our own ports answer",
        "ringfence.config": "asks the kernel for our own address; sends nothing",
        "ringfence.switch.media_link": "the socket of our own media process",
    }
)
"""Modules that open connections without sending data to anybody else, and why they do."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A ground for sending data of Europeans outside Europe, and while it held."""

    key: str
    says: str
    since: str
    until: str = ""

    def holds(self, now: Ms) -> bool:
        """Whether it is in force."""
        day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
        return self.since <= day and (not self.until or day < self.until)


MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({
    item.key: item
    for item in (
        Mechanism("adequacy", "a decision of the Commission on the country, GDPR 45",
                  "2018-05-25"),
        Mechanism("scc", "the standard clauses of 2021/914, GDPR 46(2)(c)", "2021-06-27"),
        Mechanism("bcr", "binding corporate rules, GDPR 47", "2018-05-25"),
        Mechanism("dpf", "the EU-US Data Privacy Framework, 2023/1795", "2023-07-10"),
        Mechanism("privacy-shield", "the EU-US Privacy Shield, 2016/1250", "2016-07-12",
                  "2020-07-16"),
        Mechanism("safe-harbor", "the Safe Harbor decision, 2000/520", "2000-07-26",
                  "2015-10-06"),
    )
})  # fmt: skip
"""Those that are over stay on the list, so that an old contract is understood and refused."""

_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
EEA = frozenset(_EEA.split(" "))


@dataclass(frozen=True, slots=True)
class Engagement:
    """What the operator says about a recipient. ``until`` None: without an end.

    ``country`` empty: the same as the installation's.
    """

    processor: str
    country: str = ""
    mechanism: str = ""
    until: Ms | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the door knows: the home country, the engagements, the places the notice names."""

    home: str
    engagements: Mapping[str, Engagement]
    regions: frozenset[str]

    @classmethod
    def of(cls, home: str, engagements: Iterable[Engagement], regions: Iterable[str]) -> Terms:
        """Return the terms; ``regions``: countries of the version of the notice in force."""
        return cls(home, {item.processor: item for item in engagements}, frozenset(regions))


def release(
    processor: str, fields: Mapping[str, T], *, purpose: str, terms: Terms, now: Ms
) -> dict[str, T]:
    """Return what of ``fields`` may be sent to a recipient for ``purpose``.

    Raises `Refused`: ``unknown_processor``, ``purpose_not_allowed``, ``no_contract``,
    ``region_unknown``, ``no_mechanism``; each with the clause it keeps.
    """
    found = PROCESSORS.get(processor)
    if found is None:
        raise Refused("unknown_processor", "nobody of that name may have data", clause="PUR-13")
    if purpose not in found.purposes:
        raise Refused(
            "purpose_not_allowed", "this recipient has no part in that purpose", clause="SHR-02"
        )
    check_terms(found, terms, now)
    return {name: value for name, value in fields.items() if found.may_have(name)}


def released(
    processor: str, fields: Iterable[tuple[str, T]], *, purpose: str, terms: Terms, now: Ms
) -> list[tuple[str, T]]:
    """Like `release`, for a list of fields in which a name may come more than once."""
    allowed = release(
        processor, dict(fields := list(fields)), purpose=purpose, terms=terms, now=now
    )
    return [(name, value) for name, value in fields if name in allowed]


def check_terms(found: Processor, terms: Terms, now: Ms) -> None:
    """Raise `Refused` where a recipient may not have anything now."""
    engaged = terms.engagements.get(found.key)
    if found.role != "engaged":
        return
    if engaged is None or (engaged.until is not None and now >= engaged.until):
        raise Refused("no_contract", "no contract with that recipient is in force", clause="SHR-03")
    country = engaged.country or terms.home
    if country not in terms.regions:
        raise Refused("region_unknown", "no data goes to a place nobody named", clause="XFR-01")
    if terms.home in EEA and country not in EEA:
        mechanism = MECHANISMS.get(engaged.mechanism)
        if mechanism is None or not mechanism.holds(now):
            raise Refused(
                "no_mechanism", "no valid ground lets this data leave Europe", clause="XFR-03"
            )


def check_engagement(wanted: Engagement) -> None:
    """Raise `Refused` (``unknown_processor``, ``bad_country``, ``unknown_mechanism``)."""
    if wanted.processor not in PROCESSORS:
        raise Refused("unknown_processor", f"the recipients are {', '.join(sorted(PROCESSORS))}")
    country = wanted.country
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise Refused("bad_country", "a country is written as two capitals, e.g. DE")
    if wanted.mechanism and wanted.mechanism not in MECHANISMS:
        raise Refused(
            "unknown_mechanism",
            f"the mechanisms are {', '.join(sorted(MECHANISMS))}",
            clause="XFR-03",
        )


def reach(categories: Iterable[str]) -> frozenset[str]:
    """Return who can receive data of any of ``categories``: what can never leave reaches nobody."""
    wanted = frozenset(categories)
    if not wanted:
        raise LocalError("name a category")
    return frozenset(item.key for item in PROCESSORS.values() if wanted & set(item.fields.values()))

"""What a piece of data is: the label every column, event field and log field carries.

The notice, the record of processing and the erasure plan are compiled from these labels, so a
label is a promise, not a comment. On an event field it rides in ``Annotated``; on a column in
``Column.info["label"]``. A test fails where one is missing.

Categories are keys of ``privacy.taxonomy`` (fideslang's, extended by ``user.telephony``),
purposes keys of ``privacy.purposes``, retentions keys of ``privacy.retention``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from ringfence.kernel.errors import LocalError
from ringfence.kernel.events import Event

Subject = Literal["none", "caller", "agent", "customer", "staff", "account"]
Sensitivity = Literal["none", "low", "high"]
Storage = Literal["plain", "opaque", "sealed", "keyed_hash"]
"""How it may rest: in clear, as a meaningless id, encrypted, or as an HMAC under a secret."""


@dataclass(frozen=True, slots=True)
class Label:
    """The privacy label of one field.

    ``category``: key of the taxonomy; ``subject``: whose data; ``purposes``: keys of
    ``privacy.purposes``; ``sensitivity``; ``storage``: how it must rest; ``retention``: key of a
    retention rule.
    """

    category: str
    subject: Subject
    purposes: tuple[str, ...]
    sensitivity: Sensitivity
    storage: Storage
    retention: str


_CALLS = ("connect_call", "call_record", "billing", "answer_rights", "answer_demand")
_PEOPLE = (*_CALLS, "carry_message")
_LOGIN = ("authenticate",)

SYSTEM = Label("system.operations", "none", ("operate",), "none", "plain", "operations")
"""Technical: counters, states, versions; says nothing about a person."""
ACCOUNT_ID = Label("system.operations", "account", ("operate",), "none", "opaque", "account")
CALL_ID = Label("user.telephony.call.id", "caller", _CALLS, "low", "opaque", "call_log")
PARTY_ID = Label("user.unique_id.pseudonymous", "caller", _PEOPLE, "low", "opaque", "call_log")
PARTY_BRIEF = Label("user.unique_id.pseudonymous", "caller", _PEOPLE, "low", "opaque", "content")
"""Whose it is, in rows that are kept for minutes and that no law asks to keep."""
CALL_TIME = Label("user.telephony.call.time", "caller", _CALLS, "low", "plain", "call_log")
CALL_FACT = Label("user.telephony.call.fact", "caller", _CALLS, "low", "plain", "call_log")
"""Cause, codec, duration, quality, direction: about a call, without naming anybody."""
PHONE_SEALED = Label("user.contact.phone_number", "caller", _PEOPLE, "high", "sealed", "call_log")
PHONE_HASH = Label("user.contact.phone_number", "caller", _PEOPLE, "high", "keyed_hash", "call_log")
NAME_SEALED = Label("user.name", "caller", _CALLS, "high", "sealed", "call_log")
CONTENT_SEALED = Label(
    "user.content.private",
    "caller",
    ("deliver_content", "answer_rights", "answer_demand"),
    "high",
    "sealed",
    "content",
)
"""Recordings, voicemail, message text, collected digits, notes, transcripts, webhook bodies."""
ANSWER_SEALED = Label(
    "user.content.private", "account", ("deliver_content",), "high", "sealed", "operations"
)
"""What was answered to a request of the account's, kept a day in case it is sent again."""
CONTENT_HASH = Label(
    "user.content.private", "caller", ("deliver_content",), "high", "keyed_hash", "content"
)
"""By what a kept answer of a customer's server is found again: its URL under a secret."""
CREDENTIAL = Label("user.authorization.credentials", "staff", _LOGIN, "high", "sealed", "account")
SECRET_HASH = Label(
    "user.authorization.credentials", "staff", _LOGIN, "high", "keyed_hash", "account"
)
USERNAME_SEALED = Label(
    "user.account.username", "staff", (*_LOGIN, "operate"), "high", "sealed", "account"
)
USERNAME_HASH = Label("user.account.username", "staff", _LOGIN, "high", "keyed_hash", "account")
KEY_WRAPPED = Label("system.operations.key", "caller", ("seal",), "high", "sealed", "key")
"""A key encrypted by another key: worthless alone."""
KEY_ID = Label("system.operations.key", "none", ("seal",), "none", "opaque", "key")
"""Where in the keystore a key lies: a place, not a key."""
CONFIG = Label("system.configuration", "account", ("operate",), "low", "plain", "account")
"""What the operator set up and that names nobody: trunk hosts, names of queues."""
_SETUP = ("operate", "connect_call", "carry_message")
CONFIG_SEALED = Label("system.configuration", "account", _SETUP, "low", "sealed", "account")
"""What the operator set up and may hold numbers or names: flow documents, TwiML, own numbers."""
CONFIG_HASH = Label("system.configuration", "account", _SETUP, "low", "keyed_hash", "account")
BILLING = Label(
    "system.operations.billing", "account", ("billing", "operate"), "low", "plain", "billing"
)
"""What an account was charged and what it paid: sums and amounts, of nobody's call."""
CASE_FACT = Label("system.operations.case", "caller", ("answer_rights",), "low", "plain", "case")
"""Kind, state, clocks, grounds of a case: words of closed vocabularies, ids, instants."""
CASE_PARTY = Label(
    "user.unique_id.pseudonymous", "caller", ("answer_rights",), "low", "opaque", "case"
)
"""Whom a case is about; after an erasure the id leads nowhere."""
CASE_WORDS = Label(
    "user.content.private",
    "caller",
    ("answer_rights", "answer_demand"),
    "high",
    "sealed",
    "case_words",
)
"""What people and authorities wrote or named in a case: contact, reasons, corrections."""
CASE_HASH = Label(
    "user.authorization.credentials", "caller", ("answer_rights",), "high", "keyed_hash", "case"
)
"""References and codes that people hold, and the contact a code went to: keyed hashes alone."""
AUDIT = Label("system.operations.audit", "none", ("operate",), "none", "plain", "audit")
"""Index, time, kind and signed tree heads of the audit log."""
ERASED_ID = Label("system.operations.audit", "none", ("operate",), "none", "opaque", "audit")
"""Whom an erasure was about: an id that leads nowhere any more; a restored copy needs it."""
AUDIT_COMMITMENT = Label(
    "system.operations.audit", "none", ("operate",), "none", "keyed_hash", "audit"
)
"""Salted commitments and the hashes above them."""

_CHOICES = ("honour_choices", "answer_rights")
CONSENT = Label("user.privacy_preferences", "caller", _CHOICES, "low", "plain", "consent")
"""What somebody agreed to, refused or withdrew: words, hashes of texts, instants."""
CONSENT_PARTY = Label("user.privacy_preferences", "caller", _CHOICES, "low", "opaque", "consent")
SUPPRESSION_HASH = Label(
    "user.privacy_preferences", "caller", _CHOICES, "high", "keyed_hash", "consent"
)
"""Whom to leave alone: a number's hash under a secret, not a number."""

_MAIL = ("notify", "market", "answer_rights")
EMAIL_SEALED = Label("user.contact.email", "staff", _MAIL, "high", "sealed", "account")
EMAIL_HASH = Label("user.contact.email", "customer", _MAIL, "high", "keyed_hash", "call_log")
"""Whom a message went to, or who asked for messages: found again, never read back."""
MESSAGE_FACT = Label("user.telephony.message", "customer", _MAIL, "low", "plain", "call_log")
"""Template, list, ground, state and times of a message; nothing of what it said."""
LIST_HASH = Label("user.contact.email", "customer", _MAIL, "high", "keyed_hash", "account")
"""Who is on a list: nothing more is sent to somebody who was erased, so no log keeps it."""
LIST_FACT = Label("user.privacy_preferences", "customer", _MAIL, "low", "plain", "account")
"""On which list somebody is, since when and on what ground."""


_TEXTS = ("carry_message", "call_record", "billing", "answer_rights", "answer_demand")

TEXT_ID = Label("user.telephony.message", "caller", _TEXTS, "low", "opaque", "call_log")
TEXT_TIME = Label("user.telephony.message", "caller", _TEXTS, "low", "plain", "call_log")
TEXT_FACT = Label("user.telephony.message", "caller", _TEXTS, "low", "plain", "call_log")
"""State, segments, cause of a text message: nothing of what it said, nobody's number."""
TEXT_SEALED = Label(
    "user.content.private",
    "caller",
    ("carry_message", "answer_rights", "answer_demand"),
    "high",
    "sealed",
    "content",
)
"""What a text message says and the addresses of its pictures."""
TEXT_DRAFT = Label("user.telephony.message", "caller", _TEXTS, "low", "plain", "content")
"""When and how much of a message came that is not whole, or that is yet to be answered."""


_GIVEN = ("give_number", "answer_rights", "answer_demand")

POSTAL_ID = Label("user.contact.address", "customer", _GIVEN, "low", "opaque", "account")
POSTAL_PARTY = Label("user.contact.address", "customer", _GIVEN, "low", "opaque", "account")
"""Whose address it is: the person a number or mailbox belongs to, or somebody known by it alone."""
POSTAL_FACT = Label("user.contact.address", "customer", _GIVEN, "low", "plain", "account")
"""When an address was written down, and whether it is one for emergencies."""
POSTAL_SEALED = Label("user.contact.address", "customer", _GIVEN, "high", "sealed", "account")
"""Name, street, town, region, postal code and country."""


_PAID = ("take_payment", "call_record", "billing", "answer_rights", "answer_demand")

PAYMENT_ID = Label("user.payment", "caller", _PAID, "low", "opaque", "call_log")
PAYMENT_TIME = Label("user.payment", "caller", _PAID, "low", "plain", "call_log")
PAYMENT_FACT = Label("user.payment", "caller", _PAID, "low", "plain", "call_log")
"""Amount, currency, state and result of a payment; nothing of what was paid with."""
PAYMENT_SEALED = Label(
    "user.financial.method",
    "caller",
    ("take_payment", "answer_rights", "answer_demand"),
    "high",
    "sealed",
    "call_log",
)
"""The last digits of a card or an account, the processor's token, code and words."""


def label_of(annotation: Any) -> Label | None:
    """Return the label inside an ``Annotated`` type, or None."""
    if get_origin(annotation) is Annotated:
        for extra in get_args(annotation)[1:]:
            if isinstance(extra, Label):
                return extra
    return None


def labels_of(fact: type) -> Mapping[str, Label]:
    """Return the label of every field of a fact, in field order.

    ``at`` of `kernel.events.Event` is the time of a call fact. Raises `LocalError` naming the
    first field without a label: such a class cannot be stored.
    """
    if not issubclass(fact, Event):
        raise LocalError(f"{fact.__name__} is not a fact")
    hints = get_type_hints(fact, include_extras=True)
    found: dict[str, Label] = {}
    for name in fact.__struct_fields__:
        label = label_of(hints[name])
        if label is None and name == "at":
            label = CALL_TIME
        if label is None:
            raise LocalError(f"{fact.__name__}.{name} carries no privacy label")
        found[name] = label
    return MappingProxyType(found)

"""The categories of data this program may hold, and nothing outside the list.

Keys follow fideslang's data categories (a dotted key lies under the key to its left) so that a
map of this system can be read by tools that know them. What a telephone exchange adds lies under
``user.telephony``; ``system.configuration`` and the keys below ``system.operations`` are ours
too. The sentences are what the notice prints, so they are written for the person concerned.
"""

from __future__ import annotations

CATEGORIES: dict[str, str] = {
    "system": "Data about the exchange itself.",
    "system.configuration": "What the operator set up: menus, trunks, names of queues.",
    "system.operations": "Counters, states and versions that say nothing about a person.",
    "system.operations.audit": "The tamper-evident log of what was done, without names.",
    "system.operations.billing": "What an account was charged and paid, without whom it called.",
    "system.operations.case": "Where a case stands: its kind, state and clocks, without words.",
    "system.operations.key": "Encrypted keys, worthless without the key that locks them.",
    "user": "Data about a person.",
    "user.account": "The account of somebody who works with the exchange.",
    "user.account.username": "The name somebody signs in with.",
    "user.authorization": "What a person proves who they are with.",
    "user.authorization.credentials": "Passwords, tokens and keys, hashed or encrypted.",
    "user.contact": "How to reach a person.",
    "user.contact.address": "A postal address, with the name of whoever is there.",
    "user.contact.email": "An e-mail address.",
    "user.contact.phone_number": "A telephone number or a SIP address used as one.",
    "user.content": "What a person said or wrote.",
    "user.content.private": "Recordings, voicemail, messages, digits, notes and transcripts.",
    "user.device": "A telephone, browser or other machine of a person.",
    "user.device.ip_address": "The network address a person's telephone or browser speaks from.",
    "user.financial": "What a person pays with.",
    "user.financial.card": "A card's or account's number and codes: handed on, never stored.",
    "user.financial.method": "The last digits of what was paid with, and the processor's token.",
    "user.name": "A person's name.",
    "user.payment": "A payment on a call: when, how much, through whom, and what came of it.",
    "user.privacy_preferences": "What a person agreed to, refused or withdrew.",
    "user.telephony": "What telephoning leaves behind.",
    "user.telephony.call": "A call somebody made or took.",
    "user.telephony.call.fact": "How a call went: cause, duration, codec, quality, direction.",
    "user.telephony.call.id": "The number of a call in our books.",
    "user.telephony.call.time": "When a call began, was answered and ended.",
    "user.telephony.message": "A message that was sent: its kind, when, and on what ground.",
    "user.unique_id": "A number that stands for a person.",
    "user.unique_id.pseudonymous": "A number that stands for a person and means nothing elsewhere.",
}


def is_known(category: str) -> bool:
    """Whether ``category`` is on the list."""
    return category in CATEGORIES


def parent(category: str) -> str | None:
    """Return the category above, or None at the top."""
    head, dot, _ = category.rpartition(".")
    return head if dot else None


def is_within(category: str, ancestor: str) -> bool:
    """Whether ``category`` is ``ancestor`` or lies below it."""
    return category == ancestor or category.startswith(ancestor + ".")


def is_personal(category: str) -> bool:
    """Whether data of this category is about a person."""
    return is_within(category, "user")

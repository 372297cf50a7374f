"""The numbers under which clients know why a message did not arrive, and what each says.

The numbers are those of the public list of error codes that Twilio's clients know.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ringfence.messaging.carrier import Cause

TOO_DEAR = 30010
"""A message costs more than whoever asked for it would pay."""

NUMBERS: Mapping[Cause, int] = MappingProxyType(
    {
        Cause.UNAVAILABLE: 30008,
        Cause.BUSY: 30001,
        Cause.BAD_SENDER: 30024,
        Cause.BAD_DESTINATION: 30005,
        Cause.UNREACHABLE: 30003,
        Cause.LANDLINE: 30006,
        Cause.BLOCKED: 30004,
        Cause.FILTERED: 30007,
        Cause.BAD_MESSAGE: 30008,
        Cause.TOO_LATE: 30036,
        Cause.NO_CREDIT: 30002,
        Cause.UNKNOWN: 30008,
    }
)
"""Cause -> number."""

SENTENCES: Mapping[int, str] = MappingProxyType(
    {
        12300: "A picture is of a type that messages do not carry",
        21620: "A picture could not be had from its URL",
        21610: "The person has stopped messages",
        21612: "The sender cannot reach that network",
        30001: "Queue overflow",
        30002: "Account suspended",
        30003: "Unreachable destination handset",
        30004: "Message blocked",
        30005: "Unknown destination handset",
        30006: "Landline or unreachable carrier",
        30007: "Message filtered",
        30008: "Unknown error",
        30010: "Message price exceeds max price",
        30024: "The sender is not provisioned on the carrier",
        30034: "Message from an unregistered number",
        30036: "Validity period expired",
        30610: "The hours of the person do not allow it",
    }
)
"""Number -> what clients are told."""


def sentence(number: int | None) -> str | None:
    """Return what a number says, None for none."""
    return None if number is None else SENTENCES.get(number, SENTENCES[30008])

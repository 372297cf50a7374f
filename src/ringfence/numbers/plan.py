"""What the digits of a number say by themselves: whether it can exist, where, of what kind.

From the numbering plans that ``phonenumberslite`` carries; nobody is asked. The words are those of
Twilio's Lookup, https://www.twilio.com/docs/lookup/v2-api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

from ringfence.numbers.carriers import carrier_of

Kind = Literal[
    "local", "mobile", "toll-free", "shared-cost", "premium", "voip", "national", "personal",
    "pager", "voicemail",
]  # fmt: skip
Flaw = Literal[
    "TOO_SHORT", "TOO_LONG", "INVALID_BUT_POSSIBLE", "INVALID_COUNTRY_CODE", "INVALID_LENGTH",
    "NOT_A_NUMBER",
]  # fmt: skip

_KINDS: Final[Mapping[int, Kind]] = {
    PhoneNumberType.FIXED_LINE: "local",
    # North America tells mobile numbers from others by nothing in the digits.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "local",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "toll-free",
    PhoneNumberType.SHARED_COST: "shared-cost",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.UAN: "national",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_LINE_TYPES: Final[Mapping[int, str]] = {
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "tollFree",
    PhoneNumberType.SHARED_COST: "sharedCost",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.VOIP: "nonFixedVoip",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_CARRIED: Final = frozenset({
    PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PAGER,
})  # fmt: skip
"""What has carriers by range; elsewhere ranges are of places."""
_FLAWS: Final[Mapping[int, Flaw]] = {
    ValidationResult.TOO_SHORT: "TOO_SHORT",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "TOO_SHORT",
    ValidationResult.TOO_LONG: "TOO_LONG",
    ValidationResult.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    ValidationResult.INVALID_LENGTH: "INVALID_LENGTH",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A number as its plan describes it.

    ``e164``: the digits, as they were written where they are no number. ``country``: ISO 3166.
    ``line_type``: a word of Twilio's, None where the digits do not say. ``carrier``: whom a range
    of mobile numbers was given to (``numbers.carriers``).
    """

    e164: str = field(repr=False)
    valid: bool
    flaws: tuple[Flaw, ...] = ()
    country: str | None = None
    calling_code: str | None = None
    national: str | None = field(default=None, repr=False)
    line_type: str | None = None
    carrier: str | None = None


def describe(text: str, *, region: str | None = None) -> Description:
    """Say what a number is; ``region`` (ISO 3166) completes a national one."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        return Description(e164=text, valid=False, flaws=(_unread(error),))
    parsed.extension = None  # of whoever is behind the number, not of the number
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(parsed):
        possible = phonenumbers.is_possible_number_with_reason(parsed)
        flaw = _FLAWS.get(possible, "INVALID_BUT_POSSIBLE")
        return Description(e164=e164, valid=False, flaws=(flaw,))
    kind = phonenumbers.number_type(parsed)
    return Description(
        e164=e164,
        valid=True,
        country=_country(parsed),
        calling_code=str(parsed.country_code),
        national=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL),
        line_type=_LINE_TYPES.get(kind),
        carrier=carrier_of(e164) if kind in _CARRIED else None,
    )


def _unread(error: phonenumbers.NumberParseException) -> Flaw:
    kind = phonenumbers.NumberParseException
    match error.error_type:
        case kind.INVALID_COUNTRY_CODE:
            return "INVALID_COUNTRY_CODE"
        case kind.TOO_SHORT_AFTER_IDD | kind.TOO_SHORT_NSN:
            return "TOO_SHORT"
        case kind.TOO_LONG:
            return "TOO_LONG"
    return "NOT_A_NUMBER"


def kind_of(e164: str) -> Kind | None:
    """Return the kind of a number, None where its digits do not say."""
    try:
        return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(e164)))
    except phonenumbers.NumberParseException:
        return None


def country_of(e164: str) -> str | None:
    """Return the country of a number (ISO 3166), None where its digits do not say."""
    try:
        return _country(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return None


def _country(parsed: phonenumbers.PhoneNumber) -> str | None:
    code = phonenumbers.region_code_for_number(parsed)
    if code is None and parsed.country_code is not None:
        code = phonenumbers.region_code_for_country_code(parsed.country_code)
    return None if code in {None, "ZZ", "001"} else str(code)


def national_digits(e164: str) -> str:
    """Return a number's digits within its country, all of them where nobody knows."""
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(e164)))
    except phonenumbers.NumberParseException:
        return e164.lstrip("+")


_NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{9}")


def formatted(e164: str) -> str:
    """Return a number as people of its country write it; anything else as it is."""
    if not e164.startswith("+"):
        return e164
    if _NORTH_AMERICAN.fullmatch(e164):
        # All of the North American plan is written alike; lists of calls are made of these.
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))

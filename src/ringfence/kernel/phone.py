"""A telephone number as a value whose printed form is masked.

``repr`` and ``str`` show the country code and the last two digits, so a number that slips into a
log, an exception or an f-string does not identify anybody. Code that needs the digits asks for
`Phone.e164` by name, and a review can search for that word.
"""

from __future__ import annotations

import re
from typing import Literal

import phonenumbers
from msgspec import Struct

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PHONE_DIGITS_MAX, PHONE_DIGITS_MIN, SHORT_CODE_DIGITS

Fault = Literal["format", "country", "length"]

_SEPARATORS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_DIGITS = re.compile(r"\+?[0-9]+\Z")


class Phone(Struct, frozen=True, order=True, gc=False):
    """A number in E.164 form (``+`` and at most fifteen digits) or a short code without ``+``."""

    e164: str

    def __repr__(self) -> str:
        return f"Phone({self.masked})"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    @property
    def masked(self) -> str:
        """``+1*****34``: enough to recognise one's own, not enough to call."""
        head = self.e164[:2] if self.e164.startswith("+") else ""
        body = self.e164[len(head) :]
        return head + "*" * max(len(body) - 2, 1) + body[-2:] if len(body) > 4 else head + "***"

    @property
    def region(self) -> str | None:
        """ISO 3166 code of the country, or None where the number does not say."""
        if not self.e164.startswith("+"):
            return None
        try:
            parsed = phonenumbers.parse(self.e164)
        except phonenumbers.NumberParseException:
            return None
        code: str | None = phonenumbers.region_code_for_number(parsed)
        if code is None and parsed.country_code is not None:
            code = phonenumbers.region_code_for_country_code(parsed.country_code)
        return None if code in {None, "ZZ", "001"} else code

    @classmethod
    def parse(cls, text: str, *, region: str | None = None) -> Phone:
        """Read a number as people write it; ``region`` (ISO 3166) completes a national one.

        Raises `Refused` (``invalid_number``) with a text that does not repeat the input.
        """
        compact = _SEPARATORS.sub("", text.strip())
        if not _DIGITS.match(compact):
            raise Refused("invalid_number", "write the number as + and digits, e.g. +12025550123")
        if compact.startswith("00") and not compact.startswith("000"):
            compact = "+" + compact[2:]
        if not compact.startswith("+") and region is not None and len(compact) > SHORT_CODE_DIGITS:
            try:
                parsed = phonenumbers.parse(compact, region)
            except phonenumbers.NumberParseException:
                raise Refused("invalid_number", "not a number of that country") from None
            compact = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        digits = len(compact.lstrip("+"))
        if not PHONE_DIGITS_MIN <= digits <= PHONE_DIGITS_MAX:
            raise Refused("invalid_number", "a number has three to fifteen digits")
        return cls(compact)

    @classmethod
    def received(cls, text: str, *, region: str | None = None) -> Phone:
        """Read a number as a carrier names a caller: whole, or national, or whole without ``+``.

        So that one person is one person, however each carrier writes them. With a ``region`` (ISO
        3166) digits are what a plan knows: the country's own first, then a whole number, then
        what has a length of that country. Else, and for short codes, they stay. Raises `Refused`.
        """
        found = cls.parse(text)
        if region is None or found.e164.startswith("+") or len(found.e164) <= SHORT_CODE_DIGITS:
            return found
        possible = None
        for written, country in ((found.e164, region), ("+" + found.e164, None)):
            try:
                parsed = phonenumbers.parse(written, country)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(parsed):
                break
            if possible is None and phonenumbers.is_possible_number(parsed):
                possible = parsed
        else:
            if possible is None:
                return found
            parsed = possible
        return cls(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

    @classmethod
    def to_reach(cls, text: str, *, region: str | None = None) -> Phone:
        """Read a number somebody is to be reached at: as `parse`, of a length its country has.

        Of a whole number its length alone is looked at: ranges are opened more often than tables
        are renewed. A short code, without a country, has any length.
        """
        found = cls.parse(text, region=region)
        match found._length():
            case phonenumbers.ValidationResult.IS_POSSIBLE:
                return found
            case phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
                raise Refused("invalid_number", "no country begins like that")
            case _:
                raise Refused(
                    "invalid_number", "no country has a number like that: count its digits"
                )

    @classmethod
    def fault(cls, text: str, *, region: str | None = None) -> Fault | None:
        """What is wrong with a number somebody is to be reached at; None: nothing.

        ``format``: it is none, or longer than any; ``country``: there is none; ``length``: that
        country has none so long, or so short.
        """
        try:
            found = cls.parse(text, region=region)
        except Refused:
            return "format"
        match found._length():
            case phonenumbers.ValidationResult.IS_POSSIBLE:
                return None
            case phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
                return "country"
            case _:
                return "length"

    def _length(self) -> int:
        if not self.e164.startswith("+"):
            return int(phonenumbers.ValidationResult.IS_POSSIBLE)
        try:
            parsed = phonenumbers.parse(self.e164)
        except phonenumbers.NumberParseException as error:
            if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
                return int(phonenumbers.ValidationResult.INVALID_COUNTRY_CODE)
            return int(phonenumbers.ValidationResult.TOO_SHORT)
        return int(phonenumbers.is_possible_number_with_reason(parsed))

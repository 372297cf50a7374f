"""Finding a number of ours however a carrier writes it.

Carriers put the dialled number into the Request-URI as they please::

    +442079460123    E.164
    442079460123     without the plus
    00442079460123   with the international prefix of most countries
    011442079460123  with that of North America
    2079460123       the national significant number
    02079460123      with the national prefix

All spellings of a number are worked out once, when it is added, so that a call costs one look into
a dictionary. A spelling that two numbers share leads to neither.
"""

from __future__ import annotations

import phonenumbers

from ringfence.kernel.ids import NumberId
from ringfence.kernel.phone import Phone


def spellings(phone: Phone) -> frozenset[str]:
    """Return every way the number may be written, digits and a leading plus only."""
    e164 = phone.e164
    if not e164.startswith("+"):
        return frozenset({e164})
    digits = e164[1:]
    found = {e164, digits, "00" + digits, "011" + digits}
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return frozenset(found)
    national = phonenumbers.national_significant_number(parsed)
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    found.add(national)
    prefix = phonenumbers.ndd_prefix_for_region(region, True)
    if prefix:
        found.add(prefix + national)
    return frozenset(found)


class Inventory:
    """The numbers of an installation by every spelling."""

    __slots__ = ("_owners", "_phones")

    def __init__(self) -> None:
        self._phones: dict[NumberId, Phone] = {}
        self._owners: dict[str, list[NumberId]] = {}

    def __len__(self) -> int:
        return len(self._phones)

    def add(self, number: NumberId, phone: Phone) -> None:
        """Add a number, or change which one an id stands for."""
        self.remove(number)
        self._phones[number] = phone
        for spelling in spellings(phone):
            self._owners.setdefault(spelling, []).append(number)

    def remove(self, number: NumberId) -> None:
        """Forget a number; one that is not there is fine."""
        phone = self._phones.pop(number, None)
        if phone is None:
            return
        for spelling in spellings(phone):
            owners = self._owners[spelling]
            owners.remove(number)
            if not owners:
                del self._owners[spelling]

    def find(self, user: str) -> NumberId | None:
        """Return whose spelling ``user``, the user part of a Request-URI, is.

        E.164 wins where somebody else's national spelling looks the same; two numbers of equal
        right give None.
        """
        owners = self._owners.get(user)
        if owners is None:
            return None
        if len(owners) == 1:
            return owners[0]
        exact = [number for number in owners if self._phones[number].e164 in {user, "+" + user}]
        return exact[0] if len(exact) == 1 else None

    def owns(self, phone: Phone) -> bool:
        """Whether the number is one of ours."""
        return any(self._phones[number] == phone for number in self._owners.get(phone.e164, ()))

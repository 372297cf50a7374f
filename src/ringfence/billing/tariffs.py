"""A tariff: what an account pays for what, from an instant on.

A version of a tariff is never changed: another one follows it. What began under a version is priced
by it, however long it lasts. An account without versions of its own has those of the installation.

::

    service         per                     found by
    calls-inbound   minute, each            the number of ours that was called
    calls-outbound  minute, each            the number that is called
    sms-inbound     segment, each           the number of ours it came to
    sms-outbound    segment, each           the number it goes to
    phonenumbers    month                   the number itself
    recordings      minute, each
    transcriptions  each, minute            of the recording

Names of services are those of the categories of usage (``accounts.usage``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from ringfence.kernel.clock import Ms
from ringfence.kernel.currencies import CURRENCIES
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    TARIFF_INCREMENT_S_MAX,
    TARIFF_PRICE_MICROS_MAX,
    TARIFF_RATES_MAX,
)
from ringfence.kernel.money import MICRO
from ringfence.kernel.phone import Phone

Service = Literal[
    "calls-inbound", "calls-outbound", "sms-inbound", "sms-outbound", "phonenumbers",
    "recordings", "transcriptions",
]  # fmt: skip
Per = Literal["minute", "segment", "each", "month"]

SERVICES: Final[Mapping[Service, tuple[Per, ...]]] = {
    "calls-inbound": ("minute", "each"),
    "calls-outbound": ("minute", "each"),
    "sms-inbound": ("segment", "each"),
    "sms-outbound": ("segment", "each"),
    "phonenumbers": ("month",),
    "recordings": ("minute", "each"),
    "transcriptions": ("each", "minute"),
}
"""Service → what it can be charged by, the usual first."""
ANYWHERE: Final = frozenset({"recordings", "transcriptions"})
"""Services that cost the same wherever somebody is."""

SIP: Final = "sip"
"""Where a call goes or comes from that is no number of the telephone network."""
_DESTINATION = re.compile(r"|sip|[A-Z]{2}|\+[1-9][0-9]{0,14}")
_AMOUNT = re.compile(r"-?(?:[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)")
_INCREMENT = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
_CODE_DIGITS_MAX = 3
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``micros`` of the currency ``per`` unit of ``service``.

    ``to``: ``""`` everywhere, ``+44`` numbers that begin so, ``GB`` a country, ``sip``. Of what is
    charged by the minute, the first ``first_s`` seconds and then every ``step_s`` begun are paid.
    """

    service: Service
    to: str = ""
    micros: int
    per: Per = "minute"
    first_s: int = _MINUTE
    step_s: int = _MINUTE

    def price(self, *, seconds: int = 0, segments: int = 1) -> int:
        """Return what so much costs, in millionths; half a millionth is rounded up."""
        match self.per:
            case "minute":
                return (self.micros * self.paid(seconds) + _MINUTE // 2) // _MINUTE
            case "segment":
                return self.micros * max(segments, 1)
        return self.micros

    def paid(self, seconds: int) -> int:
        """Return how many seconds are paid for so many."""
        more = max(seconds - self.first_s, 0)
        return self.first_s + -(-more // self.step_s) * self.step_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One version. ``account`` None: of every account that has none; ``since``: epoch ms."""

    id: str
    account: str | None
    currency: str
    since: Ms
    rates: tuple[Rate, ...]
    _found: Mapping[tuple[str, str], Rate] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _longest: int = field(init=False, repr=False, compare=False, default=0)
    _countries: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        table = {(rate.service, rate.to): rate for rate in self.rates}
        object.__setattr__(self, "_found", table)
        object.__setattr__(self, "_longest", max((len(rate.to) for rate in self.rates), default=0))
        countries = frozenset(rate.service for rate in self.rates if rate.to.isupper())
        object.__setattr__(self, "_countries", countries)

    def find(self, service: Service, address: str = "") -> Rate | None:
        """Return the rate of a service to or at an address; None: it costs nothing.

        ``address``: E.164, a SIP address, or ``""`` and short codes, which are somewhere. The
        longest prefix wins; a country wins over a prefix no longer than its own code (``+1``). A
        SIP address has the rate ``sip`` or none.
        """
        if address.startswith(("sip:", "sips:")):
            return self._found.get((service, SIP))
        if not address.startswith("+"):
            return self._found.get((service, ""))
        code = _code(address)
        for length in range(min(max(self._longest, code + 1), len(address)), 1, -1):
            if length == code + 1 and service in self._countries:
                found = self._found.get((service, Phone(address).region or "?"))
                if found is not None:
                    return found
            found = self._found.get((service, address[:length]))
            if found is not None:
                return found
        return self._found.get((service, ""))


def _code(address: str) -> int:
    """Return how many digits the country code of a number has."""
    for length in range(1, _CODE_DIGITS_MAX + 1):
        digits = address[1 : 1 + length]
        if digits.isdigit() and int(digits) in COUNTRY_CODE_TO_REGION_CODE:
            return length
    return 1


class Book:
    """Every version of every tariff, and which one is in force."""

    __slots__ = ("_of", "versions")

    def __init__(self, versions: Iterable[Tariff] = ()) -> None:
        self.versions: list[Tariff] = []
        self._of: dict[str | None, list[Tariff]] = {}
        for version in versions:
            self.learn(version)

    def learn(self, version: Tariff) -> None:
        """There is one version more."""
        self.versions.append(version)
        theirs = self._of.setdefault(version.account, [])
        theirs.append(version)
        # of two that begin at one instant, what was said later counts
        theirs.sort(key=lambda one: (one.since, one.id))

    def at(self, account: str, when: Ms) -> Tariff | None:
        """Return what an account pays by at an instant; None: it pays nothing."""
        for whose in (account, None):
            theirs = self._of.get(whose, [])
            found = next((one for one in reversed(theirs) if one.since <= when), None)
            if found is not None:
                return found
        return None

    def own(self, account: str | None) -> Tariff | None:
        """Return the newest version of somebody's own, also one that is yet to begin."""
        theirs = self._of.get(account, [])
        return theirs[-1] if theirs else None

    @property
    def currency(self) -> str | None:
        """The currency of the installation: that of its first tariff."""
        return self.versions[0].currency if self.versions else None


# --- what people write ----------------------------------------------------------------------------


def rate_of(
    *, service: str, price: str | Decimal | int, to: str = "", per: str = "", increment: str = ""
) -> Rate:
    """Return a rate as people write it. Raises `Refused` (``bad_rate``)."""
    known = next((one for one in SERVICES if one == service), None)
    if known is None:
        raise Refused("bad_rate", f"a service is one of: {', '.join(SERVICES)}")
    units = SERVICES[known]
    unit = next((one for one in units if one == (per or units[0])), None)
    if unit is None:
        raise Refused("bad_rate", f"{service} is charged per: {', '.join(units)}")
    to = to.strip()
    if _DESTINATION.fullmatch(to) is None or (to and service in ANYWHERE):
        raise Refused("bad_rate", "a rate is for +44, GB, sip (calls), or everywhere: nothing")
    if to == SIP and not service.startswith("calls"):
        raise Refused("bad_rate", "calls alone go to SIP addresses")
    if increment and unit != "minute":
        raise Refused("bad_rate", "an increment is of what is charged by the minute")
    first, step = _increment(increment or "60/60")
    return Rate(
        service=known, to=to, micros=micros_of(price), per=unit,
        first_s=first, step_s=step,
    )  # fmt: skip


def micros_of(price: str | Decimal | int, *, negative: bool = False) -> int:
    """Return an amount in millionths. Raises `Refused` (``bad_amount``)."""
    if isinstance(price, str) and _AMOUNT.fullmatch(price.strip()) is None:
        raise Refused("bad_amount", "an amount is written as 12.50")
    try:
        micros = Decimal(price) * MICRO
        whole = int(micros)
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused("bad_amount", "an amount is written as 12.50") from None
    if whole != micros or abs(whole) > TARIFF_PRICE_MICROS_MAX or (whole < 0 and not negative):
        raise Refused("bad_amount", "an amount is written as 12.50, with six decimals at most")
    return whole


def currency_of(text: str) -> str:
    """Return a currency's code (ISO 4217). Raises `Refused` (``bad_currency``)."""
    found = text.strip().upper()
    if found not in CURRENCIES:
        raise Refused("bad_currency", "a currency has the three letters of ISO 4217, e.g. USD")
    return found


def rates_of(rates: Sequence[Rate]) -> tuple[Rate, ...]:
    """Return rates in order. Raises `Refused` where there are too many, or one twice."""
    if len(rates) > TARIFF_RATES_MAX:
        raise Refused("too_many", f"a tariff has {TARIFF_RATES_MAX} rates at most")
    keys = [(rate.service, rate.to) for rate in rates]
    if len(set(keys)) != len(keys):
        raise Refused("bad_rate", "two rates are for the same service to the same place")
    return tuple(sorted(rates, key=lambda rate: (rate.service, rate.to)))


def written(micros: int) -> str:
    """Return an amount as people write it: two decimals at least, as many as it needs."""
    sign, rest = "-" if micros < 0 else "", abs(micros)
    decimals = f"{rest % MICRO:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}{rest // MICRO}.{decimals}"


def _increment(text: str) -> tuple[int, int]:
    found = _INCREMENT.fullmatch(text.strip())
    first, step = (0, 0) if found is None else (int(found[1]), int(found[2]))
    if not 0 < first <= TARIFF_INCREMENT_S_MAX or not 0 < step <= TARIFF_INCREMENT_S_MAX:
        raise Refused("bad_rate", "an increment is written as 60/60 or 6/6, in seconds")
    return first, step

"""The stock: numbers that a trunk brings and nothing uses yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, cast, get_args

from ringfence.accounts.resources import AddressRule, StockPlace, StockRange
from ringfence.api import views_desk as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    FRIENDLY_NAME_CHARS_MAX,
    PAGE_MAX,
    STOCK_MILES_MAX,
    STOCK_RANGES_MAX,
)
from ringfence.kernel.phone import Phone
from ringfence.numbers.places import country_name
from ringfence.numbers.stock import MILES, Free, Wanted, count, free, holds
from ringfence.office import shelf
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office

KINDS = ("local", "mobile", "toll-free", "national", "voip", "shared-cost", "machine")
_RULES: tuple[str, ...] = get_args(AddressRule)
_SET_UP = "system.configuration"


def _view(office: Office, kept: Kept[StockRange]) -> views.StockRange:
    body = kept.body
    last = int(body.first[1:]) + body.count - 1
    used = sum(holds(body, number) for one in office.everybody for number in one.numbers)
    return views.StockRange(
        sid=kept.id,
        first=body.first,
        last=f"+{last:0{len(body.first) - 1}}",
        count=body.count,
        used=used,
        trunk=body.trunk,
        kind=body.kind or None,
        voice=body.voice,
        sms=body.sms,
        mms=body.mms,
        fax=body.fax,
        beta=body.beta,
        address=body.address,
        place=_place_view(body.place),
        created=kept.created_at,
    )


def _place_view(place: StockPlace) -> views.Place:
    return views.Place(
        locality=place.locality or None,
        region=place.region or None,
        postal_code=place.postal_code or None,
        rate_center=place.rate_center or None,
        lata=place.lata or None,
        latitude=place.latitude,
        longitude=place.longitude,
    )


def ranges_of(office: Office) -> list[StockRange]:
    """Return everything in the stock, which is the installation's."""
    return [kept.body for kept in office.house.shelf.all(StockRange)]


def in_stock(office: Office, phone: Phone) -> bool | None:
    """Whether a number is in the stock; None where there is no stock."""
    return range_of(office, phone.e164) is not None if ranges_of(office) else None


def range_of(office: Office, e164: str) -> StockRange | None:
    """Return what the stock says of a number."""
    return next((range_ for range_ in ranges_of(office) if holds(range_, e164)), None)


@TABLE.use_case("number.stock.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add(
    office: Office,
    *,
    first: str,
    last: str | None = None,
    trunk: str | None = None,
    kind: str | None = None,
    voice: bool = True,
    sms: bool = False,
    mms: bool = False,
    fax: bool = False,
    beta: bool = False,
    address: str = "none",
    locality: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    rate_center: str | None = None,
    lata: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> views.StockRange:
    """Say which numbers a trunk brings; those that nothing uses can be had.

    ``address``: whose address the country of the numbers wants to know. ``locality`` and
    ``region`` are as the digits say unless they are given.
    """
    start = Phone.parse(first, region=office.region).e164
    end = start if last is None else Phone.parse(last, region=office.region).e164
    known = {found.name for found in office.trunks.values()}
    if trunk is not None and trunk not in known:
        raise Refused("not_found", "no trunk of that name; 'ringfence trunk list' shows them")
    if kind is not None and kind not in KINDS:
        raise Refused("bad_argument", f"a kind is one of: {', '.join(KINDS)}")
    if len(office.shelf.all(StockRange)) >= STOCK_RANGES_MAX:
        raise Refused("too_many", "there are as many ranges as there may be; remove one first")
    if address not in _RULES:
        raise Refused("bad_argument", f"address is one of: {', '.join(_RULES)}")
    place = StockPlace(
        locality=_word(locality),
        region=_word(region),
        postal_code=_word(postal_code),
        rate_center=_word(rate_center),
        lata=_word(lata),
        latitude=latitude,
        longitude=longitude,
    )
    if (latitude is None) != (longitude is None) or not (
        -90 <= (latitude or 0) <= 90 and -180 <= (longitude or 0) <= 180
    ):
        raise Refused("bad_place", "latitude goes to 90 degrees, longitude to 180: say both")
    made = StockRange(
        first=start,
        count=count(start, end),
        trunk=trunk,
        kind=kind or "",
        voice=voice,
        sms=sms,
        mms=mms,
        fax=fax,
        beta=beta,
        address=cast("AddressRule", address),
        place=place,
    )
    return _view(office, await shelf.keep(office, made, once=f"{start}/{made.count}"))


def _word(text: str | None) -> str:
    found = (text or "").strip()
    if len(found) > FRIENDLY_NAME_CHARS_MAX or not found.isprintable():
        raise Refused(
            "bad_place", f"a place has at most {FRIENDLY_NAME_CHARS_MAX} characters, on one line"
        )
    return found


@TABLE.use_case("number.stock.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office) -> list[views.StockRange]:
    """Every range, and how many of its numbers are in use."""
    return [_view(office, kept) for kept in office.shelf.all(StockRange)]


@TABLE.use_case("number.stock.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove(office: Office, *, sid: str) -> views.StockRange:
    """Take a range out of the stock; numbers of it that are in use stay in use."""
    kept = office.shelf.find(StockRange, sid)
    view = _view(office, kept)
    await shelf.drop(office, kept)
    return view


@TABLE.use_case("number.stock.free", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_free(
    office: Office,
    *,
    country: str | None = None,
    kind: str | None = None,
    voice: bool | None = None,
    sms: bool | None = None,
    mms: bool | None = None,
    fax: bool | None = None,
    contains: str | None = None,
    area_code: str | None = None,
    locality: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    rate_center: str | None = None,
    lata: str | None = None,
    near: str | None = None,
    miles: int = MILES,
    no_address: bool = False,
    no_local_address: bool = False,
    no_foreign_address: bool = False,
    beta: bool | None = None,
    limit: int = 50,
) -> list[views.FreeNumber]:
    """Numbers that can be had, as many as are asked for.

    ``locality`` to ``lata``: a place, or a number that is from the same one. ``near``: a number, or
    ``latitude,longitude``, and how many ``miles`` from there.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    if not 0 <= miles <= STOCK_MILES_MAX:
        raise Refused("bad_argument", f"near is at most {STOCK_MILES_MAX} miles away")
    rules: set[AddressRule] = set()
    if no_address:
        rules |= {"any", "local", "foreign"}
    if no_local_address:
        rules.add("local")
    if no_foreign_address:
        rules.add("foreign")
    wanted = Wanted(
        country=country,
        kind=kind,
        voice=voice,
        sms=sms,
        mms=mms,
        fax=fax,
        contains=contains,
        area_code=area_code,
        locality=locality,
        region=region,
        postal_code=postal_code,
        rate_center=rate_center,
        lata=lata,
        near=near,
        miles=miles,
        without_address=frozenset(rules),
        beta=beta,
    )
    return [_free_view(one) for one in islice(_free(office, wanted), limit)]


def _free_view(found: Free) -> views.FreeNumber:
    about = found.range
    return views.FreeNumber(
        number=found.number,
        country=found.country,
        kind=found.kind,
        voice=about.voice,
        sms=about.sms,
        mms=about.mms,
        fax=about.fax,
        beta=about.beta,
        address=about.address,
        place=_place_view(found.place),
    )


@TABLE.use_case("number.stock.countries", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_countries(office: Office) -> list[views.StockCountry]:
    """The countries of numbers that can be had, and which kinds there are."""
    kinds: dict[str, set[str]] = {}
    fresh: dict[str, bool] = {}
    for one in _free(office, Wanted()):
        if one.country is not None:
            kinds.setdefault(one.country, set()).update({one.kind} if one.kind else ())
            fresh[one.country] = fresh.get(one.country, True) and one.range.beta
    return [
        views.StockCountry(
            code=code, name=country_name(code), kinds=sorted(found), beta=fresh[code]
        )
        for code, found in sorted(kinds.items())
    ]


def _free(office: Office, wanted: Wanted) -> Iterator[Free]:
    roll = office.directory.roll
    return free(
        ranges_of(office), wanted, used=lambda number: roll.owner(Phone(number)) is not None
    )

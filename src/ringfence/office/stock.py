"""The stock: numbers that a trunk brings and nothing uses yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ringfence.accounts.resources import StockRange
from ringfence.api import views_desk as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PAGE_MAX, STOCK_RANGES_MAX
from ringfence.kernel.phone import Phone
from ringfence.numbers.stock import Free, count, free, holds
from ringfence.office import shelf
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office

KINDS = ("local", "mobile", "toll-free", "national", "voip", "shared-cost", "machine")
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
        sms=body.sms,
        created=kept.created_at,
    )


def _ranges(office: Office) -> list[StockRange]:
    return [kept.body for kept in office.house.shelf.all(StockRange)]


def in_stock(office: Office, phone: Phone) -> bool | None:
    """Whether a number is in the stock; None where there is no stock."""
    ranges = _ranges(office)
    return any(holds(range_, phone.e164) for range_ in ranges) if ranges else None


@TABLE.use_case("number.stock.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add(
    office: Office,
    *,
    first: str,
    last: str | None = None,
    trunk: str | None = None,
    kind: str | None = None,
    sms: bool = False,
) -> views.StockRange:
    """Say which numbers a trunk brings; those that nothing uses can be had."""
    start = Phone.parse(first, region=office.region).e164
    end = start if last is None else Phone.parse(last, region=office.region).e164
    known = {found.name for found in office.trunks.values()}
    if trunk is not None and trunk not in known:
        raise Refused("not_found", "no trunk of that name; 'ringfence trunk list' shows them")
    if kind is not None and kind not in KINDS:
        raise Refused("bad_argument", f"a kind is one of: {', '.join(KINDS)}")
    if len(office.shelf.all(StockRange)) >= STOCK_RANGES_MAX:
        raise Refused("too_many", "there are as many ranges as there may be; remove one first")
    made = StockRange(first=start, count=count(start, end), trunk=trunk, kind=kind or "", sms=sms)
    return _view(office, await shelf.keep(office, made, once=f"{start}/{made.count}"))


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
    sms: bool | None = None,
    contains: str | None = None,
    area_code: str | None = None,
    limit: int = 50,
) -> list[views.FreeNumber]:
    """Numbers that can be had, as many as are asked for."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    found = _free(
        office, country=country, kind=kind, sms=sms, contains=contains, area_code=area_code
    )
    return [
        views.FreeNumber(number=one.number, country=one.country, kind=one.kind, sms=one.sms)
        for one in islice(found, limit)
    ]


@TABLE.use_case("number.stock.countries", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_countries(office: Office) -> dict[str, list[str]]:
    """The kinds of numbers that can be had, by country."""
    found: dict[str, set[str]] = {}
    for one in _free(office):
        if one.country is not None:
            found.setdefault(one.country, set()).update({one.kind} if one.kind else ())
    return {country: sorted(kinds) for country, kinds in sorted(found.items())}


def _free(
    office: Office,
    *,
    country: str | None = None,
    kind: str | None = None,
    sms: bool | None = None,
    contains: str | None = None,
    area_code: str | None = None,
) -> Iterator[Free]:
    roll = office.directory.roll
    return free(
        _ranges(office),
        used=lambda number: roll.owner(Phone(number)) is not None,
        country=country,
        kind=kind,
        sms=sms,
        contains=contains,
        area_code=area_code,
    )

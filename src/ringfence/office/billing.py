"""What things cost here: tariffs, balances, credits; and whether there is any credit left.

Prices are the installation's to set: an account below it reads what it pays, and its own balance
where it has one. Where no tariff was ever set, nothing costs and no price is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ringfence.api import views_billing as views
from ringfence.billing import files
from ringfence.billing.tariffs import (
    Rate,
    Tariff,
    currency_of,
    micros_of,
    rate_of,
    rates_of,
    written,
)
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.kernel.limits import BALANCE_REASON_CHARS, PAGE_MAX, TARIFF_VERSIONS_MAX
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import purpose
from ringfence.storage import tariffs
from ringfence.storage.ledger import TRIAL, Kind, Ledger, Movement, Price
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

_SET_UP = "system.configuration"
_MONEY = "system.operations.billing"
_WHY = ("billing", "operate")
_OWED: ContextVar[bool] = ContextVar("owed", default=False)


def ledger_of(office: Office) -> Ledger:
    """Return the one ledger of the installation."""
    return office.store.store.ledger


def spent(office: Office) -> bool:
    """Whether an account has no credit left for what costs; never for what a law asks for."""
    return not _OWED.get() and ledger_of(office).spent(
        office.store.db.reading, office.account.id, office.clock.now()
    )  # fmt: skip


@contextmanager
def owed() -> Iterator[None]:
    """Place what a law asks for, whether or not there is credit."""
    before = _OWED.set(True)
    try:
        yield
    finally:
        _OWED.reset(before)


def require_credit(office: Office) -> None:
    """Raise `Refused` (``no_credit``) where it has none."""
    if spent(office):
        raise Refused(
            "no_credit", "the account has no credit left; top it up: ringfence balance credit"
        )


def priced(office: Office, what: list[str], *, texts: bool = False) -> dict[str, Price]:
    """Return what calls, recordings, transcriptions cost; or messages. Others are left out."""
    ledger, reading = ledger_of(office), office.store.db.reading
    return ledger.text_prices(reading, what) if texts else ledger.prices(reading, what)


def amount_of(price: Price | None) -> str | None:
    """Return a price as people write it, None where it is not known."""
    return None if price is None else written(price.micros)


def unit_of(price: Price | None) -> str | None:
    """Return the currency of a price, None where it is not known."""
    return None if price is None else price.currency


# --- tariffs --------------------------------------------------------------------------------------


@TABLE.use_case("tariff.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show(office: Office) -> views.Tariff | None:
    """What the account pays by at present; null: nothing costs."""
    found = ledger_of(office).book.at(office.account.id, office.clock.now())
    return None if found is None else _tariff(found)


@TABLE.use_case("tariff.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office, *, sid: str | None = None) -> list[views.Tariff]:
    """Every version of the installation's tariff, or of an account's own; the newest first."""
    whose = _whose(office, sid)
    return [_tariff(one) for one in reversed(ledger_of(office).book.versions)
            if one.account == whose]  # fmt: skip


@TABLE.use_case("tariff.set", actors=KNOWN, purpose="operate", category=_SET_UP)
async def set_(
    office: Office,
    *,
    service: str,
    price: str,
    to: str = "",
    per: str = "",
    increment: str = "",
    currency: str | None = None,
    sid: str | None = None,
    since: int | None = None,
) -> views.Tariff:
    """Set one rate: a new version, with the other rates of the newest one.

    ``sid``: of an account's own tariff; ``since``: from when on (epoch milliseconds), at once
    where it is not said.
    """
    rate = rate_of(service=service, price=price, to=to, per=per, increment=increment)
    newest = _newest(office, sid)
    kept = [one for one in newest if (one.service, one.to) != (rate.service, rate.to)]
    return await _add(office, (*kept, rate), currency=currency, sid=sid, since=since)


@TABLE.use_case("tariff.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove(
    office: Office, *, service: str, to: str = "", sid: str | None = None, since: int | None = None
) -> views.Tariff:
    """Take one rate out: a new version without it. What it was for costs nothing then."""
    newest = _newest(office, sid)
    kept = [one for one in newest if (one.service, one.to) != (service, to)]
    if len(kept) == len(newest):
        raise Refused("not_found", "there is no such rate")
    return await _add(office, kept, currency=None, sid=sid, since=since)


@TABLE.use_case("tariff.import", actors=KNOWN, purpose="operate", category=_SET_UP)
async def import_(
    office: Office,
    *,
    text: str,
    currency: str | None = None,
    sid: str | None = None,
    since: int | None = None,
) -> views.Tariff:
    """Set a whole tariff from a file's text, TOML or CSV; see `ringfence.billing.files`."""
    said, rates = files.read(text, currency=currency)
    return await _add(office, rates, currency=said, sid=sid, since=since)


def _newest(office: Office, sid: str | None) -> tuple[Rate, ...]:
    found = ledger_of(office).book.own(_whose(office, sid))
    return () if found is None else found.rates


async def _add(
    office: Office, rates: tuple[Rate, ...] | list[Rate], *, currency: str | None,
    sid: str | None, since: int | None,
) -> views.Tariff:  # fmt: skip
    ledger, now = ledger_of(office), office.clock.now()
    whose = _whose(office, sid)
    if len(ledger.book.versions) >= TARIFF_VERSIONS_MAX:
        raise Refused("too_many", "there are as many versions as there may be; import a whole one")
    if since is not None and since < now:
        raise Refused("bad_argument", "a tariff begins now or later: prices do not change after")
    tariff = Tariff(
        id=ids.make("tariff", now, office.entropy),
        account=whose,
        currency=_currency(office, currency),
        since=Ms(since) if since is not None else now,
        rates=rates_of(list(rates)),
    )

    def write(tx: Transaction) -> None:
        tariffs.add(tx, tariff, now=now)
        office.store.store.trail.note(
            tx, "tariff_set", at=now, account=office.account.id, body={"tariff": tariff.id}
        )

    await office.write(write)
    ledger.learn(tariff)
    office.store.store.heed_tariffs()
    return _tariff(tariff)


def _currency(office: Office, said: str | None) -> str:
    """Return the currency of the installation: amounts in two of them do not add up."""
    known = ledger_of(office).book.currency
    if known is None and said is None:
        raise Refused("bad_currency", "say the currency of the first tariff, e.g. USD")
    wanted = known if said is None else currency_of(said)
    if known not in {None, wanted}:
        raise Refused("bad_currency", f"everything here is paid in {known}")
    return wanted or ""


def _kept_in(office: Office) -> str:
    """Return the currency of every balance. Raises `Refused` while nothing has a price."""
    known = ledger_of(office).book.currency
    if known is None:
        raise Refused(
            "bad_currency",
            "a balance is kept in the currency of the tariff, and there is none yet: "
            "ringfence tariff import FILE --currency USD, or ringfence tariff set",
        )
    return known


def _whose(office: Office, sid: str | None) -> str | None:
    if sid is None or sid == office.house.account.id:
        return None
    if AccountId(sid) not in office.branches:
        raise Refused("not_found", "no account of that SID")
    return sid


def _tariff(found: Tariff) -> views.Tariff:
    return views.Tariff(
        sid=found.id,
        account=found.account,
        currency=found.currency,
        since=found.since,
        rates=[
            views.Rate(
                service=rate.service,
                to=rate.to,
                price=written(rate.micros),
                per=rate.per,
                increment=f"{rate.first_s}/{rate.step_s}" if rate.per == "minute" else None,
            )
            for rate in found.rates
        ],
    )


# --- balances -------------------------------------------------------------------------------------


@TABLE.use_case("balance.show", actors=KNOWN, purpose=_WHY, category=_MONEY)
async def show_balance(office: Office) -> views.Balance:
    """What is left to the account, and who pays for it."""
    return balance_of(office)


def balance_of(office: Office) -> views.Balance:
    """Return what is left to an account: nothing is known where its parent pays."""
    ledger, reading, own = ledger_of(office), office.store.db.reading, office.account.id
    found = ledger.credit(reading, own)
    theirs = found is not None and found.payer == own
    return views.Balance(
        account=own,
        payer=ledger.payer(reading, own),
        trial=office.account.status in TRIAL,
        currency=None if found is None else found.currency,
        amount=written(found.amount) if found is not None and theirs else None,
        limit=written(found.limit) if found is not None and theirs else None,
        credit=not spent(office),
    )


@TABLE.use_case("balance.movements", actors=KNOWN, purpose=_WHY, category=_MONEY, also=("operate",))
async def list_movements(
    office: Office, *, limit: int = 50, before: str | None = None
) -> list[views.Movement]:
    """Credits, adjustments and fees of the account, the newest first."""
    if not 1 <= limit <= PAGE_MAX + 1:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    ledger = ledger_of(office)
    found = ledger.movements(office.store.db.reading, office.account.id, limit, before=before)
    with purpose("operate"):
        return [_movement(office, one) for one in found]


@TABLE.use_case("balance.credit", actors=KNOWN, purpose=_WHY, category=_MONEY)
async def credit(
    office: Office, *, amount: str, reason: str = "", sid: str | None = None
) -> views.Balance:
    """Top up the installation's balance, or that of a trial account below it."""
    micros = micros_of(amount)
    if not micros:
        raise Refused("bad_amount", "a credit is more than nothing")
    return await _move(office, "credit", micros, reason, sid)


@TABLE.use_case("balance.adjust", actors=KNOWN, purpose=_WHY, category=_MONEY)
async def adjust(
    office: Office, *, amount: str, reason: str, sid: str | None = None
) -> views.Balance:
    """Add to a balance, or take away (``-1.50``), and say why."""
    if not reason.strip():
        raise Refused("bad_argument", "say why a balance is adjusted")
    return await _move(office, "adjustment", micros_of(amount, negative=True), reason, sid)


@TABLE.use_case("balance.limit", actors=KNOWN, purpose=_WHY, category=_MONEY)
async def set_limit(
    office: Office, *, amount: str | None = None, sid: str | None = None
) -> views.Balance:
    """Say how far below nothing a balance may go; not said: as far as any."""
    whose, currency = _paying(office, sid), _kept_in(office)
    most = None if amount is None else micros_of(amount)
    await office.write(lambda tx: ledger_of(office).limit(tx, whose.account.id, currency, most))
    return balance_of(whose)


async def _move(
    office: Office, kind: Kind, micros: int, reason: str, sid: str | None
) -> views.Balance:
    whose, currency, now = _paying(office, sid), _kept_in(office), office.clock.now()
    if len(reason) > BALANCE_REASON_CHARS:
        raise Refused("bad_argument", f"a reason has {BALANCE_REASON_CHARS} characters at most")
    name, account = ids.make("movement", now, office.entropy), whose.account.id
    sealed = whose.store.rooms.seal.seal_text(reason or None, f"movement:{name}")
    moved = Movement(name, account, kind, now, currency, micros, sealed)

    def write(tx: Transaction) -> None:
        ledger_of(office).move(tx, moved)
        office.store.store.trail.note(
            tx, f"balance_{kind}", at=now, account=account,
            body={"movement": name, "amount": written(micros)},
        )  # fmt: skip

    await office.write(write)
    return balance_of(whose)


def _paying(office: Office, sid: str | None) -> Office:
    """Return the office of an account that has a balance of its own."""
    whose = _whose(office, sid)
    found = office if whose is None else office.branches[AccountId(whose)]
    if found is not office and found.account.status not in TRIAL:
        raise Refused("not_payer", "this installation's own account pays for that one")
    return found


def _movement(office: Office, found: Movement) -> views.Movement:
    seal = office.store.rooms.seal
    return views.Movement(
        sid=found.id,
        kind=found.kind,
        at=found.at,
        currency=found.currency,
        amount=written(found.amount),
        reason=seal.open_text(found.reason, f"movement:{found.id}"),
    )


# --- what is due by the month ---------------------------------------------------------------------


async def rent(office: Office, now: Ms) -> int:
    """Charge the month of each number of an account, once; how many were. The round of a job."""
    ledger = ledger_of(office)
    if office.account.status == "closed" or ledger.book.at(office.account.id, now) is None:
        return 0
    month = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m")
    numbers = [(number.id, number.phone.e164) for number in office.numbers.values()]

    def write(tx: Transaction) -> int:
        return sum(
            ledger.rented(tx, number, month, office.account.id, address=address, at=now)
            for number, address in numbers
        )

    return await office.write(write)

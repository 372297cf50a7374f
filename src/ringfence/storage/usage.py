"""What an account used, day by day, counted where it rests: calls, recordings, messages.

Ids are in the order of time, so a span is a range of an index. Months whose calls are gone are
counted from what was written when they went (``call_counts``); what too few people did is not
there (``schema.retention``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, literal_column, select

from ringfence.accounts.usage import Used
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId
from ringfence.storage.ledger import Ledger
from ringfence.storage.schema import call_counts, calls, recordings, texts, transcriptions
from ringfence.storage.statement import Statement, Value, at_most, word
from ringfence.storage.unit_of_work import Queries

_c, _r, _t, _k = calls.c, recordings.c, texts.c, call_counts.c
_w = transcriptions.c
_DAY = literal_column("86400000", BigInteger)
_MINUTE = literal_column("60000", BigInteger)
_DAY_MS = 86_400_000


def _minutes(milliseconds: ColumnElement[int]) -> ColumnElement[int]:
    """Minutes begun count whole, as they are charged."""
    return func.sum((milliseconds + literal_column("59999", BigInteger)) // _MINUTE)


_CALLS = Statement(
    select(
        (_c.offered_at // _DAY).label("day"), _c.direction, func.count(), _minutes(_c.duration_ms)
    )
    .where(_c.account_id == bindparam("account"), _c.id >= bindparam("low"),
           _c.id < bindparam("high"))
    .group_by("day", _c.direction),
)  # fmt: skip
_RECORDINGS = Statement(
    select((_r.requested_at // _DAY).label("day"), func.count(), _minutes(_r.duration_ms))
    .where(_r.account_id == bindparam("account"), _r.id >= bindparam("low"),
           _r.id < bindparam("high"), _r.state == bindparam("state"))
    .group_by("day"),
)  # fmt: skip
_TEXTS = Statement(
    select(
        (_t.created_at // _DAY).label("day"), _t.direction == word("inbound"),
        func.count(), func.sum(_t.segments),
    )
    .where(_t.account_id == bindparam("account"), _t.id >= bindparam("low"),
           _t.id < bindparam("high"))
    .group_by("day", _t.direction == word("inbound")),
)  # fmt: skip
_READ = Statement(
    select((_w.requested_at // _DAY).label("day"), func.count(), _minutes(_w.duration_ms))
    .where(_w.account_id == bindparam("account"), _w.id >= bindparam("low"),
           _w.id < bindparam("high"), _w.settled_at.is_not(None), _w.reason.is_(None))
    .group_by("day"),
)  # fmt: skip
_FIRST = Statement(
    at_most(select(_c.offered_at).where(_c.account_id == bindparam("account")).order_by(_c.id), 1)
)
_GONE = Statement(
    select(_k.month, _k.direction, func.sum(_k.calls), func.sum(_k.talk_minutes))
    .where(_k.account_id == bindparam("account"), _k.month >= bindparam("low"),
           _k.month < bindparam("high"))
    .group_by(_k.month, _k.direction),
)  # fmt: skip
_INBOUND = "inbound"


def used(queries: Queries, account: AccountId, *, since: date, until: date) -> Iterator[Used]:
    """Yield what was used from ``since`` to ``until``, both included."""
    start, end = _ms(since), _ms(until + timedelta(days=1))
    span: Mapping[str, Value] = {
        "account": account,
        "low": ids.floor("call", start),
        "high": ids.floor("call", end),
    }
    for day, direction, count, minutes in queries.rows(_CALLS, _CALLS.bind(span)):
        yield Used(_date(day), f"calls-{_word(direction)}", count, minutes)
    first = queries.value(_FIRST, (account,))
    gone: Mapping[str, Value] = {
        "account": account,
        "low": start,
        "high": min(_month(first), end) if first else end,
    }
    for month, direction, count, minutes in queries.rows(_GONE, _GONE.bind(gone)):
        yield Used(_date(month // _DAY_MS), f"calls-{_word(direction)}", count, minutes)
    kept = {**span,
        "low": ids.floor("recording", start), "high": ids.floor("recording", end),
        "state": "saved",
    }  # fmt: skip
    for day, count, minutes in queries.rows(_RECORDINGS, _RECORDINGS.bind(kept)):
        yield Used(_date(day), "recordings", count, minutes)
    sent = {**span,
        "low": ids.floor("message", start), "high": ids.floor("message", end),
    }  # fmt: skip
    for day, came, count, segments in queries.rows(_TEXTS, _TEXTS.bind(sent)):
        yield Used(_date(day), "sms-inbound" if came else "sms-outbound", count, segments)
    read = {**span,
        "low": ids.floor("transcription", start), "high": ids.floor("transcription", end),
    }  # fmt: skip
    for day, count, minutes in queries.rows(_READ, _READ.bind(read)):
        yield Used(_date(day), "transcriptions", count, minutes)
    for began, service, count, price in Ledger.charged(queries, account, since=start, until=end):
        # what is counted above is counted there, gone or not; of a number's month this is all
        numbers = count if service == "phonenumbers" else 0
        yield Used(_date(began // _DAY_MS), service, numbers, numbers, price)


def first_day(queries: Queries, account: AccountId) -> date | None:
    """Return the first day there is a call of, gone ones aside; None where there is none."""
    first = queries.value(_FIRST, (account,))
    return None if first is None else _date(first // _DAY_MS)


def _word(direction: str) -> str:
    return _INBOUND if direction == _INBOUND else "outbound"


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * 86_400, UTC).date()


def _ms(day: date) -> Ms:
    return Ms(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000))


def _month(at: int) -> Ms:
    return _ms(datetime.fromtimestamp(at / 1000, UTC).date().replace(day=1))

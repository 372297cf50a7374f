"""Versions of tariffs at rest. None is changed or removed: what was charged names its own."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from ringfence.billing.tariffs import Per, Rate, Service, Tariff
from ringfence.kernel.clock import Ms
from ringfence.storage.schema import tariffs
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_t = tariffs.c
_ADD = insert_row(tariffs)
_ALL = Statement(
    select(_t.id, _t.account_id, _t.currency, _t.since, _t.rates).order_by(_t.id)
)  # fmt: skip


class _Rate(msgspec.Struct, array_like=True, frozen=True):
    """A rate as it lies in its row; what it means is said at `billing.tariffs.Rate`."""

    service: Service
    to: str
    micros: int
    per: Per
    first_s: int
    step_s: int


def add(tx: Transaction, tariff: Tariff, *, now: Ms) -> None:
    """Keep a version."""
    rates = [
        _Rate(rate.service, rate.to, rate.micros, rate.per, rate.first_s, rate.step_s)
        for rate in tariff.rates
    ]
    row = (tariff.id, tariff.account, tariff.currency, tariff.since, now,
           msgspec.json.encode(rates).decode())  # fmt: skip
    tx.run(_ADD, row)


def all_of_them(queries: Queries) -> list[Tariff]:
    """Return every version, in the order in which they were made."""
    return [
        Tariff(
            id=row[0],
            account=row[1],
            currency=row[2],
            since=Ms(row[3]),
            rates=tuple(
                Rate(
                    service=one.service, to=one.to, micros=one.micros, per=one.per,
                    first_s=one.first_s, step_s=one.step_s,
                )
                for one in msgspec.json.decode(row[4], type=list[_Rate])
            ),
        )
        for row in queries.rows(_ALL)
    ]  # fmt: skip

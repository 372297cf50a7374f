"""Rows that grow old by themselves: each kind with its clock, its id and what goes with it.

===============  =============================  ================================================
kind             its clock starts when          and only
===============  =============================  ================================================
``messages``     it was written
``texts``        it was written                 with its facts, parts and pictures
``charge_sums``  its day                        what people were charged for is gone before
``movements``    it was written
``exchanges``    it was noted                   those of no call; the others go with it
``deliveries``   it was given up                what still waits stays
``holds``        it was lifted                  a standing hold stays
``restrictions`` it was lifted                  a standing restriction stays
``consents``     it was said                    where something newer was said since, of the same
                                                purpose and channel: what holds now is kept
``conferences``  they ended
``cases``        it was decided                 with its steps, codes, corrections, disclosures
``transcriptions``  it was asked for             its words alone go; that there was one stays
``accounts``     it was closed                  name, token and set-up; its SID stays, and what
                                                grows old by itself does
===============  =============================  ================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from ringfence.storage.schema import (
    accounts,
    addresses,
    amendments,
    api_keys,
    app_grants,
    app_tokens,
    apps,
    case_approvers,
    case_archives,
    case_codes,
    case_officers,
    case_steps,
    cases,
    charge_sums,
    conferences,
    consents,
    deliveries,
    disclosures,
    engagements,
    flow_versions,
    flows,
    holds,
    messages,
    metadata,
    movements,
    notifications,
    numbers,
    payments,
    phones,
    primary_admins,
    queues,
    quiet_apps,
    resources,
    restrictions,
    staff_tickets,
    subscriptions,
    tariffs,
    text_campaigns,
    text_charges,
    text_events,
    text_media,
    text_parts,
    text_templates,
    texts,
    tokens,
    transcription_parts,
    transcriptions,
    trunks,
)
from ringfence.storage.statement import Statement, at_most, word

NOTHING: ColumnElement[bytes] = literal_column("x''", LargeBinary)
"""Where something sealed was, once it has gone for good."""

_newer = consents.alias("newer")
_SUPERSEDED = exists().where(
    and_(
        _newer.c.party_id == consents.c.party_id,
        _newer.c.purpose == consents.c.purpose,
        _newer.c.channel == consents.c.channel,
        _newer.c.id > consents.c.id,
    )
)


@dataclass(frozen=True, slots=True)
class Aged:
    """One kind. ``rule``: of ``privacy.retention``; ``due`` takes account, after, cutoff, count.

    ``remove``: statements that each take the id as text.
    """

    rule: str
    due: Statement
    remove: tuple[Statement, ...]


def _aged(
    rule: str,
    clock: Column[Any],
    *,
    only: ColumnElement[bool] | None = None,
    belongings: tuple[Column[Any], ...] = (),
) -> Aged:
    table = clock.table
    key = cast(table.c.id, String) if table is consents else table.c.id
    query: Select[Any] = select(key, clock).where(
        table.c.account_id == bindparam("account"),
        key > bindparam("after"),
        clock < bindparam("cutoff"),
    )
    if only is not None:
        query = query.where(only)
    wanted: BindParameter[Any] = bindparam("record")
    return Aged(
        rule,
        Statement(at_most(query.order_by(key), "count"), "account", "after", "cutoff", "count"),
        (
            *(Statement(delete(column.table).where(column == wanted)) for column in belongings),
            Statement(delete(table).where(key == wanted)),
        ),
    )


def _silenced() -> Aged:
    """Return how words that were written down age: as what was recorded does."""
    done = transcriptions.c.state.not_in([word("waiting"), word("expired"), word("deleted")])
    row: BindParameter[Any] = bindparam("record")
    part: BindParameter[Any] = bindparam("record")
    return Aged(
        "content",
        _aged("content", transcriptions.c.requested_at, only=done).due,
        (
            Statement(
                update(transcription_parts)
                .where(transcription_parts.c.transcription_id == part)
                .values(sealed=null(), key_serial=null())
            ),
            Statement(
                update(transcriptions)
                .where(transcriptions.c.id == row)
                .values(state=word("expired"), callback=null())
            ),
        ),
    )


SET_UP = (
    addresses, api_keys, app_grants, app_tokens, apps, case_approvers, case_officers, engagements,
    flows, numbers, phones, primary_admins, queues, quiet_apps, resources, staff_tickets,
    subscriptions, tariffs, text_campaigns, text_templates, tokens, trunks,
)  # fmt: skip
"""What an account has set up: kept for as long as it is open, and a while."""


def _closed() -> Aged:
    """Return how an account ages that was closed: what `SET_UP` holds of it goes."""
    record: BindParameter[Any] = bindparam("record")
    of_flows = flow_versions.c.flow_id.in_(select(flows.c.id).where(flows.c.account_id == record))
    tables = [table for table in reversed(metadata.sorted_tables) if table in SET_UP]
    query = (
        select(accounts.c.id, accounts.c.closed_at)
        .where(
            accounts.c.id == bindparam("account"),
            accounts.c.id > bindparam("after"),
            accounts.c.closed_at < bindparam("cutoff"),
            accounts.c.status == word("closed"),
            accounts.c.name != NOTHING,
        )
        .order_by(accounts.c.id)
    )
    return Aged(
        "account",
        Statement(at_most(query, "count"), "account", "after", "cutoff", "count"),
        (
            Statement(delete(flow_versions).where(of_flows)),
            *(Statement(delete(table).where(table.c.account_id == record)) for table in tables),
            Statement(
                update(accounts)
                .where(accounts.c.id == record)
                .values(name=NOTHING, auth_token=NOTHING)
            ),
        ),
    )


AGED = {
    "transcriptions": _silenced(),
    "messages": _aged("call_log", messages.c.created_at),
    "texts": _aged(
        "call_log",
        texts.c.created_at,
        belongings=(
            text_events.c.text_id,
            text_parts.c.text_id,
            text_media.c.text_id,
            text_charges.c.id,
        ),
    ),
    "charge_sums": _aged("billing", charge_sums.c.day),
    "movements": _aged("billing", movements.c.at),
    "payments": _aged("call_log", payments.c.opened_at),
    "conferences": _aged("call_log", conferences.c.ended_at),
    "exchanges": _aged("call_log", notifications.c.at, only=notifications.c.call_id.is_(None)),
    "deliveries": _aged("operations", deliveries.c.due_at, only=deliveries.c.state == word("dead")),
    "holds": _aged("call_log", holds.c.lifted_at),
    "restrictions": _aged("call_log", restrictions.c.lifted_at),
    "consents": _aged("consent", consents.c.at, only=_SUPERSEDED),
    "cases": _aged(
        "case",
        cases.c.decided_at,
        belongings=(
            case_steps.c.case_id,
            case_codes.c.case_id,
            case_archives.c.case_id,
            amendments.c.case_id,
            disclosures.c.case_id,
        ),
    ),
    "accounts": _closed(),
}
"""Kind → how it ages."""

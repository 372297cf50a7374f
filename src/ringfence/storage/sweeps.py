"""Sweeps: what is older than it may be goes, oldest first, a batch at a time.

=============  ====================================  ==========================================
kind           goes when                             what happens
=============  ====================================  ==========================================
``recordings``  its call ended before the cut-off     channels' keys and files destroyed, row says
                                                     ``expired``
``notifications``  it was before the cut-off          request and answer removed, their frame stays
``text_contents``  it was written before the cut-off   what it said removed, its record stays
``calls``       it ended before the cut-off           record, facts, recordings' rows removed
``removed``     likewise, and it was to be removed    likewise; its cut-off is the floor
(others)        see ``storage.aged``                  row removed
``parties``     nothing speaks of the person any more  key destroyed, row removed
``jobs``        dead since before the cut-off         row removed
``tokens``      expired                               row removed
``logs``        its newest line is too old            file removed (``storage.log_files``)
=============  ====================================  ==========================================

A held record stays, and so does whatever belongs to it. Nothing is lost by a kill between two
batches: the next run finds the rest. What remains of calls is counted by `count_months` first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import MINUTE, Ms
from ringfence.kernel.ids import AccountId, PartyId, RecordingId
from ringfence.kernel.limits import COUNT_CALLERS_MIN, SWEEP_BATCH
from ringfence.storage import audit_gone, audit_leaving
from ringfence.storage.aged import AGED
from ringfence.storage.holds import is_held
from ringfence.storage.schema import (
    call_counts,
    call_legs,
    call_parties,
    calls,
    charges,
    events,
    fetched,
    jobs,
    metadata,
    notifications,
    participants,
    parties,
    payments,
    recording_channels,
    recordings,
    room_recordings,
    text_media,
    texts,
    tokens,
    transcription_parts,
    transcriptions,
)
from ringfence.storage.statement import Statement, at_most, insert_new, word
from ringfence.storage.unit_of_work import Queries, Transaction

KINDS = {"recordings": "content", "notifications": "content",
         "text_contents": "content", "calls": "call_log", "removed": "call_log",
         **{kind: aged.rule for kind, aged in AGED.items()}, "parties": "call_log",
         "jobs": "operations", "tokens": "operations", "logs": "operations"}  # fmt: skip
"""What is swept, in this order → the retention rule behind it."""

_c, _r, _h, _j, _p, _t = (
    calls.c, recordings.c, recording_channels.c, jobs.c, parties.c, tokens.c
)  # fmt: skip

_DUE_CALLS = Statement(
    at_most(
        select(_c.id, _c.ended_at)
        .where(
            _c.account_id == bindparam("account"),
            _c.id > bindparam("after"),
            _c.id < bindparam("bound"),
            _c.ended_at < bindparam("cutoff"),
        )
        .order_by(_c.id),
        "count",
    ),
    "account",
    "after",
    "bound",
    "cutoff",
    "count",
)
_DUE_REMOVED = Statement(
    at_most(
        select(_c.id, _c.ended_at)
        .where(
            _c.account_id == bindparam("account"),
            _c.id > bindparam("after"),
            _c.id < bindparam("bound"),
            _c.ended_at < bindparam("cutoff"),
            _c.removed_at.is_not(None),
        )
        .order_by(_c.id),
        "count",
    ),
    "account",
    "after",
    "bound",
    "cutoff",
    "count",
)
_DUE_RECORDINGS = Statement(
    at_most(
        select(_r.id, _r.ended_at)
        .where(
            _r.account_id == bindparam("account"),
            _r.id > bindparam("after"),
            _r.id < bindparam("bound"),
            _r.ended_at < bindparam("cutoff"),
            _r.state != word("expired"),
        )
        .order_by(_r.id),
        "count",
    ),
    "account",
    "after",
    "bound",
    "cutoff",
    "count",
)
_n = notifications.c
_DUE_NOTIFICATIONS = Statement(
    at_most(
        select(_n.id, _n.at)
        .where(
            _n.account_id == bindparam("account"),
            _n.id > bindparam("after"),
            _n.id < bindparam("bound"),
            _n.sealed.is_not(None),
        )
        .order_by(_n.id),
        "count",
    ),
    "account",
    "after",
    "bound",
    "count",
)
_x = texts.c
_DUE_TEXTS = Statement(
    at_most(
        select(_x.id, _x.created_at)
        .where(
            _x.account_id == bindparam("account"),
            _x.id > bindparam("after"),
            _x.id < bindparam("bound"),
            _x.sealed.is_not(None),
            _x.due_at.is_(None),
        )
        .order_by(_x.id),
        "count",
    ),
    "account",
    "after",
    "bound",
    "count",
)
_EMPTY_TEXT = Statement(
    update(texts)
    .where(_x.id == bindparam("text"))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    "no_key",
    "nothing",
    "text",
)
_DROP_MEDIA = Statement(delete(text_media).where(text_media.c.text_id == bindparam("text")))
_WRITTEN_DOWN_OF = Statement(
    select(transcriptions.c.call_id, transcriptions.c.recording_id).where(
        transcriptions.c.id == bindparam("transcription")
    )
)
_EXCHANGED_IN = Statement(select(_n.call_id).where(_n.id == bindparam("notification")))
_EMPTY_NOTIFICATION = Statement(
    update(notifications)
    .where(_n.id == bindparam("notification"))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    "no_key",
    "nothing",
    "notification",
)
_PAID_ON = Statement(select(payments.c.call_id).where(payments.c.id == bindparam("payment")))
_CALL_OF = Statement(select(_r.call_id).where(_r.id == bindparam("recording")))
_HEARD = Statement(
    select(_r.id).where(_r.call_id == bindparam("call"), _r.state != word("expired"))
)
_EXPIRE = Statement(
    update(recordings)
    .where(_r.id == bindparam("recording"))
    .values(state=word("expired"), size=0, sha256=""),
    "size",
    "sha256",
    "recording",
)
_UNLOCK = Statement(delete(recording_channels).where(_h.recording_id == bindparam("recording")))
_OF_A_CALL = tuple(
    Statement(clause)
    for clause in (
        delete(recording_channels).where(
            _h.recording_id.in_(select(_r.id).where(_r.call_id == bindparam("call")))
        ),
        delete(room_recordings).where(
            room_recordings.c.recording_id.in_(select(_r.id).where(_r.call_id == bindparam("call")))
        ),
        delete(transcription_parts).where(
            transcription_parts.c.transcription_id.in_(
                select(transcriptions.c.id).where(transcriptions.c.call_id == bindparam("call"))
            )
        ),
        delete(transcriptions).where(transcriptions.c.call_id == bindparam("call")),
        delete(recordings).where(_r.call_id == bindparam("call")),
        delete(charges).where(charges.c.call_id == bindparam("call")),
        delete(notifications).where(_n.call_id == bindparam("call")),
        delete(fetched).where(fetched.c.call_id == bindparam("call")),
        delete(participants).where(participants.c.call_id == bindparam("call")),
        delete(events).where(events.c.call_id == bindparam("call")),
        delete(call_legs).where(call_legs.c.call_id == bindparam("call")),
        delete(call_parties).where(call_parties.c.call_id == bindparam("call")),
        delete(calls).where(_c.id == bindparam("call")),
    )
)


def _unmentioned() -> Select[Any]:
    """Parties of an account, older than the cut-off, of whom no row anywhere speaks any more."""
    query = select(_p.id, _p.created_at, _p.key_serial).where(
        _p.account_id == bindparam("account"),
        _p.id > bindparam("after"),
        _p.created_at < bindparam("cutoff"),
    )
    for column in mentions():
        query = query.where(~select(column).where(column == _p.id).exists())
    return at_most(query.order_by(_p.id), "count")


def mentions() -> list[Any]:
    """Return every column that holds a living person's id.

    Left out: the log of what was done, and calls and their recordings, because whoever took part
    in one has a row in ``call_parties``.
    """
    return [
        column
        for table in metadata.sorted_tables
        if table.name
        not in {
            "parties",
            "audit_records",
            "audit_people",
            "calls",
            "call_legs",
            "recording_channels",
        }
        for column in table.columns
        if column.info["label"].category == "user.unique_id.pseudonymous"
    ]


_DUE_PARTIES = Statement(_unmentioned(), "account", "after", "cutoff", "count")
_PARTY_STILL = Statement(at_most(select(_p.id).where(_p.id == bindparam("party")), 1))
_REMOVE_PARTY = Statement(delete(parties).where(_p.id == bindparam("party")))
_DUE_JOBS = Statement(
    at_most(
        select(_j.id, _j.run_at)
        .where(
            _j.id > bindparam("after"), _j.state == word("dead"), _j.run_at < bindparam("cutoff")
        )
        .order_by(_j.id),
        "count",
    ),
    "after",
    "cutoff",
    "count",
)
_REMOVE_JOB = Statement(delete(jobs).where(_j.id == bindparam("job")))
_DUE_TOKENS = Statement(
    select(func.count(), func.min(_t.expires_at)).where(_t.expires_at < bindparam("now")), "now"
)
_REMOVE_TOKENS = Statement(delete(tokens).where(_t.expires_at < bindparam("now")), "now")

_LAST = "~"
"""Sorts behind every id."""


@dataclass(frozen=True, slots=True)
class Due:
    """A record that may go: its id, when its clock started, and the key to destroy, if any."""

    id: str
    since: Ms
    serial: int | None = None


def due(
    queries: Queries, kind: str, *, account: AccountId, cutoff: Ms, after: str = "", count: int
) -> list[Due]:
    """Return records of ``kind`` whose clock started before ``cutoff``, held ones left out.

    ``after``: the last id of the batch before; ids come in order. A batch of held records alone
    comes back empty only at the very end: it is skipped here.
    """
    while True:
        found = [Due(*row) for row in queries.rows(*_asked(kind, account, cutoff, after, count))]
        free = [one for one in found if not _held(queries, kind, one.id)]
        if free or len(found) < count:
            return free
        after = found[-1].id


def _asked(
    kind: str, account: AccountId, cutoff: Ms, after: str, count: int
) -> tuple[Statement, tuple[Any, ...]]:
    match kind:
        case "calls":
            bound = ids.floor("call", cutoff)
            return _DUE_CALLS, (account, after, bound, cutoff, count)
        case "removed":
            bound = ids.floor("call", cutoff)
            return _DUE_REMOVED, (account, after, bound, cutoff, count)
        case "recordings":
            bound = ids.floor("recording", cutoff)
            return _DUE_RECORDINGS, (account, after, bound, cutoff, count)
        case "notifications":
            bound = ids.floor("notification", cutoff)
            return _DUE_NOTIFICATIONS, (account, after, bound, count)
        case "text_contents":
            return _DUE_TEXTS, (account, after, ids.floor("message", cutoff), count)
        case "parties":
            return _DUE_PARTIES, (account, after, cutoff, count)
    if kind in AGED:
        return AGED[kind].due, (account, after, cutoff, count)
    return _DUE_JOBS, (after, cutoff, count)


def _held(queries: Queries, kind: str, record: str) -> bool:
    if is_held(queries, record):
        return True
    match kind:
        case "recordings":
            call = queries.value(_CALL_OF, (record,))
            return call is not None and is_held(queries, call)
        case "notifications":
            call = queries.value(_EXCHANGED_IN, (record,))
            return call is not None and is_held(queries, call)
        case "payments":
            call = queries.value(_PAID_ON, (record,))
            return call is not None and is_held(queries, call)
        case "transcriptions":
            whole = queries.row(_WRITTEN_DOWN_OF, (record,)) or ()
            return any(is_held(queries, one) for one in whole)
        case "calls" | "removed":
            return any(is_held(queries, row[0]) for row in queries.rows(_HEARD, (record,)))
    return False


def remove(tx: Transaction, kind: str, records: list[Due]) -> list[Due]:
    """Remove a batch; return what went. Files and keys are the caller's to destroy afterwards.

    Whether a record is held is asked again here: a hold placed meanwhile counts. What the audit log
    speaks of is counted as gone; the leaf that says so (``AuditTrail.note_removal``) is the
    caller's, in the same transaction.
    """
    free = [one for one in records if not _held(tx, kind, one.id)]
    audit_gone.mark(tx, _leaves(tx, kind, free))
    for one in free:
        match kind:
            case "calls" | "removed":
                for statement in _OF_A_CALL:
                    tx.run(statement, (one.id,))
            case "recordings":
                tx.run(_EXPIRE, (0, "", one.id))
                tx.run(_UNLOCK, (one.id,))
            case "notifications":
                tx.run(_EMPTY_NOTIFICATION, (None, None, one.id))
            case "text_contents":
                tx.run(_EMPTY_TEXT, (None, None, one.id))
                tx.run(_DROP_MEDIA, (one.id,))
            case "parties":
                audit_leaving.swept(tx, PartyId(one.id))
                tx.run(_REMOVE_PARTY, (one.id,))
            case _ if kind in AGED:
                for statement in AGED[kind].remove:
                    tx.run(statement, (one.id,))
            case _:
                tx.run(_REMOVE_JOB, (one.id,))
    return free


def _leaves(queries: Queries, kind: str, records: list[Due]) -> set[int]:
    """Return the leaves of the facts that go with records."""
    find = {
        "calls": audit_leaving.facts_of_call,
        "removed": audit_leaving.facts_of_call,
        "texts": audit_leaving.facts_of_text,
    }.get(kind)
    return set() if find is None else set().union(*(find(queries, one.id) for one in records))


def heard_in(queries: Queries, call: str) -> list[RecordingId]:
    """Return the recordings of a call whose files still lie there."""
    return [RecordingId(row[0]) for row in queries.rows(_HEARD, (call,))]


def tokens_due(queries: Queries, now: Ms) -> tuple[int, Ms | None]:
    """Return how many one-time links have expired, and when the first did."""
    count, first = queries.row(_DUE_TOKENS, (now,)) or (0, None)
    return count, first


def remove_tokens(tx: Transaction, now: Ms) -> int:
    """Remove the expired one-time links."""
    return tx.changed(_REMOVE_TOKENS, (now,))


def every(
    queries: Queries, kind: str, *, account: AccountId, cutoff: Ms, after: str = ""
) -> Iterator[list[Due]]:
    """Yield batches until nothing is left that may go."""
    count = int(SWEEP_BATCH)
    while batch := due(queries, kind, account=account, cutoff=cutoff, after=after, count=count):
        after = batch[-1].id
        yield batch


# --- what is left ---------------------------------------------------------------------------------

_COUNTED = Statement(
    select(func.max(call_counts.c.month)).where(call_counts.c.account_id == bindparam("account")),
    "account",
)
_FIRST_CALL = Statement(
    at_most(select(_c.offered_at).where(_c.account_id == bindparam("account")).order_by(_c.id), 1),
    "account",
)
_COUNT = Statement(
    select(
        _c.direction, _c.missed, func.count(), func.sum(_c.talk_ms),
        func.count(_c.caller_id.distinct()), func.count(_c.called_id.distinct()),
    )
    .where(
        _c.account_id == bindparam("account"),
        _c.id >= bindparam("from_"),
        _c.id < bindparam("until"),
        _c.ended_at.is_not(None),
    )
    .group_by(_c.direction, _c.missed),
    "account",
    "from_",
    "until",
)  # fmt: skip
_ADD_COUNT = insert_new(call_counts)


def month_of(at: Ms) -> Ms:
    """Return the first instant of the calendar month (UTC)."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return Ms(int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp() * 1000))


def month_after(month: Ms) -> Ms:
    """Return the first instant of the next month."""
    moment = datetime.fromtimestamp(month / 1000, UTC)
    year, number = divmod(moment.year * 12 + moment.month, 12)
    return Ms(int(datetime(year, number + 1, 1, tzinfo=UTC).timestamp() * 1000))


def count_months(tx: Transaction, *, account: AccountId, now: Ms) -> int:
    """Count the calls of every whole month not counted yet; return how many rows were written.

    The people on the far side are counted too: callers of inbound calls, called of outbound ones.
    """
    counted: int | None = tx.value(_COUNTED, (account,))
    first: int | None = tx.value(_FIRST_CALL, (account,))
    if first is None:
        return 0
    month = month_of(Ms(first)) if counted is None else month_after(Ms(counted))
    month = max(month, month_of(Ms(first)))
    written = 0
    while (following := month_after(month)) <= now:
        bounds = ids.floor("call", month), ids.floor("call", following)
        for direction, missed, number, talk, callers, called in tx.rows(_COUNT, (account, *bounds)):
            people = called if direction == "outbound" else callers
            if people >= COUNT_CALLERS_MIN:
                row = (account, month, direction, missed, number, round((talk or 0) / MINUTE))
                tx.run(_ADD_COUNT, row)
                written += 1
        month = following
    return written

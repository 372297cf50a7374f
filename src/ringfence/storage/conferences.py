"""Conference rooms at rest: a room's row, and one for each call that was in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.dialects import sqlite

from ringfence.calls import room_events
from ringfence.calls.room_events import RoomFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, ConferenceId, RecordingId
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import conferences, participants, room_recordings
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, at_most, insert_new, word
from ringfence.storage.unit_of_work import Queries, Transaction, Values

_c, _p = conferences.c, participants.c
_THIS = _c.id == bindparam("conference")
_HERE = and_(_p.conference_id == bindparam("conference"), _p.call_id == bindparam("call"))
_ADD = insert_new(conferences)
_STARTED = Statement(
    update(conferences).where(_THIS).values(state=word("running"), updated_at=bindparam("at")),
    "at",
    "conference",
)
_TOUCHED = Statement(
    update(conferences).where(_THIS).values(updated_at=bindparam("at")), "at", "conference"
)
_ENDED = Statement(
    update(conferences)
    .where(_THIS)
    .values(
        state=word("ended"),
        reason=bindparam("why"),
        updated_at=bindparam("at"),
        ended_at=bindparam("end"),
    ),
    "why",
    "at",
    "end",
    "conference",
)
_JOINED = Statement(
    sqlite.insert(participants).prefix_with("OR REPLACE"), *(c.name for c in participants.columns)
)
_CHANGED = Statement(
    update(participants)
    .where(_HERE)
    .values(
        muted=bindparam("is_muted"),
        held=bindparam("is_held"),
        coaching=bindparam("whom"),
        end_on_exit=bindparam("ends"),
        updated_at=bindparam("at"),
    ),
    "is_muted",
    "is_held",
    "whom",
    "ends",
    "at",
    "conference",
    "call",
)
_PARTED = Statement(
    update(participants)
    .where(_HERE)
    .values(state=word("complete"), reason=bindparam("why"), updated_at=bindparam("at")),
    "why",
    "at",
    "conference",
    "call",
)
_ENDED_BY = Statement(update(participants).where(_HERE).values(ended_room=True))
_GET = Statement(select(*_c).where(_THIS))
_MEMBERS = Statement(
    select(*_p)
    .where(_p.conference_id == bindparam("conference"))
    .order_by(_p.joined_at, _p.call_id)
)
_MEMBER = Statement(select(*_p).where(_HERE), "conference", "call")
_OPEN = Statement(select(_c.id).where(_c.state != word("ended")))
_WHO_ENDED = Statement(
    select(_p.call_id).where(_p.conference_id == bindparam("conference"), _p.ended_room.is_(True))
)
_LOST = Statement(
    update(participants)
    .where(_p.conference_id == bindparam("conference"), _p.state == word("connected"))
    .values(state=word("complete"), reason=word("ended"), updated_at=bindparam("at")),
    "at",
    "conference",
)
_RECORDED = insert_new(room_recordings)
_RECORDINGS = Statement(
    select(room_recordings.c.recording_id)
    .where(room_recordings.c.conference_id == bindparam("conference"))
    .order_by(room_recordings.c.recording_id)
)
_RECORDED_IN = Statement(
    select(room_recordings.c.conference_id).where(
        room_recordings.c.recording_id == bindparam("recording")
    )
)
_FAR = 2**62


def _span(column: Any, name: str) -> Any:
    return and_(column >= bindparam(f"{name}_since"), column < bindparam(f"{name}_until"))


_PAGE = Statement(
    at_most(
        select(*_c)
        .where(
            _c.account_id == bindparam("account"),
            _c.id < bindparam("before"),
            or_(bindparam("any_name").is_(True), _c.lookup == bindparam("wanted")),
            or_(bindparam("any_state").is_(True), _c.state == bindparam("in_state")),
            _span(_c.created_at, "created"),
            _span(_c.updated_at, "updated"),
        )
        .order_by(_c.id.desc()),
        "count",
    )
)
_AFTER_ALL = "CG"

Span = tuple[Ms | None, Ms | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """A room. ``state``: init, running, ended. ``ended_by``: the call whose leaving was its end."""

    id: ConferenceId
    name: str = field(repr=False)
    state: str
    reason: str | None
    created_at: Ms
    updated_at: Ms
    ended_at: Ms | None
    ended_by: CallId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A call that is or was in a room."""

    conference: ConferenceId
    call: CallId
    label: str | None = field(repr=False)
    state: str
    reason: str | None
    muted: bool
    held: bool
    coaching: CallId | None
    start_on_enter: bool
    end_on_exit: bool
    joined_at: Ms
    updated_at: Ms


class Conferences:
    """Rooms of one account; a `switch.ports.RoomBook`."""

    __slots__ = ("_db", "_seal")

    def __init__(self, seal: AccountSeal, db: Database) -> None:
        self._seal = seal
        self._db = db

    # --- while they go on -----------------------------------------------------------------------

    def opened(self, conference: ConferenceId, name: str, now: Ms) -> None:
        """A room is there; nobody is in yet."""
        row: Values = (
            conference,
            self._seal.account.id,
            self._seal.find(name),
            self._seal.seal_text(name, f"conference:{conference}"),
            "init",
            None,
            now,
            now,
            None,
        )
        self._db.give(lambda tx: tx.run(_ADD, row), asked_about=True)

    def dialled(
        self,
        conference: ConferenceId,
        call: CallId,
        /,
        *,
        label: str,
        muted: bool,
        start_on_enter: bool,
        end_on_exit: bool,
        coaching: CallId | None,
        now: Ms,
    ) -> None:
        """A call is being placed to come in."""
        place = f"participant:{conference}:{call}"
        row: Values = (
            *(conference, call, self._seal.seal_text(label or None, place), "dialled", None),
            *(muted, False, coaching, start_on_enter, end_on_exit, False, now, now),
        )
        self._db.give(lambda tx: tx.run(_JOINED, row), asked_about=True)

    def record(self, facts: Sequence[RoomFact], labels: Mapping[CallId, str], now: Ms) -> None:  # noqa: ARG002
        """Write down what happened in rooms, in order. ``labels``: of the calls in it."""
        self._db.give(lambda tx: self._write(tx, facts, labels), asked_about=True)

    def _write(
        self, tx: Transaction, facts: Sequence[RoomFact], labels: Mapping[CallId, str]
    ) -> None:
        for fact in facts:
            room = fact.conference
            match fact:
                case room_events.ConferenceStarted():
                    tx.run(_STARTED, (fact.at, room))
                case room_events.RoomJoined():
                    tx.run(_JOINED, self._joined(fact, labels.get(fact.call) or None))
                    tx.run(_TOUCHED, (fact.at, room))
                case room_events.RoomChanged():
                    tx.run(
                        _CHANGED,
                        (
                            *(fact.muted, fact.held, fact.coaching, fact.end_on_exit),
                            *(fact.at, room, fact.call),
                        ),
                    )
                    tx.run(_TOUCHED, (fact.at, room))
                case room_events.RoomParted():
                    tx.run(_PARTED, (fact.reason, fact.at, room, fact.call))
                    tx.run(_TOUCHED, (fact.at, room))
                case room_events.ConferenceEnded():
                    tx.run(_ENDED, (fact.reason, fact.at, fact.at, room))
                    if fact.call is not None:
                        tx.run(
                            _ENDED_BY,
                            _ENDED_BY.bind(
                                {"ended_room": True, "conference": room, "call": fact.call}
                            ),
                        )
                case _:
                    pass

    def _joined(self, fact: room_events.RoomJoined, label: str | None) -> Values:
        place = f"participant:{fact.conference}:{fact.call}"
        return (
            fact.conference,
            fact.call,
            self._seal.seal_text(label, place),
            "connected",
            None,
            fact.muted,
            False,
            fact.coaching,
            fact.start_on_enter,
            fact.end_on_exit,
            False,
            fact.at,
            fact.at,
        )

    def close_open(self, now: Ms) -> int:
        """End the rooms that a killed process left open; how many there were. Blocking."""

        def work(tx: Transaction) -> int:
            open_ones = [row[0] for row in tx.rows(_OPEN)]
            for room in open_ones:
                tx.run(_LOST, (now, room))
                tx.run(_ENDED, ("last_left", now, now, room))
            return len(open_ones)

        return self._db.submit(work).result()

    def recorded(self, conference: ConferenceId, recording: RecordingId) -> None:
        """A voice of this conference is recorded."""
        self._db.give(lambda tx: tx.run(_RECORDED, (recording, conference)), asked_about=True)

    def recordings_of(self, queries: Queries, conference: ConferenceId) -> list[RecordingId]:
        """Return the recordings of its voices, the first of them first."""
        rows = queries.rows(_RECORDINGS, (conference,))
        return [RecordingId(row[0]) for row in rows]

    def recorded_in(self, queries: Queries, recording: RecordingId) -> ConferenceId | None:
        """Return the conference that a recording is of, if it is."""
        found = queries.value(_RECORDED_IN, (recording,))
        return None if found is None else ConferenceId(found)

    # --- reading --------------------------------------------------------------------------------

    def get(self, queries: Queries, conference: ConferenceId) -> Conference | None:
        """Return a room. Purpose: operate, as for every name of the account."""
        row = queries.row(_GET, (conference,))
        if row is None or row[1] != self._seal.account.id:
            return None
        return self._conference(queries, row)

    def page(
        self,
        queries: Queries,
        *,
        count: int,
        before: ConferenceId | None = None,
        name: str | None = None,
        state: str | None = None,
        created: Span = (None, None),
        updated: Span = (None, None),
    ) -> list[Conference]:
        """Return rooms, newest first. Purpose: as `get`. ``created``, ``updated``: half open."""
        values = _PAGE.bind(
            {
                "account": self._seal.account.id,
                "before": before or _AFTER_ALL,
                "any_name": name is None,
                "wanted": b"" if name is None else self._seal.find(name),
                "any_state": state is None,
                "in_state": state or "",
                "created_since": created[0] or 0,
                "created_until": _FAR if created[1] is None else created[1],
                "updated_since": updated[0] or 0,
                "updated_until": _FAR if updated[1] is None else updated[1],
                "count": count,
            }
        )
        return [self._conference(queries, row) for row in queries.rows(_PAGE, values)]

    def members(self, queries: Queries, conference: ConferenceId) -> list[Participant]:
        """Return who is or was in, in order of coming. Purpose: as `get`."""
        return [self._participant(row) for row in queries.rows(_MEMBERS, (conference,))]

    def member(
        self, queries: Queries, conference: ConferenceId, call: CallId
    ) -> Participant | None:
        """Return one of them. Purpose: as `members`."""
        row = queries.row(_MEMBER, (conference, call))
        return None if row is None else self._participant(row)

    def _conference(self, queries: Queries, row: Sequence[Any]) -> Conference:
        who = queries.value(_WHO_ENDED, _WHO_ENDED.bind({"conference": row[0]}))
        return Conference(
            id=ConferenceId(row[0]),
            name=self._seal.open_text(row[3] or None, f"conference:{row[0]}") or "",
            state=row[4],
            reason=row[5],
            created_at=row[6],
            updated_at=row[7],
            ended_at=row[8],
            ended_by=None if who is None else CallId(who),
        )

    def _participant(self, row: Sequence[Any]) -> Participant:
        place = f"participant:{row[0]}:{row[1]}"
        return Participant(
            conference=ConferenceId(row[0]),
            call=CallId(row[1]),
            label=self._seal.open_text(row[2], place),
            state=row[3],
            reason=row[4],
            muted=bool(row[5]),
            held=bool(row[6]),
            coaching=None if row[7] is None else CallId(row[7]),
            start_on_enter=bool(row[8]),
            end_on_exit=bool(row[9]),
            joined_at=row[11],
            updated_at=row[12],
        )

"""What an erasure does to rows: empty them, take the person out of them, remove them.

Every function works inside a transaction and is found by index from the person's id. Statements of
tables whose rows end in a way of their own stand here; the others come from the map of the schema
(``storage.erasure_map``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    null,
    select,
    update,
)

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.ids import CallId, PartyId
from ringfence.storage import audit_pages
from ringfence.storage.audit_pages import NOBODY
from ringfence.storage.erasure_find import (
    BY_CALL,
    BY_KEY,
    MAILS,
    Sound,
    Survey,
    keys_of,
    others_heard,
    recordings_of,
)
from ringfence.storage.erasure_map import Reach, empty_values, reaches
from ringfence.storage.schema import (
    audit_records,
    call_legs,
    call_parties,
    calls,
    case_steps,
    cases,
    conferences,
    deliveries,
    events,
    jobs,
    messages,
    notifications,
    participants,
    parties,
    recording_channels,
    recordings,
    text_media,
)
from ringfence.storage.statement import Statement, word
from ringfence.storage.unit_of_work import Queries, Transaction

_p, _c, _h = parties.c, calls.c, recording_channels.c
_PARTY = _p.id == bindparam("party")
_CUT = Statement(
    update(parties)
    .where(_PARTY)
    .values(lookup=bindparam("none"), kept_lookup=bindparam("kept"), erased_at=bindparam("at")),
    "none",
    "at",
    "kept",
    "party",
)
_RESEAL = Statement(
    update(parties)
    .where(_PARTY)
    .values(address=bindparam("sealed"), key_serial=bindparam("serial")),
    "sealed",
    "serial",
    "party",
)
_REWRAP = Statement(
    update(recording_channels)
    .where(_h.recording_id == bindparam("recording"), _h.channel == bindparam("number"))
    .values(wrapped=bindparam("locked"), key_serial=bindparam("serial")),
    "serial",
    "locked",
    "recording",
    "number",
)
_SILENCED = Statement(
    update(recordings)
    .where(recordings.c.id == bindparam("recording"))
    .values(state=word("erased"), reason=word("erased")),
    "recording",
)
_DROP_PARTY = Statement(delete(parties).where(_PARTY), "party")
_DROP_LINK = Statement(
    delete(call_parties).where(
        call_parties.c.party_id == bindparam("party"), call_parties.c.call_id == bindparam("call")
    ),
    "party",
    "call",
)
_NOBODY_IN = {
    name: Statement(
        update(calls)
        .where(_c.id == bindparam("call"), _c[name] == bindparam("party"))
        .values(**{name: bindparam("nobody")}),
        "nobody",
        "call",
        "party",
    )
    for name in ("caller_id", "called_id", "answered_by", "forwarded_id")
} | {
    f"leg {name}": Statement(
        update(call_legs)
        .where(call_legs.c.call_id == bindparam("call"), call_legs.c[name] == bindparam("party"))
        .values(**{name: bindparam("nobody")}),
        "nobody",
        "call",
        "party",
    )
    for name in ("caller_id", "called_id")
}
_NOBODY_TOLD = Statement(
    update(events)
    .where(events.c.call_id == bindparam("call"))
    .values(
        body=func.replace(events.c.body, bindparam("party"), bindparam("nobody")),
        leaf=bindparam("none"),
    ),
    "party",
    "nobody",
    "none",
    "call",
)
_NOBODY_HEARD = Statement(
    update(recording_channels)
    .where(_h.recording_id == bindparam("recording"), _h.party_id == bindparam("party"))
    .values(party_id=bindparam("nobody")),
    "nobody",
    "recording",
    "party",
)
_DROP_CHANNELS = Statement(
    delete(recording_channels).where(_h.recording_id == bindparam("recording")), "recording"
)
_DROP_RECORDING = Statement(
    delete(recordings).where(recordings.c.id == bindparam("recording")), "recording"
)
_DROP_WORK_OF_CALL = tuple(
    Statement(delete(table).where(table.c.call_id == bindparam("call")), "call")
    for table in (jobs, deliveries)
)


def _free(table: Table) -> ColumnElement[bool]:
    """Whether a row is about no call or message on hold: those of ``held``, a JSON list of ids."""
    held: Select[Any] = select(literal_column("value")).select_from(
        func.json_each(bindparam("held"))
    )
    subject = table.c.get("subject", table.c.call_id)
    of_call = table.c.call_id.is_(None) | table.c.call_id.not_in(held)
    return of_call & (subject.is_(None) | subject.not_in(held))


_DROP_WORK_OF_KEY = tuple(
    Statement(
        delete(table).where(table.c.key_serial == bindparam("serial"), _free(table)),
        *("serial", "held", "held"),
    )
    for table in (jobs, deliveries)
)
_DROP_MAILS = Statement(delete(jobs).where(MAILS), "lookup")
_UNSENT = Statement(
    update(messages)
    .where(messages.c.lookup == bindparam("lookup"), messages.c.state == word("queued"))
    .values(state=word("failed"), error=word("erased"), settled_at=bindparam("at")),
    "at",
    "lookup",
)
_SAID_WITHOUT_A_CALL = Statement(
    update(notifications)
    .where(notifications.c.key_serial == bindparam("serial"), _free(notifications))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    "no_key",
    "nothing",
    *("serial", "held", "held"),
)
_ROOM, _MEMBER, _OTHER = conferences.c, participants.c, participants.alias("other")
_NAMELESS_ROOM = Statement(
    update(conferences)
    .where(
        _ROOM.id.in_(select(_MEMBER.conference_id).where(_MEMBER.call_id == bindparam("call"))),
        _ROOM.ended_at.is_not(None),
        ~exists().where(
            _OTHER.c.conference_id == _ROOM.id,
            _OTHER.c.call_id.not_in(
                select(call_parties.c.call_id).where(call_parties.c.party_id == bindparam("party"))
            ),
        ),
    )
    .values(name=bindparam("nothing"), lookup=bindparam("nowhere")),
    "nowhere",
    "nothing",
    "call",
    "party",
)
"""A room in which nobody else was loses its name, which was made for this person alone."""
_NAMELESS_MEMBER = Statement(
    update(participants)
    .where(_MEMBER.call_id == bindparam("call"))
    .values(label=bindparam("nothing")),
    "nothing",
    "call",
)
_a = audit_records.c
_NOBODY_SEEN = Statement(
    update(audit_records)
    .where(
        _a.party_id == bindparam("party"),
        _a.leaf.not_in(
            select(literal_column("value")).select_from(func.json_each(bindparam("proved")))
        ),
    )
    .values(
        party_id=bindparam("them"),
        body=func.replace(_a.body, bindparam("person"), bindparam("nobody")),
    ),
    "them",
    "person",
    "nobody",
    "party",
    "proved",
)


_TAKE_CASES = Statement(
    update(cases)
    .where(cases.c.contact == bindparam("address"), cases.c.party_id.is_(None))
    .values(party_id=bindparam("party")),
    "party",
    "address",
)
_UNPROVEN = Statement(
    select(cases.c.id).where(cases.c.contact == bindparam("address"), cases.c.party_id.is_(None)),
    "address",
)
_GIVE_BACK = Statement(
    update(cases).where(cases.c.id == bindparam("case")).values(party_id=null()), "case"
)
_CASE_KEYS = Statement(
    select(cases.c.key_serial)
    .where(cases.c.party_id == bindparam("party"))
    .union(
        select(case_steps.c.key_serial)
        .select_from(case_steps.join(cases, case_steps.c.case_id == cases.c.id))
        .where(cases.c.party_id == bindparam("whom"), case_steps.c.key_serial.is_not(None))
    ),
    "party",
    "whom",
)


def take_cases(tx: Transaction, party: PartyId, *, contact: bytes) -> list[str]:
    """Give a person the cases that were opened under their address, by whomever; which."""
    found = [str(row[0]) for row in tx.rows(_UNPROVEN, (contact,))]
    if found:
        tx.run(_TAKE_CASES, (party, contact))
    return found


def give_back(tx: Transaction, taken: Iterable[str]) -> None:
    """Make cases nobody's again: a plan has only looked at them."""
    for case in taken:
        tx.run(_GIVE_BACK, (case,))


def case_keys(queries: Queries, party: PartyId) -> list[int]:
    """Return the keys under which anything in a person's cases was sealed."""
    return [row[0] for row in queries.rows(_CASE_KEYS, (party, party))]


def cut(tx: Transaction, party: PartyId, *, kept: bytes | None, at: Ms) -> None:
    """The number no longer finds the person; ``kept``: the lookup of what the law keeps."""
    tx.run(_CUT, (None, at, kept, party))


def reseal(tx: Transaction, party: PartyId, *, address: bytes | None, serial: int) -> None:
    """The address is sealed under another key, or gone."""
    tx.run(_RESEAL, (address, serial, party))


def rewrap(tx: Transaction, sound: Sound, *, locked: bytes, serial: int) -> None:
    """The key of a sound is locked by another key."""
    tx.run(_REWRAP, (serial, locked, sound.recording, sound.channel))


def remove_by_address(tx: Transaction, survey: Survey) -> None:
    """Remove what is found by the hash of the address, before that hash is taken away."""
    person = survey.person
    lookup = None if person is None else person.lookup or person.kept_lookup
    if lookup is not None:
        tx.run(_DROP_MAILS, (lookup,))
        tx.run(_UNSENT, (survey.now, lookup))
    for found in reaches():
        if found.holding.link == "lookup":
            _remove_rows(tx, found, survey)


def remove(
    tx: Transaction, survey: Survey, *, serial: int, proved: Callable[[], Iterable[int]]
) -> None:
    """Do to every row what the plan says; ``serial``: the key that was destroyed.

    ``proved``: the leaves of records about them that can still be proved, and stay as they are.
    """
    empty(tx, survey)
    for call in survey.due:
        anonymise(tx, survey.party, call)
    for found in reaches():
        by_key = found.holding.link in BY_KEY - {"lookup"}
        if by_key and found.holding.table not in _OWN_WAY:
            _remove_rows(tx, found, survey)
    held = json.dumps(survey.records_held)
    for statement in _DROP_WORK_OF_KEY:
        tx.run(statement, (serial, held, held))
    tx.run(_SAID_WITHOUT_A_CALL, (None, None, serial, held, held))
    if not survey.keep:
        let_go(tx, survey.party, proved=proved())


def empty(tx: Transaction, survey: Survey) -> None:
    """Take the content out of everything, whether or not the record of it has to stay."""
    for sound in survey.sounds:
        rewrap(tx, sound, locked=b"", serial=sound.serial)
        if not others_heard(tx, sound.recording, survey.party):
            tx.run(_SILENCED, (sound.recording,))
    for call in survey.calls:
        if call not in survey.held:
            for statement in _DROP_WORK_OF_CALL:
                tx.run(statement, (call,))
            tx.run(_NAMELESS_ROOM, (b"", b"", call, survey.party))
            tx.run(_NAMELESS_MEMBER, (None, call))
    for found in reaches():
        if found.empty is None or found.holding.table in BY_CALL:
            continue
        for key in _keys(tx, found, survey):
            tx.run(found.empty, found.values(survey.records_held, *empty_values(found), key))


def _remove_rows(tx: Transaction, found: Reach, survey: Survey) -> None:
    holding = found.holding
    if survey.on_hold:
        return
    days = survey.term(holding.rule.key).floor_days
    for key in keys_of(survey, holding):
        if holding.since is not None:
            latest = survey.now - days * DAY
            tx.run(found.remove, found.values(survey.records_held, key, latest=latest))
        elif not survey.keep or not days:
            tx.run(found.remove, found.values(survey.records_held, key))


def anonymise(tx: Transaction, party: PartyId, call: CallId) -> None:
    """Take the person out of a call that nobody has to keep any longer."""
    for statement in _NOBODY_IN.values():
        tx.run(statement, (NOBODY, call, party))
    tx.run(_NOBODY_TOLD, (party, NOBODY, None, call))
    for recording in recordings_of(tx, call):
        if others_heard(tx, recording, party):
            tx.run(_NOBODY_HEARD, (NOBODY, recording, party))
        else:
            tx.run(_DROP_CHANNELS, (recording,))
            tx.run(_DROP_RECORDING, (recording,))
    for found in reaches():
        holding = found.holding
        if holding.table in BY_CALL or holding.link in BY_KEY:
            continue
        keys: Sequence[str] = [call] if holding.link == "call" else recordings_of(tx, call)
        for key in keys:
            tx.run(found.remove, (key,))
    tx.run(_DROP_LINK, (party, call))


def let_go(tx: Transaction, party: PartyId, *, proved: Iterable[int]) -> None:
    """Nothing is kept: the id leads nowhere from here on."""
    tx.run(_NOBODY_SEEN, (NOBODY, party, NOBODY, party, json.dumps([*proved])))
    audit_pages.let_go(tx, party)
    tx.run(_DROP_PARTY, (party,))


_OWN_WAY = frozenset({"parties", "call_parties", "audit_records", "audit_people"})
"""Found by the person and ended in a way of their own."""


def _keys(tx: Transaction, found: Reach, survey: Survey) -> Sequence[str | bytes]:
    """Return what the rows of a holding are found by, for this person, but what is on hold."""
    if found.holding.link in BY_KEY:
        return [] if survey.on_hold else keys_of(survey, found.holding)
    free = [call for call in survey.calls if call not in survey.held]
    if found.holding.link == "call":
        return free
    return [recording for call in free for recording in recordings_of(tx, call)]


_PICTURES = Statement(
    select(text_media.c.id, text_media.c.text_id).where(text_media.c.party_id == bindparam("whom"))
)


def pictures(queries: Queries, party: PartyId, *, held: Sequence[str]) -> list[str]:
    """Return the names of the files of pictures in messages with somebody that are not ``held``."""
    found = queries.rows(_PICTURES, (party,))
    return [f"{picture}.rfm" for picture, text in found if text not in held]

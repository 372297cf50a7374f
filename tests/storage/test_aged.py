"""Invariant: what is old and settled goes, what still holds stays however old it is."""

from __future__ import annotations

import pytest
from sqlalchemy import Boolean

from ringfence.kernel.clock import DAY, Ms
from ringfence.privacy.purposes import purpose
from ringfence.privacy.retention import RULES
from ringfence.privacy.taxonomy import is_personal
from ringfence.storage import sweeps
from ringfence.storage.aged import AGED, SET_UP
from ringfence.storage.schema import metadata

OLD = Ms(1_600_000_000_000)
YOUNG = Ms(OLD + 1000 * DAY)
CUTOFF = Ms(OLD + 500 * DAY)


def fill(store, account, table_name, **values):
    """Add a row, with whatever the columns that were not named can hold."""
    table = metadata.tables[table_name]
    row = {}
    for column in table.columns:
        if column.name in values:
            row[column.name] = values[column.name]
        elif column.name == "account_id":
            row[column.name] = account.id
        elif column.nullable:
            row[column.name] = None
        else:
            python = column.type.python_type
            row[column.name] = {int: 0, str: "x", bytes: b"x", bool: False}.get(python, 0)
        if isinstance(column.type, Boolean):
            row[column.name] = int(row[column.name] or 0)
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    sql = f"INSERT INTO {table_name} ({names}) VALUES ({marks})"
    store.db.submit(lambda tx: tx._cursor.execute(sql, tuple(row.values())) and None).result(5)


def sweep(store, account, kind):
    batch = sweeps.due(store.db.reading, kind, account=account.id, cutoff=CUTOFF, count=50)
    gone = store.db.submit(lambda tx: sweeps.remove(tx, kind, batch)).result(5)
    return [one.id for one in gone]


def left(store, table):
    rows = store.db.reading._cursor.execute(f"SELECT * FROM {table}").fetchall()
    return [str(row[0]) for row in rows]


def test_callbacks_that_were_given_up_go_and_exchanges_of_no_call(store, account):
    for name, at in (("A", OLD), ("B", YOUNG)):
        fill(store, account, "deliveries", sequence=ord(name), id=name, due_at=at, state="dead")
        fill(store, account, "notifications", id=name, at=at)
    fill(store, account, "deliveries", sequence=1, id="C", due_at=OLD, state="ready")
    fill(store, account, "notifications", id="C", at=OLD, call_id="CA1")
    assert sweep(store, account, "deliveries") == ["A"]
    assert sweep(store, account, "exchanges") == ["A"]
    assert left(store, "notifications") == ["B", "C"]


@pytest.mark.parametrize("kind", ["messages", "holds", "restrictions", "cases"])
def test_old_and_settled_goes_young_stays(store, account, kind):
    clock = {"messages": "created_at", "cases": "decided_at"}.get(kind, "lifted_at")
    unique = {"messages": "reason", "cases": "reference"}.get(kind)
    for name, at in (("A", OLD), ("B", YOUNG)):
        extra = {} if unique is None else {unique: name if unique == "reason" else name.encode()}
        fill(store, account, kind, id=name, **{clock: at}, **extra)
    assert sweep(store, account, kind) == ["A"]
    assert left(store, kind) == ["B"]


@pytest.mark.parametrize("kind", ["holds", "restrictions", "cases"])
def test_what_still_stands_stays_however_old(store, account, kind):
    fill(store, account, kind, id="A")  # never lifted, never decided
    assert sweep(store, account, kind) == []


def test_a_consent_goes_once_something_newer_was_said(store, account):
    said = {"party_id": "P", "purpose": "market", "channel": "call"}
    fill(store, account, "consents", id=1, at=OLD, state="given", **said)
    fill(store, account, "consents", id=2, at=Ms(OLD + 1), state="withdrawn", **said)
    fill(store, account, "consents", id=3, at=OLD, state="given", **said | {"channel": "email"})
    assert sweep(store, account, "consents") == ["1"]
    assert left(store, "consents") == ["2", "3"]


def test_a_case_takes_everything_of_it_along(store, account):
    fill(store, account, "cases", id="A", decided_at=OLD)
    for table in ("case_steps", "case_codes", "case_archives"):
        fill(store, account, table, case_id="A")
    for table in ("amendments", "disclosures"):
        fill(store, account, table, id="X", case_id="A")
    assert sweep(store, account, "cases") == ["A"]
    for table in ("case_steps", "case_codes", "case_archives", "amendments", "disclosures"):
        assert left(store, table) == [], table


def test_a_held_case_stays(store, account, rooms, clock):
    fill(store, account, "cases", id="A", decided_at=OLD)
    store.db.submit(
        lambda tx: rooms.holds.place(tx, "A", reason="legal_claim", by="owner", now=clock.now())
    ).result(5)
    assert sweep(store, account, "cases") == []


ELSEWHERE = {
    "addresses": "kept as long as the number that is given by them, and the account",
    "accounts": "closes with the account",
    "amendments": "with its case",
    "api_keys": "closes with the account",
    "audit_records": "a log with holes proves nothing",
    "audit_people": "who is on a page of that log",
    "call_legs": "with its call",
    "charges": "with its call",
    "text_charges": "with its message",
    "call_parties": "with its call",
    "case_approvers": "closes with the account",
    "case_archives": "with its case; expires before",
    "case_codes": "with its case",
    "case_steps": "with its case",
    "disclosures": "with its case",
    "events": "with its call",
    "app_tokens": "by its own lifetime (jobs.handlers.fetched)",
    "apps": "closes with the account",
    "repeats": "by its own lifetime (jobs.handlers.fetched)",
    "fetched": "by its own lifetime (jobs.handlers.fetched)",
    "text_events": "with its message",
    "transcription_parts": "with its transcription",
    "text_media": "with its message",
    "text_parts": "with its message",
    "text_pieces": "by its own lifetime (office.messaging.pieces)",
    "text_talks": "by its own lifetime (office.messaging.talking)",
    "participants": "with its call",
    "room_recordings": "with its recording",
    "phones": "until it is removed",
    "primary_admins": "closes with the account",
    "recording_channels": "with its recording",
    "staff_tickets": "closes with the account",
    "subscriptions": "until somebody leaves the list",
    "suppressions": "a no is kept as long as it is one",
    "trunks": "until it is removed",
}
"""Tables about people that no sweep of their own goes through, and why."""


@pytest.mark.promise("RET-02")
def test_every_table_about_people_is_swept_or_says_why_not():
    about = {
        table.name
        for table in metadata.sorted_tables
        if any(is_personal(column.info["label"].category) for column in table.columns)
    }
    missing = about - sweeps.KINDS.keys() - ELSEWHERE.keys() - {"bindings"}
    assert not missing, f"say how they are swept: {sorted(missing)}"


KEPT_APART = {
    "accounts": "its name and token go, its SID is what everything is filed under",
    "balances": "billing: with the last of its movements",
    "call_counts": "counts of months, of nobody",
    "conferences": "a kind of their own",
    "repeats": "by their own lifetime",
}
"""Set-up that a closed account's sweep leaves, and why."""


@pytest.mark.promise("RET-02")
def test_what_a_closed_account_had_set_up_goes_and_nobody_elses(store, account):
    other = store.db.submit(
        lambda tx: store.accounts.add(tx, "AC" + "5" * 32, name="Gone", auth_token="t", now=OLD)
    ).result(5)
    for owner in (account, other):
        for table in SET_UP:
            whole = {str: owner.id, bytes: owner.id.encode()}
            texts = [c for c in table.columns if c.type.python_type in whole]
            fill(store, owner, table.name, **{c.name: whole[c.type.python_type] for c in texts})
    fill(store, other, "flow_versions", flow_id=other.id)
    assert sweep(store, other, "accounts") == []  # it is open
    write = store.db.submit
    write(lambda tx: store.accounts.set_status(tx, other, "closed", now=YOUNG)).result(5)
    assert sweep(store, other, "accounts") == []  # since lately
    write(lambda tx: store.accounts.set_status(tx, other, "closed", now=OLD)).result(5)
    assert sweep(store, account, "accounts") == []
    assert sweep(store, other, "accounts") == [other.id]
    reading = store.db.reading
    for table in SET_UP:
        assert left(store, table.name), table.name
        assert other.id not in left(store, table.name), table.name
    assert left(store, "flow_versions") == []
    with purpose("operate"):
        assert store.accounts.name(reading, other) == ""
        assert store.accounts.name(reading, account) != ""
    with purpose("authenticate"):
        assert store.accounts.auth_token(reading, other) == ""
    assert sweep(store, other, "accounts") == []  # once


def test_everything_that_is_set_up_goes_with_a_closed_account():
    plain = {"account", "operations", "key"}
    about = {
        table.name
        for table in metadata.sorted_tables
        if "account_id" in table.columns
        and {column.info["label"].retention for column in table.columns} <= plain
    }
    assert not about - {table.name for table in SET_UP} - KEPT_APART.keys(), about


def test_every_kind_has_a_rule():
    assert set(sweeps.KINDS.values()) <= RULES.keys()
    assert AGED.keys() <= sweeps.KINDS.keys()

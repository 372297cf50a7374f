"""Statements: compiled once, their values in a stated order, ready for Postgres."""

import importlib
import pkgutil

import apsw
import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql

from ringfence import storage
from ringfence.kernel.errors import LocalError
from ringfence.storage.schema import audit_checkpoints, jobs
from ringfence.storage.statement import Statement, at_most, insert_new, insert_row, word


def test_a_row_goes_in_with_its_columns_in_table_order():
    statement = insert_row(audit_checkpoints)
    assert statement.sql == "INSERT INTO audit_checkpoints (size, at, note) VALUES (?, ?, ?)"
    assert statement.names == ("size", "at", "note")
    assert insert_new(audit_checkpoints).sql == statement.sql + " ON CONFLICT DO NOTHING"


def test_values_are_bound_in_the_order_of_the_text():
    statement = Statement(
        update(jobs).where(jobs.c.id == bindparam("job")).values(attempts=bindparam("n"))
    )
    assert statement.bind({"job": "JB1", "n": 3}) == (3, "JB1")
    with pytest.raises(LocalError):
        statement.bind({"job": "JB1"})


def test_a_wrong_order_is_a_bug_found_at_import():
    clause = update(jobs).where(jobs.c.id == bindparam("job")).values(attempts=bindparam("n"))
    assert Statement(clause, "n", "job").names == ("n", "job")
    with pytest.raises(LocalError):
        Statement(clause, "job", "n")


def test_words_of_ours_stand_in_the_text_and_nothing_else_does():
    assert (
        "state = 'ready'" in Statement(select(jobs.c.id).where(jobs.c.state == word("ready"))).sql
    )
    with pytest.raises(LocalError):
        word("'; DROP TABLE jobs")


def test_a_limit_is_a_constant_or_one_value():
    assert Statement(at_most(select(jobs.c.id), 5)).names == ()
    assert Statement(at_most(select(jobs.c.id), "count")).names == ("count",)


def every_statement():
    """All statements written at the top of a module of storage."""
    for info in pkgutil.iter_modules(storage.__path__, "ringfence.storage."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if isinstance(value, Statement) and value.clause is not None:
                yield f"{info.name.rpartition('.')[2]}.{name}", value


@pytest.mark.parametrize(("name", "statement"), list(every_statement()), ids=str)
def test_every_statement_could_be_run_by_postgres_too(name, statement):
    clause = statement.clause
    if "ON CONFLICT DO NOTHING" in statement.sql:  # each dialect has its own class for it
        clause = postgresql.insert(clause.table).on_conflict_do_nothing()
    elif "DO UPDATE SET" in statement.sql:
        settled = clause._post_values_clause
        fresh = postgresql.insert(clause.table)
        clause = fresh.on_conflict_do_update(
            index_elements=settled.inferred_target_elements,
            set_={
                str(name): fresh.excluded[str(name)] for name in dict(settled.update_values_to_set)
            },
        )
    compiled = str(clause.compile(dialect=postgresql.dialect()))
    assert compiled.split()[0] == statement.sql.split()[0]


@pytest.mark.parametrize(("name", "statement"), list(every_statement()), ids=str)
def test_every_statement_uses_an_index_or_says_why_not(name, statement, blank_database):
    """A scan of a whole table grows with the installation; those here are of small tables."""
    db = apsw.Connection(str(blank_database), flags=apsw.SQLITE_OPEN_READONLY)
    plan = db.execute("EXPLAIN QUERY PLAN " + statement.sql, (None,) * len(statement.names))
    scans = [row[3] for row in plan if row[3].startswith("SCAN") and "USING" not in row[3]]
    scans = [scan for scan in scans if "json_each VIRTUAL" not in scan]  # a list that is given
    db.close()
    assert scans == [] or name in SMALL, (name, scans)


SMALL = {
    "accounts._ALL": "read once, at the start",
    "accounts._DROP_ALL": "a handful of one-time links",
    "audit_check._SIGNED": "the whole log is read when it is verified",
    "bindings._ALL": "read once, at the start",
    "pieces._ALL": "read once, at the start of a carrier",
    "cases._LOGGED": "the transparency report is recomputed from the whole log",
    "cases_archives._STALE": "archives that wait to be fetched, once an hour",
    "cases_disclosures._OF_CASE": "disclosures are counted on fingers",
    "cases_disclosures._SILENT": "disclosures are counted on fingers",
    "cases_disclosures._UNHIDE": "disclosures are counted on fingers",
    "cases_people._APPROVERS": "a handful of people",
    "cases_people._HONEY": "read once, at the start",
    "cases_people._OFFICERS": "one for each law",
    "cases_people._REMOVE_APPROVER": "a handful of people",
    "consents._COUNT_SUPPRESSED": "a list for people to read",
    "consents_lapse._GIVEN": "when a version of the notice makes consents lapse",
    "holds._ALL_RESTRICTED": "read once, at the start",
    "holds._LIST": "a list for people to read",
    "staff._KEYS": "read once, at the start",
    "staff._TICKETS": "read once, at the start",
    "sweeps._DUE_PARTIES": "once a night, beside the loop",
    "apps._APPS": "read once, at the start",
    "apps._GRANTS": "read once, at the start",
    "erasure_ledger._EVERY": "read once, at the start of a database that was put back",
    "conferences._OPEN": "read once, at the start",
    "queues._ALL": "read once, at the start",
    "repeats._COUNT": "as many as IDEMPOTENCY_KEYS_MAX",
    "repeats._DROP_ALL": "when somebody is erased",
    "audit_check._REMOVAL": "from the end, to the last removal",
    "audit_leaving._BEGUN": "from the end, to where this erasure began",
    "audit._LAST_CHECKPOINT": "from the end, one row",
    "audit._LAST_FACT": "from the end, one row",
    "audit._LAST_HEAD": "from the end, one row",
    "audit._LAST_RECORD": "from the end, one row",
    "flows._USED_BY": "numbers, when a flow is removed",
    "numbers._ALL": "read once, at the start",
    "parties._SOME": "a page of ids, as the parameter names them",
    "ledger._HOUSE": "from the beginning, one row, once",
    "ledger._OF_CALLS": "a page of ids, as the parameter names them",
    "ledger._OF_TEXTS": "a page of ids, as the parameter names them",
    "tariffs._ALL": "read once, at the start",
    "phones._ALL": "read once, at the start",
    "recordings._CHANNELS_OF": "a page of ids, as the parameter names them",
    "recovery._LAST_AT": "from the end, one row",
}

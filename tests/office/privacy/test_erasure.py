"""Erasing by use case: the plan touches nothing, the erasure forgets everywhere, no oracle."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from sqlalchemy import bindparam, update

from ringfence.accounts.resources import CallerId
from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.jobs.handlers import cases
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.phone import Phone
from ringfence.office import shelf
from ringfence.office.privacy import erasure
from ringfence.privacy.checkpoint import verify_text
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.cases_disclosures import Recipient
from ringfence.storage.schema import cases as table
from ringfence.storage.statement import Statement

CALLER, STRANGER = "+12025550123", "+12025550199"


def run(office, use_case, /, **args):
    async def ask():
        return await office.run(use_case, args, actor="operator")

    return asyncio.run(ask())


def counted(erasure):
    return {(row.store, row.action): row.count for row in erasure.rows if row.count}


@pytest.fixture
def caller(office):
    """Somebody who called and hung up."""
    rooms, now = office.store, office.clock.now()
    call, leg = (ids.make(kind, now, office.entropy) for kind in ("call", "leg"))
    party = rooms.party_room.resolve(Phone(CALLER), now)
    called = rooms.party_room.resolve(Phone("+12025550188"), now)
    facts = [
        events.CallOffered(at=now, call=call, account=office.account.id, leg=leg,
                           caller=party, called=called),
        events.CallEnded(at=now, call=call, account=office.account.id, direction="inbound",
                         cause=Cause.NORMAL, hung_up_by="caller", missed=True, offered_at=now,
                         rang_at=None, answered_at=None, answered_by_person_at=None, ended_at=now,
                         duration_ms=0, talk_ms=0),
    ]  # fmt: skip
    rooms.calls.record(facts, now)
    rooms.db.submit(lambda _: None).result(5)
    return party


@pytest.mark.promise("DSR-03")
def test_somebody_known_by_a_mailbox_alone_is_erased(office):
    store = office.store.rooms.messages
    lookup = store.lookup("ann@example.com")
    run(office, "privacy.message.subscribe", to="Ann@Example.com", name="news", ground="consent",
        evidence="C1")  # fmt: skip
    planned = run(office, "privacy.erase.plan", address="ANN@example.com")
    found = {row.store: row.count for row in planned.rows}
    assert (found["parties"], found["subscriptions"]) == (1, 1)
    run(office, "privacy.erase.execute", sid=planned.sid)
    assert store.subscriptions(office.store.db.reading, lookup) == []
    again = run(office, "privacy.erase.plan", address="ann@example.com")
    assert sum(row.count or 0 for row in again.rows if row.store != "keys") == 0


def test_an_erased_mailbox_is_still_left_alone(office):
    store = office.store.rooms.messages
    lookup = store.lookup("ann@example.com")
    asyncio.run(office.write(lambda tx: store.suppress(tx, lookup, how="page", at=1)))
    office.store.party_room.resolve("mailto:ann@example.com", office.clock.now())
    planned = run(office, "privacy.erase.plan", address="ann@example.com")
    run(office, "privacy.erase.execute", sid=planned.sid)
    assert store.is_suppressed(office.store.db.reading, lookup)


def test_what_is_no_address_is_refused(office):
    for text, code in (("ann@", "bad_email"), ("12", "invalid_number")):
        with pytest.raises(Refused) as refused:
            run(office, "privacy.erase.plan", address=text)
        assert refused.value.code == code


@pytest.mark.promise("DSR-03")
def test_a_person_is_erased_on_request(office, caller):
    planned = run(office, "privacy.erase.plan", address=CALLER)
    assert (planned.status, planned.receipt) == ("planned", None)
    assert office.store.party_room.find(Phone(CALLER)) == caller
    done = run(office, "privacy.erase.execute", sid=planned.sid)
    assert done.status == "done"
    assert office.store.party_room.find(Phone(CALLER)) is None
    signer = office.store.store.signer()
    assert planned.sid in verify_text(done.receipt, name=signer.name, public=signer.public)
    assert done.verifier_key == signer.verifier_key()
    assert run(office, "call.list").calls[0].caller is None
    assert run(office, "privacy.erase.execute", sid=planned.sid) == done
    assert [found.sid for found in run(office, "privacy.erase.list")] == [planned.sid]
    assert run(office, "privacy.erase.show", sid=planned.sid) == done


def test_the_country_of_the_settings_counts(office, caller):
    rows = run(office, "privacy.erase.plan", address=CALLER).rows
    assert {row.rule for row in rows if row.action == "restrict"} >= {"US-10"}


def test_a_number_nobody_has_heard_of_is_answered_alike(office, caller):
    known = run(office, "privacy.erase.plan", address=CALLER)
    unknown = run(office, "privacy.erase.plan", address=STRANGER)
    assert {row.store for row in known.rows} == {row.store for row in unknown.rows}
    done = run(office, "privacy.erase.execute", sid=unknown.sid)
    assert (done.status, done.due) == ("done", None)


@pytest.mark.parametrize("address", ["12", "not a number", "+1" * 200, ""])
def test_what_is_no_number_is_refused(office, address):
    with pytest.raises(Refused) as refused:
        run(office, "privacy.erase.plan", address=address)
    assert refused.value.code == "invalid_number"


def test_sip_addresses_are_people_too(office):
    address = "sip:ann@example.com"
    party = office.store.party_room.resolve(address, office.clock.now())
    planned = run(office, "privacy.erase.plan", address="sip:ann@EXAMPLE.com;transport=tcp")
    assert erasure.find(office, address) == party
    assert sum(row.count or 0 for row in planned.rows if row.store == "parties") == 1


@pytest.mark.parametrize("sid", ["ER" + "0" * 32, "CA" + "0" * 32, "nonsense"])
def test_an_erasure_that_is_not_there(office, sid):
    for name in ("privacy.erase.show", "privacy.erase.execute"):
        with pytest.raises(Refused) as refused:
            run(office, name, sid=sid)
        assert refused.value.code == "not_found"


def test_reasons_are_words_of_a_list(office):
    with pytest.raises(Refused) as refused:
        run(office, "privacy.erase.plan", address=CALLER, reason="because")
    assert refused.value.code == "bad_reason"
    with pytest.raises(Refused) as refused:
        run(office, "privacy.erase.list", limit=0)
    assert refused.value.code == "bad_argument"


def test_the_running_server_forgets_too(office, caller):
    forgotten = []

    class Live:
        def forget_person(self, party):
            forgotten.append(party)

    office.attach(Live())
    planned = run(office, "privacy.erase.plan", address=CALLER)
    run(office, "privacy.erase.execute", sid=planned.sid)
    assert forgotten == [caller]


def test_whoever_received_something_is_told(office, caller):
    rooms, now = office.store.rooms, office.clock.now()
    for url in ("https://example.com/in", ""):
        office.store.db.submit(
            lambda tx, url=url: rooms.disclosures.add(
                tx, party=caller, case="CS" + "1" * 32, kind="provider", fields=["calls"],
                basis="GDPR 20", recipient=Recipient(name="Other", url=url), now=now,
            )
        ).result(5)  # fmt: skip
    planned = run(office, "privacy.erase.plan", address=CALLER)
    for _ in range(2):
        run(office, "privacy.erase.execute", sid=planned.sid)
    waiting = "SELECT count(*) FROM jobs WHERE kind = ?"
    found = office.store.db.reading._cursor.execute(waiting, (cases.ERASED,)).fetchall()
    assert found == [(1,)], "once, and only where there is somebody to tell"


def test_a_call_that_goes_on_puts_the_date_off(office, caller, monkeypatch):
    def busy(_erasure):
        raise Refused("call_going_on", "this person is in a call")

    monkeypatch.setattr(office.store.store.eraser, "go_on", busy)
    with pytest.raises(RemoteError):
        asyncio.run(erasure.go_on(office, "ER1"))


@pytest.mark.promise("DSR-03")
def test_what_was_asked_under_the_number_goes_though_nobody_proved_who_asked(office, caller):
    rooms = office.store.rooms.cases
    for contact in (CALLER, STRANGER):
        run(office, "privacy.rights.ask", kind="access", contact=contact, words="I am Ann.")
        run(office, "privacy.grievance.file", words="I am Ann.", contact=contact)
        run(office, "privacy.child.report", contact=contact, words="Ann is nine.")

    def asked():
        pages = (
            office.read(partial(rooms.page, family=family, count=9))
            for family in ("request", "grievance", "child")
        )
        return [case for page in pages for case in page]

    def said(cases):
        with exchange_itself(), purpose("answer_rights"):
            return [rooms.words(case) for case in cases]

    theirs = rooms.contact(CALLER)
    before = [case for case in asked() if case.contact == theirs]
    assert len(before) == 3
    assert all(said(before))
    planned = run(office, "privacy.erase.plan", address=CALLER)
    assert [case.party for case in asked() if case.contact == theirs] == [c.party for c in before]
    done = run(office, "privacy.erase.execute", sid=planned.sid)
    assert 3 in {row.count for row in done.rows if row.store == "cases"}
    assert counted(planned) == counted(done)  # what was shown first is what was done
    after = asked()
    assert said([case for case in after if case.contact == theirs]) == [{}, {}, {}]
    assert all(said([case for case in after if case.contact != theirs]))
    # the keys are destroyed, so that a copy made before tells nothing either
    assert said(before) == [{}, {}, {}]


def test_who_only_ever_asked_is_erased_too(office):
    rooms = office.store.rooms.cases
    run(office, "privacy.rights.ask", kind="access", contact=STRANGER, words="I am Ann.")
    planned = run(office, "privacy.erase.plan", address=STRANGER)
    run(office, "privacy.erase.execute", sid=planned.sid)
    (case,) = office.read(lambda queries: rooms.page(queries, "request", count=9))
    assert case.words is None


def test_a_case_sealed_with_the_accounts_key_does_not_take_that_key_along(office, caller):
    run(office, "privacy.case.open", kind="access", contact=CALLER, words="Ann.", method="met")
    seal_key = office.account.seal_key
    office.store.db.submit(
        lambda tx: tx.run(Statement(update(table).values(key_serial=bindparam("key")), "key"),
                          (seal_key,))
    ).result(5)  # fmt: skip
    planned = run(office, "privacy.erase.plan", address=CALLER)
    run(office, "privacy.erase.execute", sid=planned.sid)
    assert office.store.store.vault.keys.key(seal_key)


def test_calls_may_not_show_the_number_of_who_was_erased(office, caller):
    async def confirmed():
        for number in (CALLER, STRANGER):
            await shelf.keep(office, CallerId(number=number, name="Ann"), once=number)

    asyncio.run(confirmed())
    planned = run(office, "privacy.erase.plan", address=CALLER)
    run(office, "privacy.erase.execute", sid=planned.sid)
    assert [one.number for one in run(office, "caller_id.list")] == [STRANGER]


def test_the_key_a_case_had_before_it_was_proved_whose_it_is_goes_too(office, caller):
    """A copy made in between holds the words under that key."""
    rooms = office.store.rooms.cases
    run(office, "privacy.rights.ask", kind="access", contact=CALLER, words="I am Ann.")
    (before,) = office.read(lambda queries: rooms.page(queries, "request", count=9))
    run(office, "privacy.case.identify", sid=before.id, method="met")
    planned = run(office, "privacy.erase.plan", address=CALLER)
    run(office, "privacy.erase.execute", sid=planned.sid)
    with exchange_itself(), purpose("answer_rights"):
        assert rooms.words(before) == {}


def test_somebody_whose_recipients_were_told_is_erased_again(office, caller):
    register = office.store.rooms.disclosures
    asyncio.run(
        office.write(
            lambda tx: register.add(
                tx, party=caller, case="CS" + "2" * 32, kind="provider",
                recipient=Recipient(name="x", url="https://example.com/in"), fields=["calls"],
                basis="GDPR 20", now=office.clock.now(),
            )
        )
    )  # fmt: skip
    for _ in range(2):  # the law keeps the row, and who it was is told and forgotten the first time
        planned = run(office, "privacy.erase.plan", address=CALLER)
        assert run(office, "privacy.erase.execute", sid=planned.sid).status == "done"

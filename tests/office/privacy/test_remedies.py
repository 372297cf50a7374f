"""What is done for each right."""

from __future__ import annotations

import pytest
from rights_scene import CALLER

from ringfence.kernel.errors import Refused
from ringfence.office.privacy import case_clocks, consents
from ringfence.privacy.cases import rights
from ringfence.privacy.purposes import purpose
from ringfence.storage.cases_disclosures import Recipient


def opened(scene, kind, **details):
    return scene.run("privacy.case.open", kind=kind, contact=CALLER, residence="DE",
                     details=details, method="met")  # fmt: skip


def holds(scene, party, about, channel):
    office = scene.office
    return office.read(lambda q: office.store.rooms.consents.holds(q, party, about, channel))


def address(scene, party, why):
    with purpose(why):
        return scene.office.read(lambda q: scene.office.store.parties.address(q, party))


@pytest.mark.promise("DSR-04")
def test_a_restricted_person_is_stored_and_used_for_nothing_else(scene):
    party = scene.person()
    assert address(scene, party, "billing") == CALLER
    assert opened(scene, "restriction").state == "answered"
    for why in ("billing", "call_record"):
        with pytest.raises(Refused) as refused:
            address(scene, party, why)
        assert refused.value.code == "restricted"
    assert address(scene, party, "answer_rights") == CALLER


@pytest.mark.promise("DSR-05")
def test_marketing_stops_at_once_and_service_messages_go_on(scene):
    party = scene.person()
    case = opened(scene, "objection", purpose="market", email="ada@example.com")
    assert case.state == "answered"
    assert {holds(scene, party, "market", way) for way in ("call", "message", "email")} == {
        "refused"
    }
    rooms, reading = scene.office.store.rooms, scene.office.store.db.reading
    assert rooms.consents.suppressed(reading, CALLER, "marketing")
    assert not rooms.consents.suppressed(reading, CALLER, "do_not_call")
    lookup = rooms.messages.lookup("ada@example.com")
    assert rooms.messages.is_suppressed(reading, lookup)
    assert address(scene, party, "connect_call") == CALLER  # calls for service go on


def test_objecting_to_an_interest_of_ours_leaves_the_data_alone_meanwhile(scene):
    party = scene.person()
    assert opened(scene, "objection", purpose="prevent_abuse").state == "answered"
    with pytest.raises(Refused):
        address(scene, party, "billing")
    found = scene.refused(
        "privacy.case.open", kind="objection", contact=CALLER, details={"purpose": "billing"},
        method="met",
    )  # fmt: skip
    assert found.code == "bad_purpose"


def test_an_opt_out_reaches_the_mailbox_too(scene):
    scene.person()
    assert opened(scene, "opt_out", email="Ada@Example.com").state == "answered"
    messages = scene.office.store.rooms.messages
    assert messages.is_suppressed(scene.office.store.db.reading, messages.lookup("ada@example.com"))


@pytest.mark.promise("CON-03")
def test_taking_a_consent_back_takes_no_more_than_giving_it(scene):
    party = scene.person()
    scene.run("privacy.consent.give", number=CALLER, purpose="record_call", how="api")
    assert holds(scene, party, "record_call", "any") == "given"
    asked = scene.run("privacy.rights.ask", "public", kind="withdrawal", contact=CALLER,
                      details={"purpose": "record_call"})  # fmt: skip
    scene.work()
    status = scene.run("privacy.rights.verify", "public", reference=asked.reference,
                       code=scene.line.code)  # fmt: skip
    assert status.state == "answered"
    assert holds(scene, party, "record_call", "any") == "refused"


@pytest.mark.promise("DSR-02")
def test_a_correction_is_added_and_everybody_who_had_the_wrong_is_told(scene):
    party = scene.person()
    register = scene.office.store.rooms.disclosures
    case = opened(scene, "correction", what="name", value="Ada Byron")
    disclosed = scene.office.store.db.submit(
        lambda tx: register.add(
            tx, party=party, case=case.sid, kind="provider", fields=["calls"], basis="GDPR 20",
            recipient=Recipient(name="Other", url="https://127.0.0.1/in"), now=scene.clock.now(),
        )
    ).result(5)  # fmt: skip
    answered = scene.run("privacy.case.answer", sid=case.sid, words="corrected")
    assert answered.state == "answered"
    assert scene.work() == ["case_tell"]
    ((url, body, headers),) = scene.web.got
    assert url == "https://127.0.0.1/in"
    assert b"Ada Byron" in body
    assert "Ringfence-Signature" in headers
    found = scene.office.read(lambda q: register.get(q, disclosed))
    assert found.taken_at is not None
    (amended,) = scene.office.read(lambda q: register.amendments(q, party))
    with purpose("answer_rights"):
        assert register.value(amended) == "Ada Byron"


@pytest.mark.parametrize("details", [{}, {"what": "name"}, {"what": "number", "value": "x"}])
def test_a_correction_that_says_nothing_is_not_granted(scene, details):
    scene.person()
    case = opened(scene, "correction", **details)
    assert scene.refused("privacy.case.answer", sid=case.sid).code in {
        "bad_argument", "invalid_number"
    }  # fmt: skip


def test_an_erasure_is_carried_out_and_recipients_are_told(scene):
    party = scene.person()
    case = opened(scene, "erasure")
    scene.office.store.db.submit(
        lambda tx: scene.office.store.rooms.disclosures.add(
            tx, party=party, case=case.sid, kind="provider", fields=["calls"], basis="GDPR 20",
            recipient=Recipient(name="Other", url="https://127.0.0.1/in"), now=scene.clock.now(),
        )
    ).result(5)  # fmt: skip
    done = scene.run("privacy.case.answer", sid=case.sid, words="erased")
    assert done.state == "answered"
    assert scene.run("privacy.erase.show", sid=done.facts["erasure"]).status == "done"
    assert done.words == {}
    with pytest.raises(Refused) as refused:
        address(scene, party, "answer_rights")
    assert refused.value.code in {"erased", "not_found"}
    assert scene.work() == ["case_erased"]
    assert b"erasure" in scene.web.got[0][1]


def test_access_is_answered_by_a_job_and_fetched_by_the_reference(scene):
    scene.called()
    asked = scene.run("privacy.rights.ask", "public", kind="access", contact=CALLER)
    reference = {"reference": asked.reference}
    scene.work()
    scene.run("privacy.rights.verify", "public", code=scene.line.code, **reference)
    with pytest.raises(Refused):
        scene.fetch("privacy.rights.fetch", "public", **reference)
    assert scene.work() == ["case_archive"]
    status = scene.run("privacy.rights.status", "public", **reference)
    assert (status.state, status.archive) == ("answered", True)
    assert scene.fetch("privacy.rights.fetch", "public", **reference).startswith(b"PK")
    with pytest.raises(Refused):
        scene.fetch("privacy.rights.fetch", "public", **reference)


def disclose(scene, party, url="https://127.0.0.1/in"):
    """Somebody received something of this person, and knows where to be told of changes."""
    register = scene.office.store.rooms.disclosures
    return scene.office.store.db.submit(
        lambda tx: register.add(
            tx, party=party, case="CS" + "0" * 32, kind="provider", fields=["calls"],
            basis="GDPR 20", recipient=Recipient(name="Other", url=url), now=scene.clock.now(),
        )
    ).result(5)  # fmt: skip


@pytest.mark.promise("CON-05")
def test_who_received_data_is_told_to_stop_marketing_until_it_confirms(scene):
    party = scene.person()
    disclosed = disclose(scene, party)
    register = scene.office.store.rooms.disclosures

    def found():
        return scene.office.read(lambda queries: register.get(queries, disclosed))

    scene.web.dead = True
    assert opened(scene, "opt_out").state == "answered"
    assert scene.work() == ["case_tell!"]
    assert found().told_at
    assert found().taken_at is None
    again = opened(scene, "portability", recipient="https://127.0.0.1/in")
    scene.run("privacy.case.answer", sid=again.sid)
    assert "case_push:recipient_silent" in scene.work()  # nothing more for who does not confirm
    scene.clock.advance(case_clocks.SILENT_MS)
    scene.clocks()
    log = scene.office.store.db.reading._cursor.execute(
        "SELECT count(*) FROM audit_records WHERE kind = 'not_confirmed'"
    ).fetchall()
    assert log == [(1,)]
    scene.web.dead = False
    scene.clock.advance(60_000)
    assert "case_tell" in scene.work()
    assert b'"no_marketing":true' in scene.web.got[0][1]
    assert found().taken_at >= found().told_at


@pytest.mark.promise("RET-07")
def test_a_record_that_must_be_kept_is_corrected_beside_it(scene):
    call = scene.called()
    before = scene.run("call.show", sid=call)
    case = opened(scene, "correction", what="record", record=call, value="I did not call that day")
    assert scene.run("privacy.case.answer", sid=case.sid).state == "answered"
    assert scene.run("call.show", sid=call) == before  # what was billed can be recounted
    party = scene.person()
    register = scene.office.store.rooms.disclosures
    (amended,) = scene.office.read(lambda queries: register.amendments(queries, party))
    assert (amended.what, amended.record) == ("record", call)


def test_nobody_corrects_a_record_of_somebody_else(scene):
    scene.person()
    other = scene.called("+12025550144")
    case = opened(scene, "correction", what="record", record=other, value="x")
    assert scene.refused("privacy.case.answer", sid=case.sid).code == "not_found"
    bare = scene.refused("privacy.case.open", kind="correction", contact=CALLER, residence="DE",
                         details={"what": "record", "value": "x"})  # fmt: skip
    assert bare.code == "bad_argument", "said at once, not when somebody has worked on it"


@pytest.mark.promise("ACC-10")
def test_taking_back_marketing_leaves_the_service_and_taking_back_its_ground_ends_it(scene):
    party = scene.person()
    assert opened(scene, "withdrawal", purpose="market").state == "answered"
    assert address(scene, party, "connect_call") == CALLER
    asked = scene.run("privacy.rights.ask", "public", kind="withdrawal", contact=CALLER,
                      residence="IN", details={"purpose": "service"})  # fmt: skip
    scene.work()
    reference = {"reference": asked.reference}
    status = scene.run("privacy.rights.verify", "public", code=scene.line.code, **reference)
    assert status.state == "open"
    assert "the service ends" in status.letter
    (case,) = [c for c in scene.run("privacy.case.list") if c.state == "open"]
    planned = scene.run("privacy.erase.show", sid=case.facts["erasure"])
    assert (planned.status, planned.reason) == ("planned", "withdrawal")
    assert address(scene, party, "connect_call") == CALLER  # nothing has happened yet
    assert scene.refused("privacy.case.answer", sid=case.sid).code == "export_first"
    assert scene.work() == ["case_archive"]
    assert scene.fetch("privacy.rights.fetch", "public", **reference).startswith(b"PK")
    scene.clock.advance(rights.WARNED_MS)
    assert scene.run("privacy.case.answer", sid=case.sid).state == "answered"
    with pytest.raises(Refused) as refused:
        address(scene, party, "connect_call")
    assert refused.value.code in {"erased", "not_found"}


@pytest.mark.promise("DSR-04")
@pytest.mark.parametrize(
    ("kind", "about", "stops"),
    [
        ("restriction", {}, "everything"),
        ("objection", {"purpose": "prevent_abuse"}, "everything"),
        ("objection", {"purpose": "record_call"}, "everything"),
        ("withdrawal", {"purpose": "transcription"}, "words"),
        ("objection", {}, ""),
        ("opt_out", {}, ""),
    ],
)
def test_what_is_forbidden_stops_on_the_call_that_goes_on(scene, monkeypatch, kind, about, stops):
    party = scene.person()
    stopped = []
    monkeypatch.setattr(
        consents, "stop_recording", lambda _, whose: stopped.append(("everything", whose))
    )
    monkeypatch.setattr(
        consents, "stop_transcribing", lambda _, whose: stopped.append(("words", whose))
    )
    assert opened(scene, kind, **about).state == "answered"
    assert stopped == ([(stops, party)] if stops else [])

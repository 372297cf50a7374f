"""Incidents: parallel clocks, the people to tell, data that nobody should open."""

from __future__ import annotations

import pytest
from rights_scene import CALLER, OTHER

from ringfence.kernel.clock import HOUR
from ringfence.privacy.purposes import purpose

HONEY = "+12025550166"


def opened(scene, **changes):
    args = {"kind": "leak", "words": "a laptop was lost", "laws": ["EU", "IN"], **changes}
    return scene.run("privacy.incident.open", **args)


def due(found):
    return {clock.key: clock.due for clock in found.clocks}


@pytest.mark.promise("SEC-05")
def test_clocks_run_from_the_instant_it_was_known_and_until_somebody_was_told(scene):
    aware = scene.clock.now() - HOUR
    found = opened(scene, aware=aware)
    assert due(found)["IN-cert"] == aware + 6 * HOUR
    assert due(found)["EU-telecom"] == aware + 24 * HOUR
    assert due(found)["EU-authority"] == aware + 72 * HOUR
    sid = found.sid
    scene.clock.set(aware + 4 * HOUR)  # the next clock, six hours, is reminded of after three
    scene.clocks()
    steps = [step.action for step in scene.run("privacy.incident.show", sid=sid).steps]
    assert steps == ["receive", "remind"]
    told = scene.run("privacy.incident.tell", sid=sid, clock="IN-cert", words="by their form")
    assert next(c for c in told.clocks if c.key == "IN-cert").told == scene.clock.now()
    scene.run("privacy.incident.contain", sid=sid, words="it was found")
    assert scene.refused("privacy.incident.close", sid=sid).code == "clock_running"
    for clock in due(found):
        scene.run("privacy.incident.tell", sid=sid, clock=clock)
    assert scene.run("privacy.incident.close", sid=sid).state == "closed"


def test_every_clock_warns_at_its_own_time_whether_or_not_another_was_heard(scene):
    found = opened(scene, laws=["DE", "IN"], sectors=["telecom"])
    at = found.aware
    seen = []
    for hours in (3, 5.5, 6, 12, 21, 24, 36, 63, 72, 80):
        scene.clock.set(at + int(hours * HOUR))
        scene.clocks()
        shown = scene.run("privacy.incident.show", sid=found.sid)
        seen.append([step.action for step in shown.steps][1 + sum(map(len, seen)) :])
    assert seen == [
        ["remind"],  # six hours: half of them
        ["escalate"], ["escalate"],  # nearly late, late: nobody was told
        ["remind"], ["escalate"], ["escalate"],  # the clocks of 24 hours
        ["remind"], ["escalate"], ["escalate"],  # and of 72
        [],
    ]  # fmt: skip
    assert all(clock.late for clock in shown.clocks)


def test_what_was_told_in_time_is_not_late_and_warns_no_more(scene):
    found = opened(scene, laws=["IN"])
    for clock in found.clocks:
        scene.run("privacy.incident.tell", sid=found.sid, clock=clock.key)
    scene.clock.set(found.aware + 100 * HOUR)
    scene.clocks()
    shown = scene.run("privacy.incident.show", sid=found.sid)
    assert not any(clock.late for clock in shown.clocks)
    assert {step.action for step in shown.steps} == {"receive", "tell"}


def test_officers_of_the_laws_and_the_administrator_hear_at_once_and_when_it_is_late(mailing):
    scene = mailing
    for law, box in (("EU", "eu@example.com"), ("IN", "in@example.com"), ("US", "us@example.com")):
        scene.run("privacy.officer.name", law=law, name="X", email=box)
    scene.run("privacy.primary_admin.set", email="boss@example.com")
    found = opened(scene, laws=["FR", "IN"])
    letters = b"".join(scene.letters())
    for box in (b"eu@example.com", b"in@example.com", b"boss@example.com"):
        assert letters.count(box) == 1
    assert b"us@example.com" not in letters
    assert f"ringfence privacy incident show {found.sid}".encode() in letters
    assert b"CERT-In" in letters
    scene.clock.set(found.aware + 7 * HOUR)
    scene.clocks()
    later = b"".join(scene.letters())
    assert later.count(b"boss@example.com") == 2
    assert b"is late" in later


def test_an_hour_not_told_of_is_escalated_before_it_is_over(scene):
    found = opened(scene, laws=["IN"])
    scene.clock.set(found.aware + 6 * HOUR - HOUR // 2)
    scene.clocks()
    steps = [step.action for step in scene.run("privacy.incident.show", sid=found.sid).steps]
    assert steps == ["receive", "remind", "escalate"]


@pytest.mark.promise("SEC-05")
def test_the_people_to_tell_are_those_whose_keys_got_out(scene):
    first, second = scene.person(CALLER), scene.person(OTHER)
    scene.person("+12025550188")
    store = scene.office.store
    serials = [store.parties.key_serial(store.db.reading, party) for party in (first, second)]
    sid = opened(scene).sid
    found = scene.run("privacy.incident.affect", sid=sid, serials=serials)
    assert set(found.affected) == {first, second}
    more = scene.run("privacy.incident.affect", sid=sid, contacts=["+12025550188"])
    assert len(more.affected) == 3


def test_people_need_not_be_told_of_what_nobody_can_read(scene):
    plain = opened(scene)
    waive = {"clock": "EU-subjects", "words": "sealed; the keys are here"}
    assert scene.refused("privacy.incident.waive", sid=plain.sid, **waive).code == "not_waivable"
    sealed = opened(scene, sealed=True)
    found = scene.run("privacy.incident.waive", sid=sealed.sid, **waive)
    assert next(c for c in found.clocks if c.key == "EU-subjects").waived


@pytest.mark.promise("SEC-05")
def test_whoever_opens_a_person_who_does_not_exist_opens_an_incident(scene):
    scene.person()
    scene.run("privacy.honey.place", number=HONEY)
    scene.clocks()
    assert scene.run("privacy.incident.list") == []
    office = scene.office
    party = scene.person(HONEY)
    with purpose("call_record", actor="agent"):
        office.read(lambda queries: office.store.parties.address(queries, party))
    scene.settle()
    scene.clocks()
    scene.clocks()
    (found,) = scene.run("privacy.incident.list")
    assert (found.kind, found.affected) == ("honey", [party])
    assert "agent" in scene.run("privacy.incident.show", sid=found.sid).words
    assert found.clocks


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "bad"}, {"laws": ["MARS"]}, {"laws": ["Germany"]}, {"sectors": ["bakery"]},
     {"aware": 9_999_999_999_999}],
)  # fmt: skip
def test_bad_incidents_are_refused(scene, wrong):
    args = {"kind": "leak", "words": "x", **wrong}
    assert scene.refused("privacy.incident.open", **args).code == "bad_argument"


def test_honey_belongs_to_nobody(scene):
    scene.person()
    assert scene.refused("privacy.honey.place", number=CALLER).code == "exists"

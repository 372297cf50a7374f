"""Demands of authorities, from receipt to the export and the notice."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile

import msgspec
import pytest
from rights_scene import CALLER, OTHER, OURS

from ringfence.kernel.clock import DAY, HOUR
from ringfence.kernel.errors import Refused
from ringfence.office.privacy import demands
from ringfence.privacy.cases.demand import CHECKS, EMERGENCY_CHECKS
from ringfence.privacy.purposes import purpose

ALL = sorted(CHECKS)


def received(scene, **changes):
    now = scene.clock.now()
    args = {
        "authority": "County Court", "instrument": "Order 7/26", "country": "US",
        "contacts": [CALLER], "fields": ["calls", "voice"], "since": now - 30 * DAY,
        "until": now + DAY, **changes,
    }  # fmt: skip
    return scene.run("privacy.demand.receive", **args).sid


@pytest.fixture
def approvers(scene):
    secrets = []
    for name in ("Ann", "Bob", "Cem"):
        scene.clock.advance(1)
        secrets.append(scene.run("privacy.approver.add", name=name).secret)
    return secrets


def step(scene, action, sid, **args):
    return scene.run(f"privacy.demand.{action}", sid=sid, **args)


def approved(scene, approvers, sid, *, gag=False):
    step(scene, "validate", sid, checks=ALL)
    step(scene, "narrow", sid)
    if gag:
        step(scene, "gag", sid, instrument="Order 8/26", until=scene.clock.now() + 2 * DAY)
    else:
        step(scene, "notify", sid, words="by letter")
        scene.clock.advance(7 * DAY)
    for secret in approvers[:2]:
        step(scene, "approve", sid, secret=secret)
    return sid


def disclosed(scene, approvers, sid):
    made = step(scene, "disclose", sid, secret=approvers[0])
    data = scene.fetch("privacy.demand.fetch", sid=sid, token=made.token)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.promise("LEG-01")
def test_nothing_is_disclosed_before_everything_was_done(scene, approvers):
    scene.called()
    sid = received(scene)
    disclose = {"sid": sid, "secret": approvers[0]}
    assert scene.refused("privacy.demand.disclose", **disclose).code == "not_now"
    step(scene, "validate", sid, checks=ALL)
    step(scene, "narrow", sid)
    assert scene.refused("privacy.demand.disclose", **disclose).code == "not_now"
    step(scene, "notify", sid, words="by letter")
    found = scene.refused("privacy.demand.approve", **disclose)
    assert (found.code, found.clause) == ("notice_wait", "LEG-04")
    scene.clock.advance(7 * DAY)
    step(scene, "approve", sid, secret=approvers[0])
    assert scene.refused("privacy.demand.approve", **disclose).code == "same_approver"
    assert scene.refused("privacy.demand.approve", sid=sid, secret="guess").code == "not_authorized"
    assert scene.refused("privacy.demand.disclose", **disclose).code == "not_now"
    with pytest.raises(Refused):
        scene.fetch("privacy.demand.fetch", sid=sid, token="guess")
    step(scene, "approve", sid, secret=approvers[1])
    assert "data.json" in str(disclosed(scene, approvers, sid))
    assert step(scene, "close", sid).state == "closed"


@pytest.mark.promise("LEG-06")
def test_the_export_holds_what_was_asked_and_no_more(scene, approvers):
    early = scene.called(voice=700)
    scene.clock.advance(10 * DAY)
    since = scene.clock.now()
    inside = scene.called(voice=900)
    until = scene.clock.advance(HOUR)
    late = scene.called()
    other = scene.called(OTHER, OURS)
    scene.run("privacy.case.open", kind="correction", contact=CALLER, words="private", method="met")
    sid = received(scene, since=since, until=until, fields=["calls"])
    files = disclosed(scene, approvers, approved(scene, approvers, sid))
    whole = b"\n".join(files.values())
    assert inside.encode() in whole
    for absent in (early, late, other, "private", CALLER, OTHER, OURS):
        assert absent.encode() not in whole, absent
    assert not [name for name in files if ".wav" in name]  # voice was not asked for
    tables = json.loads(files["subject-1/data.json"])["tables"]
    assert set(tables) == {"calls", "call_parties", "events"}
    assert len(tables["calls"]) == len(tables["call_parties"]) == 1
    named = {line.partition("  ")[2] for line in files["manifest.txt"].decode().split("\n")[1:-3]}
    assert named == set(files) - {"manifest.txt"}


def test_voice_is_the_subjects_alone(scene, approvers):
    scene.called(voice=900)
    sid = approved(scene, approvers, received(scene, fields=["voice"]))
    assert len([n for n in disclosed(scene, approvers, sid) if n.endswith(".wav")]) == 1


@pytest.mark.promise("LEG-03")
def test_an_authority_that_asks_for_a_customers_data_is_sent_there(scene, approvers):
    scene.called()
    sid = received(scene, held_for_other=True)
    found = scene.refused("privacy.demand.validate", sid=sid, checks=ALL)
    assert (found.code, found.clause) == ("refer_it", "LEG-03")
    assert step(scene, "refer", sid, words="ask Example Ltd").state == "referred"
    assert not list((scene.office.store.store.folder.objects).rglob("*.rfa"))


@pytest.mark.promise("LEG-07")
def test_from_abroad_only_by_a_treaty_and_the_report_counts_every_demand(scene, approvers):
    scene.called()
    foreign = received(scene, country="RU")
    found = scene.refused("privacy.demand.validate", sid=foreign, checks=ALL)
    assert "jurisdiction" in found.reason
    assert step(scene, "object", foreign, reason="no treaty").state == "objected"
    treaty = received(scene, country="FR", path="mlat")
    assert step(scene, "validate", treaty, checks=ALL).state == "valid"
    disclosed(scene, approvers, approved(scene, approvers, received(scene)))
    report = msgspec.structs.asdict(scene.run("privacy.transparency", "public").values)
    listed = scene.run("privacy.demand.list")
    assert report["received"] == len(listed) == 3
    assert report["objected"] == sum(d.state == "objected" for d in listed)
    assert report["disclosed"] == sum(d.state == "disclosed" for d in listed)
    assert report["countries"] == {"FR": 1, "RU": 1, "US": 1}
    assert report["people"] == "fewer than 10"


@pytest.mark.promise("LEG-04")
@pytest.mark.promise("SHR-11")
def test_a_gag_hides_until_it_ends_and_then_the_person_is_told(scene, approvers):
    scene.called(voice=900)
    sid = approved(scene, approvers, received(scene), gag=True)
    disclosed(scene, approvers, sid)

    def seen():
        case = scene.run("privacy.case.open", kind="access", contact=CALLER, method="met")
        made = scene.run("privacy.case.archive", sid=case.sid)
        data = scene.fetch("privacy.case.fetch", sid=case.sid, token=made.token)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())

    hidden = seen()
    for word in (b"County Court", b"answer_demand", b"legal_demand", sid.encode()):
        assert word not in hidden
    assert scene.refused("privacy.demand.notify", sid=sid, words="x").code == "gagged"
    scene.clock.advance(2 * DAY)
    scene.clocks()
    shown = step(scene, "show", sid)
    assert [s.action for s in shown.steps][-2:] == ["tell_late", "inform"]
    told = seen()
    assert b"County Court" in told
    assert b"answer_demand" in told


def test_a_gag_that_ends_before_the_disclosure_stops_it(scene, approvers):
    scene.called()
    sid = approved(scene, approvers, received(scene), gag=True)
    scene.clock.advance(2 * DAY)
    found = scene.refused("privacy.demand.disclose", sid=sid, secret=approvers[0])
    assert found.code == "not_told"
    scene.clocks()
    shown = step(scene, "show", sid)
    assert (shown.state, shown.facts["demand"]["approvers"]) == ("noticed", [])


@pytest.mark.promise("LEG-02")
def test_an_emergency_has_one_approver_and_is_reviewed_within_72_hours(scene, approvers):
    scene.called()
    sid = received(scene, authority="Rescue Service", instrument="call-back at 12:03")
    urgent = {"checks": sorted(EMERGENCY_CHECKS), "reason": "a caller threatens to jump"}
    assert scene.refused("privacy.demand.emergency", sid=sid, checks=[], reason="x").code == (
        "not_valid"
    )
    step(scene, "emergency", sid, **urgent)
    step(scene, "narrow", sid, fields=["calls"])
    step(scene, "gag", sid, instrument="danger to life", until=scene.clock.now() + 70 * HOUR)
    step(scene, "approve", sid, secret=approvers[0])
    disclosed(scene, approvers, sid)
    scene.clock.advance(72 * HOUR)
    scene.clocks()
    actions = [s.action for s in step(scene, "show", sid).steps]
    assert {"remind", "escalate", "tell_late"} <= set(actions)
    assert scene.refused("privacy.demand.close", sid=sid).code == "not_reviewed"
    review = {"sid": sid, "words": "it was right"}
    assert scene.refused("privacy.demand.review", secret=approvers[0], **review).code == (
        "same_approver"
    )
    scene.run("privacy.demand.review", secret=approvers[1], **review)
    assert scene.refused("privacy.demand.close", sid=sid).code == "not_told"
    (owed,) = scene.run("privacy.demand.letters")
    scene.run("privacy.demand.told", sid=sid, person=owed.person, words="by letter")
    assert step(scene, "close", sid).state == "closed"


@pytest.mark.parametrize(
    "wrong",
    [{"authority": " "}, {"country": ""}, {"path": "somehow"}, {"fields": ["notes"]},
     {"contacts": ["x"]}],
)  # fmt: skip
def test_a_demand_says_who_wants_what(scene, wrong):
    now = scene.clock.now()
    args = {"authority": "Court", "instrument": "7", "country": "US", "contacts": [CALLER],
            "fields": ["calls"], "since": now - DAY, "until": now, **wrong}  # fmt: skip
    assert scene.refused("privacy.demand.receive", **args).code in {
        "bad_argument", "invalid_number"
    }  # fmt: skip


def test_an_approver_who_was_removed_approves_no_more(scene, approvers):
    scene.called()
    listed = scene.run("privacy.approver.list")
    assert [a.name for a in listed] == ["Ann", "Bob", "Cem"]
    assert all(a.secret is None for a in listed)
    scene.run("privacy.approver.remove", sid=listed[0].sid)
    sid = received(scene)
    found = scene.refused("privacy.demand.approve", sid=sid, secret=approvers[0])
    assert found.code == "not_authorized"


def erased(scene, number):
    planned = scene.run("privacy.erase.plan", address=number)
    return scene.run("privacy.erase.execute", sid=planned.sid)


def test_an_erasure_takes_the_number_out_of_a_demand(scene):
    scene.called()
    scene.called(OTHER, OURS)
    sid = received(scene, contacts=[CALLER, OTHER, "+12025550177"], fields=["calls"])
    shown = step(scene, "show", sid)
    assert sorted(shown.words["contacts"]) == [CALLER, OTHER]
    assert shown.facts["unknown"] == 1  # nobody here has it: counted, and kept nowhere
    assert [taken.action for taken in shown.steps] == ["receive"]
    with purpose("answer_demand"):
        rooms = scene.office.store.rooms.cases
        case = rooms.get(scene.office.store.db.reading, sid)
        kept = str(rooms.words(case))
    assert not [number for number in (CALLER, OTHER, "+12025550177") if number in kept]
    assert erased(scene, CALLER).status == "done"
    assert step(scene, "show", sid).words["contacts"] == [OTHER]
    assert step(scene, "show", sid).words["authority"] == "County Court"


def test_whom_a_demand_names_is_not_shown_while_they_are_only_stored(scene):
    scene.called()
    sid = received(scene)
    scene.run("privacy.restrict", number=CALLER)
    shown = step(scene, "show", sid)
    assert (shown.words["contacts"], len(shown.facts["demand"]["asked"]["subjects"])) == ([], 1)
    scene.run("privacy.unrestrict", number=CALLER)
    assert step(scene, "show", sid).words["contacts"] == [CALLER]


def test_numbers_that_an_earlier_version_kept_in_the_words_are_taken_out(scene):
    scene.called()
    rooms = scene.office.store.rooms.cases
    sid = received(scene, contacts=[])

    def before(tx):
        case = rooms.get(tx, sid)
        words = {"authority": "Court", "instrument": "7", "says": "", "contacts": [CALLER]}
        rooms.record(tx, case, "remind", actor="system", now=scene.clock.now(),
                     words_sealed=rooms.seal(case, words))  # fmt: skip

    scene.office.store.db.submit(before).result(5)
    for _ in range(2):
        asyncio.run(demands.tick(scene.office, scene.clock.now()))
    assert step(scene, "show", sid).words == {
        "authority": "Court", "instrument": "7", "says": "", "contacts": [CALLER]
    }  # fmt: skip
    erased(scene, CALLER)
    assert step(scene, "show", sid).words["contacts"] == []
    with purpose("answer_demand"):
        kept = rooms.words(rooms.get(scene.office.store.db.reading, sid))
    assert CALLER not in str(kept)


@pytest.mark.parametrize("text", [f"about {CALLER}", "tel 202 555-0123", "1.202.555.0123, soon"])
@pytest.mark.parametrize("where", ["authority", "instrument", "words"])
def test_a_number_stands_in_the_contacts_alone(scene, where, text):
    scene.called()
    now = scene.clock.now()
    args = {"authority": "Court", "instrument": "7", "country": "US", "contacts": [CALLER],
            "fields": ["calls"], "since": now - DAY, "until": now, where: text}  # fmt: skip
    assert scene.refused("privacy.demand.receive", **args).code == "bad_argument"


def test_nor_in_what_is_said_of_the_demand_later(scene):
    scene.called()
    sid = received(scene, country="RU")
    found = scene.refused("privacy.demand.object", sid=sid, reason=f"{CALLER} is not ours")
    assert found.code == "bad_argument"
    assert step(scene, "object", sid, reason="not of 2026-11-22 12:30").state == "objected"

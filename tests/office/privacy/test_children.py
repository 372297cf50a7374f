"""Children: a gate that keeps no birthday; reports that restrict first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rights_scene import CALLER

from ringfence.kernel.errors import Refused
from ringfence.office.privacy import erasure
from ringfence.storage import holds


def restricted(scene, party):
    return scene.office.read(lambda queries: holds.restricted(queries, party))


@pytest.mark.promise("CHI-01")
def test_the_gate_lets_adults_pass_and_writes_nothing(scene):
    today = datetime.fromtimestamp(scene.clock.now() / 1000, UTC).date()
    child = today.replace(year=today.year - 18, month=12, day=31)
    adult = today.replace(year=today.year - 19, month=1, day=1)
    scene.settle()
    before = scene.office.store.db.commits
    assert scene.run("privacy.age.declare", "public", born=adult.isoformat()).done
    found = scene.refused("privacy.age.declare", "public", born=child.isoformat())
    assert (found.code, found.clause) == ("under_age", "CHI-01")
    assert child.isoformat() not in str(found)
    scene.settle()
    assert scene.office.store.db.commits <= before + 1  # that of waiting itself
    folder = scene.office.store.store.folder.root
    for path in folder.rglob("ringfence.db*"):
        assert child.isoformat().encode() not in path.read_bytes()


@pytest.mark.promise("CHI-02")
def test_a_report_restricts_at_once_and_a_false_one_is_taken_back(scene):
    party = scene.person()
    scene.run("privacy.child.report", "public", contact=CALLER, words="my daughter's telephone")
    assert restricted(scene, party)
    (case,) = scene.run("privacy.child.list")
    assert case.state == "restricted"
    assert scene.run("privacy.child.show", sid=case.sid).words["says"] == "my daughter's telephone"
    for nothing in ("", "  \n"):
        assert scene.refused("privacy.child.clear", sid=case.sid, words=nothing).code == (
            "reasons_missing"
        )
    assert restricted(scene, party)
    cleared = scene.run("privacy.child.clear", sid=case.sid, words="she is 40")
    assert cleared.state == "cleared"
    assert not restricted(scene, party)
    (step,) = [step for step in cleared.steps if step.action == "clear"]
    assert step.by == "operator"
    assert step.words == "she is 40"


@pytest.mark.promise("CHI-02")
def test_a_confirmed_report_ends_in_an_erasure(scene):
    scene.called()
    scene.run("privacy.child.report", "public", contact=CALLER)
    (case,) = scene.run("privacy.child.list")
    erased = scene.run("privacy.child.confirm", sid=case.sid, words="the school says so")
    assert erased.state == "erased"
    receipt = scene.run("privacy.erase.show", sid=erased.facts["erasure"])
    assert receipt.status == "done"
    assert receipt.receipt


@pytest.mark.promise("CHI-02")
def test_what_could_not_be_erased_yet_is_confirmed_again(scene, monkeypatch):
    scene.called()
    scene.run("privacy.child.report", "public", contact=CALLER)
    (case,) = scene.run("privacy.child.list")
    execute = erasure.execute

    async def in_a_call(*_):
        raise Refused("call_going_on", "this person is in a call; end it first")

    monkeypatch.setattr(erasure, "execute", in_a_call)
    assert scene.refused("privacy.child.confirm", sid=case.sid).code == "call_going_on"
    assert scene.run("privacy.child.show", sid=case.sid).can == ["confirm"]
    monkeypatch.setattr(erasure, "execute", execute)
    erased = scene.run("privacy.child.confirm", sid=case.sid)
    assert erased.state == "erased"
    assert scene.run("privacy.erase.show", sid=erased.facts["erasure"]).status == "done"


@pytest.mark.promise("CHI-02")
def test_of_two_reports_the_last_that_is_cleared_lifts_the_restriction(scene):
    party = scene.person()
    for _ in range(2):
        scene.run("privacy.child.report", "public", contact=CALLER)
    first, last = scene.run("privacy.child.list")
    assert scene.run("privacy.child.clear", sid=first.sid, words="she is 40").state == "cleared"
    assert restricted(scene, party)
    assert scene.run("privacy.child.clear", sid=last.sid, words="she is 40").state == "cleared"
    assert not restricted(scene, party)


def test_a_report_about_somebody_who_was_erased_can_be_cleared(scene):
    scene.person()
    scene.run("privacy.child.report", "public", contact=CALLER)
    scene.run(
        "privacy.erase.execute", sid=scene.run("privacy.erase.plan", address=CALLER).sid
    )  # fmt: skip
    (case,) = scene.run("privacy.child.list")
    assert scene.run("privacy.child.clear", sid=case.sid, words="was 40").state == "cleared"


def test_a_report_about_a_number_nobody_has_is_answered_alike(scene):
    scene.person()
    known = scene.run("privacy.child.report", "public", contact=CALLER)
    unknown = scene.run("privacy.child.report", "public", contact="+12025550199")
    assert (known.letter, known.due) == (unknown.letter, unknown.due)
    assert {case.state for case in scene.run("privacy.child.list")} == {"restricted"}

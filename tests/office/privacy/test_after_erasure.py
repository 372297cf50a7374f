"""Who asked and was erased has their case, and an answer that is true."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import zipfile

import pytest
from rights_scene import CALLER

from ringfence.kernel.clock import DAY
from ringfence.office.privacy import after_erasure, case_desk, erasure
from ringfence.privacy.cases.calendar import day_of


def opened(scene, kind, **details):
    return scene.run(
        "privacy.case.open", kind=kind, contact=CALLER, residence="DE", method="document",
        words="about me, please", details=details,
    )  # fmt: skip


def erase(scene, address=CALLER):
    planned = scene.run("privacy.erase.plan", address=address)
    done = scene.run("privacy.erase.execute", sid=planned.sid)
    scene.run("privacy.erase.show", sid=done.sid)
    return done


@pytest.mark.promise("DSR-02")
@pytest.mark.parametrize("kind", ["correction", "portability"])
def test_an_open_case_outlives_the_person_and_is_answered_with_the_truth(scene, kind):
    scene.called()
    case = opened(scene, kind)
    erased = erase(scene)
    (open_,) = scene.run("privacy.case.list")
    assert (open_.state, open_.due) == ("open", case.due)  # the clock runs on
    shown = scene.run("privacy.case.show", sid=case.sid)
    day = f"Your data was erased on {day_of(erased.done)}"
    assert shown.words == {}
    assert day in shown.letter
    assert [step.action for step in shown.steps] == [step.action for step in case.steps]
    details = {"what": "name", "value": "Ada", "recipient": "https://127.0.0.1/in"}
    assert scene.refused("privacy.case.answer", sid=case.sid, details=details).code == "erased"
    done = scene.run("privacy.case.answer", sid=case.sid, words="You asked for that yourself.")
    assert done.state == "answered"
    assert day in done.letter
    assert "We have done" not in done.letter
    assert "You asked for that yourself." in done.letter
    assert "by itself: until" in done.letter  # what the law keeps is named
    assert scene.run("privacy.case.close", sid=case.sid).state == "closed"
    assert CALLER not in str(scene.run("privacy.case.show", sid=case.sid))


def test_the_clock_of_an_erased_person_still_reminds_and_escalates(scene):
    scene.called()
    case = opened(scene, "correction")
    erase(scene)
    scene.clock.advance(29 * DAY)
    scene.clocks()
    actions = [step.action for step in scene.run("privacy.case.show", sid=case.sid).steps]
    assert {"remind", "escalate"} <= set(actions)
    ask = {"sid": case.sid, "words": "It was right."}
    untrue = scene.refused("privacy.case.refuse", reason="not_found", **ask)
    assert untrue.code == "somebody_known"
    refused = scene.run("privacy.case.refuse", reason="manifestly_unfounded", **ask)
    assert "It was right." in refused.letter


def test_who_had_the_code_when_they_were_erased_has_shown_who_they_are(scene):
    scene.called()
    asked = scene.run("privacy.rights.ask", "public", kind="objection", contact=CALLER,
                      residence="DE")  # fmt: skip
    reference = {"reference": asked.reference}
    scene.work()
    before = scene.run("privacy.rights.status", "public", **reference)
    erased = erase(scene)
    status = scene.run("privacy.rights.status", "public", **reference)
    assert status == before  # who has only the reference hears nothing of it
    code = scene.line.code
    status = scene.run("privacy.rights.verify", "public", code=code, **reference)
    assert status.state == "answered"
    assert f"Your data was erased on {day_of(erased.done)}" in status.letter


def test_a_request_that_nobody_proves_ends_as_that_of_a_stranger(scene):
    scene.called()
    asked = scene.run("privacy.rights.ask", "public", kind="access", contact=CALLER)
    erase(scene)
    reference = {"reference": asked.reference}
    scene.run("privacy.rights.code", "public", **reference)
    calls = len(scene.line.placed)
    scene.work()
    assert len(scene.line.placed) == calls  # their number is gone: no code can go to it
    wrong = scene.refused("privacy.rights.verify", "public", code="123456", **reference)
    assert wrong.code == "wrong_code"
    for _ in range(5):
        scene.clock.advance(7 * DAY)
        scene.clocks()
    status = scene.run("privacy.rights.status", "public", **reference)
    assert (status.state, "erased" in status.letter) == ("closed", False)


@pytest.mark.promise("DSR-02")
@pytest.mark.parametrize("again", [False, True])
def test_what_the_law_kept_of_somebody_is_still_theirs_to_see(scene, again, tmp_path):
    call = scene.called()
    erase(scene)
    since = scene.called() if again else None
    asked = scene.run("privacy.rights.ask", "public", kind="access", contact=CALLER)
    reference = {"reference": asked.reference}
    assert "case_code" in scene.work()
    scene.run("privacy.rights.verify", "public", code=scene.line.code, **reference)
    scene.work()
    archive = scene.fetch("privacy.rights.fetch", "public", **reference)
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        assert call in parts.read("kept/data.json" if again else "data.json").decode()
        assert since is None or since in parts.read("data.json").decode()
        parts.extractall(folder := tmp_path / "archive")
    key = (folder / "proofs/KEY.txt").read_text().strip()
    proofs = sorted(map(str, folder.rglob("*.tlog-proof")))
    assert any("kept/proofs/" in proof for proof in proofs) == again
    for files in ([str(folder / "manifest.txt")], proofs):  # all that is in it can be checked
        told = subprocess.run(
            [sys.executable, str(folder / "verify.py"), key, *files],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (told.returncode, told.stderr) == (0, "")


def test_who_is_not_erased_is_told_nothing_of_it(scene):
    scene.called()
    case = opened(scene, "correction")
    found = case_desk.find(scene.office, case.sid, "request")
    assert after_erasure.erased_at(scene.office, found) is None
    assert "erased" not in case.letter


def test_nothing_is_left_where_nobody_was_erased(scene):
    scene.called()
    case = case_desk.find(scene.office, opened(scene, "correction").sid, "request")
    assert after_erasure.left(scene.office, case) == ""
    assert after_erasure.kept(scene.office, CALLER) is None
    assert after_erasure.holder(scene.office, CALLER) == case.party


def steps_after(scene):
    """Somebody without calls is erased, and their case goes on: who it was, and the erasure."""
    party = scene.person()
    scene.run("privacy.consent.give", number=CALLER, purpose="market", channel="call")
    case = opened(scene, "correction")
    erased = erase(scene)
    scene.clock.advance(29 * DAY)
    scene.clocks()
    scene.run("privacy.case.answer", sid=case.sid)
    assert scene.run("privacy.audit.verify").faults == []
    return party, erased


def test_the_log_is_whole_when_somebody_is_erased_again_after_their_case_went_on(scene):
    party, _ = steps_after(scene)
    again = asyncio.run(erasure.plan(scene.office, party))
    asyncio.run(erasure.execute(scene.office, again.id))
    assert scene.run("privacy.audit.verify").faults == []


def test_the_log_is_whole_when_what_a_law_kept_of_them_goes(scene):
    _, erased = steps_after(scene)
    scene.clock.advance(6 * 366 * DAY)
    scene.office.store.store.eraser.go_on(erased.sid)
    assert scene.run("privacy.audit.verify").faults == []
    assert scene.run("privacy.case.list") == []

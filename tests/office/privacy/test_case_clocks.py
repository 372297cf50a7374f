"""The round of the clocks: reminded, escalated, given up, destroyed, tidied."""

from __future__ import annotations

import pytest
from rights_scene import CALLER

from ringfence.jobs.handlers import cases as jobs
from ringfence.kernel.clock import DAY
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ARCHIVE_LIFE_MS
from ringfence.privacy.cases import rights


def opened(scene, kind="correction", **args):
    scene.person()
    return scene.run("privacy.case.open", kind=kind, contact=CALLER, residence="DE", method="met",
                     **args)  # fmt: skip


def actions(scene, sid):
    return [step.action for step in scene.run("privacy.case.show", sid=sid).steps]


def test_every_kind_of_job_has_somebody_who_does_it(scene):
    assert set(scene.handlers) == {
        jobs.CODE, jobs.ARCHIVE, jobs.PUSH, jobs.TELL, jobs.ERASED, jobs.CLOCKS
    }  # fmt: skip


def test_a_request_is_reminded_of_and_escalated_before_it_is_late(scene):
    case = opened(scene)
    clock = rights.clock(case.received, case.due)
    for at, expected in (
        (clock.remind_at - 1, []),
        (clock.remind_at, ["remind"]),
        (clock.escalate_at - 1, ["remind"]),
        (clock.escalate_at, ["remind", "escalate"]),
        (clock.due_at - 1, ["remind", "escalate"]),
        (clock.due_at, ["remind", "escalate", "escalate"]),  # it is late: once more, and no more
        (clock.due_at + 60 * DAY, ["remind", "escalate", "escalate"]),
    ):
        scene.clock.set(at)
        scene.clocks()
        assert actions(scene, case.sid)[2:] == expected


def test_a_decided_request_is_left_alone(scene):
    case = opened(scene)
    scene.run("privacy.case.refuse", sid=case.sid, reason="others_rights")
    scene.clock.set(case.due)
    scene.clocks()
    assert not {"remind", "escalate"} & set(actions(scene, case.sid))


def test_who_never_shows_who_they_are_has_to_ask_again(scene):
    asked = scene.run("privacy.rights.ask", "public", kind="access", contact=CALLER)
    scene.clock.advance(rights.IDENTIFY_MS)
    for _ in range(3):
        scene.clock.advance(10 * DAY)
        scene.clocks()
    status = scene.run("privacy.rights.status", "public", reference=asked.reference)
    assert status.state == "closed"
    assert "nobody showed who they are" in status.letter


@pytest.mark.promise("DSR-08")
def test_what_was_said_to_show_who_one_is_is_destroyed_after_the_end(scene):
    asked = scene.run("privacy.rights.ask", "public", kind="access", contact=CALLER,
                      words="my passport has number 7")  # fmt: skip
    (case,) = scene.run("privacy.case.list")
    store = scene.office.store
    kept = store.rooms.cases.get(store.db.reading, case.sid)
    scene.run("privacy.rights.withdraw", "public", reference=asked.reference)
    scene.clock.advance(rights.EVIDENCE_MS - 1)
    scene.clocks()
    assert scene.run("privacy.case.show", sid=case.sid).words["says"]
    scene.clock.advance(1)
    scene.clocks()
    shown = scene.run("privacy.case.show", sid=case.sid)
    assert shown.words == {}
    assert shown.steps[-1].action == "shred"
    with pytest.raises(Refused) as refused:
        store.store.keystore.key(kept.key_serial)
    assert refused.value.code == "erased"


def test_archives_nobody_fetches_are_destroyed(scene):
    case = opened(scene, "access")
    scene.run("privacy.case.archive", sid=case.sid)
    path = scene.office.store.rooms.archives.path(case.sid)
    assert path.exists()
    scene.clock.advance(ARCHIVE_LIFE_MS)
    scene.clocks()
    assert not path.exists()


def test_a_file_that_nobody_can_open_is_removed(scene):
    archives = scene.office.store.rooms.archives
    archives.path("x").parent.mkdir(exist_ok=True)
    archives.path("CS" + "0" * 32).write_bytes(b"left behind")
    scene.clocks()
    assert list(archives.path("x").parent.iterdir()) == []


def test_one_case_that_breaks_does_not_stop_the_others(scene, monkeypatch):
    first, second = opened(scene), opened(scene)
    real = scene.office.store.rooms.cases.record
    monkeypatch.setattr(
        type(scene.office.store.rooms.cases), "record",
        lambda self, tx, case, action, **more: 1 / 0
        if case.id == first.sid and action == "remind"
        else real(tx, case, action, **more),
    )  # fmt: skip
    scene.clock.set(first.due - DAY)
    scene.clocks()
    assert "remind" in actions(scene, second.sid)
    assert "remind" not in actions(scene, first.sid)

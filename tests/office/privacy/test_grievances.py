"""Grievances: a named officer, a month, reasons for more, figures."""

from __future__ import annotations

import msgspec
import pytest

from ringfence.kernel.clock import DAY


def filed(scene, **changes):
    args = {"words": "Nobody answers me.", "about": "rights", "residence": "IN", **changes}
    return scene.run("privacy.grievance.file", "public", **args)


@pytest.fixture
def officer(scene):
    for law, name in (("IN", "A. Iyer"), ("*", "B. Rao")):
        scene.run("privacy.officer.name", law=law, name=name, email="privacy@example.com",
                  post="1 High Street")  # fmt: skip
        scene.clock.advance(1)


@pytest.mark.promise("GRV-01")
def test_a_named_officer_takes_grievances_and_is_named_everywhere(scene, officer):
    assert {o.law: o.name for o in scene.run("privacy.officer.list", "public")} == {
        "IN": "A. Iyer", "*": "B. Rao"
    }  # fmt: skip
    first = filed(scene)
    assert "A. Iyer" in first.letter
    assert "B. Rao" in filed(scene, residence="DE").letter
    scene.run("privacy.officer.name", law="IN", name="C. Das", post="2 High Street")
    assert "C. Das" in filed(scene).letter
    status = scene.run("privacy.grievance.status", "public", reference=first.reference)
    assert "C. Das" in status.letter  # the new one answers what the old one was asked
    assert len(scene.run("privacy.grievance.list")) == 3


def test_an_officer_can_be_reached(scene):
    for wrong in ({"law": "MARS", "email": "a@b.example"}, {"law": "IN"},
                  {"law": "IN", "email": "nobody"}):  # fmt: skip
        assert scene.refused("privacy.officer.name", name="X", **wrong).code in {
            "bad_argument", "bad_email"
        }  # fmt: skip


@pytest.mark.promise("GRV-02")
def test_reminded_then_escalated_before_the_month_is_over(scene, officer):
    asked = filed(scene)
    (case,) = scene.run("privacy.grievance.list")
    taken = scene.run("privacy.grievance.take", sid=case.sid)
    assert taken.state == "open"
    scene.clock.set(asked.due - 7 * DAY)
    scene.clocks()
    scene.clocks()
    shown = scene.run("privacy.grievance.show", sid=case.sid)
    assert [step.action for step in shown.steps] == ["receive", "take", "remind"]
    scene.clock.set(asked.due - 2 * DAY)
    scene.clocks()
    shown = scene.run("privacy.grievance.show", sid=case.sid)
    assert (shown.state, shown.steps[-1].action) == ("escalated", "escalate")
    settled = scene.run("privacy.grievance.settle", sid=case.sid, words="You had your answer.")
    assert settled.state == "redressed"
    status = scene.run("privacy.grievance.status", "public", reference=asked.reference)
    assert status.steps[-1].words == "You had your answer."


def test_more_time_is_taken_as_long_as_the_month_lasts(scene, officer):
    asked = filed(scene)
    (case,) = scene.run("privacy.grievance.list")
    scene.clock.set(asked.due - DAY)
    scene.clocks()
    scene.clocks()
    assert scene.run("privacy.grievance.show", sid=case.sid).state == "escalated"
    ask = {"sid": case.sid, "days": 14, "words": "a carrier answers"}
    more = scene.run("privacy.grievance.extend", **ask)
    assert (more.state, more.due) == ("extended", asked.due + 14 * DAY)
    scene.clock.set(more.due - DAY)
    scene.clocks()
    scene.clocks()
    assert scene.run("privacy.grievance.show", sid=case.sid).state == "escalated"
    assert scene.refused("privacy.grievance.extend", **ask).code == "extended"


def test_more_time_once_with_reasons(scene, officer):
    filed(scene)
    (case,) = scene.run("privacy.grievance.list")
    assert scene.refused("privacy.grievance.extend", sid=case.sid, days=14, words=" ").code == (
        "reason_missing"
    )
    more = scene.run("privacy.grievance.extend", sid=case.sid, days=14, words="a carrier answers")
    assert more.due == case.due + 14 * DAY
    assert scene.refused("privacy.grievance.extend", sid=case.sid, days=1, words="x").code == (
        "not_now"
    )


@pytest.mark.promise("GRV-02")
def test_who_complained_is_told_why_it_takes_longer_and_how_it_ended(mailing):
    mailing.run("privacy.officer.name", law="IN", name="A. Iyer", email="iyer@example.com")
    first = filed(mailing, contact="ann@example.com")
    mailing.clock.advance(1)
    other = filed(mailing, contact="+12025550123")
    assert sum(b"iyer@example.com" in one for one in mailing.letters()) == 2
    later, case = mailing.run("privacy.grievance.list")
    mailing.run("privacy.grievance.extend", sid=case.sid, days=14, words="a carrier answers")

    def told(asked):
        return mailing.run("privacy.grievance.status", "public", reference=asked.reference).letter

    assert "A. Iyer answers it by" in told(first)
    assert "It takes longer than a month: a carrier answers. If you" in told(first)
    settled = mailing.run("privacy.grievance.settle", sid=case.sid, words="You have it now.")
    assert told(first) == settled.letter
    assert "put it right. You have it now. If you are not content" in settled.letter
    assert "answers it by" not in settled.letter
    mailing.run("privacy.grievance.settle", sid=later.sid, words="Not ours.", redress=False)
    assert "found nothing to put right. Not ours." in told(other)
    mailing.run("privacy.grievance.close", sid=case.sid)
    assert told(first) == settled.letter
    taken = filed(mailing)
    mailing.run("privacy.grievance.take_back", "public", reference=taken.reference)
    assert told(taken) == "You took your grievance back; nothing more is done."
    sent = [one for one in mailing.letters() if b"ann@example.com" in one]
    assert len(sent) == 2  # and to a telephone number nothing is written
    assert b"put it right" in sent[-1]


def test_figures_are_public(scene, officer):
    for _ in range(3):
        filed(scene)
        scene.clock.advance(1)
    first, second, _ = scene.run("privacy.grievance.list")
    scene.run("privacy.grievance.settle", sid=first.sid, words="done")
    scene.run("privacy.grievance.settle", sid=second.sid, words="no", redress=False)
    scene.clock.advance(40 * DAY)
    values = msgspec.structs.asdict(scene.run("privacy.grievance.figures", "public").values)
    assert values == {"received": 3, "open": 1, "redressed": 1, "rejected": 1, "late": 1,
                      "median_days": 0}  # fmt: skip


def test_figures_leave_none_out(scene, officer, monkeypatch):
    monkeypatch.setattr("ringfence.office.privacy.grievances.CASES_SHOWN_MAX", 2)
    for _ in range(5):
        filed(scene)
        scene.clock.advance(1)
    assert scene.run("privacy.grievance.figures", "public").values.received == 5


def test_it_is_taken_back_by_whoever_filed_it_or_by_letter_and_a_settled_one_filed_away(scene):
    first, _, _ = filed(scene), scene.clock.advance(1), filed(scene)
    other, mine = scene.run("privacy.grievance.list")
    status = scene.run("privacy.grievance.take_back", "public", reference=first.reference)
    assert (status.state, status.steps[-1].action) == ("closed", "withdraw")
    assert scene.run("privacy.grievance.show", sid=mine.sid).decided
    assert scene.refused("privacy.grievance.withdraw", sid=mine.sid).code == "not_now"
    assert scene.refused("privacy.grievance.close", sid=other.sid).code == "not_now"
    settled = scene.run("privacy.grievance.settle", sid=other.sid, words="done")
    assert settled.can == ["close"]
    assert scene.run("privacy.grievance.close", sid=other.sid).state == "closed"


@pytest.mark.parametrize("wrong", [{"words": " "}, {"about": "weather"}, {"contact": "x"}])
def test_a_grievance_says_what_it_is_about(scene, wrong):
    args = {"words": "Nobody answers me.", **wrong}
    assert scene.refused("privacy.grievance.file", "public", **args).code in {
        "bad_argument", "invalid_number"
    }  # fmt: skip

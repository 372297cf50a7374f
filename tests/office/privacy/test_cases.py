"""Requests of people: asked, decided by the clock and the law, answered or refused with reasons."""

from __future__ import annotations

import pytest
from rights_scene import CALLER, OURS

from ringfence.kernel.clock import DAY
from ringfence.privacy.cases.calendar import day_of
from ringfence.privacy.cases.law import regulator


@pytest.fixture
def opened(scene):
    """Opens a case of somebody in the books, whom whoever handles it has met."""
    scene.person()

    def make(kind="correction", residence="DE", **details):
        return scene.run(
            "privacy.case.open", kind=kind, contact=CALLER, residence=residence, details=details,
            method="met",
        )  # fmt: skip

    return make


def test_asking_gives_a_reference_that_alone_leads_back(scene):
    scene.person()
    asked = scene.run("privacy.rights.ask", "public", kind="access", contact=CALLER,
                      residence="de", words="What do you hold?")  # fmt: skip
    status = scene.run("privacy.rights.status", "public", reference=asked.reference)
    assert (status.kind, status.state, status.due) == ("access", "identifying", asked.due)
    assert scene.refused("privacy.rights.status", "public", reference="guess").code == "not_found"
    (listed,) = scene.run("privacy.case.list")
    assert listed.words == {}
    assert scene.run("privacy.case.show", sid=listed.sid).words["says"] == "What do you hold?"


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "magic"}, {"contact": "nobody"}, {"residence": "Germany"}, {"words": "x" * 5_000},
     {"details": {"what": 7}}, {"details": {"shoe": "9"}}],
)  # fmt: skip
def test_bad_requests_are_refused_with_what_would_do(scene, wrong):
    args = {"kind": "access", "contact": CALLER, **wrong}
    assert scene.refused("privacy.rights.ask", "public", **args).code in {
        "bad_argument", "invalid_number"
    }  # fmt: skip
    assert scene.run("privacy.case.list") == []


def test_a_stranger_may_not_handle_cases(scene):
    for name in ("privacy.case.list", "privacy.case.open"):
        assert scene.refused(name, "public").code == "not_authorized"


KINDS = ("access", "correction", "erasure", "restriction", "objection", "portability", "opt_out",
         "withdrawal")  # fmt: skip


@pytest.mark.promise("DSR-09")
def test_everybody_has_every_right_and_a_clock_by_residence(scene):
    matrix = {"DE": "EU", "NO": "EU", "IN": "IN", "AE": "AE", "US-CA": "US-CA", "US-NY": "US",
              "BR": "*"}  # fmt: skip
    for residence, law in matrix.items():
        for kind in KINDS:
            scene.clock.advance(1)
            asked = scene.run("privacy.rights.ask", "public", kind=kind, contact=CALLER,
                              residence=residence)  # fmt: skip
            case = scene.run("privacy.case.list")[0]
            assert (case.kind, case.facts["law"]) == (kind, law)
            days = 45 if residence == "US-CA" else 31
            assert 0 < asked.due - case.received <= days * DAY
            assert regulator(residence) in asked.letter


def test_the_country_of_the_number_counts_where_none_is_said(scene):
    scene.run("privacy.rights.ask", "public", kind="access", contact="+33 1 99 00 12 34")
    (case,) = scene.run("privacy.case.list")
    assert (case.residence, case.facts["law"]) == ("FR", "EU")


def test_one_extension_with_a_reason(scene, opened):
    case = opened()
    assert scene.refused("privacy.case.extend", sid=case.sid, reason="busy").code == (
        "reason_missing"
    )
    extended = scene.run("privacy.case.extend", sid=case.sid, reason="complex", words="many calls")
    assert extended.state == "extended"
    assert extended.due > case.due
    assert "complex" in extended.letter
    again = scene.refused("privacy.case.extend", sid=case.sid, reason="complex")
    assert again.code == "not_now"
    indian = opened(residence="IN")
    assert scene.refused("privacy.case.extend", sid=indian.sid, reason="complex").code == (
        "no_extension"
    )


@pytest.mark.promise("DSR-07")
def test_a_fee_and_a_yearly_limit_only_where_the_law_has_them(scene, opened):
    first = opened(what="name", value="Ada")
    unfounded = {"ground": "manifestly_unfounded", "words": "every day the same"}
    found = scene.refused("privacy.case.charge", sid=first.sid, amount="10.00 EUR", **unfounded)
    assert (found.code, found.clause) == ("no_fee", "DSR-07")  # the first is free everywhere
    scene.run("privacy.case.answer", sid=first.sid)
    european = opened()
    asked = {"sid": european.sid, "amount": "10.00 EUR"}
    assert scene.refused("privacy.case.charge", **asked).code == "no_fee"
    assert scene.refused("privacy.case.charge", ground="manifestly_unfounded", **asked).clause
    charged = scene.run("privacy.case.charge", ground="manifestly_unfounded",
                        words="every day the same", **asked)  # fmt: skip
    assert charged.facts["fee"] == "10.00 EUR"
    limit = {"reason": "over_the_limit"}
    assert scene.refused("privacy.case.refuse", sid=european.sid, **limit).code == "no_limit"
    for _ in range(2):
        californian = opened("restriction", residence="US-CA")
        assert californian.state == "answered"
    third = opened("restriction", residence="DE")
    assert third.state == "answered"  # a European is never counted
    scene.run("privacy.case.close", sid=third.sid)
    last = scene.run("privacy.case.open", kind="restriction", contact=CALLER, residence="US-CA")
    found = scene.refused("privacy.case.refuse", sid=last.sid, **limit)
    assert found.code in {"not_now", "no_limit"}  # it is not known yet who asks


def test_the_third_californian_request_of_a_year_may_be_refused_or_cost(scene, opened):
    for _ in range(2):
        case = opened(residence="US-CA", what="name", value="Ada")
        scene.run("privacy.case.answer", sid=case.sid)
    third = opened(residence="US-CA", what="name", value="Ada B.")
    assert scene.run("privacy.case.charge", sid=third.sid, amount="5.00 USD").facts["fee"]
    refused = scene.run("privacy.case.refuse", sid=third.sid, reason="over_the_limit")
    assert "California Privacy Protection Agency" in refused.letter


def test_copies_beyond_the_year_wait_for_a_decision_instead_of_being_made(mailing):
    scene = mailing
    scene.run("privacy.officer.name", law="US-CA", name="X", email="officer@example.com")
    scene.person()
    ask = {"kind": "access", "contact": CALLER, "method": "met"}
    for _ in range(2):
        first = scene.run("privacy.case.open", residence="US-CA", **ask)
        assert scene.work() == ["case_archive"]
        assert scene.run("privacy.case.show", sid=first.sid).state == "answered"
        scene.clock.advance(DAY)
    third = scene.run("privacy.case.open", residence="US-CA", **ask)
    assert scene.work() == []
    assert third.state == "open"
    assert "grants 2 such requests in twelve months" in third.letter
    assert b"officer@example.com" in b"".join(scene.letters())
    charged = scene.run("privacy.case.charge", sid=third.sid, amount="5.00 USD")
    assert "we ask 5.00 USD" in charged.letter
    done = scene.run("privacy.case.answer", sid=third.sid)
    assert done.state == "answered"  # whoever decides may give it all the same
    european = scene.run("privacy.case.open", residence="DE", **ask)
    assert scene.work() == ["case_archive"]
    assert scene.run("privacy.case.show", sid=european.sid).state == "answered"
    scene.clock.advance(366 * DAY)
    scene.run("privacy.case.open", residence="US-CA", **ask)
    assert "case_archive" in scene.work()


def test_the_person_is_told_what_was_said_and_what_it_costs(scene, opened):
    first = opened(residence="FR", what="name", value="Ada")
    scene.run("privacy.case.answer", sid=first.sid)
    case = opened(residence="FR")
    charged = scene.run("privacy.case.charge", sid=case.sid, amount="10.00 EUR",
                        ground="excessive", words="The ninth time this week")  # fmt: skip
    for part in ("we ask 10.00 EUR", "excessive", "The ninth time this week.", "CNIL"):
        assert part in charged.letter
    refused = scene.run("privacy.case.refuse", sid=case.sid, reason="law_keeps_it",
                        words="It is kept until 2028-05-01")  # fmt: skip
    assert "It is kept until 2028-05-01." in refused.letter


def test_a_request_that_could_not_be_carried_out_is_refused_when_it_is_asked(scene):
    for kind, details, code in (
        ("withdrawal", {"purpose": "connect_call"}, "bad_purpose"),
        ("objection", {"purpose": "billing"}, "bad_purpose"),
        ("correction", {"what": "weather"}, "bad_argument"),
        ("correction", {"what": "record"}, "bad_argument"),
    ):
        refused = scene.refused(
            "privacy.rights.ask", "public", kind=kind, contact=CALLER, details=details
        )
        assert refused.code == code


def test_what_a_letter_left_open_is_added_with_the_answer(scene, opened):
    case = opened()
    assert scene.refused("privacy.case.answer", sid=case.sid).code == "bad_argument"
    done = scene.run("privacy.case.answer", sid=case.sid, details={"what": "name", "value": "Ada"})
    assert (done.state, done.words["value"]) == ("answered", "Ada")


def test_who_wrote_by_mail_is_answered_by_mail(mailing):
    scene = mailing
    scene.person()
    raw = (
        "From: Ada <ada@example.com>\r\nSubject: withdraw\r\n\r\n"
        f"I withdraw my consent. My number: {CALLER}\r\n"
    )
    asked = scene.run("privacy.case.mail", raw=raw)
    assert scene.work() == ["case_code"]
    scene.run("privacy.rights.verify", "public", reference=asked.reference, code=scene.line.code)
    letters = b"".join(scene.letters())
    assert letters.count(b"ada@example.com") == 2
    assert b"We have done what you asked for" in letters
    assert CALLER.encode() not in letters


@pytest.mark.promise("DSR-10")
def test_a_refusal_names_the_reason_the_law_and_the_authority(scene, opened):
    case = opened(residence="FR")
    refused = scene.run("privacy.case.refuse", sid=case.sid, reason="law_keeps_it",
                        words="Invoices stay until 2031 (tax law)")  # fmt: skip
    assert refused.state == "refused"
    for part in ("CNIL", "court", "law obliges us", "Invoices stay", "GDPR 12(3)"):
        assert part in refused.letter
    assert scene.refused("privacy.case.answer", sid=case.sid).code == "not_now"
    assert scene.run("privacy.case.close", sid=case.sid).state == "closed"


def test_a_refusal_without_a_reason_of_the_list_is_none(scene, opened):
    case = opened()
    assert scene.refused("privacy.case.refuse", sid=case.sid, reason="no time").code == (
        "reason_missing"
    )


def test_a_request_can_be_taken_back_by_whoever_holds_it(scene):
    asked = scene.run("privacy.rights.ask", "public", kind="erasure", contact=CALLER)
    status = scene.run("privacy.rights.withdraw", "public", reference=asked.reference)
    assert status.state == "withdrawn"
    assert "took your request back" in status.letter
    again = scene.refused("privacy.rights.withdraw", "public", reference=asked.reference)
    assert again.code == "not_now"


def test_a_request_about_a_number_nobody_has_is_refused_as_not_found(scene):
    case = scene.run("privacy.case.open", kind="access", contact="+12025550199", method="letter")
    assert scene.refused("privacy.case.answer", sid=case.sid).code == "nobody_known"
    refused = scene.run("privacy.case.refuse", sid=case.sid, reason="not_found")
    assert "Nothing is held" in refused.letter


def test_the_archive_is_fetched_once_with_its_token(scene, opened):
    case = opened("access")
    archive = scene.run("privacy.case.archive", sid=case.sid)
    fetch = {"sid": case.sid, "token": archive.token}
    assert scene.refused("privacy.case.archive", sid=opened().sid).code == "bad_argument"
    with pytest.raises(Exception, match="not yours"):
        scene.fetch("privacy.case.fetch", sid=case.sid, token="guess")
    assert len(scene.fetch("privacy.case.fetch", **fetch)) == archive.size
    with pytest.raises(Exception, match="no archive"):
        scene.fetch("privacy.case.fetch", **fetch)


LETTER = "From: Ada <ada@example.com>\nSubject: Please erase my data\n\nMy number is {}.\n"


def test_a_letter_by_mail_becomes_a_request_about_the_number_it_names(mailing):
    mailing.person()
    asked = mailing.run("privacy.case.mail", raw=LETTER.format("+1 202 555 0123"))
    (case,) = mailing.run("privacy.case.list")
    assert (case.kind, case.state, case.person) == ("erasure", "identifying", None)
    assert any(asked.reference.encode() in letter for letter in mailing.letters())
    mailing.work()
    assert mailing.line.placed[0][0] == CALLER  # the letter alone is believed in nothing


@pytest.mark.promise("GRV-01")
def test_a_letter_that_asks_for_no_right_is_a_grievance_and_is_confirmed(mailing):
    mailing.run("privacy.officer.name", law="*", name="B. Rao", post="1 High Street")
    raw = "From: ada@example.com\nSubject: I am angry\n\nNobody calls me back.\n"
    mailing.run("privacy.case.mail", raw=raw)
    (case,) = mailing.run("privacy.grievance.list")
    shown = mailing.run("privacy.grievance.show", sid=case.sid)
    assert "Nobody calls me back." in shown.words["says"]
    assert b"B. Rao" in mailing.letters()[0]


def test_machines_are_not_answered(mailing):
    raw = "From: a@example.com\nAuto-Submitted: auto-replied\nSubject: erase\n\nAway.\n"
    assert mailing.refused("privacy.case.mail", raw=raw).code == "automatic"
    assert mailing.letters() == []


@pytest.mark.promise("RET-03")
def test_the_letter_of_an_erasure_tells_what_stays_by_which_rule_and_until_when(scene, opened):
    scene.called(CALLER, OURS)
    case = opened(kind="erasure", residence="DE")
    done = scene.run("privacy.case.answer", sid=case.sid)
    plan = scene.run("privacy.erase.show", sid=done.facts["erasure"])
    stays = {row.rule: row.at for row in plan.rows if row.action == "restrict" and row.count}
    assert {"US-10", "case"} <= set(stays)
    assert "We have done what you asked for. Some of it has to stay" in done.letter
    for rule, at in stays.items():
        assert f"({rule})" in done.letter
        assert str(day_of(at)) in done.letter
    assert "47 CFR 42.6" in done.letter

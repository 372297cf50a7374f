"""E-mail about cases: who hears of what, once, and nobody's name or number in it."""

from __future__ import annotations

import asyncio

import pytest
from rights_scene import CALLER

from ringfence.office.privacy import case_desk, case_mail
from ringfence.privacy.cases.law import law_of


@pytest.fixture
def case(mailing):
    mailing.person()
    sid = mailing.run("privacy.case.open", kind="correction", contact=CALLER, residence="US-CA",
                      method="met").sid  # fmt: skip
    return case_desk.find(mailing.office, sid, "request")


def name(scene, law, box):
    scene.run("privacy.officer.name", law=law, name="X", email=box)


def write(scene, case, **args):
    return asyncio.run(
        case_mail.to_officers(scene.office, case, "It is late.", reason="late", **args)
    )


def test_every_family_has_a_command():
    assert set(case_mail.COMMANDS) == set(case_desk.MACHINES)


def test_the_nearest_officer_answers(mailing):
    assert case_mail.officer_of(mailing.office, "US-CA") is None
    for law in ("*", "US", "US-CA"):
        name(mailing, law, "x@example.com")
        found = case_mail.officer_of(mailing.office, "US-CA")
        assert found is not None
        assert found.law == law
    other = case_mail.officer_of(mailing.office, "DE")
    assert (other and other.law, law_of("DE")) == ("*", "EU")


def test_an_occasion_is_written_of_once_and_names_nobody(mailing, case):
    name(mailing, "US", "officer@example.com")
    assert write(mailing, case) == 1
    assert write(mailing, case) == 0
    (letter,) = mailing.letters()
    assert b"officer@example.com" in letter
    assert f"ringfence privacy case show {case.id}".encode() in letter
    assert CALLER.encode() not in letter


def test_whoever_is_above_hears_where_it_is_asked_for(mailing, case):
    name(mailing, "*", "officer@example.com")
    mailing.run("privacy.primary_admin.set", email="boss@example.com")
    assert write(mailing, case, above=True) == 2
    assert b"boss@example.com" in b"".join(mailing.letters())


def test_whoever_is_above_hears_where_nobody_was_named(mailing, case):
    mailing.run("privacy.primary_admin.set", email="boss@example.com")
    assert write(mailing, case) == 1
    assert b"boss@example.com" in b"".join(mailing.letters())


def test_one_who_is_both_gets_it_once(mailing, case):
    name(mailing, "*", "boss@example.com")
    mailing.run("privacy.primary_admin.set", email="boss@example.com")
    assert write(mailing, case, above=True) == 1


@pytest.mark.promise("DSR-02")
def test_who_wrote_by_mail_is_told_where_the_code_and_the_reference_go(mailing):
    raw = "From: ann@example.com\nSubject: Please send me a copy of my data\n\nAnn\n"
    asked = mailing.run("privacy.case.mail", raw=raw)
    (received,) = mailing.letters()
    assert asked.reference.encode() in received
    mailing.work()
    code = mailing.letters()[-1]
    assert b"code is" in code
    page = case_mail.page(mailing.office).encode()
    assert page == b"http://pbx.example.com/rights"
    for letter in (received, code):
        assert page in letter.replace(b"=\n", b"").replace(b"=\\n", b"")


def test_without_a_mailbox_nothing_is_sent(mailing, case):
    assert write(mailing, case) == 0
    assert not asyncio.run(case_mail.to_person(mailing.office, case, "", "Hello.", reason="x"))


def test_without_a_mail_server_nothing_is_sent(scene):
    scene.person()
    plain = scene.run("privacy.case.open", kind="correction", contact=CALLER, method="met").sid
    name(scene, "*", "officer@example.com")
    assert write(scene, case_desk.find(scene.office, plain, "request")) == 0


def test_the_person_is_written_to_where_the_case_came_from(mailing, case):
    send = case_mail.to_person(mailing.office, case, "mailto:ada@example.com", "News.", reason="n")
    assert asyncio.run(send)
    (letter,) = mailing.letters()
    assert b"ada@example.com" in letter
    assert b"News." in letter

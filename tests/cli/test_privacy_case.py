"""``ringfence privacy case`` and ``child``: each command asks one use case and prints what is."""

import base64
import json

import pytest

SID = "CS" + "1" * 32
CASE = {
    "sid": SID, "family": "request", "kind": "access", "state": "open", "residence": "DE",
    "received": 1_700_000_000_000, "due": 1_702_600_000_000, "decided": None, "person": None,
    "facts": {}, "words": {"address": "+12025550123", "says": "hello"}, "letter": "We received it.",
    "can": ["answer", "refuse"],
    "steps": [{"at": 1_700_000_000_000, "action": "receive", "state": "received", "by": "public",
               "words": "please"}],
}  # fmt: skip
ARCHIVE = {"case": SID, "token": "tok", "size": 7, "sha256": "aa", "expires": 1_702_600_000_000}

COMMANDS = [
    (("case", "show", SID), "privacy.case.show", {"sid": SID}),
    (("case", "code", SID), "privacy.case.code", {"sid": SID}),
    (("case", "verify", SID, "012345"), "privacy.case.verify", {"sid": SID, "code": "012345"}),
    (("case", "identify", SID, "--met", "letter"), "privacy.case.identify",
     {"sid": SID, "method": "letter"}),
    (("case", "extend", SID, "--reason", "complex", "--words", "many"), "privacy.case.extend",
     {"sid": SID, "reason": "complex", "words": "many"}),
    (("case", "charge", SID, "10.00 EUR"), "privacy.case.charge",
     {"sid": SID, "amount": "10.00 EUR", "ground": "", "words": ""}),
    (("case", "answer", SID), "privacy.case.answer", {"sid": SID, "words": ""}),
    (("case", "refuse", SID, "--reason", "law_keeps_it"), "privacy.case.refuse",
     {"sid": SID, "reason": "law_keeps_it", "words": ""}),
    (("case", "withdraw", SID), "privacy.case.withdraw", {"sid": SID}),
    (("case", "close", SID), "privacy.case.close", {"sid": SID}),
    (("child", "show", SID), "privacy.child.show", {"sid": SID}),
    (("child", "confirm", SID), "privacy.child.confirm", {"sid": SID, "words": ""}),
    (("child", "clear", SID, "--words", "40"), "privacy.child.clear", {"sid": SID, "words": "40"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "name", "args"), COMMANDS, ids=lambda w: " ".join(w)[:20])
def test_commands_about_one_case(words, name, args, ringfence, office):
    office.answers[name] = CASE
    out = ringfence("privacy", *words)
    assert out.code == 0, out.err
    assert office.asked == [(name, args)]
    assert "We received it." in out.out
    assert "answer, refuse" in out.out
    assert json.loads(ringfence("privacy", *words, "--json").out) == CASE


def test_who_opens_a_request_is_told_where_the_code_goes(ringfence, office):
    office.answers["privacy.case.open"] = CASE | {"state": "identifying"}
    out = ringfence("privacy", "case", "open", "access", "+12025550123").out
    assert f"privacy case verify {SID} CODE" in out
    office.answers["privacy.case.open"] = CASE
    assert "CODE" not in ringfence("privacy", "case", "open", "access", "+12025550123").out


def test_opening_takes_details(ringfence, office):
    office.answers["privacy.case.open"] = CASE
    words = ("privacy", "case", "open", "correction", "+12025550123", "--residence", "DE",
             "--set", "what=name", "--set", "value=Ada = B", "--met", "letter")  # fmt: skip
    assert ringfence(*words).code == 0
    assert office.asked[0][1]["details"] == {"what": "name", "value": "Ada = B"}
    assert office.asked[0][1]["method"] == "letter"
    assert ringfence("privacy", "case", "open", "access", "1", "--set", "x").code == 2


def test_lists(ringfence, office):
    for family in ("case", "child"):
        office.answers[f"privacy.{family}.list"] = [CASE]
        out = ringfence("privacy", family, "list")
        assert SID in out.out
        assert "access" in out.out
        assert json.loads(ringfence("privacy", family, "list", "--json").out) == [CASE]


def test_an_archive_is_made_and_fetched_into_a_private_file(ringfence, office, tmp_path):
    office.answers["privacy.case.archive"] = ARCHIVE
    assert f"fetch {SID} --token tok" in ringfence("privacy", "case", "archive", SID).out
    office.streams["privacy.case.fetch"] = [
        {"filename": "a.zip", "size": 2}, {"data": base64.b64encode(b"PK").decode()}
    ]  # fmt: skip
    target = tmp_path / "mine.zip"
    fetch = ("privacy", "case", "fetch", SID, "--token", "tok", "--to", str(target))
    assert ringfence(*fetch).code == 0
    assert target.read_bytes() == b"PK"
    assert target.stat().st_mode & 0o077 == 0
    assert ringfence(*fetch).code != 0  # it is there already


def test_children_are_reported_and_the_gate_asked(ringfence, office):
    office.answers["privacy.child.report"] = {"letter": "restricted", "reference": "r", "due": 1}
    assert ringfence("privacy", "child", "report", "+12025550123").out == "restricted\n"
    office.answers["privacy.age.declare"] = {"done": True}
    assert ringfence("privacy", "child", "age", "1990-01-01").out == "An adult.\n"


def test_a_letter_is_taken_from_a_file(ringfence, office, tmp_path):
    office.answers["privacy.case.mail"] = {"letter": "We have it.", "reference": "r", "due": 1}
    letter = tmp_path / "letter.eml"
    letter.write_bytes("From: a@b.example\n\nDelete me, bitte löschen".encode())
    assert ringfence("privacy", "case", "mail", str(letter)).out == "We have it.\n"
    assert "löschen" in office.asked[0][1]["raw"]

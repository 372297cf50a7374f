"""``ringfence privacy grievance`` and ``officer``."""

import json

import pytest

SID = "CS" + "1" * 32
CASE = {
    "sid": SID, "kind": "rights", "state": "open", "residence": "IN", "received": 1, "due": 2,
    "words": {}, "letter": "A. Iyer answers it.", "can": ["settle"], "steps": [],
}  # fmt: skip
OFFICER = {"law": "IN", "name": "A. Iyer", "email": "a@example.com", "post": "", "since": 1}


@pytest.mark.parametrize(
    ("words", "name", "args"),
    [
        (("show", SID), "show", {}),
        (("take", SID), "take", {}),
        (("extend", SID, "--days", "14", "--words", "w"), "extend", {"days": 14, "words": "w"}),
        (("settle", SID, "--words", "w"), "settle", {"words": "w", "redress": True}),
        (("settle", SID, "--words", "w", "--reject"), "settle", {"words": "w", "redress": False}),
    ],
    ids=lambda w: w[0] if isinstance(w, tuple) else "",
)
def test_commands_about_one_grievance(words, name, args, ringfence, office):
    office.answers[f"privacy.grievance.{name}"] = CASE
    out = ringfence("privacy", "grievance", *words)
    assert out.code == 0, out.err
    assert office.asked == [(f"privacy.grievance.{name}", {"sid": SID, **args})]
    assert "A. Iyer answers it." in out.out


def test_filing_listing_counting(ringfence, office):
    office.answers["privacy.grievance.file"] = {"letter": "L", "reference": "r7", "due": 1}
    assert "r7" in ringfence("privacy", "grievance", "file", "--words", "late").out
    office.answers["privacy.grievance.list"] = [CASE]
    assert SID in ringfence("privacy", "grievance", "list").out
    values = {"received": 3, "median_days": 9}
    office.answers["privacy.grievance.figures"] = {"values": values}
    assert "median days  9" in ringfence("privacy", "grievance", "figures").out
    assert json.loads(ringfence("privacy", "grievance", "figures", "--json").out) == values


def test_officers(ringfence, office):
    office.answers["privacy.officer.list"] = [OFFICER]
    assert "A. Iyer" in ringfence("privacy", "officer", "list").out
    office.answers["privacy.officer.name"] = OFFICER
    out = ringfence("privacy", "officer", "name", "IN", "--name", "A. Iyer", "--email", "a@b.c")
    assert out.out == "A. Iyer answers people under IN.\n"
    assert office.asked[-1][1] == {"law": "IN", "name": "A. Iyer", "email": "a@b.c", "post": ""}

"""``ringfence privacy incident`` and ``honey``."""

import json

import pytest

SID = "CS" + "1" * 32
CLOCK = {"key": "IN-cert", "whom": "authority", "what": "report", "due": 1_700_000_000_000,
         "told": None, "waived": "", "cite": "CERT-In", "source": "IN-19"}  # fmt: skip
FOUND = {
    "sid": SID, "state": "open", "kind": "leak", "aware": 1_700_000_000_000, "sealed": False,
    "affected": ["PA1"], "clocks": [CLOCK], "words": "lost", "steps": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "name", "args"),
    [
        (("open", "leak", "--words", "lost", "--law", "EU", "--law", "IN"), "open",
         {"kind": "leak", "words": "lost", "laws": ["EU", "IN"], "sealed": False}),
        (("show", SID), "show", {"sid": SID}),
        (("affect", SID, "--number", "+12025550123"), "affect",
         {"sid": SID, "contacts": ["+12025550123"]}),
        (("affect", SID, "--key", "7"), "affect", {"sid": SID, "serials": [7]}),
        (("tell", SID, "IN-cert"), "tell", {"sid": SID, "clock": "IN-cert", "words": ""}),
        (("waive", SID, "EU-subjects", "--words", "sealed"), "waive",
         {"sid": SID, "clock": "EU-subjects", "words": "sealed"}),
        (("contain", SID, "--words", "found"), "contain", {"sid": SID, "words": "found"}),
        (("close", SID), "close", {"sid": SID, "words": ""}),
    ],
    ids=lambda w: w[0] if isinstance(w, tuple) else "",
)  # fmt: skip
def test_commands(words, name, args, ringfence, office):
    office.answers[f"privacy.incident.{name}"] = FOUND
    out = ringfence("privacy", "incident", *words)
    assert out.code == 0, out.err
    assert office.asked == [(f"privacy.incident.{name}", args)]
    for part in ("IN-cert", "CERT-In", "people to tell  1"):
        assert part in out.out
    assert json.loads(ringfence("privacy", "incident", *words, "--json").out) == FOUND


def test_the_list_says_how_many_are_to_be_told(ringfence, office):
    office.answers["privacy.incident.list"] = [FOUND]
    late = {**CLOCK, "key": "EU-authority", "late": True}
    office.answers["privacy.incident.list"] = [{**FOUND, "clocks": [CLOCK, late]}]
    row = ringfence("privacy", "incident", "list").out.splitlines()[1].split()
    assert row[-5:] == ["2", "1", "2023-11-14", "22:13:20", "IN-cert"]


def test_it_says_what_is_late_and_what_to_do_next(ringfence, office):
    late = {**CLOCK, "late": True}
    step = {"at": 1_700_000_000_000, "action": "receive", "state": "open", "by": "operator",
            "words": ""}  # fmt: skip
    office.answers["privacy.incident.show"] = {**FOUND, "clocks": [late], "steps": [step]}
    out = ringfence("privacy", "incident", "show", SID).out
    assert "2023-11-14 22:13:20  LATE" in out
    assert "receive by operator" in out
    assert f"privacy incident tell {SID} IN-cert" in out


def test_it_may_have_been_known_for_a_while(ringfence, office):
    office.answers["privacy.incident.open"] = FOUND
    words = ("privacy", "incident", "open", "leak", "--words", "lost", "--aware")
    assert ringfence(*words, "2026-11-22T18:00").code == 0
    assert office.asked[-1][1]["aware"] == 1_795_370_400_000
    refused = ringfence(*words, "yesterday")
    assert refused.code == 2
    assert "2026-11-22T18:00" in refused.err


def test_honey(ringfence, office):
    office.answers["privacy.honey.place"] = {"done": True}
    assert ringfence("privacy", "honey", "+12025550166").out == "Watched.\n"


def test_the_emergency_stop_asks_first(ringfence, office):
    office.answers["account.compromised"] = {"incident": SID, "auth_token": "t0k"}
    out = ringfence("privacy", "compromised", "--yes", "--words", "stolen")
    assert "t0k" in out.out
    assert SID in out.out
    assert office.asked == [("account.compromised", {"words": "stolen"})]
    office.answers["account.resume"] = {"done": True}
    assert ringfence("privacy", "resume").code == 0

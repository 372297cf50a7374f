"""``ringfence privacy demand``, ``approver``, ``transparency``."""

import base64
import json
from datetime import UTC, datetime

import pytest

SID = "CS" + "1" * 32
CASE = {
    "sid": SID, "kind": "domestic", "state": "valid", "residence": "US", "received": 1, "due": 2,
    "words": {"authority": "County Court"}, "letter": "", "can": ["notify"], "steps": [],
}  # fmt: skip


def day(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("words", "name", "args"),
    [
        (("show", SID), "show", {}),
        (("refer", SID), "refer", {"words": ""}),
        (("object", SID, "--reason", "no law"), "object", {"reason": "no law"}),
        (("validate", SID, "--check", "basis"), "validate", {"checks": ["basis"]}),
        (("emergency", SID, "--check", "danger", "--reason", "a life"), "emergency",
         {"checks": ["danger"], "reason": "a life"}),
        (("narrow", SID), "narrow", {}),
        (("narrow", SID, "--field", "calls", "--since", "2026-01-01"), "narrow",
         {"fields": ["calls"], "since": day("2026-01-01")}),
        (("notify", SID, "--words", "letter"), "notify", {"words": "letter"}),
        (("gag", SID, "--instrument", "O", "--until", "2026-12-01"), "gag",
         {"instrument": "O", "until": day("2026-12-01")}),
        (("approve", SID, "--secret", "s"), "approve", {"secret": "s"}),
        (("review", SID, "--secret", "s", "--words", "ok"), "review",
         {"secret": "s", "words": "ok"}),
        (("close", SID), "close", {}),
    ],
    ids=lambda w: w[0] if isinstance(w, tuple) else "",
)  # fmt: skip
def test_commands_about_one_demand(words, name, args, ringfence, office):
    office.answers[f"privacy.demand.{name}"] = CASE
    out = ringfence("privacy", "demand", *words)
    assert out.code == 0, out.err
    assert office.asked == [(f"privacy.demand.{name}", {"sid": SID, **args})]
    assert "County Court" in out.out


def test_whoever_approves_sees_what_will_be_given(ringfence, office):
    asked = {"subjects": ["PA1", "PA2"], "fields": ["calls", "voice"],
             "since": day("2026-01-01"), "until": day("2026-02-01")}  # fmt: skip
    given = asked | {"subjects": ["PA1"], "fields": ["calls"]}
    state = {"asked": asked, "scope": given, "approvers": ["US7"], "noticed_at": None,
             "gag_until": day("2026-12-01")}  # fmt: skip
    office.answers["privacy.demand.show"] = CASE | {"facts": {"demand": state}}
    out = ringfence("privacy", "demand", "show", SID).out
    assert "calls, voice of 2 people, 2026-01-01" in out
    assert "calls of 1 person, 2026-01-01" in out
    assert "2026-12-01" in out
    assert "US7" in out


def test_receiving_says_who_wants_what_of_when(ringfence, office):
    office.answers["privacy.demand.receive"] = CASE
    out = ringfence(
        "privacy", "demand", "receive", "--authority", "Court", "--instrument", "7",
        "--country", "US", "--number", "+12025550123", "--field", "calls", "--field", "voice",
        "--since", "2026-01-01", "--until", "2026-02-01",
    )  # fmt: skip
    assert out.code == 0, out.err
    asked = office.asked[0][1]
    assert (asked["fields"], asked["until"]) == (["calls", "voice"], day("2026-02-01"))
    assert not asked["held_for_other"]


def test_a_bad_day_is_refused_without_being_repeated(ringfence, office):
    out = ringfence("privacy", "demand", "gag", SID, "--instrument", "O", "--until", "31.12.2026")
    assert out.code != 0
    assert "31.12" not in out.err


def test_an_export_is_made_and_fetched(ringfence, office, tmp_path):
    office.answers["privacy.demand.disclose"] = {
        "case": SID, "token": "tok", "size": 2, "sha256": "aa", "expires": 1
    }  # fmt: skip
    out = ringfence("privacy", "demand", "disclose", SID, "--secret", "s")
    assert f"demand fetch {SID} --token tok" in out.out
    office.streams["privacy.demand.fetch"] = [
        {"filename": "a.zip", "size": 2}, {"data": base64.b64encode(b"PK").decode()}
    ]  # fmt: skip
    target = tmp_path / "out.zip"
    ringfence("privacy", "demand", "fetch", SID, "--token", "tok", "--to", str(target))
    assert target.read_bytes() == b"PK"


def test_approvers_have_a_secret_that_is_shown_once(ringfence, office):
    made = {"sid": "US1", "name": "Ann", "created": 1, "removed": None, "secret": "s3"}
    office.answers["privacy.approver.add"] = made
    assert ringfence("privacy", "approver", "add", "Ann").out == "Ann approves with: s3\n"
    office.answers["privacy.approver.list"] = [{**made, "secret": None}]
    listed = ringfence("privacy", "approver", "list").out
    assert "Ann" in listed
    assert "s3" not in listed
    office.answers["privacy.approver.remove"] = {"done": True}
    assert ringfence("privacy", "approver", "remove", "US1").code == 0


def test_the_transparency_report(ringfence, office):
    values = {"received": 3, "people": "fewer than 10", "countries": {"US": 2, "FR": 1}}
    office.answers["privacy.transparency"] = {"values": values}
    out = ringfence("privacy", "transparency", "--since", "2026-01-01")
    assert "US 2, FR 1" in out.out
    assert office.asked[0][1] == {"since": day("2026-01-01")}
    assert json.loads(ringfence("privacy", "transparency", "--json").out)["received"] == 3


def test_lists(ringfence, office):
    office.answers["privacy.demand.list"] = [CASE]
    assert SID in ringfence("privacy", "demand", "list").out

"""Sending a person's data to whom they name: verified first, signed, tried until it is taken."""

from __future__ import annotations

import json

import pytest
from rights_scene import CALLER

from ringfence.office.privacy import portability

URL = "https://127.0.0.1/import"


@pytest.fixture
def granted(scene):
    """A request to send everything to another provider, granted."""
    scene.called()

    def make(url=URL):
        case = scene.run("privacy.case.open", kind="portability", contact=CALLER, residence="DE",
                         details={"recipient": url}, method="met")  # fmt: skip
        scene.run("privacy.case.answer", sid=case.sid)
        return case.sid

    return make


def state(scene, sid):
    return scene.run("privacy.case.show", sid=sid).state


@pytest.mark.promise("DSR-06")
def test_a_recipient_who_expects_it_gets_a_bundle_it_can_verify(scene, granted):
    sid = granted()
    assert scene.work() == ["case_push"]
    challenge, bundle = scene.web.got
    assert set(json.loads(challenge[1])) == {"format", "challenge"}
    public = bytes.fromhex(scene.run("privacy.signing_key", "public").values.public)
    for url, body, headers in scene.web.got:
        assert url == URL
        assert portability.verify(body, headers["Ringfence-Signature"], public)
        assert not portability.verify(body + b" ", headers["Ringfence-Signature"], public)
    content = json.loads(bundle[1])
    assert content["format"] == "ringfence/1"
    assert [row["caller_id"] for row in content["tables"]["calls"]] == ["you"]
    assert state(scene, sid) == "answered"
    (found,) = scene.office.store.rooms.disclosures.of_party(
        scene.office.store.db.reading, scene.person()
    )
    assert (found.recipient_kind, found.basis) == ("provider", "GDPR 20")


def test_what_was_asked_and_complained_of_here_is_no_other_providers_business(scene, granted):
    scene.run("privacy.grievance.file", "public", words="complaint-canary", contact=CALLER)
    granted()
    assert scene.work() == ["case_push"]
    (_, bundle) = scene.web.got
    content = json.loads(bundle[1])
    assert {"calls", "parties", "texts", "amendments", "messages"} <= set(content["tables"])
    theirs = {"cases", "case_steps", "case_archives", "disclosures", "restrictions", "jobs"}
    assert not theirs & set(content["tables"])
    assert set(content["tables"]) == set(content["provenance"]) == set(portability.PORTABLE)
    assert b"complaint-canary" not in bundle[1]
    assert b"example.com" not in bundle[1]  # to whom it goes


def test_whoever_does_not_expect_it_gets_a_challenge_and_nothing_else(scene, granted):
    scene.web.echo = False
    sid = granted()
    assert scene.work() == ["case_push:recipient_unverified"]
    assert len(scene.web.got) == 1
    assert CALLER.encode() not in scene.web.got[0][1]
    shown = scene.run("privacy.case.show", sid=sid)
    assert shown.state == "open"
    assert "Nothing was sent: the recipient does not expect this data" in shown.steps[-1].words
    assert "did not confirm that it expects your data" in shown.letter
    scene.web.echo = True  # now it does: answering again tries again
    scene.run("privacy.case.answer", sid=sid)
    assert scene.work() == ["case_push"]
    assert state(scene, sid) == "answered"


def test_who_named_no_recipient_can_name_one_later(scene, granted):
    case = scene.run("privacy.case.open", kind="portability", contact=CALLER, method="letter")
    assert scene.refused("privacy.case.answer", sid=case.sid).code == "recipient_missing"
    scene.run("privacy.case.answer", sid=case.sid, details={"recipient": URL})
    assert scene.work() == ["case_push"]
    assert state(scene, case.sid) == "answered"


def test_a_recipient_that_is_away_is_tried_again(scene, granted):
    scene.web.dead = True
    sid = granted()
    assert scene.work() == ["case_push!"]
    scene.web.dead = False
    scene.clock.advance(60_000)
    assert scene.work() == ["case_push"]
    assert state(scene, sid) == "answered"
    assert scene.work() == []


@pytest.mark.parametrize(
    "url",
    ["http://example.com/in", "https://10.0.0.1/in", "https://169.254.169.254/", "ftp://x/",
     "file:///etc/passwd"],
)  # fmt: skip
def test_only_by_https_and_never_into_a_private_network(scene, url):
    scene.person()
    for name, actor, more in (("rights.ask", "public", {}),
                              ("case.open", "operator", {"method": "met"})):  # fmt: skip
        refused = scene.refused(f"privacy.{name}", actor, kind="portability", contact=CALLER,
                                details={"recipient": url}, **more)  # fmt: skip
        assert refused.code in {"bad_url", "private_address"}


def test_a_signature_that_is_none_is_not_one():
    for header in ("", "key=00", "key=zz; signature=!!", "signature=AAAA"):
        assert not portability.verify(b"x", header, bytes(32))

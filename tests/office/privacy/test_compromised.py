"""The emergency stop: nothing that let somebody in does so any more, and the past stays."""

from __future__ import annotations

import pytest
from rights_scene import OURS

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.switch.tolls import Tolls


@pytest.mark.promise("ACC-07")
def test_everything_that_lets_somebody_in_ends_at_once(scene):
    office = scene.office
    call = scene.called()
    old = office.directory.auth_token
    key = scene.run("key.add", name="crm", role="manager", purposes=["call_record"])
    session = scene.run("admin.redeem", "public",
                        token=scene.run("admin.link").path.rpartition("/")[2])  # fmt: skip
    link = scene.run("admin.link").path.rpartition("/")[2]
    tolls = Tolls(scene.clock, frozen=lambda: office.account.status == "suspended")
    tolls.check(Phone(OURS))
    stopped = scene.run("account.compromised", words="a laptop was stolen")

    basic = {"account_sid": office.account.id}
    for name, args in (
        ("account.authenticate", {**basic, "auth_token": old}),
        ("key.authenticate", {"key": key.sid, "secret": key.secret}),
        ("session.check", {"session": session.session}),
        ("admin.redeem", {"token": link}),
    ):
        over = {"not_authorized", "key_expired", "link_over"}
        assert scene.refused(name, "public", **args).code in over
    with pytest.raises(Refused) as refused:
        tolls.check(Phone(OURS))
    assert refused.value.code == "account_suspended"
    assert scene.run("account.authenticate", "public", **basic, auth_token=stopped.auth_token)
    incident = scene.run("privacy.incident.show", sid=stopped.incident)
    assert (incident.kind, incident.state) == ("compromised", "open")
    assert scene.run("call.show", sid=call).sid == call  # what happened stays as it was


def test_a_stop_is_taken_back_by_the_operator_alone(scene):
    assert scene.refused("account.resume").code == "not_stopped"
    scene.run("account.compromised", words="a laptop was stolen")
    assert scene.refused("account.resume", "api").code == "not_authorized"
    assert scene.run("account.resume").done
    assert scene.office.account.status == "full"
    store = scene.office.store
    kept = store.accounts.get(store.db.reading, scene.office.account.id)
    assert kept.status == "full"


@pytest.mark.parametrize("words", ["", "  "])
def test_who_says_nothing_stops_nothing(scene, words):
    key = scene.run("key.add", name="crm", role="owner", purposes=["authenticate"])
    refused = scene.refused("account.compromised", f"key:{key.sid}", words=words)
    assert (refused.code, refused.reason.partition(":")[0]) == ("bad_argument", "words")
    assert scene.run("key.authenticate", "public", key=key.sid, secret=key.secret)
    assert scene.office.account.status != "suspended"

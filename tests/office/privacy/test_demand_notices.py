"""When a gag ends each person is told by itself: by e-mail, by text, or a letter is owed."""

from __future__ import annotations

import asyncio
import re

import pytest
from rights_scene import CALLER, OTHER, Scene

from ringfence.kernel.clock import DAY
from ringfence.kernel.ids import MessageId
from ringfence.office.messaging.post import Post
from ringfence.office.privacy import demand_notices
from ringfence.privacy.cases.demand import CHECKS

MAILBOX = "mailto:somebody@example.com"
SENDER = "+12025550199"


def gagged(scene, contacts, *, days=2):
    now = scene.clock.now()
    sid = scene.run(
        "privacy.demand.receive", authority="County Court", instrument="Order 7/26", country="US",
        contacts=contacts, fields=["calls"], since=now - 30 * DAY, until=now,
    ).sid  # fmt: skip
    scene.run("privacy.demand.validate", sid=sid, checks=sorted(CHECKS))
    scene.run("privacy.demand.narrow", sid=sid)
    scene.run("privacy.demand.gag", sid=sid, instrument="Order 8/26", until=now + days * DAY)
    return sid


def disclosed(scene, sid):
    secrets = [scene.run("privacy.approver.add", name=name).secret for name in ("Ann", "Bob")]
    for secret in secrets:
        scene.run("privacy.demand.approve", sid=sid, secret=secret)
    scene.run("privacy.demand.disclose", sid=sid, secret=secrets[0])
    return sid


def states(scene, sid):
    facts = scene.run("privacy.demand.show", sid=sid).facts
    return {line["person"]: (line["way"], line["state"]) for line in facts.get("notices", [])}


def actions(scene, sid):
    return [step.action for step in scene.run("privacy.demand.show", sid=sid).steps]


def settle_mail(scene, state, error=None):
    """What the relay makes of the messages that wait."""
    rooms, now = scene.office.store.rooms, scene.clock.now()
    found = rooms.messages.newest(scene.office.store.db.reading, count=9)

    def unit(tx):
        for message in found:
            rooms.messages.settle(tx, MessageId(message.id), state, now, error=error)

    asyncio.run(scene.office.write(unit))


@pytest.fixture
def mailbox(mailing):
    """Somebody known by a mailbox alone."""
    return mailing.office.store.party_room.resolve(MAILBOX, mailing.clock.now())


@pytest.mark.promise("LEG-04")
def test_whoever_has_a_mailbox_is_written_to_when_the_gag_ends(mailing, mailbox):
    mailing.settle()
    sid = disclosed(mailing, gagged(mailing, [MAILBOX.removeprefix("mailto:")]))
    mailing.clocks()
    assert not mailing.letters()
    assert states(mailing, sid) == {}
    mailing.clock.advance(2 * DAY)
    mailing.clocks()
    mailing.clocks()
    (letter,) = mailing.letters()
    for word in (b"County Court", b"calls", b"It was given to them on", b"complain"):
        assert word in letter
    assert states(mailing, sid) == {mailbox: ("email", "asked")}
    assert mailing.refused("privacy.demand.close", sid=sid).code == "not_told"
    settle_mail(mailing, "sent")
    mailing.clocks()
    assert states(mailing, sid) == {mailbox: ("email", "told")}
    assert actions(mailing, sid)[-3:] == ["tell_late", "inform", "told"]
    assert mailing.run("privacy.demand.close", sid=sid).state == "closed"


def test_mail_that_nobody_takes_becomes_a_letter_that_the_officer_hears_of(mailing, mailbox):
    mailing.settle()
    mailing.run("privacy.officer.name", law="*", name="Officer", email="officer@example.com")
    sid = gagged(mailing, [MAILBOX.removeprefix("mailto:")])
    mailing.clock.advance(2 * DAY)
    mailing.clocks()
    settle_mail(mailing, "failed", "not_taken")
    mailing.clocks()
    assert states(mailing, sid) == {mailbox: ("letter", "open")}
    assert any(b"needs a letter" in letter for letter in mailing.letters())
    (owed,) = mailing.run("privacy.demand.letters")
    assert (owed.case, owed.person, owed.address) == (sid, mailbox, MAILBOX)
    assert "Nothing was given yet" in owed.text


def test_whom_no_message_reaches_somebody_writes_a_letter_and_says_how(scene):
    scene.called()
    scene.called(OTHER)
    sid = gagged(scene, [CALLER, OTHER])
    scene.clock.advance(2 * DAY)
    scene.clocks()
    owed = scene.run("privacy.demand.letters")
    assert {letter.address for letter in owed} == {CALLER, OTHER}
    told = {"sid": sid, "words": "registered letter"}
    assert scene.refused("privacy.demand.told", person="PA0", **told).code == "not_found"
    first = {"sid": sid, "person": owed[0].person}
    assert scene.refused("privacy.demand.told", words=" ", **first).code == "bad_argument"
    scene.run("privacy.demand.told", person=owed[0].person, **told)
    assert [letter.person for letter in scene.run("privacy.demand.letters")] == [owed[1].person]
    secrets = [scene.run("privacy.approver.add", name=name).secret for name in ("Ann", "Bob")]
    scene.clock.advance(7 * DAY)
    for secret in secrets:
        scene.run("privacy.demand.approve", sid=sid, secret=secret)
    found = scene.refused("privacy.demand.disclose", sid=sid, secret=secrets[0])
    assert (found.code, found.clause) == ("not_told", "LEG-04")
    scene.run("privacy.demand.told", person=owed[1].person, **told)
    scene.run("privacy.demand.disclose", sid=sid, secret=secrets[0])
    assert scene.run("privacy.demand.close", sid=sid).state == "closed"


def test_whoever_was_erased_meanwhile_is_owed_nothing(scene):
    person = scene.person()
    sid = gagged(scene, [CALLER])
    planned = scene.run("privacy.erase.plan", address=CALLER)
    scene.run("privacy.erase.execute", sid=planned.sid)
    scene.clock.advance(2 * DAY)
    scene.clocks()
    assert states(scene, sid) == {person: ("", "erased")}
    assert scene.run("privacy.demand.letters") == []


def test_what_was_begun_before_a_kill_is_gone_on_with(scene, monkeypatch):
    scene.called()
    sid = gagged(scene, [CALLER])
    scene.clock.advance(2 * DAY)

    async def killed(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(demand_notices, "tell", killed)
        with pytest.raises(OSError):
            scene.clocks()
    assert actions(scene, sid)[-1] == "lift"
    scene.clocks()
    assert [state for _, state in states(scene, sid).values()] == ["open"]


def test_more_demands_than_a_page_holds_are_all_looked_at(scene, monkeypatch):
    monkeypatch.setattr(demand_notices, "CASES_SHOWN_MAX", 2)
    scene.called()
    sids = {gagged(scene, [CALLER]) for _ in range(5) if scene.clock.advance(1)}
    assert {case.id for case in demand_notices.all_demands(scene.office)} == sids


def test_a_demand_is_told_by_text_where_texts_go(data, monkeypatch):
    scene = Scene(data, rights_sms_from=SENDER)
    try:
        scene.run("number.add", number=SENDER, twiml="<Response/>")
        scene.called(caller="+447700900123")
        person = scene.person("+447700900123")
        at_hand = []
        monkeypatch.setattr(Post, "at_hand", lambda _, *args: at_hand.append(args))
        sid = gagged(scene, ["+447700900123"])
        scene.run("privacy.demand.notify", sid=sid)
        assert states(scene, sid) == {person: ("text", "asked")}
        ((message, _, own, text),) = at_hand
        assert own == SENDER
        assert re.search(r"County Court demanded data about you: calls", text)
        assert scene.office.store.rooms.texts.get(
            scene.office.store.db.reading, message
        ).party == person  # fmt: skip
        scene.run("message.cancel", sid=message)
        scene.clocks()
        assert states(scene, sid) == {person: ("letter", "open")}
    finally:
        scene.close()


def test_without_words_and_without_a_channel_nobody_is_said_to_be_told(scene):
    scene.called()
    now = scene.clock.now()
    sid = gagged(scene, [CALLER])
    assert now
    assert scene.refused("privacy.demand.notify", sid=sid).code == "no_channel"
    assert scene.run("privacy.demand.show", sid=sid).state == "gagged"

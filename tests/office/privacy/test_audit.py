"""Heads, proofs and checks by use case; under load nothing is opened without a leaf."""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections import Counter
from pathlib import Path

import apsw
import msgspec
import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import audit
from ringfence.privacy import audit_verifier as verifier
from ringfence.privacy.checkpoint import verify


def run(office, name, **args):
    async def ask():
        return await office.run(name, args, actor="operator")

    return asyncio.run(ask())


def follow(office, name, **args):
    async def ask():
        return [item async for item in office.follow(name, args, actor="operator")]

    return asyncio.run(ask())


class Heard:
    def __init__(self, leg, party):
        self.leg, self.party, self.incoming = leg, party, True


@pytest.fixture
def calls(office):
    """Ten recorded calls of ten people; their ids and numbers."""
    rooms, made = office.store, []
    for number in range(10):
        now = office.clock.now()
        call, leg, recording = (
            ids.make(kind, now, office.entropy) for kind in ("call", "leg", "recording")
        )
        address = f"+120255501{number:02d}"
        party = rooms.party_room.resolve(Phone(address), now)
        (file,) = rooms.recordings.begin(recording, call, "voicemail", [Heard(leg, party)], now)
        Path(file.path).write_bytes(b"sealed")
        facts = [
            events.CallOffered(at=now, call=call, account=office.account.id, leg=leg,
                               caller=party, called=party),
            events.RecordingRequested(at=now, call=call, recording=recording, source="voicemail",
                                      legs=(leg,), parties=(party,)),
            events.CallEnded(at=now, call=call, account=office.account.id, direction="inbound",
                             cause=Cause.NORMAL, hung_up_by="caller", missed=True, offered_at=now,
                             rang_at=None, answered_at=None, answered_by_person_at=None,
                             ended_at=now, duration_ms=0, talk_ms=0),
        ]  # fmt: skip
        rooms.calls.record(facts, now)
        rooms.recordings.finish_now(recording, keep=True)
        made.append((call, recording, address))
    rooms.db.submit(lambda _: None).result(5)
    return made


def test_a_head_is_signed_and_only_grows(office, calls):
    old = run(office, "privacy.audit.head")
    run(office, "call.list")
    new = run(office, "privacy.audit.head")
    assert new.size > old.size
    steps = run(office, "privacy.audit.consistency", old=old.size, new=new.size)
    assert "begins with" in verifier.extends(
        old.checkpoint, new.checkpoint, steps, old.verifier_key
    )
    signer = office.store.store.signer()
    assert verify(new.checkpoint, name=signer.name, public=signer.public).size == new.size


def test_proofs_about_a_person_hold_without_us(office, calls):
    run(office, "call.list")
    head, *proofs = follow(office, "privacy.audit.proofs", address=calls[0][2])
    assert {proof.kind for proof in proofs} >= {"opened", "CallOffered", "CallEnded"}
    assert "leaf" in verifier.prove(proofs[0].proof, head.verifier_key)


def test_of_a_stranger_there_is_the_head_alone(office, calls):
    [head] = follow(office, "privacy.audit.proofs", address="+12025550199")
    assert head.size > 0
    with pytest.raises(Refused) as refused:
        follow(office, "privacy.audit.proofs", address="nobody")
    assert refused.value.code == "invalid_number"


def test_the_whole_log_is_checked_and_given_away(office, calls, tmp_path):
    found = run(office, "privacy.audit.verify")
    assert found.faults == []
    assert found.heads >= 1
    done = run(office, "privacy.audit.export", target=str(tmp_path / "log"))
    assert done.files == 3
    assert (tmp_path / "log" / "checkpoint").exists()


def test_the_whole_log_leaves_as_one_file(office, calls, tmp_path):
    about, *pieces = follow(office, "privacy.audit.archive")
    packed = b"".join(piece.data for piece in pieces)
    assert (about.media_type, about.size) == ("application/x-tar", len(packed))
    with tarfile.open(fileobj=io.BytesIO(packed)) as file:
        assert {(member.uid, member.uname) for member in file} == {(0, "")}
        file.extractall(tmp_path / "given")  # no filters in Python 3.11.2
    run(office, "privacy.audit.export", target=str(tmp_path / "log"))

    def tiles(folder):
        every = (one for one in folder.rglob("*") if one.is_file() and one.name != "checkpoint")
        return {str(one.relative_to(folder)): one.read_bytes() for one in every}

    assert tiles(tmp_path / "given" / "log") == tiles(tmp_path / "log") != {}
    assert (
        (tmp_path / "given" / "log" / "checkpoint")
        .read_text()
        .startswith((tmp_path / "log" / "checkpoint").read_text().partition("\n")[0])
    )


def test_under_load_nothing_is_opened_without_a_leaf(office, calls, monkeypatch):
    """Invariant: what was shown of people is what the log says was opened, no more, no less.

    The vault is watched beneath everything else, so an opening that goes around the repositories
    would be one too many. A list shows from memory whom it opened before: each time counts.
    """
    vault, openings = office.store.store.vault, office.store.store.openings
    opened, numbers, listing = Counter(), 0, []

    def watched(context):
        if listing:
            listing.append(context)
        else:
            opened[context.removeprefix("key:")] += 1

    class Lists(type(openings)):
        __slots__ = ()

        def people(self, parties, fetch, *, label):
            listing.append("begun")
            shown = super().people(parties, fetch, label=label)
            told = [f"party:{party}" for party in shown]
            assert set(listing[1:]) <= set(told), "opened for a list and not shown"
            listing.clear()
            opened.update(told)
            return shown

    class Watched(type(vault)):
        __slots__ = ()

        def open(self, serial, sealed, *, context):
            clear = super().open(serial, sealed, context=context)
            watched(context)
            return clear

        def open_salted(self, serial, sealed, *, context, record):
            found = super().open_salted(serial, sealed, context=context, record=record)
            watched(context)
            return found

    before = leaves(office)
    vault.__class__ = Watched
    openings.__class__ = Lists

    async def ask(kind, call, recording):
        nonlocal numbers
        match kind % 3:
            case 0:
                page = await office.run("call.list", {"limit": 10}, actor="operator")
                numbers += len({end for one in page.calls for end in (one.caller, one.called)})
            case 1:
                one = await office.run("call.show", {"sid": call}, actor="operator")
                numbers += len({one.caller, one.called} - {None})
            case 2:
                try:
                    stream = office.follow("recording.export", {"sid": recording}, actor="operator")
                    async for _ in stream:
                        pass
                except Refused:
                    pass  # the sound is not one; its key was opened all the same

    async def load():
        await asyncio.gather(*(
            ask(number, call, recording)
            for number in range(60)
            for call, recording, _ in calls[number % 10 :][:1]
        ))  # fmt: skip
        await office.settled()

    asyncio.run(load())
    vault.__class__ = type(vault).__mro__[1]
    openings.__class__ = type(openings).__mro__[1]
    said = leaves(office) - before
    about_people = Counter({
        context: count
        for context, count in opened.items()
        if context.partition(":")[0] not in {"account", "flow", "number", "trunk"}
    })  # fmt: skip
    assert sum(about_people.values()) > 200
    assert said == about_people
    assert sum(pages(office).values()) == numbers == 220


def leaves(office):
    rows = office.store.db.reading._cursor.execute(
        "SELECT body FROM audit_records WHERE kind = 'opened'"
    ).fetchall()
    alone = Counter(msgspec.json.decode(body)["what"] for (body,) in rows)
    return alone + pages(office)


def pages(office):
    rows = office.store.db.reading._cursor.execute(
        "SELECT body FROM audit_records WHERE kind = 'page'"
    ).fetchall()
    people = [person for (body,) in rows for person in msgspec.json.decode(body)["people"]]
    return Counter(f"party:{person}" for person in people)


def test_what_was_changed_by_hand_opens_one_incident_and_is_told_to_the_doctor(office, calls):
    asyncio.run(audit.nightly(office, rest=lambda: None))
    assert run(office, "privacy.incident.list") == []
    db = apsw.Connection(str(office.settings.data / "ringfence.db"))
    db.execute("UPDATE events SET at = at + 1 WHERE id = 5")
    for _ in range(2):
        asyncio.run(audit.nightly(office, rest=lambda: None))
    assert run(office, "privacy.audit.verify").faults
    [incident] = run(office, "privacy.incident.list")
    assert incident.kind == "change"
    assert "leaf" in run(office, "privacy.incident.show", sid=incident.sid).words
    assert office.store.store.audit_faults == 1
    db.execute("UPDATE events SET at = at - 1 WHERE id = 5")
    db.close()
    asyncio.run(audit.nightly(office, rest=lambda: None))
    assert office.store.store.audit_faults == 0

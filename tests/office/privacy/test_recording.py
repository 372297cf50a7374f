"""A ruling is decided again from what was stored, and explained."""

from __future__ import annotations

import pytest

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.office.privacy.recording import case_of
from ringfence.privacy.recording_law.decision import Case, Party, decide
from ringfence.privacy.recording_law.rules import load

pytestmark = pytest.mark.anyio

AT = 1_780_000_000_000


def ruled(call: str, party: str, **changes: object) -> events.RecordingRuled:
    case = Case(source="dial", parties=(Party("US-TX"), Party("DE", "person", "given")), at=AT,
                policy="announce", hours=(0, 1440), zone="Europe/Berlin")  # fmt: skip
    found = decide(case, load())
    fields = {
        "at": AT, "call": call, "source": "dial", "outcome": found.outcome, "law": found.law,
        "rules": found.rules, "edition": found.edition, "decided_at": AT, "beep": False,
        "policy": "announce", "opens": 0, "closes": 1440, "zone": "Europe/Berlin",
        "parties": (party, None), "places": ("US-TX", "DE"), "standings": ("person", "person"),
        "consents": ("unknown", "given"), "restricted": (False, False), "duties": found.duties,
    }  # fmt: skip
    return events.RecordingRuled(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture
def call(office: Office) -> str:
    """A call with three rulings: as it is, of an old edition, and one that was tampered with."""
    rooms, now = office.store, office.clock.now()
    call, leg = (ids.make(kind, now, office.entropy) for kind in ("call", "leg"))
    party = rooms.party_room.resolve(Phone("+15125550123"), now)
    facts = [
        events.CallOffered(at=now, call=call, account=office.account.id, leg=leg,
                           caller=party, called=party),
        ruled(call, party),
        events.RecordingTold(at=now, call=call, source="dial", leg=leg, party=party, kind="ask",
                             answer="yes", text="0" * 64, version="1", language="en"),
        ruled(call, party, edition="2020-01-01/0"),
        ruled(call, party, outcome="record", duties=("none", "none")),
    ]  # fmt: skip
    rooms.calls.record(facts, now)
    rooms.db.submit(lambda _: None).result(5)
    return str(call)


@pytest.mark.promise("TEL-07")
async def test_every_ruling_of_a_call_is_decided_again(office: Office, call: str) -> None:
    first, older, changed = await office.run("privacy.recording", {"sid": call}, actor="operator")
    assert (first.outcome, first.again, first.same) == ("ask", "ask", True)
    assert [rule.id for rule in first.rules] == ["eu-confidentiality", "consent-given"]
    assert all(rule.says for rule in first.rules)
    assert [(party.place, party.duty) for party in first.parties] == [
        ("US-TX", "ask"), ("DE", "none")
    ]  # fmt: skip
    assert first.said == ["A party was asked, and agreed to be recorded"]
    assert older.same
    assert older.edition != older.edition_now
    assert (changed.again, changed.same) == ("ask", False)


def test_a_case_is_read_back_whole() -> None:
    case = case_of(ruled("CA1", "PA1"))
    assert case.hours == (0, 1440)
    assert case.parties[1] == Party("DE", "person", "given")
    assert case_of(ruled("CA1", "PA1", opens=-1, closes=-1)).hours is None


async def test_a_call_that_is_not_ours_is_not_explained(office: Office) -> None:
    for sid in ("CA" + "0" * 32, "RE" + "0" * 32, "../../etc/passwd", ""):
        with pytest.raises(Refused, match="not_found"):
            await office.run("privacy.recording", {"sid": sid}, actor="operator")

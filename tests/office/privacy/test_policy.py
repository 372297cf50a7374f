"""Versions of the notice: published, told, acknowledged, and never altered."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from office_open import opened

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.privacy.labels import PHONE_SEALED
from ringfence.privacy.registry import Sources
from ringfence.storage.audit import AuditTrail

Ask = Callable[..., Any]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: int) -> None:
        self.time = start

    def now(self) -> Ms:
        return Ms(self.time)

    def skew_ms(self) -> int:
        return 0


@pytest.fixture
def clock(office: Office) -> Clock:
    clock = Clock(office.clock.now())
    office.clock = clock
    return clock


@pytest.fixture
def ask(office: Office) -> Ask:
    def asked(name: str, /, *, actor: str = "operator", **args: Any) -> Any:
        return asyncio.run(office.run(f"privacy.{name}", args, actor=actor))

    return asked


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Every leaf of the audit log that is not an opening."""
    leaves: list[tuple[str, dict[str, Any]]] = []
    note = AuditTrail.note

    def kept(self: AuditTrail, tx: Any, kind: str, **facts: Any) -> int:
        leaves.append((kind, facts.get("body") or {}))
        return note(self, tx, kind, **facts)

    monkeypatch.setattr(AuditTrail, "note", kept)
    return leaves


def wider(monkeypatch: pytest.MonkeyPatch, name: str = "calls.mood") -> None:
    """From now on the program keeps a column more about callers."""
    from ringfence.office.privacy import census

    columns = census.columns
    monkeypatch.setattr(census, "columns", lambda: columns() | {name: PHONE_SEALED})


@pytest.mark.promise("POL-01")
def test_a_version_holds_from_its_day_and_stays_readable(
    ask: Ask, clock: Clock, noted: Any
) -> None:
    first = ask("policy.current")
    starts = clock.time + DAY
    second = ask("policy.use", name="excitel", effective=starts)
    assert (first.number, second.number) == (1, 2)
    clock.time = starts - 1000
    assert ask("policy.current").number == 1
    clock.time = starts
    assert ask("policy.current").number == 2
    again = ask("policy.version", number=1, actor="public")
    assert (again.notice, again.in_force) == (first.notice, False)
    for version in (again, ask("policy.version", number=2)):
        assert hashlib.sha256(version.notice.encode()).hexdigest() == version.digest
    leaves = [body for kind, body in noted if kind == "policy_published"]
    assert [leaf["digest"] for leaf in leaves] == [first.digest, second.digest]


def test_publishing_what_holds_already_changes_nothing(ask: Ask) -> None:
    assert ask("policy.use", name="excitel").number == 1
    assert ask("policy.use", name="excitel").number == 1
    assert ask("policy.refresh").number == 1
    assert [version.number for version in ask("policy.versions")] == [1]


def test_two_strangers_who_ask_first_get_the_same_version(office: Office) -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(
            *(office.run("privacy.policy.current", {}, actor="public") for _ in range(4))
        )

    assert {version.digest for version in asyncio.run(both())} == {
        office.store.rooms.policies.get(office.store.db.reading, 1).digest  # type: ignore[union-attr]
    }


@pytest.mark.promise("POL-03")
def test_a_material_change_is_told_by_mail_and_by_a_pop_up_until_acknowledged(
    ask: Ask, office: Office, monkeypatch: pytest.MonkeyPatch, noted: Any
) -> None:
    office.settings = replace(
        office.settings, smtp_host="mail.example.com", smtp_from="pbx@example.com"
    )
    ask("policy.current")
    assert ask("policy.pending", actor="admin") == []
    ask("primary_admin.set", email="first@example.com")
    wider(monkeypatch)
    second = ask("policy.refresh")
    assert (second.number, second.severity) == (2, "material")
    [popup] = ask("policy.pending", actor="admin")
    assert popup.number == 2
    [mail] = ask("message.list")
    assert (mail.template, mail.reason, mail.state) == ("policy_changed", "policy:2", "queued")
    assert {(told.channel, told.state) for told in ask("policy.told")} == {
        ("email", "queued"),
        ("popup", "waiting"),
    }
    ask("primary_admin.set", email="second@example.com")  # takes over what was not delivered
    assert [message.state for message in ask("message.list")] == ["queued"]
    assert ask("policy.acknowledge", number=2, actor="admin").acknowledged_by == "owner"
    assert ask("policy.pending", actor="admin") == []
    assert ("policy_acknowledged", {"number": 2, "by": "owner"}) in noted
    ask("policy.acknowledge", number=2)  # twice does no harm
    with pytest.raises(Refused, match="not_found"):
        ask("policy.acknowledge", number=1)


def test_without_a_mail_server_the_notice_waits(
    ask: Ask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("policy.current")
    ask("primary_admin.set", email="first@example.com")
    wider(monkeypatch)
    ask("policy.refresh")
    assert [(t.channel, t.state) for t in ask("policy.told")] == [
        ("email", "waiting"),
        ("popup", "waiting"),
    ]
    assert ask("primary_admin.show").email == "first@example.com"


@pytest.mark.promise("POL-04")
def test_another_wording_reaches_nobody_by_mail(ask: Ask) -> None:
    title = 'title = "{}"\nversion = "1"\nadopts = ["TEL-14"]\n'
    assert ask("policy.use", document=title.format("Notice")).number == 1
    second = ask("policy.use", document=title.format("Our notice"))
    assert (second.number, second.severity) == (2, "editorial")
    assert ask("policy.told") == []
    difference = ask("policy.diff", before=1, after=2, actor="public")
    assert (difference.told, difference.lapses) == (["page", "feed"], [])
    [change] = difference.changes
    assert (change.kind, change.name, change.after) == ("clause", "title", "Our notice")


def test_a_promise_taken_back_is_material(ask: Ask) -> None:
    ask("policy.use", document='title = "x"\nversion = "1"\nadopts = ["TEL-14", "CLS-04"]\n')
    second = ask("policy.use", document='title = "x"\nversion = "1"\nadopts = ["TEL-14"]\n')
    assert second.severity == "material"
    [change] = ask("policy.diff", before=1, after=2).changes
    assert (change.name, change.what) == ("CLS-04", "removed")


@pytest.mark.promise("PUR-07")
def test_a_new_purpose_is_a_new_version(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from ringfence.office.privacy import census
    from ringfence.privacy.purposes import PURPOSES, Purpose

    ask("policy.current")
    sources = census.sources

    def more(**given: Any) -> Sources:
        extra = Purpose("amuse", "To amuse.", "consent")
        return replace(sources(**given), purposes={**PURPOSES, "amuse": extra})

    monkeypatch.setattr(census, "sources", more)
    assert ask("policy.refresh").severity == "material"


def test_consents_lapse_with_the_version_that_changes_what_they_were_for(
    ask: Ask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringfence.office.privacy import census
    from ringfence.privacy.labels import Label

    number = "+12025550123"
    party = office.store.party_room.resolve(Phone(number), office.clock.now())
    ask("policy.current")
    rooms = office.store.rooms
    office.store.db.submit(
        lambda tx: rooms.consents.record(
            tx, party, "given", purpose="record_call", channel="any", how="cli", actor="owner",
            text=None, now=office.clock.now(),
        )
    ).result(5)  # fmt: skip
    assert rooms.consents.recording_consent(party) == "given"
    label = Label("user.content.private", "caller", ("record_call",), "high", "sealed", "content")
    columns = census.columns
    monkeypatch.setattr(census, "columns", lambda: columns() | {"calls.mood": label})
    assert ask("policy.refresh").lapsed == ["record_call"]
    assert rooms.consents.recording_consent(party) == "unknown"


@pytest.mark.promise("POL-02")
def test_going_on_is_noted_once_for_each_version_and_is_no_consent(
    ask: Ask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask("policy.current")
    for _ in range(3):
        ask("policy.told", actor="admin")
        ask("policy.told", actor="api")
    asyncio.run(office.settled())
    found = ask("policy.acceptances")
    assert [(row.number, row.actor, row.kind, row.digest) for row in found] == [
        (1, "admin", "continued_use", first.digest),
        (1, "api", "continued_use", first.digest),
    ]
    wider(monkeypatch)
    ask("policy.refresh")
    ask("policy.told", actor="admin")
    asyncio.run(office.settled())
    assert [(row.number, row.actor) for row in ask("policy.acceptances")][-1] == (2, "admin")
    office.settings = replace(
        office.settings,
        smtp_host="mail.example.com",
        smtp_from="pbx@example.com",
        public_url="https://pbx.example.com",
    )
    with pytest.raises(Refused) as refused:  # marketing finds no ground in it
        ask(
            "message.send",
            template="product_news",
            to="a@example.com",
            fields={"title": "x", "text": "y"},
            reason="r1",
        )
    assert refused.value.code == "no_ground"


@pytest.mark.promise("POL-06")
def test_a_shorter_time_agreed_for_this_installation_is_the_one_printed(
    ask: Ask, office: Office
) -> None:
    usual = json.loads(ask("policy.current").notice)
    office.settings = replace(office.settings, keep_recordings_days=90)
    shorter = json.loads(ask("policy.refresh").notice or ask("policy.current").notice)

    def content(notice: Any) -> Any:
        return next(row for row in notice["retention"] if row["key"] == "content")

    assert (content(usual)["at_most_days"], content(shorter)["at_most_days"]) == (365, 90)
    assert "keep_recordings_days" in content(shorter)["reason"]


def test_faults_are_named_by_every_door(ask: Ask) -> None:
    assert ask("policy.lint") == []
    found = ask("policy.lint", name="myoperator-2019")
    assert {"POL-05", "TEL-16", "TEL-17"} <= {finding.clause for finding in found}
    assert not any(finding.printed for finding in found)
    [mistake, *_] = ask("policy.lint", document="title = 3")
    assert (mistake.code, mistake.line) == ("bad_pack", 1)
    with pytest.raises(Refused, match="bad_argument"):
        ask("policy.lint", name="excitel", document="x")


def test_own_packs_are_examined(ask: Ask) -> None:
    with pytest.raises(Refused) as refused:
        ask(
            "policy.use",
            document='title = "x"\nversion = "1"\n[[clause]]\nid = "RET-02"\n'
            'text = "Kept for a reasonable time."\n',
        )
    assert (refused.value.code, refused.value.clause) == ("bad_pack", "RET-02")
    assert refused.value.reason.startswith("line 5: 'reasonable time'")
    with pytest.raises(Refused, match="bad_argument"):
        ask("policy.use")
    with pytest.raises(Refused, match="unknown_pack"):
        ask("policy.use", name="nobody")
    with pytest.raises(Refused, match="two years"):
        ask("policy.use", name="excitel", effective=2**52)


@pytest.mark.promise("SEC-04")
def test_a_certificate_that_has_ended_is_no_longer_claimed(ask: Ask, clock: Clock) -> None:
    clock.time = 1_795_000_000_000  # 2026-11-18
    pack = (
        'title = "x"\nversion = "1"\nadopts = ["TEL-14", "SEC-04"]\n'
        'certificates = [{ name = "ISO 27001", until = 2026-11-20 }]\n'
    )
    ask("policy.use", document=pack)
    claimed = json.loads(ask("policy.current").notice)["certificates"]
    assert claimed == [{"name": "ISO 27001", "until": "2026-11-20"}]
    clock.time += 2 * DAY
    assert ask("policy.refresh").severity == "minor"  # what the nightly job does
    assert json.loads(ask("policy.current").notice)["certificates"] == []


def test_every_shipped_pack_can_be_used(ask: Ask) -> None:
    packs = ask("policy.packs")
    assert len(packs) == 6
    for row in packs:
        version = ask("policy.use", name=row.name)
        assert version.pack == row.name
        assert 0 < row.kept <= row.clauses
    assert [row.name for row in ask("policy.packs") if row.in_force] == [packs[-1].name]


def test_what_was_published_outlives_a_restart(ask: Ask, office: Office, data: Path) -> None:
    version = ask("policy.use", name="excitel")
    office.store.store.close()
    again = opened(data)
    try:
        found = asyncio.run(again.run("privacy.policy.current", {}, actor="public"))
        assert (found.digest, found.pack) == (version.digest, "excitel")
        assert asyncio.run(again.run("privacy.policy.refresh", {}, actor="operator")).number == 1
    finally:
        again.store.store.close()

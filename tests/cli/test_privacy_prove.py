"""``ringfence privacy prove-erasure``; on a real platform: tests/system/test_prove_erasure.py."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli import privacy_prove
from ringfence.cli.proof_answers import LISTS
from ringfence.cli.proof_walk import Trip
from ringfence.storage import backup


@pytest.fixture
def people(office: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Trip]]:
    """An installation that answers, with people who do nothing but be there."""
    trips: list[Trip] = []

    async def walk(trip: Trip, *, told: Any) -> None:
        trips.append(trip)
        told("nothing")

    @contextmanager
    def opened(_settings: object) -> Iterator[Any]:
        yield office

    monkeypatch.setattr(privacy_prove, "walk", walk)
    monkeypatch.setattr(privacy_prove, "opened", opened)
    monkeypatch.setattr(privacy_prove, "running", lambda _: True)
    office.answers |= {
        "system.status": {"sip": "127.0.0.1:5060", "listens": "http://127.0.0.1:1", "calls_now": 0},
        "number.list": [{"number": "+12025550100"}],
        "number.add": {},
        "number.remove": {},
        "privacy.erase.plan": {"sid": "ER1"},
        "privacy.erase.execute": {
            "sid": "ER1",
            "rows": [
                {"store": "calls", "count": 2, "action": "restrict"},
                {"store": "calls", "count": 2, "action": "empty"},
                {"store": "texts", "count": 0, "action": "remove"},
                {"store": "memory", "count": None, "action": "forget"},
            ],
        },
        "privacy.proof.sign": {"note": "NOTE", "leaf": 7, "verifier_key": "key"},
    }
    office.answers = {name: [] for name in LISTS} | office.answers
    (tmp_path / "data").mkdir()

    def write(_folder: object, target: Path, **_: object) -> None:
        target.mkdir()
        (target / "copy").write_bytes(b"sealed")

    monkeypatch.setattr(backup, "write", write)
    return trips


def test_a_clean_proof(office: Any, ringfence: Any, people: list[Trip], tmp_path: Path) -> None:
    (tmp_path / "data" / "ringfence.db").write_bytes(b"sealed")
    report = tmp_path / "proof.txt"
    words = ("privacy", "prove-erasure", "--people", "2", "--report", str(report))
    outcome = ringfence(*words, "--data", str(tmp_path / "data"))
    assert outcome.code == 0, outcome.out + outcome.err
    assert "The proof is clean." in outcome.out
    assert report.read_text() == "NOTE"
    (signed,) = [args["text"] for name, args in office.asked if name == "privacy.proof.sign"]
    assert "searched data 1 files" in signed
    assert "searched backup 1 files" in signed, "one is made before the erasure"
    assert f"searched answers {len(LISTS)} files" in signed
    assert "held 4 calls\nheld 1 database files\nheld nothing of texts\n" in signed
    assert [trip.who.id for trip in people] == ["T1", "T2"]
    erased = [args["address"] for name, args in office.asked if name == "privacy.erase.plan"]
    assert erased == [trip.who.number.e164 for trip in people]
    # the numbers of the proof are given back, whichever were free
    added = [args["number"] for name, args in office.asked if name == "number.add"]
    removed = [args["number"] for name, args in office.asked if name == "number.remove"]
    assert added == ["+12025550101", "+12025550102"] == removed[::-1]


def test_what_is_left_is_named_by_file_and_never_shown(
    ringfence: Any, people: list[Trip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leaving(trip: Trip, *, told: Any) -> None:
        people.append(trip)
        (tmp_path / "data" / "left.db").write_text(f"from {trip.who.number.e164}")

    monkeypatch.setattr(privacy_prove, "walk", leaving)
    words = ("privacy", "prove-erasure", "--people", "1", "--data", str(tmp_path / "data"))
    outcome = ringfence(*words, "--json")
    assert outcome.code == 1
    found = json.loads(outcome.out)
    assert found["clean"] is False
    assert {(hit["file"], hit["person"]) for hit in found["hits"]} == {("left.db", "T1")}
    assert people[0].who.number.e164 not in outcome.out


def test_it_needs_a_running_platform(
    ringfence: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(privacy_prove, "running", lambda _: False)
    outcome = ringfence("privacy", "prove-erasure", "--data", str(tmp_path / "data"))
    assert outcome.code == 2
    assert "ringfence up" in outcome.err


def test_what_could_not_be_gone_through_is_told_in_words(
    office: Any,
    ringfence: Any,
    people: list[Trip],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refused(trip: Trip, *, told: Any) -> None:
        trip.unwalked.append(("an e-mail", "no relay is set up"))

    monkeypatch.setattr(privacy_prove, "walk", refused)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, -1))
    outcome = ringfence("privacy", "prove-erasure", "--data", str(tmp_path / "data"))
    assert outcome.code == 0, outcome.out + outcome.err
    assert "not walked: an e-mail, because no relay is set up" in outcome.out
    (signed,) = [args["text"] for name, args in office.asked if name == "privacy.proof.sign"]
    assert "not walked an e-mail, because no relay is set up\n" in signed
    assert "not walked a backup made before the erasure, because there is no room" in signed
    assert "searched backup" not in signed


def test_backups_where_they_are_kept_are_searched(
    office: Any,
    ringfence: Any,
    people: list[Trip],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "kept").mkdir()
    monkeypatch.setenv("RINGFENCE_BACKUP_DIR", str(tmp_path / "kept"))

    async def leaving(trip: Trip, *, told: Any) -> None:
        (tmp_path / "kept" / "old.tar").write_text(f"from {trip.who.number.e164}")

    monkeypatch.setattr(privacy_prove, "walk", leaving)
    words = ("privacy", "prove-erasure", "--people", "1", "--data", str(tmp_path / "data"))
    outcome = ringfence(*words, "--json")
    found = json.loads(outcome.out)
    assert outcome.code == 1
    assert {(hit["place"], hit["file"]) for hit in found["hits"]} == {("backup", "old.tar")}


def test_an_answer_that_still_names_somebody_is_a_hit(
    office: Any,
    ringfence: Any,
    people: list[Trip],
    tmp_path: Path,
) -> None:
    office.answers["address.list"] = lambda _: [{"sid": "AD1", "of": people[0].who.number.e164}]
    words = ("privacy", "prove-erasure", "--people", "1", "--data", str(tmp_path / "data"))
    found = json.loads(ringfence(*words, "--json").out)
    assert {(hit["place"], hit["file"]) for hit in found["hits"]} == {("answers", "address.list")}

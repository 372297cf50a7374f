"""``ringfence doctor``: what it prints and how it exits."""

import json
from typing import Any

from ringfence.cli import doctor, show
from ringfence.cli.checks import Finding

FAULT = Finding("disk", "fault", "It is full.", "df -h")
WARNING = Finding("clock", "warning", "It is off.", "set it")
WELL = Finding("server", "ok", "It is running.", "unused")


def findings(monkeypatch: Any, *found: Finding) -> None:
    monkeypatch.setattr(doctor, "gather", lambda _: None)
    monkeypatch.setattr(doctor, "judge", lambda _: found)


def test_faults_are_shown_with_what_mends_them(ringfence: Any, monkeypatch: Any) -> None:
    findings(monkeypatch, WELL, WARNING, FAULT)
    outcome = ringfence("doctor")
    assert outcome.code == 1
    assert "FAULT disk    It is full." in outcome.out
    assert "mend: df -h" in outcome.out
    assert "unused" not in outcome.out


def test_what_mends_it_can_be_typed(ringfence: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(show, "program", lambda: ".venv/bin/ringfence")
    findings(monkeypatch, Finding("nat", "fault", "It is hidden.", "ringfence up --advertise X"))
    assert "mend: .venv/bin/ringfence up --advertise X" in ringfence("doctor").out


def test_what_mends_it_is_for_the_folder_that_was_named(ringfence: Any, monkeypatch: Any) -> None:
    findings(monkeypatch, Finding("nat", "fault", "It is hidden.", "ringfence up --advertise X"))
    said = ringfence("doctor", "--data", "/srv/x").out
    assert "mend: ringfence up --data /srv/x --advertise X" in said


def test_warnings_are_no_fault(ringfence: Any, monkeypatch: Any) -> None:
    findings(monkeypatch, WELL, WARNING)
    assert ringfence("doctor").code == 0


def test_findings_as_json(ringfence: Any, monkeypatch: Any) -> None:
    findings(monkeypatch, FAULT)
    [item] = json.loads(ringfence("doctor", "--json").out)
    assert item == {"check": "disk", "level": "fault", "text": "It is full.", "mend": "df -h"}


def test_a_bad_setting_is_a_finding(ringfence: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("RINGFENCE_HTTP", "nowhere")
    outcome = ringfence("doctor")
    assert outcome.code == 1
    assert "http in the environment must be HOST:PORT" in outcome.out
    assert "mend: unset RINGFENCE_HTTP" in outcome.out


def test_a_bad_setting_of_the_file_is_mended_in_it(ringfence: Any, tmp_path: Any) -> None:
    folder = tmp_path / "data of ours"
    folder.mkdir()
    (folder / "ringfence.toml").write_text("workers = 0\n")
    outcome = ringfence("doctor", "--data", str(folder))
    assert "workers in ringfence.toml, line 1 must be" in outcome.out
    assert f"""mend: "${{EDITOR:-nano}}" '{folder}/ringfence.toml'""" in outcome.out


def test_one_call_is_diagnosed(ringfence: Any, office: Any) -> None:
    office.answers["call.diagnose"] = [
        {"check": "one_way_in", "level": "fault", "text": "We could not hear.", "mend": "open"},
        {"check": "no_person", "level": "warning", "text": "Missed.", "mend": None},
    ]
    outcome = ringfence("doctor", "CA1")
    assert outcome.code == 1
    assert "We could not hear." in outcome.out
    assert "mend: open" in outcome.out
    assert office.asked == [("call.diagnose", {"sid": "CA1"})]


def test_a_folder_that_is_closed_is_a_finding_and_no_usage_error(
    ringfence: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    monkeypatch.setattr(doctor, "owner", lambda _: "sip")
    outcome = ringfence("doctor", "--data", ".")
    assert outcome.code == 1
    assert "belongs to sip" in outcome.out
    assert "mend: sudo -u sip ringfence doctor --data ." in outcome.out

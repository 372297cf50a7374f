"""``ringfence recording``."""

import base64
import json
import stat
from pathlib import Path
from typing import Any

from ringfence.cli.root import run

RECORDING = {
    "sid": "RE1",
    "call": "CA1",
    "kind": "voicemail",
    "status": "failed",
    "reason": "disk_full",
    "created": 1_700_000_000_000,
    "duration_ms": 900,
}
HEAD = {"filename": "RE1.wav", "media_type": "audio/wav"}
CHUNKS = [{"data": base64.b64encode(part).decode()} for part in (b"RIFF", b"data")]


def test_recordings_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["recording.list"] = [RECORDING]
    assert "failed (disk_full)" in ringfence("recording", "list", "--call", "CA1").out
    assert office.asked[0][1]["call"] == "CA1"
    assert json.loads(ringfence("recording", "list", "--json").out) == [RECORDING]


def test_a_recording_is_written_for_its_owner_only(
    ringfence: Any, office: Any, tmp_path: Path
) -> None:
    office.streams["recording.export"] = [HEAD, *CHUNKS]
    path = tmp_path / "a.wav"
    outcome = ringfence("recording", "export", "RE1", "--to", str(path), "--channel", "in")
    assert outcome.out == f"{path}: 8 bytes\n"
    assert path.read_bytes() == b"RIFFdata"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert office.asked == [("recording.export", {"sid": "RE1", "channel": "in"})]


def test_a_file_in_the_way_is_not_overwritten(ringfence: Any, office: Any, tmp_path: Path) -> None:
    office.streams["recording.export"] = [HEAD, *CHUNKS]
    path = tmp_path / "a.wav"
    path.write_bytes(b"mine")
    outcome = ringfence("recording", "export", "RE1", "--to", str(path))
    assert outcome.code == 2
    assert path.read_bytes() == b"mine"


def test_the_name_of_the_recording_is_the_default(
    ringfence: Any, office: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    office.streams["recording.export"] = [HEAD, *CHUNKS]
    outcome = ringfence("recording", "export", "RE1", "--json")
    assert json.loads(outcome.out) == {"path": "RE1.wav", "size": 8}


def test_a_recording_goes_into_a_pipe(office: Any, capsysbinary: Any) -> None:
    office.streams["recording.export"] = [HEAD, *CHUNKS]
    assert run(["recording", "export", "RE1", "--to", "-"]) == 0
    assert capsysbinary.readouterr().out == b"RIFFdata"

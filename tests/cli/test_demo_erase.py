"""The end of the demo: plan, receipt, and a search that would find what is left."""

from pathlib import Path
from typing import Any

import pytest

from ringfence import config
from ringfence.cli import demo_erase
from ringfence.cli.demo import Narrator
from ringfence.cli.demo_call import CALLER, voice
from ringfence.media import g711, wav

PLANNED: dict[str, Any] = {
    "sid": "ER1",
    "rows": [{"store": "keys", "what": "the key", "count": 1, "action": "destroy", "at": None,
              "rule": "key"}],
}  # fmt: skip
DONE = PLANNED | {"receipt": "erased\n", "due": None, "verifier_key": "k"}


@pytest.fixture
def place(tmp_path: Path, office: Any, monkeypatch: Any) -> config.Settings:
    from contextlib import contextmanager

    office.answers |= {"privacy.erase.plan": PLANNED, "privacy.erase.execute": DONE}

    @contextmanager
    def opened(_settings: object) -> Any:
        yield office

    monkeypatch.setattr(demo_erase, "opened", opened)
    (tmp_path / "ringfence.db").write_bytes(b"sealed" * 100)
    return config.load(tmp_path, flags={}, environment={})


def test_plan_receipt_and_search_are_shown(
    place: config.Settings, office: Any, capsys: Any
) -> None:
    found = demo_erase.erase_caller(place, Narrator(quiet=False))
    out = capsys.readouterr().out
    assert out.index("The plan") < out.index("The receipt") < out.index("0 hits")
    assert found["search"]["hits"] == []
    assert found["erasure"] == DONE
    assert office.asked[0] == ("privacy.erase.plan", {"address": CALLER})


def test_nothing_is_said_for_programs(place: config.Settings, capsys: Any) -> None:
    demo_erase.erase_caller(place, Narrator(quiet=True))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "leak",
    [
        CALLER.encode(),
        CALLER.encode("utf-16-le"),
        wav.to_little_endian(voice()),
        g711.encode_ulaw(voice()),
    ],
    ids=["number", "utf-16", "PCM", "G.711"],
)
def test_whatever_is_left_is_found(place: config.Settings, leak: bytes) -> None:
    (place.data / "logs").mkdir()
    (place.data / "logs" / "leak.log").write_bytes(b"x" * 1000 + leak + b"y" * 10)
    found = demo_erase.erase_caller(place, Narrator(quiet=True))
    assert found["search"]["hits"] == ["logs/leak.log"]

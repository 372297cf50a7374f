"""The composition root of the exchange; whole calls through it are in tests/system."""

from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.config import PortRange, is_wildcard
from ringfence.exchange import spare_legs
from ringfence.media import wav
from ringfence.media.engine.sealing import ChannelWriter, measure, read_channel

KEY = bytes(range(32))


def test_an_interrupted_recording_is_measured_and_made_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.rfr"
    writer = ChannelWriter(str(file), KEY, rate=8_000, salt=bytes(4))
    writer.append(wav.to_little_endian(array("h", [5] * 8_000)))
    writer.append(wav.to_little_endian(array("h", [6] * 8_000)))
    writer.close()
    with file.open("r+b") as torn:
        torn.truncate(file.stat().st_size - 7)
    assert measure(file, KEY) == 1_000
    assert read_channel(str(file), KEY).complete


def test_what_cannot_be_read_measures_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.rfr"
    assert measure(file, KEY) == 0
    file.write_bytes(b"not a recording")
    assert measure(file, KEY) == 0


def test_every_address_of_the_machine_is_told_from_one() -> None:
    assert is_wildcard("0.0.0.0")
    assert is_wildcard("::")
    assert not is_wildcard("127.0.0.1")


@pytest.mark.parametrize(
    ("low", "high", "workers", "spares"),
    [(10_000, 19_999, 1, 16), (10_000, 10_015, 1, 0), (10_000, 10_063, 1, 2), (0, 1023, 8, 4)],
)
def test_where_ports_are_few_few_lie_ready(low: int, high: int, workers: int, spares: int) -> None:
    settings: Any = SimpleNamespace(rtp=PortRange(low, high), workers=workers)
    assert spare_legs(settings) == spares

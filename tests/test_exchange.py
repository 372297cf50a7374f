"""The composition root of the exchange; whole calls through it are in tests/system."""

import asyncio
from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.config import PortRange, is_wildcard
from ringfence.exchange import Exchange, spare_legs
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, TrunkId
from ringfence.media import wav
from ringfence.media.engine.sealing import ChannelWriter, measure, read_channel
from ringfence.sip.uri import Uri
from ringfence.storage.trunks import Trunk

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


@pytest.mark.anyio
async def test_a_carrier_whose_name_is_not_known_is_looked_up_again(monkeypatch: Any) -> None:
    monkeypatch.setattr("ringfence.exchange.TRUNK_LOOKUP_MS", 0)
    made = Exchange.__new__(Exchange)
    trunk = Trunk(
        id=TrunkId("TK1"), account=AccountId("AC1"), name="carrier", kind="address",
        host="sip.nowhere.test", transport="udp", username=None, password=None, created_at=Ms(0),
    )  # fmt: skip
    asked: list[Uri] = []

    class Names:
        def locate(self, uri: Uri, done: Any) -> None:
            asked.append(uri)
            done(())

    made._trunk_states = {}
    made._lookups = set()
    made._resolver = Names()  # type: ignore[assignment]
    made._office = SimpleNamespace(trunks={trunk.id: trunk})  # type: ignore[assignment]
    await made.trunk_added(trunk)
    state, detail, _ = made.trunk_state(trunk)
    assert state == "unreachable"
    assert detail is not None
    assert "the name of its host is not known" in detail
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(asked) > 2
    made._office.trunks.clear()
    await asyncio.gather(*made._lookups)
    assert not made._lookups

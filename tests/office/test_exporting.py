"""A sealed recording becomes a WAV file."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path

import miniaudio
import pytest

from ringfence.api.views import Chunk, ExportHead
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, LegId, RecordingId
from ringfence.media import wav
from ringfence.media.engine.sealing import ChannelWriter
from ringfence.office.exporting import export, export_mix
from ringfence.office.voices import Part
from ringfence.storage.recordings import Recording, StoredChannel

pytestmark = pytest.mark.anyio

KEY = bytes(range(32))
RECORDING = Recording(
    id=RecordingId("RE" + "0" * 32), call=CallId("CA1"), account=AccountId("AC1"), source="call",
    state="saved", reason=None, requested_at=Ms(0), started_at=None, ended_at=None,
    duration_ms=1_000, size=0, sha256=(),
)  # fmt: skip


def channel(tmp_path: Path, number: int, value: int, *, key: bytes | None = KEY) -> StoredChannel:
    file = tmp_path / f"{number}.rfr"
    writer = ChannelWriter(str(file), KEY, rate=8_000, salt=bytes(4))
    writer.append(wav.to_little_endian(array("h", [value] * 8000)))
    writer.finish()
    return StoredChannel(
        channel=number, leg=LegId("L"), incoming=True, party=None, file=file, key=key
    )


async def exported(channels: list[StoredChannel], wanted: str | None) -> tuple[int, array[int]]:
    data = b""
    async for item in export(RECORDING, channels, wanted):
        if isinstance(item, ExportHead):
            size = item.size
        else:
            assert isinstance(item, Chunk)
            data += item.data
    assert size == len(data)
    form, pcm = wav.read(data)
    return form.channels, pcm


async def test_two_sides_are_left_and_right(tmp_path: Path) -> None:
    sides = [channel(tmp_path, 0, 1000), channel(tmp_path, 1, -2000)]
    channels, pcm = await exported(sides, None)
    assert channels == 2
    assert len(pcm) == 16_000
    assert pcm[0] > 500
    assert pcm[1] < -1500
    assert (await exported(sides, "in"))[0] == 1
    assert (await exported(sides, "out"))[1][0] < -1500


async def test_an_erased_side_is_silence_and_the_other_keeps_its_place(tmp_path: Path) -> None:
    sides = [channel(tmp_path, 0, 1000, key=None), channel(tmp_path, 1, -2000)]
    _, pcm = await exported(sides, None)
    assert set(pcm[0::2]) == {0}
    assert pcm[1] < -1500


async def test_what_cannot_be_had_is_said(tmp_path: Path) -> None:
    gone = channel(tmp_path, 0, 1, key=None)
    with pytest.raises(Refused, match="erased"):
        await exported([gone], None)
    with pytest.raises(Refused, match="not_found"):
        await exported([channel(tmp_path, 1, 1)], "out")
    wrong = channel(tmp_path, 2, 1, key=bytes(32))
    with pytest.raises(Refused, match="unreadable"):
        await exported([wrong], None)


async def test_a_recording_that_failed_says_why_and_not_that_its_file_is_missing(
    tmp_path: Path,
) -> None:
    failed = replace(RECORDING, state="failed", reason="disk_full")
    with pytest.raises(Refused, match=r"the recording failed \(disk full\)"):
        await whole(failed, [channel(tmp_path, 0, 1)])


async def whole(recording: Recording, channels: list[StoredChannel], **how: object) -> bytes:
    items = [item async for item in export(recording, channels, None, **how)]  # type: ignore[arg-type]
    return b"".join(item.data for item in items if isinstance(item, Chunk))


async def test_two_sides_become_one(tmp_path: Path) -> None:
    sides = [channel(tmp_path, 0, 1000), channel(tmp_path, 1, -2000)]
    form, pcm = wav.read(await whole(RECORDING, sides, mixed=True))
    assert (form.channels, len(pcm)) == (1, 8_000)
    assert abs(pcm[0] + 500) < 60


async def test_trimmed_silence_is_left_out(tmp_path: Path) -> None:
    trimmed = replace(RECORDING, from_ms=250, duration_ms=500)
    _, pcm = wav.read(await whole(trimmed, [channel(tmp_path, 0, 1000)]))
    assert len(pcm) == 4_000


@pytest.mark.parametrize(("mixed", "channels"), [(True, 1), (False, 2)])
async def test_an_mp3_can_be_decoded(tmp_path: Path, mixed: bool, channels: int) -> None:
    sides = [channel(tmp_path, 0, 1000), channel(tmp_path, 1, -2000)]
    data = await whole(RECORDING, sides, form="mp3", mixed=mixed)
    found = miniaudio.mp3_get_info(data)
    assert (found.nchannels, found.sample_rate) == (channels, 8_000)
    assert 0.9 < found.duration < 1.3


async def test_trailing_silence_alone_is_left_out_too(tmp_path: Path) -> None:
    trimmed = replace(RECORDING, duration_ms=500)
    _, pcm = wav.read(await whole(trimmed, [channel(tmp_path, 0, 1000)]))
    assert len(pcm) == 4_000


async def test_the_voices_of_a_room_keep_their_places_without_what_was_trimmed(
    tmp_path: Path,
) -> None:
    parts = [
        Part(0, channel(tmp_path, 0, 1000), (250, 500)),
        Part(1_000, channel(tmp_path, 1, 2000), (0, 250)),
    ]
    items = [item async for item in export_mix(RECORDING, parts)]
    _, pcm = wav.read(b"".join(item.data for item in items if isinstance(item, Chunk)))
    assert len(pcm) == 8_000 + 2_000
    assert pcm[3_900] > 500
    assert set(pcm[4_000:8_000]) == {0}
    assert pcm[8_100] > 1_500

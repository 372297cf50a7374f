"""The voices of a conference's recording."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from room_voices import ONE, TWO, recorded

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import RecordingId
from ringfence.office import Office
from ringfence.office.voices import began, cut, heard_of, mix_of, span_of, voices_of
from ringfence.privacy.purposes import purpose

pytestmark = pytest.mark.anyio


async def test_the_first_voice_is_the_mix_and_the_others_are_themselves(office: Office) -> None:
    await recorded(office)
    first, second = voices_of(office, [ONE, TWO])
    assert (began(first), began(second)) == (1_000, 5_000)
    with purpose("deliver_content"):
        assert mix_of(office, ONE) is not None
        assert mix_of(office, TWO) is None
        assert mix_of(office, RecordingId("RE" + "9" * 32)) is None


def test_a_span_is_cut_out_and_a_frame_too_many_is_none() -> None:
    pcm = array("h", range(8_000))
    assert cut(pcm, (0, 1_000), 8_000) == pcm
    assert cut(pcm, (0, 950), 8_000) == pcm
    assert cut(pcm, (250, 0), 8_000) == pcm[2_000:]
    assert cut(pcm, (250, 500), 8_000) == pcm[2_000:6_000]
    assert cut(pcm, (0, 500), 8_000) == pcm[:4_000]


async def test_a_trimmed_voice_begins_where_it_is_heard(office: Office) -> None:
    await recorded(office)
    first, second = voices_of(office, [ONE, TWO])
    assert (began(replace(first, from_ms=Ms(700))), span_of(second)) == (1_700, (0, 4_000))


async def test_who_said_nothing_makes_nothing_longer(office: Office) -> None:
    await recorded(office)
    first, second = voices_of(office, [ONE, TWO])
    silent = replace(first, duration_ms=0)
    assert heard_of([silent, second]) == [second]
    assert heard_of([silent]) == [silent]

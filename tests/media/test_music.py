"""The music of the house."""

from __future__ import annotations

from array import array

import pytest

from ringfence.media.music import music


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_it_is_heard_all_the_time_and_not_too_loud(rate: int) -> None:
    pcm = array("h", music(rate))
    assert len(pcm) == 12 * rate
    assert 1_500 < max(map(abs, pcm)) <= 2_600
    second = rate
    for at in range(0, len(pcm), second):
        piece = pcm[at : at + second]
        assert sum(map(abs, piece)) // len(piece) > 200


def test_it_joins_its_own_beginning() -> None:
    pcm = array("h", music(8_000))
    assert pcm[0] == 0
    assert abs(pcm[-1]) < 20

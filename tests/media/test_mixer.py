"""Mix-minus: exact sums, saturation, independence of order."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from ringfence.media import mixer

FRAME = st.lists(st.integers(-32768, 32767), min_size=20, max_size=20).map(lambda x: array("h", x))
ROOM = st.lists(FRAME, min_size=1, max_size=6)


@given(ROOM)
def test_everybody_hears_the_others(frames) -> None:
    """What member i hears is the saturated sum of all frames but the i-th."""
    sums = mixer.total(frames)
    for i, own in enumerate(frames):
        others = [frame for k, frame in enumerate(frames) if k != i]
        expected = [max(-32768, min(32767, sum(frame[n] for frame in others))) for n in range(20)]
        assert list(mixer.minus(sums, own)) == expected


@given(ROOM)
def test_the_order_does_not_matter(frames) -> None:
    assert mixer.total(frames) == mixer.total(frames[::-1])


def test_alone_one_hears_silence() -> None:
    own = array("h", [-32768, 32767])
    assert list(mixer.minus(mixer.total([own]), own)) == [0, 0]


def test_a_loud_third_does_not_clip_what_the_others_hear_of_each_other() -> None:
    """The sum is kept without loss: taking oneself out leaves exactly the rest."""
    a, b, c = (array("h", [x]) for x in (32767, 32767, -30000))
    assert list(mixer.minus(mixer.total([a, b, c]), a)) == [2767]

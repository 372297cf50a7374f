"""The music of the house is one clip under one name."""

from ringfence.calls.core import HOUSE_MUSIC, CallSettings
from ringfence.switch.house_music import house_music


def test_it_is_what_a_party_on_hold_hears_and_it_sounds() -> None:
    clip = house_music()
    assert CallSettings().hold_clips == (clip.id,) == (HOUSE_MUSIC,)
    assert len(clip.pcm) == 12 * clip.rate * 2
    assert any(clip.pcm)

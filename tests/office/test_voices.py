"""The voices of a conference's recording."""

from __future__ import annotations

import pytest
from room_voices import ONE, TWO, recorded

from ringfence.kernel.ids import RecordingId
from ringfence.office import Office
from ringfence.office.voices import began, mix_of, voices_of
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

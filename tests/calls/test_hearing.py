"""Listening for words: asked of the switch, heard of the first leg alone."""

from typing import Any

from ringfence.calls import commands, effects, inputs, notices
from ringfence.calls.hearing import Wish
from ringfence.kernel.ids import LegId

WISH = Wish(language="en-GB", hints=("Ann",))


def test_what_the_first_leg_says_is_told(rig: Any) -> None:
    rig.answered()
    (effect,) = rig.do(commands.Listen(wish=WISH))
    assert isinstance(effect, effects.StartListening)
    assert effect.wish == WISH
    rig.hear(inputs.SpeechHeard(leg=effect.leg, text="yes", confidence=0.5, final=True))
    rig.hear(inputs.SpeechHeard(leg=LegId("LG-x"), text="no"))
    assert rig.told(notices.SpeechHeard) == [
        notices.SpeechHeard(text="yes", confidence=0.5, final=True)
    ]
    rig.hear(inputs.HearingEnded(leg=effect.leg, reason="over"))
    assert rig.told(notices.HearingOver) == [notices.HearingOver(reason="over")]
    assert rig.do(commands.StopListening()) == [effects.StopListening(leg=effect.leg)]


def test_words_stay_out_of_every_repr() -> None:
    assert "Ann" not in repr(WISH)
    assert "yes" not in repr(notices.SpeechHeard(text="yes"))
    assert "yes" not in repr(inputs.SpeechHeard(leg=LegId("LG1"), text="yes"))

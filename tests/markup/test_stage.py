"""A step by itself waits for nothing."""

import pytest

from ringfence.calls import notices
from ringfence.markup.stage import Step


def test_defaults():
    step = Step()
    assert step.needs_answer
    assert step.deadline() is None
    step.receive(notices.Answered())
    step.clip_settled()
    step.fire()
    step.abandon()
    with pytest.raises(NotImplementedError):
        step.begin()

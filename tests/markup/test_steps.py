"""Every verb has a step."""

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.markup import verbs
from ringfence.markup.dialling import DialStep
from ringfence.markup.echoing import EchoStep
from ringfence.markup.ending import InstantStep
from ringfence.markup.gathering import GatherStep
from ringfence.markup.recording import RecordStep
from ringfence.markup.speaking import SpeakingStep
from ringfence.markup.steps import step_for

SAY, PAUSE = verbs.Say(text="a"), verbs.Pause()


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (SAY, SpeakingStep),
        (verbs.Play(url="a"), SpeakingStep),
        (PAUSE, SpeakingStep),
        (verbs.Gather(), GatherStep),
        (verbs.Record(), RecordStep),
        (verbs.Dial(), DialStep),
        (verbs.Echo(), EchoStep),
        (verbs.Redirect(), InstantStep),
        (verbs.Hangup(), InstantStep),
        (verbs.Reject(), InstantStep),
        (verbs.Broken(name="x"), InstantStep),
        (verbs.Unavailable(name="x"), InstantStep),
    ],
)
def test_steps(script, verb, kind):
    program = script("<Response/>").program
    step, count = step_for(program, (verb, verbs.Hangup()), "")
    assert isinstance(step, kind)
    assert count == 1


def test_prompts_in_a_row_are_one_step(script):
    program = script("<Response/>", answered=True).program
    _, count = step_for(program, (PAUSE, SAY, PAUSE, verbs.Hangup(), SAY), "")
    assert count == 3


def test_a_pause_before_the_answer_is_a_step_of_its_own(script):
    program = script("<Response/>").program
    _, count = step_for(program, (PAUSE, PAUSE, SAY), "")
    assert count == 2
    _, count = step_for(program, (SAY, PAUSE), "")
    assert count == 2


def test_a_target_is_no_verb(script):
    with pytest.raises(LocalError):
        step_for(script("<Response/>").program, (verbs.Queue(name="x"),), "")

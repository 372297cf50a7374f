"""Which step carries out which verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from ringfence.kernel.errors import LocalError
from ringfence.markup.conferring import ConferenceStep
from ringfence.markup.dialling import DialStep
from ringfence.markup.echoing import EchoStep
from ringfence.markup.ending import InstantStep
from ringfence.markup.gathering import GatherStep
from ringfence.markup.keeping import KeepingStep
from ringfence.markup.paying import PayStep
from ringfence.markup.queueing import EnqueueStep, LeaveStep, TakingStep
from ringfence.markup.recording import RecordStep
from ringfence.markup.referring import ReferStep
from ringfence.markup.speaking import SpeakingStep
from ringfence.markup.stage import Stage, Step
from ringfence.markup.streaming import ConnectStep, StartStep, StopStep
from ringfence.markup.texting import MessageStep
from ringfence.markup.verbs import (
    Broken,
    Conference,
    Connect,
    Dial,
    Echo,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Message,
    Pause,
    Pay,
    Play,
    Prompt,
    Queue,
    Record,
    Recording,
    Redirect,
    Refer,
    Reject,
    Say,
    Start,
    Stop,
    Unavailable,
    Verb,
)

_SPOKEN = (Say, Play, Pause)


def step_for(stage: Stage, verbs: Sequence[Verb], base: str) -> tuple[Step, int]:
    """Return the step of the first verb, and how many verbs it carries out.

    ``base``: the URL of their document.
    """
    verb = verbs[0]
    if isinstance(verb, Record | Dial | Recording) and verb.recording_status_callback:
        # A recording may end when another document, with another URL, is being carried out.
        url = stage.whole(verb.recording_status_callback)
        verb = replace(verb, recording_status_callback=url)
    match verb:
        case Say() | Play() | Pause():
            prompts = _run_of_prompts(verbs, answered=stage.answered)
            return SpeakingStep(stage, prompts, base), len(prompts)
        case Gather():
            return GatherStep(stage, verb, base), 1
        case Pay():
            return PayStep(stage, verb, base), 1
        case Record():
            return RecordStep(stage, verb), 1
        case Dial() if any(isinstance(target, Conference) for target in verb.targets):
            return ConferenceStep(stage, verb, base), 1
        case Dial() if any(isinstance(target, Queue) for target in verb.targets):
            return TakingStep(stage, verb, base), 1
        case Enqueue():
            return EnqueueStep(stage, verb, base), 1
        case Leave():
            return LeaveStep(stage, verb), 1
        case Dial():
            return DialStep(stage, verb, base), 1
        case Connect():
            return ConnectStep(stage, verb), 1
        case Recording():
            return KeepingStep(stage, verb), 1
        case Start():
            return StartStep(stage, verb), 1
        case Stop():
            return StopStep(stage, verb), 1
        case Message():
            return MessageStep(stage, verb, base), 1
        case Refer():
            return ReferStep(stage, verb), 1
        case Echo():
            return EchoStep(stage, verb), 1
        case Redirect() | Hangup() | Reject() | Broken() | Unavailable():
            return InstantStep(stage, verb), 1
        case _:
            raise LocalError("a verb without a step")


def _run_of_prompts(verbs: Sequence[Verb], *, answered: bool) -> list[Prompt]:
    """The Say, Play and Pause verbs from here on that belong in one step."""
    kinds: tuple[type[Verb], ...] = _SPOKEN
    if not answered and isinstance(verbs[0], Pause):
        kinds = (Pause,)  # these wait while it rings
    run = takewhile(lambda verb: isinstance(verb, kinds), verbs)
    return [verb for verb in run if isinstance(verb, _SPOKEN)]

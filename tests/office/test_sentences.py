"""Every fact has a line, and no line names anybody."""

import typing

import msgspec
import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.calls.events import FACTS, CallFact
from ringfence.kernel.clock import Ms
from ringfence.office.sentences import line_of

PARTY = "PA" + "7" * 32


def made(kind: type[CallFact]) -> CallFact:
    """A fact with something in every field."""
    hints = typing.get_type_hints(kind)
    values: dict[str, object] = {}
    for name in kind.__struct_fields__:
        hint = hints[name]
        if hint is bool:
            value: object = True
        elif hint is int or hint is Ms:
            value = 4200
        elif hint is Cause:
            value = Cause.BUSY
        elif typing.get_origin(hint) is typing.Literal:
            value = typing.get_args(hint)[0]
        elif typing.get_origin(hint) is tuple:
            value = ()
        elif type(None) in typing.get_args(hint):
            value = None if "party" not in name else PARTY
        else:
            value = PARTY if name in {"caller", "called", "party"} else "x"
        values[name] = value
    return kind(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_every_fact_has_a_sentence_without_a_person(kind: type[CallFact]) -> None:
    line = line_of(made(kind))
    assert line.name == kind.__name__
    assert line.text
    assert PARTY not in line.text
    assert line.level in {"info", "warning", "fault"}


def test_a_failed_recording_is_a_fault_and_an_empty_one_is_not() -> None:
    failed = made(events.RecordingFailed)
    for reason, level in (("disk_full", "fault"), ("empty", "info")):
        assert line_of(msgspec.structs.replace(failed, reason=reason)).level == level


def test_the_last_line_says_who_hung_up_and_whether_it_was_missed() -> None:
    text = line_of(made(events.CallEnded)).text
    assert "caller" in text
    assert "missed" in text
    assert "4.2 s" in text

"""Verbs are values: equal by what they ask, silent about what they carry."""

import dataclasses

from ringfence.markup import verbs

ALL = [
    value
    for value in vars(verbs).values()
    if isinstance(value, type) and issubclass(value, verbs.Verb) and value is not verbs.Verb
]


def test_a_line_takes_no_part_in_equality():
    assert verbs.Hangup(line=1) == verbs.Hangup(line=2)
    assert verbs.Say(text="a") != verbs.Say(text="b")


def test_verbs_are_frozen_and_slotted():
    for verb in ALL:
        assert verb.__dataclass_params__.frozen
        assert not hasattr(verb, "__dict__") or "__slots__" in vars(verb)


def test_personal_fields_stay_out_of_repr():
    secret = {
        "text", "url", "digits", "action", "number", "uri", "username", "password", "headers",
        "identity", "parameters", "room", "caller_id", "send_digits", "recording_status_callback",
        "status_callback", "wait_url", "participant_label",
    }  # fmt: skip
    for verb in ALL:
        for field in dataclasses.fields(verb):
            if field.name in secret or (field.name == "name" and verb is verbs.Queue):
                assert not field.repr, (verb, field.name)


def test_defaults_are_twilios():
    assert verbs.Gather().timeout == 5
    assert verbs.Gather().finish_on_key == "#"
    assert verbs.Record().timeout == 5
    assert verbs.Record().max_length == 3600
    assert verbs.Record().finish_on_key == "1234567890*#"
    assert verbs.Record().play_beep
    assert verbs.Dial().timeout == 30
    assert verbs.Dial().time_limit == 14_400
    assert verbs.Pause().length == 1
    assert verbs.Reject().reason == "rejected"

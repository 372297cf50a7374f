"""Who else hears a call is asked for by commands like any other."""

from typing import get_args

from ringfence.calls import commands, ears


def test_they_are_commands_and_say_no_name() -> None:
    for kind in (ears.Listen, ears.StopListening, ears.StartStream, ears.StopStream):
        assert kind in get_args(commands.Command)
    assert "mine" not in repr(ears.StopStream(name="mine"))

"""Echo: on until its time, off before anything else."""

from ringfence.calls import commands
from ringfence.markup.exchange import Perform
from ringfence.markup.verbs import Say


def test_it_lasts_as_long_as_the_call(script):
    s = script("<Response><Echo/><Say>never</Say></Response>").begin()
    assert s.new() == [commands.Answer(), commands.Echo(on=True)]
    assert s.program.deadline() is None


def test_it_lasts_as_long_as_it_says(script):
    s = script("<Response><Echo length='3'/><Say>after</Say></Response>").begin()
    s.wait(2_999)
    assert s.heard == []
    s.wait(1)
    assert [x.on for x in s.all(commands.Echo)] == [True, False]
    assert s.heard == ["after"]


def test_it_is_off_before_something_else_takes_over(script):
    s = script("<Response><Echo/></Response>").begin()
    s.order(Perform(verbs=(Say(text="new"),)))
    kinds = [type(x) for x in s.new()]
    assert kinds[1:4] == [commands.Echo, commands.Echo, commands.Clear]
    assert s.heard == ["new"]

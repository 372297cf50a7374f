"""Which garbage gets a log line."""

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import GARBAGE_LINE_MS, GARBAGE_LINES_MAX
from ringfence.switch.noise import Noise

T0 = Ms(1_700_000_000_000)
LATER = Ms(T0 + GARBAGE_LINE_MS)


def test_one_alone_gets_its_line() -> None:
    noise = Noise()
    assert noise.heard("203.0.113.66", T0) == 1
    assert noise.heard("203.0.113.67", T0) == 1


def test_of_many_the_next_line_says_how_many_came_meanwhile() -> None:
    noise = Noise()
    assert [noise.heard("203.0.113.66", Ms(T0 + n)) for n in range(500)] == [1, *[0] * 499]
    assert noise.heard("203.0.113.66", Ms(LATER - 1)) == 0
    assert noise.heard("203.0.113.66", LATER) == 501
    assert noise.heard("203.0.113.66", Ms(LATER + GARBAGE_LINE_MS)) == 1


def test_forged_addresses_have_no_more_lines_together() -> None:
    noise = Noise()
    told = [noise.heard(f"10.0.{n // 250}.{n % 250}", T0) for n in range(5_000)]
    assert sum(told) == GARBAGE_LINES_MAX
    assert noise.heard("203.0.113.66", T0) == 0
    assert noise.heard("203.0.113.66", LATER) == 1

import pytest

from ringfence.kernel.clock import SystemClock, VirtualClock


def test_virtual_time_moves_only_when_told() -> None:
    clock = VirtualClock(1000)
    assert clock.now() == 1000
    assert clock.advance(20) == 1020
    assert clock.set(1500) == 1500
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


def test_system_time_does_not_go_back_and_starts_unskewed() -> None:
    clock = SystemClock()
    seen = [clock.now() for _ in range(1000)]
    assert seen == sorted(seen)
    assert abs(clock.skew_ms()) < 1000

import pytest

from ringfence.kernel.clock import Ms, SystemClock, VirtualClock


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


def test_a_clock_put_back_is_waited_for_and_one_that_was_wrong_is_believed() -> None:
    clock = SystemClock()
    now = clock.now()
    assert clock.not_before(Ms(now - 5), most_ms=1_000) == 0
    behind = clock.not_before(Ms(now + 600_000), most_ms=3_600_000)
    assert 0 < behind <= 600_000
    assert clock.now() >= now + 600_000
    assert clock.skew_ms() < -500_000, "the doctor says so"
    assert clock.not_before(Ms(now + 10**9), most_ms=3_600_000) > 3_600_000
    assert clock.now() < now + 10**9

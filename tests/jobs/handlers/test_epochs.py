"""Keys move to a new epoch in steps, and a move broken off is gone on with."""

import asyncio

import pytest

from ringfence.jobs.handlers.epochs import DAILY, MoveKeys
from ringfence.kernel.limits import EPOCH_STEP


class Keystore:
    def __init__(self, shelves, fail_at=None):
        self.epoch, self.left, self.fail_at = 1, shelves, fail_at
        self.steps = 0

    def begin_epoch(self):
        self.epoch = 2
        return self.epoch

    def move(self, shelves):
        self.steps += 1
        if self.steps == self.fail_at:
            raise OSError
        self.left = max(0, self.left - shelves)
        return self.left


def test_every_shelf_is_moved_in_steps():
    keystore = Keystore(10 * EPOCH_STEP)
    asyncio.run(MoveKeys(keystore)(None, 1))
    assert (keystore.epoch, keystore.left, keystore.steps) == (2, 0, 10)


def test_a_move_that_failed_goes_on_at_the_next_try():
    keystore = Keystore(10 * EPOCH_STEP, fail_at=4)
    with pytest.raises(OSError):
        asyncio.run(MoveKeys(keystore)(None, 1))
    assert keystore.left == 7 * EPOCH_STEP
    asyncio.run(MoveKeys(keystore)(None, 1))
    assert keystore.left == 0


def test_it_recurs_daily():
    assert DAILY.next_slot(DAILY.next_slot(0)) - DAILY.next_slot(0) == 86_400_000

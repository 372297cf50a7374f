"""Statuses of the decoder become errors with hints."""

import asyncio

import pytest

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import CLIP_SECONDS_MAX
from ringfence.speech.clips import Decoder
from ringfence.speech.framing import NOT_AUDIO, TOO_LONG


class Fake:
    def __init__(self, found, waiting=0):
        self.found = found
        self.waiting = waiting
        self.asked = []
        self.closed = False

    async def ask(self, head, body):
        self.asked.append((head, body))
        return self.found

    async def close(self):
        self.closed = True


def decode(*fakes):
    decoder = Decoder()
    decoder._helpers = list(fakes)

    async def run():
        try:
            return await decoder.decode(b"file", rate=8000)
        finally:
            await decoder.close()

    return asyncio.run(run())


def test_samples():
    fake = Fake((0, b"\1\2"))
    assert decode(fake) == b"\1\2"
    assert fake.asked == [({"rate": 8000, "seconds": CLIP_SECONDS_MAX}, b"file")]
    assert fake.closed


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        (None, 422),
        ((TOO_LONG, b""), 413),
        ((NOT_AUDIO, b""), 415),
        ((0, b""), 415),
        ((9, b"x"), 415),
    ],
)
def test_failures(found, hint):
    with pytest.raises(RemoteError) as error:
        decode(Fake(found))
    assert error.value.hint == hint


def test_the_helper_with_the_shortest_queue_decodes():
    busy, free = Fake((0, b"a"), waiting=3), Fake((0, b"b"), waiting=1)
    assert decode(busy, free) == b"b"

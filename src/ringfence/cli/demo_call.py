"""The demo's caller: rings, listens, presses a key, leaves a spoken message, hangs up.

It is the softphone of ``ringfence.testing``: another implementation of audio than the server's,
so what it hears was really sent.
"""

from __future__ import annotations

import asyncio
import io
import wave
from array import array
from importlib.resources import files

from ringfence.kernel.errors import RingfenceError
from ringfence.kernel.limits import DEMO_LISTEN, DEMO_QUIET_MS
from ringfence.testing.phone import CallFailed, Phone, PhoneCall

CALLER = "+12025550123"
"""A number reserved for fiction; it is sealed like any other."""
VOICEMAIL = "2"
"""The key of the demo flow's menu that takes a message."""

_LOUD = 200
_LOOK = 0.1


def call(sip: str) -> None:
    """Call the demo flow at ``sip`` (``HOST:PORT``) and leave a message."""
    try:
        asyncio.run(_converse(sip))
    except (CallFailed, TimeoutError) as error:
        raise RingfenceError("the demo call was not answered as expected") from error


async def _converse(sip: str) -> None:
    async with Phone(username="demo") as phone:
        made = await phone.call(f"sip:welcome@{sip}", caller=CALLER)
        async with asyncio.timeout(2 * DEMO_LISTEN):
            await _until_quiet(made)
            await made.press(VOICEMAIL)
            await _until_quiet(made)
            made.audio.say(voice())
            await made.audio.said()
            await made.hang_up()


def voice() -> array[int]:
    """Return the spoken message: mono samples at 8000 Hz."""
    content = files("ringfence.cli").joinpath("voice.wav").read_bytes()
    with wave.open(io.BytesIO(content)) as file:
        samples = array("h")
        samples.frombytes(file.readframes(file.getnframes()))
    return samples


async def _until_quiet(made: PhoneCall) -> None:
    """Wait until somebody speaks and then says nothing for a moment.

    `CallFailed` where the other side hangs up instead.
    Silence may come as packets of silence or as no packets: both are quiet.
    """
    loop = asyncio.get_running_loop()
    spoken: float | None = None
    seen = len(made.audio.heard)
    async with asyncio.timeout(DEMO_LISTEN):
        while not made.over.is_set():
            fresh = made.audio.heard[seen:]
            seen += len(fresh)
            if any(abs(sample) > _LOUD for sample in fresh[::4]):
                spoken = loop.time()
            elif spoken is not None and (loop.time() - spoken) * 1000 > DEMO_QUIET_MS:
                return
            await asyncio.sleep(_LOOK)  # quiet is what does not happen: there is nothing to await
    raise CallFailed(0)

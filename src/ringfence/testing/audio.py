"""The sound of a test phone: a `ringfence.testing.sound.Sound` on a UDP port, in real time."""

from __future__ import annotations

import asyncio
import math
from array import array
from pathlib import Path

from ringfence.media import wav
from ringfence.media.resample import convert
from ringfence.sip.sdp import Direction
from ringfence.testing.moment import Moment
from ringfence.testing.network import GOOD, Address, Quality
from ringfence.testing.place import BadPort, Place
from ringfence.testing.sound import RATE, Sound

_FRAME_SECONDS = 0.02


class Audio:
    """One RTP stream, both ways.

    ``heard``: samples received so far, at 8000 Hz, silence where packets are missing. ``digits``:
    telephone keys received. ``sent``, ``received``: packets. ``talking``: set when something else
    than silence arrives. ``quality``: of the line to the network.
    """

    def __init__(self, place: Place, *, quality: Quality = GOOD) -> None:
        self.talking = Moment()
        self.sound = Sound(place.entropy)
        self._clock = place.clock
        self._loop = asyncio.get_running_loop()
        self._port = (
            place.datagrams(self._received)
            if quality == GOOD
            else BadPort(place, quality, self._received)
        )
        self.port = self._port.port
        self._target: Address | None = None
        self._released = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._closed = False
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def heard(self) -> array[int]:
        """Samples received so far."""
        return self.sound.heard

    @property
    def digits(self) -> str:
        """Telephone keys received."""
        return self.sound.digits

    @property
    def sent(self) -> int:
        """Packets sent."""
        return self.sound.sent

    @property
    def received(self) -> int:
        """Packets received."""
        return self.sound.received

    def connect(
        self,
        host: str,
        port: int,
        *,
        codec: str,
        payload_type: int,
        dtmf_type: int | None,
        direction: Direction = "sendrecv",
    ) -> None:
        """Send there from now on, 50 packets a second, if ``direction`` (ours) lets us."""
        self._target = (host, port)
        self.sound.connect(
            codec=codec, payload_type=payload_type, dtmf_type=dtmf_type, direction=direction
        )
        if self._pump is None and not self._closed:
            self._pump = asyncio.create_task(self._run())

    def close(self) -> None:
        """Stop sending and receiving; a second time nothing happens.

        Whoever waits for something to be said or pressed waits no longer: nobody hears it.
        """
        if self._closed:
            return
        self._closed = True
        self._quiet.set()
        self._released.set()
        if self._pump is not None:
            self._pump.cancel()
        self._port.close()

    # -- what the person at the phone does ----------------------------------------------------

    def say(self, pcm: array[int]) -> None:
        """Say these samples (8000 Hz) after whatever is still being said."""
        self.sound.say(pcm)
        if not self.sound.silent and not self._closed:
            self._quiet.clear()

    def say_tone(self, hertz: int, *, seconds: float, level: int = 9_000) -> None:
        """Whistle."""
        turn = math.tau * hertz / RATE
        second = array("h", (int(level * math.sin(turn * n)) for n in range(RATE)))
        self.say((second * math.ceil(seconds))[: int(seconds * RATE)])

    def say_file(self, path: Path | str) -> None:
        """Say a WAV file."""
        form, pcm = wav.read(Path(path).read_bytes())
        self.say(convert(wav.mono(pcm, form.channels), form.rate, RATE))

    async def said(self) -> None:
        """Wait until everything has been said."""
        await self._quiet.wait()

    async def press(self, digits: str, *, tone_ms: int = 100, gap_ms: int = 60) -> None:
        """Press keys, as RFC 4733 events; returns when the last one is released."""
        self.sound.press(digits, tone_ms=tone_ms, gap_ms=gap_ms)
        if not self._closed:
            self._released.clear()
        await self._released.wait()

    def save(self, path: Path | str) -> None:
        """Write what was heard as a WAV file."""
        Path(path).write_bytes(wav.write(self.heard, wav.Format(RATE, 1, "s16")))

    def loudness(self, start_ms: int = 0, end_ms: int | None = None) -> int:
        """Mean absolute sample of a stretch of what was heard, 0 for silence."""
        return self.sound.loudness(start_ms, end_ms)

    # -- the wire -----------------------------------------------------------------------------

    async def _run(self) -> None:
        next_at = self._loop.time()
        while True:
            self._frame()
            next_at += _FRAME_SECONDS
            delay = next_at - self._loop.time()
            if delay < -1:
                next_at = self._loop.time()  # the machine stood still: do not catch up in a burst
            await asyncio.sleep(max(delay, 0))

    def _frame(self) -> None:
        packet = self.sound.frame()
        if packet is not None and self._target is not None:
            self._port.send(packet, self._target)
        if self.sound.silent:
            self._quiet.set()
        if not self.sound.pressing:
            self._released.set()

    def _received(self, data: bytes, source: Address) -> None:  # noqa: ARG002 - a port's callback
        self.sound.receive(data, self._clock.now())
        if self.sound.audible:
            self.talking.set()

"""Random but repeatable lives of an engine: commands, packets good and bad, and time.

A schedule is a list of steps; `play` runs it on a core and returns everything that came out, step
by step. The network in it loses, doubles, delays, reorders, corrupts and forges packets.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Core, Identity
from ringfence.media.g711 import encode_ulaw
from ringfence.media.rtcp import Block, Chunk, Description, ReceiverReport, SenderReport
from ringfence.media.rtp import Packet
from ringfence.media.tones import Oscillator, dtmf

START = 1_700_000_000_000
Step = tuple[str, tuple[Any, ...]]
CODECS: dict[str, int] = {"PCMU": 0, "PCMA": 8, "G722": 9}
PEER = "192.0.2.10"


@dataclass
class Phone:
    """The far end of a leg: what it would send next."""

    leg: str
    port: int
    codec: str
    rng: random.Random
    ssrc: int = 0
    sequence: int = 0
    timestamp: int = 0
    ptime: int = 20
    host: str = PEER
    quiet: bool = False
    event: tuple[int, int, int] | None = None
    delayed: list[tuple[int, bytes]] = field(default_factory=list)
    voice: bytes = b""

    def restart(self) -> None:
        self.ssrc = self.rng.getrandbits(32)
        self.sequence = self.rng.choice([0, 65_530, self.rng.getrandbits(16)])
        self.timestamp = self.rng.choice([0, 2**32 - 700, self.rng.getrandbits(32)])

    def payload(self, size: int) -> bytes:
        if self.rng.random() < 0.3:
            return self.rng.randbytes(size)
        if len(self.voice) < size:
            self.voice = speech(self.rng)
        piece, self.voice = self.voice[:size], self.voice[size:]
        return piece

    def next(self) -> bytes:
        rng = self.rng
        kind, marker = CODECS[self.codec], rng.random() < 0.02
        if self.codec != "G722" and rng.random() < 0.03:
            kind = 8 - kind
        if self.event is None and rng.random() < 0.02:
            self.event = (rng.randrange(18), self.timestamp, 0)
            marker = True
        if self.event is not None:
            code, began, duration = self.event
            duration += 160
            end = rng.random() < 0.2
            self.event = None if end and rng.random() < 0.5 else (code, began, duration)
            body = bytes((code, 0x80 * end | 10)) + (duration & 0xFFFF).to_bytes(2, "big")
            packet = Packet(101, self.sequence, began, self.ssrc, body, marker)
        else:
            body = self.payload(self.ptime * 8)
            packet = Packet(kind, self.sequence, self.timestamp, self.ssrc, body, marker)
        self.sequence = self.sequence + 1 & 0xFFFF
        self.timestamp = self.timestamp + self.ptime * 8 & 0xFFFF_FFFF
        data = packet.to_bytes()
        if rng.random() < 0.03:
            extra = packet._replace(csrcs=(1, 2), extension=(0xBEDE, b"abcdefgh"))
            data = extra.to_bytes()
        if rng.random() < 0.02:
            data = bytes((data[0] | 0x20,)) + data[1:] + bytes((0, 0, 3))
        return data


def speech(rng: random.Random) -> bytes:
    """A digit as mu-law: enough to make detectors and concealment work."""
    digit = rng.choice("0123456789*#ABCD")
    return encode_ulaw(Oscillator(dtmf(digit, rng.randrange(40, 200), 60), rate=8000).read(1600))


def corrupt(rng: random.Random, data: bytes) -> bytes:
    choice = rng.randrange(5)
    if choice == 0:
        return data[: rng.randrange(len(data) + 1)]
    if choice == 1:
        return rng.randbytes(rng.randrange(80))
    if choice == 2:
        return data + bytes(rng.randrange(3000))
    mutable = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        mutable[rng.randrange(min(len(mutable), 40))] = rng.randrange(256)
    return bytes(mutable)


def report(rng: random.Random, phone: Phone, ssrc: int, now: int) -> bytes:
    last = rng.choice([0, rng.getrandbits(32), ((now - 100) * 65_536 // 1000) & 0xFFFF_FFFF])
    block = Block(
        ssrc, rng.randrange(256), rng.randrange(-9, 99), 7, rng.randrange(900), last,
        rng.choice([0, 3000, rng.getrandbits(32)]),
    )  # fmt: skip
    blocks = (block,) * rng.randrange(3)
    if rng.random() < 0.6:
        head = SenderReport(phone.ssrc, rng.getrandbits(64), 1, 2, 3, blocks).to_bytes()
    else:
        head = ReceiverReport(phone.ssrc, blocks).to_bytes()
    chunk = Chunk(phone.ssrc, ((1, rng.randbytes(rng.randrange(1, 20))),))
    return head + Description((chunk,)).to_bytes()


class Schedule:
    """Builds the steps of one seed. ``storm`` makes commands and faults frequent.

    ``recorded``: each leg is recorded from the start, in all codings by turns.
    """

    def __init__(
        self, seed: int, *, ticks: int, legs: int = 5, storm: float = 0.05, recorded: bool = False
    ) -> None:
        self.rng = rng = random.Random(seed)
        self.steps: list[Step] = []
        self.now = START
        self.legs = [f"LG{k}" for k in range(legs)]
        self.phones: dict[str, Phone] = {}
        self.ssrcs: dict[str, int] = {}
        self.recordings = 0
        for clip, rate, size in (
            ("a", 8000, 3000),
            ("b", 16_000, 5002),
            ("c", 8000, 2),
            ("d", 8000, 0),
        ):
            self.do(p.LoadClip(clip, rate, rng.randbytes(size)))
        for leg in self.legs:
            self.open(leg)
            self.connect(leg)
        codings: tuple[p.Coding, ...] = ("PCMU", "PCMA", "s16") if recorded else ()
        for number, (leg, coding) in enumerate(product(self.legs, codings)):
            channels = [
                p.Channel(leg, "in", bytes(32), "/nowhere/in"),
                p.Channel(leg, "out", bytes(32), "/nowhere/out"),
            ]
            self.do(
                p.StartRecording(
                    f"RL{number}", channels, coding=coding, redact=number % 2 == 1,
                    silence_ms=400 * (number % 4 == 0),
                )
            )  # fmt: skip
        for tick in range(ticks):
            if rng.random() < storm:
                self.command()
            self.network(tick)
            self.now += 5 if rng.random() < 0.99 else rng.randrange(60)
            self.steps.append(("tick", (self.now,)))

    def do(self, command: p.AnyCommand) -> None:
        self.steps.append(("do", (command, self.now)))

    def open(self, leg: str) -> None:
        rng = self.rng
        ssrc = rng.choice([0, rng.getrandbits(32)])
        self.ssrcs[leg] = ssrc
        identity = Identity(
            ssrc, rng.getrandbits(16), rng.getrandbits(32), rng.randbytes(8).hex().encode()
        )
        self.steps.append(("open", (leg, identity)))

    def connect(self, leg: str) -> None:
        rng = self.rng
        codec = rng.choice(list(CODECS))
        phone = self.phones.get(leg)
        if phone is None or rng.random() < 0.3:
            phone = Phone(leg, rng.randrange(1, 65_536), codec, rng)
            phone.restart()
            self.phones[leg] = phone
        phone.codec = codec
        host, port = (phone.host, phone.port) if rng.random() < 0.7 else ("192.0.2.77", 4000)
        self.do(
            p.ConnectLeg(
                leg, host, port, codec, CODECS[codec],  # type: ignore[arg-type]
                rng.choice([101, 101, 101, None]), rng.choice([10, 20, 20, 20, 30, 40, 60]),
                rng.choice(["sendrecv"] * 5 + ["sendonly", "recvonly", "inactive"]),
                rng.choice([0, 300, 3000, 3000]), rng.choice([0, 500, 30_000]),
                rng.choice([None, None, 96, 101]),
            )
        )  # fmt: skip

    def network(self, tick: int) -> None:
        rng = self.rng
        for number, (leg, phone) in enumerate(self.phones.items()):
            for due, data in [item for item in phone.delayed if item[0] <= tick]:
                phone.delayed.remove((due, data))
                self.arrive(leg, data, phone.host, phone.port)
            if rng.random() < 0.003:
                self.arrive(
                    leg,
                    report(rng, phone, self.ssrcs[leg], self.now),
                    phone.host,
                    phone.port + 1 & 0xFFFF or 1,
                    rtcp=rng.random() < 0.8,
                )
            if rng.random() < 0.004:
                phone.quiet = not phone.quiet
            if rng.random() < 0.003:
                rng.choice([phone.restart, lambda: None])()
                phone.ptime = rng.choice([10, 20, 20, 30, 40])
            if (tick + number) % max(phone.ptime // 5, 1) or phone.quiet:
                continue
            data = phone.next()
            luck = rng.random()
            if luck < 0.04:
                continue
            if luck < 0.10:
                phone.delayed.append((tick + rng.randrange(1, 30), data))
                continue
            if luck < 0.12:
                self.arrive(leg, data, phone.host, phone.port)
            if luck < 0.15:
                data = corrupt(rng, data)
            if luck < 0.18:
                self.arrive(
                    leg,
                    data,
                    rng.choice(["192.0.2.66", phone.host, "2001:db8::5"]),
                    rng.randrange(1, 65_536),
                )
            if luck > 0.999:
                for _ in range(70):
                    self.arrive(leg, data, phone.host, phone.port)
            self.arrive(leg, data, phone.host, phone.port, rtcp=luck > 0.995)

    def arrive(self, leg: str, data: bytes, host: str, port: int, *, rtcp: bool = False) -> None:
        self.steps.append(("receive", (leg, data, host, port, self.now, rtcp)))

    def command(self) -> None:
        rng = self.rng
        leg, other = rng.choice([*self.legs, "LG?"]), rng.choice(self.legs)
        recording = f"RE{rng.randrange(max(self.recordings - 3, 0), self.recordings + 1)}"
        room, on = rng.choice("XY"), rng.random() < 0.6
        made: p.AnyCommand | None = None
        match rng.randrange(25):
            case 0:
                clips = rng.choices("abcd", k=rng.randrange(1, 4))
                name, loop = f"P{rng.randrange(99)}", rng.choice([0, 1, 1, 2])
                for behind in range(rng.choice([0, 0, 0, 1, 3, 70])):
                    self.do(p.Play(leg, f"Q{behind}", rng.choices("abcd", k=1), 1, queue=True))
                made = p.Play(leg, name, clips, loop, queue=rng.random() < 0.5)
            case 1:
                clips = rng.choice([[], ["?"], ["a", "?"], ["d"]])
                made = p.Play(leg, "P", clips, rng.choice([1, -1]))
            case 2:
                made = p.StopPlay(leg)
            case 3:
                pcm = rng.randbytes(rng.randrange(4000))
                made = p.LoadClip(rng.choice("abe"), rng.choice([8000, 16_000, 7000]), pcm)
            case 4:
                made = p.DropClip(rng.choice("aef"))
            case 5:
                made = p.DetectTones(leg, on)
            case 6:
                digits = "".join(rng.choices("0123456789*#ABCDw", k=rng.choice([0, 1, 1, 2, 29])))
                made = p.SendDtmf(leg, digits, rng.choice([40, 100, 20]), rng.choice([0, 80]))
            case 7 | 8 | 9:
                made = p.Bridge(leg, other)
            case 10:
                made = p.Unbridge(leg, other)
            case 11:
                made = p.JoinConference(room, leg, not on, rng.choice([8000, 16_000, 1]))
            case 12:
                made = p.JoinConference("X", leg)
            case 13:
                made = p.LeaveConference(room, leg)
            case 14:
                made = p.SetMute(leg, not on)
            case 15:
                made = self.record()
            case 16:
                made = p.PauseRecording(recording, on)
            case 17:
                made = p.ResumeRecording(recording)
            case 18:
                made = p.StopRecording(recording)
            case 19:
                made = p.RedactDigits(recording, on)
            case 20:
                made = p.ReadLeg(leg)
            case 21 if leg in self.phones:
                self.connect(leg)
            case 22 | 23:
                made = p.Whisper(leg, rng.choice([other, other, leg, None]))
            case _:
                self.reopen(leg)
        if made is not None:
            self.do(made)

    def record(self) -> p.AnyCommand:
        rng = self.rng
        name = f"RE{self.recordings}"
        self.recordings += rng.random() < 0.9
        channels = [
            p.Channel(rng.choice(self.legs), rng.choice(["in", "out"]), bytes(32), f"/nowhere/{k}")
            for k in range(rng.randrange(0, 4))
        ]
        return p.StartRecording(
            name, channels, rng.choice([8000, 8000, 16_000]), rng.choice([0, 0, 900, 3000]),
            rng.choice([0, 0, 400]), redact=rng.random() < 0.3,
            coding=rng.choice(["", "s16", "PCMU", "PCMA"]),  # type: ignore[arg-type]
            live=rng.random() < 0.3,
        )  # fmt: skip

    def reopen(self, leg: str) -> None:
        self.do(p.CloseLeg(leg))
        if leg in self.phones and self.rng.random() < 0.9:
            self.open(leg)
            self.connect(leg)


def play(core: Core, steps: list[Step]) -> list[tuple[Any, ...]]:
    """Run the steps; return what came out of each that gave anything."""
    trace = []
    for number, (verb, arguments) in enumerate(steps):
        result: object = None
        if verb == "do":
            core.do(*arguments)
        elif verb == "open":
            result = core.open(*arguments)
        elif verb == "tick":
            core.tick(*arguments)
        else:
            *plain, rtcp = arguments
            core.receive(*plain, rtcp=rtcp)
        came = (core.take_output(), core.take_notices(), core.take_audio())
        if any(came) or result is not None:
            trace.append((number, verb, result, *came))
    return trace

"""A reference core with its clock, and phones that talk to its legs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.kernel.clock import Ms
from ringfence.media import rtcp, rtp
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Identity, RecordingEnded
from ringfence.media.engine.reference import ReferenceCore

START = 1_700_000_000_000
HOST, PORT = "192.0.2.10", 4000
CODECS = {"PCMU": 0, "PCMA": 8, "G722": 9}


@dataclass
class Phone:
    """The far end of a leg: sends a packet of 20 ms per frame while it talks."""

    codec: str = "PCMU"
    ssrc: int = 7
    sequence: int = 100
    timestamp: int = 8_000
    host: str = HOST
    port: int = PORT
    voice: bytes = b""
    """What it says, repeated; empty: it says nothing."""
    at: int = 0
    got: list[rtp.Packet] = field(default_factory=list)
    reports: list[rtcp.AnyPacket] = field(default_factory=list)
    sent_to: list[tuple[str, int]] = field(default_factory=list)
    """Where the leg sent each of the packets in ``got``."""

    def packet(self, payload: bytes, *, marker: bool = False) -> rtp.Packet:
        found = rtp.Packet(
            CODECS[self.codec], self.sequence, self.timestamp, self.ssrc, payload, marker
        )
        self.sequence = self.sequence + 1 & 0xFFFF
        self.timestamp = self.timestamp + len(payload) & 0xFFFF_FFFF
        return found

    def talk(self) -> rtp.Packet | None:
        if not self.voice:
            return None
        text = self.voice * (320 // len(self.voice) + 2)
        begin = self.at % len(self.voice)
        self.at += 160
        return self.packet(text[begin : begin + 160])

    @property
    def heard(self) -> bytes:
        """Payload received, as it came."""
        return b"".join(packet.payload for packet in self.got if packet.payload_type < 96)


class Exchange:
    """One core; time moves by `run`."""

    def __init__(self) -> None:
        self.core = ReferenceCore()
        self.now = Ms(START)
        self.phones: dict[str, Phone] = {}
        self.notices: list[p.AnyNotice | RecordingEnded] = []
        self.audio: list[Audio] = []

    def leg(self, name: str, *, codec: str = "PCMU", voice: bytes = b"", **settings) -> Phone:
        """Open and connect a leg; return its phone."""
        number = len(self.phones)
        phone = Phone(codec=codec, ssrc=1000 + number, port=PORT + 2 * number, voice=voice)
        self.phones[name] = phone
        identity = Identity(number + 1, 500 * (number + 1), 90_000 * (number + 1), b"c" * 16)
        assert self.core.open(name, identity)
        self.connect(name, codec=codec, **settings)
        return phone

    def connect(self, name: str, *, codec: str = "PCMU", **settings) -> None:
        phone = self.phones[name]
        phone.codec = codec
        command = {"host": phone.host, "port": phone.port, "payload_type": CODECS[codec]}
        self.do(p.ConnectLeg(leg=name, codec=codec, **(command | settings)))

    def do(self, command: p.AnyCommand) -> None:
        self.core.do(command, self.now)
        self.collect()

    def receive(self, name: str, data: bytes | rtp.Packet, *, rtcp: bool = False) -> None:
        phone = self.phones[name]
        body = data if isinstance(data, bytes) else data.to_bytes()
        self.core.receive(name, body, phone.host, phone.port + rtcp, self.now, rtcp=rtcp)
        self.collect()

    def run(self, milliseconds: int) -> None:
        """Let time pass; phones that have a voice talk every 20 ms."""
        for _ in range(milliseconds // 5):
            if (self.now - START) % 20 == 0:
                for name, phone in self.phones.items():
                    packet = phone.talk()
                    if packet is not None:
                        self.receive(name, packet)
            self.now = Ms(self.now + 5)
            self.core.tick(self.now)
            self.collect()

    def collect(self) -> None:
        for datagram in self.core.take_output():
            phone = self.phones[datagram.leg]
            if datagram.rtcp:
                phone.reports += rtcp.parse(datagram.data)
            else:
                phone.got.append(rtp.parse(datagram.data))
                phone.sent_to.append((datagram.host, datagram.port))
        self.notices += self.core.take_notices()
        self.audio += self.core.take_audio()

    def take_notices(self) -> list[p.AnyNotice | RecordingEnded]:
        notices, self.notices = self.notices, []
        return notices

    def pcm(self, recording: str, channel: int = 0) -> bytes:
        return b"".join(
            a.pcm for a in self.audio if (a.recording, a.channel) == (recording, channel)
        )

    def stats(self, name: str) -> p.Stats:
        self.take_notices()
        self.do(p.ReadLeg(name))
        (report,) = self.take_notices()
        assert isinstance(report, p.LegReport)
        return report.stats

"""A media worker as a process, and telephones that talk to it over real sockets."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from platform_run import claim_rtp_range

from ringfence.media.engine import protocol as p
from ringfence.media.engine.framing import NoticeReader, encode
from ringfence.media.rtp import Packet, is_rtcp, parse

Notice = TypeVar("Notice", bound=p.Notice)
WAIT = 60.0
_RANGE, _CLAIM = claim_rtp_range(range(8_000, 10_000, 100))
PORTS = int(_RANGE.partition("-")[0])
"""Where a hundred audio ports begin that are ours while this process lives."""
_ENGINES = {
    "native": ("native", "auto"),
    "epoll": ("native", "epoll"),
    "reference": ("reference", "auto"),
}
"""Engine and wire by the name a test uses."""


class WorkerProcess:
    """One worker and the connection to it."""

    def __init__(
        self,
        folder: Path,
        engine: str,
        *,
        ports: str = "",
        file_bytes: int = 0,
        bind: str = "127.0.0.1",
    ) -> None:
        self.path = str(folder / "media.sock")
        limit = (
            (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes)))
            if file_bytes
            else None
        )
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "ringfence.media.engine.worker", "--socket", self.path,
                "--rtp", ports or f"{PORTS}-{PORTS + 89}", "--bind", bind,
                "--engine", _ENGINES[engine][0], "--wire", _ENGINES[engine][1],
            ],
            preexec_fn=limit,
        )  # fmt: skip
        self.heard: list[p.AnyNotice] = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.connect()

    def connect(self) -> None:
        """Connect (again) and wait for the greeting."""
        self.socket.close()
        self.socket = self.dial()
        self._reader = NoticeReader()
        self.hello = self.wait(p.Hello)

    def dial(self) -> socket.socket:
        end = time.monotonic() + WAIT
        while True:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(WAIT)
            try:
                sock.connect(self.path)
            except OSError:
                sock.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
            else:
                return sock

    def do(self, *commands: p.Command) -> None:
        self.socket.sendall(encode(*commands))

    def wait(self, kind: type[Notice], **fields: object) -> Notice:
        """Return the next notice of a kind with these fields; what came before it is kept."""
        while True:
            for at, notice in enumerate(self.heard):
                if isinstance(notice, kind) and all(
                    getattr(notice, name) == value for name, value in fields.items()
                ):
                    del self.heard[at]
                    return notice
            data = self.socket.recv(65_536)
            if not data:
                raise ConnectionError("the worker hung up")
            self.heard += self._reader.feed(data)

    def open(self, leg: str, phone: Phone, **changes: object) -> int:
        """Open and connect a leg to a telephone; return its port."""
        self.do(p.OpenLeg(leg))
        port = self.wait(p.LegOpened, leg=leg).port
        values: dict[str, object] = {"codec": "PCMU", "payload_type": 0} | changes
        self.do(p.ConnectLeg(leg, "127.0.0.1", phone.port, **values))  # type: ignore[arg-type]
        phone.to = ("127.0.0.1", port)
        return port

    def ping(self) -> None:
        """Wait until the audio thread has obeyed everything so far."""
        self.do(p.Ping(7))
        self.wait(p.Pong)

    def end(self) -> None:
        self.socket.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(WAIT)


class Phone:
    """One end of a call."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(WAIT)
        self.port: int = self.socket.getsockname()[1]
        self.to = ("127.0.0.1", 0)
        self.ssrc = int.from_bytes(os.urandom(4), "big")
        self.sequence = self.timestamp = 0

    def say(self, payload: bytes, kind: int = 0, *, marker: bool = False) -> None:
        """Send one packet of audio."""
        packet = Packet(kind, self.sequence, self.timestamp, self.ssrc, payload, marker)
        self.socket.sendto(packet.to_bytes(), self.to)
        self.sequence += 1
        self.timestamp += len(payload)

    def press(self, code: int) -> None:
        """Send one digit as events, its end three times."""
        for number in range(6):
            end = 0x80 if number >= 3 else 0
            body = bytes((code, end | 10)) + (160 * min(number + 1, 4)).to_bytes(2, "big")
            packet = Packet(101, self.sequence, self.timestamp, self.ssrc, body, number == 0)
            self.socket.sendto(packet.to_bytes(), self.to)
            self.sequence += 1
        self.timestamp += 160 * 6

    def hear(self) -> Packet:
        """Return the next packet; reports for the neighbouring port may be somebody else's."""
        while is_rtcp(data := self.socket.recv(2048)):
            pass
        return parse(data)

    def talk(self, payloads: Iterable[bytes]) -> list[Packet]:
        """Say a packet every 20 ms and hear what comes meanwhile."""
        heard = []
        self.socket.setblocking(False)
        due = time.monotonic()
        for payload in payloads:
            self.say(payload)
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                while True:
                    data = self.socket.recv(2048)
                    heard += [] if is_rtcp(data) else [parse(data)]
            except BlockingIOError:
                pass
        self.socket.settimeout(WAIT)
        return heard

    def close(self) -> None:
        self.socket.close()

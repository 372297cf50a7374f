"""rtpengine, where it is installed (Debian: rtpengine-daemon), as the worker's peer in `media.py`.

It is started in user space with one interface on loopback, and told over its control protocol
("NG": a cookie, a space and a bencoded dictionary in one datagram) to relay calls between the far
ends. It neither decodes nor records what it passes on.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

PORTS = (20_000, 39_998)
PROGRAM = shutil.which("rtpengine") or "/usr/sbin/rtpengine"


def installed() -> bool:
    """Whether there is an rtpengine to be measured."""
    return Path(PROGRAM).exists()


def bencode(value: object) -> bytes:
    """Return a string, a list or a dictionary of strings in bencode (BEP 3)."""
    match value:
        case str():
            return b"%d:%s" % (len(value.encode()), value.encode())
        case list():
            return b"l" + b"".join(map(bencode, value)) + b"e"
        case dict():
            return b"d" + b"".join(bencode(k) + bencode(v) for k, v in sorted(value.items())) + b"e"
    raise TypeError(type(value).__name__)


def sdp(port: int) -> str:
    """Return a session of one far end."""
    lines = [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
        f"m=audio {port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=ptime:20",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


class Rtpengine:
    """A running rtpengine; `relay` returns the ports that the far ends send to."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [
                *(PROGRAM, "--config-file=none", "--foreground", "--log-stderr", "--log-level=2"),
                *("--table=-1", "--interface=127.0.0.1", f"--listen-ng=127.0.0.1:{port}"),
                *(f"--port-min={PORTS[0]}", f"--port-max={PORTS[1]}", "--num-threads=2"),
                f"--pidfile={self._folder.name}/pid",
            ],
            stderr=subprocess.DEVNULL,
        )
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(1)
        self._count = 0
        if not any(self._answers() for _ in range(50)):
            self.close()
            raise OSError("rtpengine does not answer")

    def _answers(self) -> bool:
        try:
            return b"pong" in self.ask({"command": "ping"})
        except OSError:
            time.sleep(0.1)
            return False

    def ask(self, words: dict[str, Any]) -> bytes:
        """Ask for something; the answer as it came."""
        self._count += 1
        cookie = b"%d" % self._count
        self._socket.send(cookie + b" " + bencode(words))
        while True:
            answer = self._socket.recv(65_536)
            if answer.startswith(cookie + b" "):
                return answer

    def relay(self, far: list[int]) -> list[int]:
        """Connect far ends in pairs; where each of them sends to."""
        return [port for k in range(0, len(far) - 1, 2) for port in self._pair(far[k], far[k + 1])]

    def _pair(self, first: int, second: int) -> tuple[int, int]:
        call = {
            "call-id": f"call{first}", "from-tag": f"from{first}", "ICE": "remove",
            "replace": ["origin", "session-connection"],
        }  # fmt: skip
        towards_second = port_of(self.ask(call | {"command": "offer", "sdp": sdp(first)}))
        answer = call | {"command": "answer", "to-tag": f"to{second}", "sdp": sdp(second)}
        return port_of(self.ask(answer)), towards_second

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self._socket.close()
        self._folder.cleanup()


def port_of(answer: bytes) -> int:
    """Return the audio port of the session in an answer."""
    return int(answer.partition(b"m=audio ")[2].split()[0])

"""A baresip of its own for a test: no screen, no audio hardware, driven over its control port.

It says a minute's tone from a WAV file, and writes down what it says and hears.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import socket
import subprocess
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platform_run import free_port

from ringfence.media import wav

BARESIP = shutil.which("baresip")
MODULES = next(
    (
        folder
        for folder in (Path("/usr/lib/baresip/modules"), Path("/usr/local/lib/baresip/modules"))
        if folder.exists()
    ),
    Path(),
)
RATES = {"PCMU": 8_000, "PCMA": 8_000, "G722": 16_000}
NAMES = {"PCMU": "PCMU", "PCMA": "PCMA", "G722": "G722/16000/1"}
"""How its account file writes a codec: with the true rate, not that of RFC 3551."""


_AGREED = re.compile(r"SIP/2\.0 200 OK\r?\n(?:[^\r\n]+\r?\n)*?CSeq: \d+ INVITE")


class Baresip:
    """One account, registered at ``registrar`` (HOST:PORT)."""

    def __init__(
        self,
        folder: Path,
        registrar: str,
        *,
        user: str,
        password: str,
        transport: str = "udp",
        codec: str = "PCMU",
        hertz: int = 440,
    ) -> None:
        folder.mkdir()
        self.sounds = folder / "sounds"
        self.sounds.mkdir()
        rate = self._rate = RATES[codec]
        tone = array("h", (int(9000 * math.sin(math.tau * hertz * n / rate)) for n in range(rate)))
        (folder / "tone.wav").write_bytes(wav.write(tone * 60, wav.Format(rate, 1, "s16")))
        control = free_port()
        (folder / "config").write_text(
            f"""\
poll_method epoll
sip_listen 127.0.0.1:{free_port()}
net_interface 127.0.0.1
rtp_ports 14000-15999
audio_source aufile,{folder}/tone.wav
audio_player aufile,{folder}/player.wav
audio_alert aufile,{folder}/alert.wav
ausrc_srate {rate}
auplay_srate {rate}
ausrc_channels 1
auplay_channels 1
module_path {MODULES}
module g711.so
module g722.so
module aufile.so
module sndfile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {self.sounds}
"""
        )
        (folder / "accounts").write_text(
            f"<sip:{user}@{registrar};transport={transport}>"
            f";auth_user={user};auth_pass={password};regint=60"
            f";answermode=manual;audio_codecs={NAMES[codec]}\n"
        )
        (folder / "contacts").write_text("")
        self._log = folder / "log"
        self._unread: list[dict[str, Any]] = []
        self._bytes = b""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(BARESIP), "-f", str(folder), "-s", "-v"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._control = self._connected(control)

    def __enter__(self) -> Baresip:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.do("quit")
            self._process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            self._control.close()

    def do(self, command: str, parameters: str = "") -> None:
        """Give a command of its menu: ``dial``, ``accept``, ``sndcode``, ``hold``, ``hangup``."""
        message = json.dumps({"command": command, "params": parameters, "token": command})
        self._control.sendall(f"{len(message)}:{message},".encode())

    def wait_for(self, kind: str, seconds: float = 60) -> dict[str, Any]:
        """Return the next event of a type (``REGISTER_OK``, ``CALL_ESTABLISHED``, ...)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for index, event in enumerate(self._unread):
                if event.get("type") == kind:
                    return self._unread.pop(index)
            self._unread += self._read()
        raise TimeoutError(f"no {kind}: {self._unread} {self.log()[-3000:]}")

    def heard(self) -> tuple[array[int], int]:
        """What it heard in its last call, mono, and the rate."""
        newest = max(self.sounds.glob("*-dec.wav"), key=lambda path: path.stat().st_mtime)
        form, pcm = wav.read(newest.read_bytes())
        return wav.mono(pcm, form.channels), form.rate

    def heard_so_far(self) -> float:
        """Seconds of what it heard in the call that goes on."""
        return len(self._hearing()) / 2 / self._rate

    def hears(self, since: float = 0) -> bool:
        """Whether something was loud in it after so many seconds."""
        pcm = array("h", self._hearing()[int(since * self._rate) * 2 :])
        return any(abs(sample) > 3_000 for sample in pcm)

    def _hearing(self) -> bytes:
        """The samples of the file that is being written, without its header."""
        files = sorted(self.sounds.glob("*-dec.wav"), key=lambda path: path.stat().st_mtime)
        data = files[-1].read_bytes()[44:] if files else b""
        return data[: len(data) // 2 * 2]

    def agreed(self) -> int:
        """How many INVITEs were answered with 200, by it or by the far end."""
        return len(_AGREED.findall(self.log()))

    def log(self) -> str:
        """What it printed, with every message it sent and received."""
        return self._log.read_text(errors="replace")

    def _connected(self, port: int) -> socket.socket:
        for _ in range(200):
            try:
                control = socket.create_connection(("127.0.0.1", port), timeout=1)
            except OSError:
                time.sleep(0.05)
                continue
            control.settimeout(0.1)
            return control
        self._process.kill()
        raise TimeoutError(f"baresip does not start: {self.log()[-2000:]}")

    def _read(self) -> Iterator[dict[str, Any]]:
        """Events are netstrings of JSON: ``LENGTH:{...},``."""
        try:
            self._bytes += self._control.recv(65536)
        except TimeoutError:
            return
        while True:
            length, colon, rest = self._bytes.partition(b":")
            if not colon or len(rest) <= int(length):
                return
            self._bytes = rest[int(length) + 1 :]
            message = json.loads(rest[: int(length)])
            if "type" in message:
                yield message

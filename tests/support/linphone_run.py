"""A linphonec of its own for a test: no screen, no sound card, driven over its standard input.

It says a tone from a WAV file and records what it hears.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import time
from array import array
from pathlib import Path

from platform_run import free_port

from ringfence.media import wav

LINPHONE = shutil.which("linphonec")
_COMMAND_SECONDS = 0.3
"""It reads one command at a time."""


class Linphone:
    """One phone. ``client``: a certificate and its key, which it shows to whoever asks over TLS."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        hertz: int,
        rtp: range,
        transport: str = "udp",
        client: tuple[Path, Path] | None = None,
    ) -> None:
        self.folder, self.name, self.transport = folder, name, transport
        (folder / ".local/share/linphone").mkdir(parents=True)
        tone = array("h", (int(9000 * math.sin(math.tau * hertz * n / 8000)) for n in range(8000)))
        said = folder / "tone.wav"
        said.write_bytes(wav.write(tone * 60, wav.Format(8000, 1, "s16")))
        self.recorded = folder / "heard.wav"
        shown = "" if client is None else (
            f"client_cert_chain={client[0]}\nclient_cert_key={client[1]}\n"
        )  # fmt: skip
        (folder / "rc").write_text(
            f"""\
[sip]
sip_port={free_port() if transport == "udp" else 0}
sip_tcp_port=0
sip_tls_port={-1 if transport == "tls" else 0}
guess_hostname=0
contact="{name}" <sip:{name}@127.0.0.1>
use_ipv6=0
verify_server_certs=0
verify_server_cn=0
{shown}
[rtp]
audio_rtp_port={rtp.start}-{rtp.stop - 1}
[net]
firewall_policy=0
[sound]
echocancellation=0
"""
        )
        self._log = folder / "out"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(LINPHONE), "-c", str(folder / "rc")],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"HOME": str(folder)},
            )
        self.wait_for("linphonec>")
        for command in ("soundcard use files", f"play {said}", f"record {self.recorded}"):
            self.do(command)

    def register(self, registrar: str, password: str) -> None:
        """Register at HOST:PORT."""
        host = registrar.rpartition(":")[0]
        self.do(
            f"register sip:{self.name}@{host} sip:{registrar};transport={self.transport} {password}"
        )

    def do(self, command: str) -> None:
        """Type a command: ``call``, ``answer``, ``pause``, ``transfer``, ``terminate``."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()
        time.sleep(_COMMAND_SECONDS)

    def wait_for(self, words: str, seconds: float = 60) -> None:
        """Wait until it has printed that."""
        deadline = time.monotonic() + seconds
        while words not in self.log():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError(f"no {words!r}: {self.log()[-2000:]}")
            time.sleep(0.05)

    def heard(self) -> array[int]:
        """What it heard so far."""
        data = self.recorded.read_bytes() if self.recorded.exists() else b""
        return array("h", data[44 : len(data) // 2 * 2])  # the header is right once it is over

    def log(self) -> str:
        """What it printed."""
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        """End it."""
        try:
            self.do("quit")
            self._process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # it was gone before it had read everything
